"""Keys come in, the samples of their two tones go out, as telephones make them (ITU-T Q.23)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["FULL_SCALE_DBM0", "HIGH", "KEYS", "LOW", "pair", "sequence", "tone"]

LOW = (697.0, 770.0, 852.0, 941.0)
HIGH = (1209.0, 1336.0, 1477.0, 1633.0)
"""The two groups of frequencies in Hz (ITU-T Q.23): a key is one of each."""

KEYS = "123A456B789C*0#D"
"""The keys row by row: the low frequency counts in fours, the high one in ones."""

FULL_SCALE_DBM0 = 3.14
"""Level of a sine that reaches the largest sample of A-law (ITU-T G.711)."""

_PEAK = 32767.0
_RATE = 8000


def pair(key: str) -> tuple[float, float]:
    """The low and the high frequency of a key in Hz. ValueError if there is no such key."""
    place = KEYS.find(key.upper()) if len(key) == 1 else -1
    if place < 0:
        raise ValueError(f"no key is called {key!r}")
    return LOW[place // 4], HIGH[place % 4]


def amplitude(dbm0: float) -> float:
    """The peak of a sine of this level, in 16-bit units."""
    return float(_PEAK * 10 ** ((dbm0 - FULL_SCALE_DBM0) / 20))


def tone(
    key: str,
    seconds: float,
    level: float = -9.0,
    twist: float = 0.0,
    detune: tuple[float, float] = (0.0, 0.0),
    phase: tuple[float, float] = (0.0, 0.0),
) -> NDArray[np.float64]:
    """The samples of one key at 8 kHz, shape (seconds * 8000,).

    ``level`` is the weaker tone's in dBm0, the other one is ``twist`` dB stronger: the high one where it is
    positive, the low one where it is negative. ``detune`` is added to the frequencies, as a share of them.
    """
    time = np.arange(round(seconds * _RATE)) / _RATE
    levels = (level + max(-twist, 0.0), level + max(twist, 0.0))
    wave = np.zeros(time.size)
    for frequency, dbm0, off, start in zip(pair(key), levels, detune, phase, strict=True):
        wave += amplitude(dbm0) * np.sin(2 * np.pi * frequency * (1 + off) * time + start)
    return wave


def sequence(
    keys: str, on: float = 0.04, off: float = 0.04, level: float = -9.0, twist: float = 0.0
) -> NDArray[np.int16]:
    """Keys one after the other with pauses (seconds) between and around them, as 16-bit samples."""
    pause = np.zeros(round(off * _RATE))
    parts = [part for key in keys for part in (pause, tone(key, on, level, twist))]
    wave = np.concatenate([*parts, pause])
    return np.clip(np.round(wave), -_PEAK, _PEAK).astype(np.int16)
