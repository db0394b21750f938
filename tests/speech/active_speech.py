"""Samples in, their active speech level out, as ITU-T P.56 method B measures it: not how the chain does.

An envelope (two averages of 30 ms in a row) is compared with thresholds a factor of two apart, each held for
200 ms; the level is that of the threshold which lies 15.9 dB below the level that it gives.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

MARGIN = 15.9  # dB, P.56 section 5.4
_AVERAGED = 0.03  # s, the envelope's time constant
_HELD = 0.2  # s, the hangover
_THRESHOLDS = 2.0 ** np.arange(15)  # of 16 bits


def p56_level(samples: NDArray[np.int16], rate: int = 8000) -> float:
    """RMS of active speech, of 16 bits; zero where there is none."""
    wave = samples.astype(np.float64)
    energy = float((wave**2).sum())
    envelope = _averaged(_averaged(np.abs(wave), rate), rate)
    held = round(_HELD * rate)
    previous: tuple[float, float] | None = None
    for threshold in _THRESHOLDS:
        active = _active(envelope >= threshold, held)
        if not active:
            break
        level, edge = 10 * math.log10(energy / active), 20 * math.log10(threshold)
        if level - edge <= MARGIN:
            if previous is None:
                return 10 ** (level / 20)
            before, under = previous
            over = (before - under) - (level - edge)
            part = ((before - under) - MARGIN) / over
            return 10 ** ((before + (level - before) * part) / 20)
        previous = level, edge
    return 0.0


def outside_band(samples: NDArray[np.int16], rate: int = 8000) -> tuple[float, float]:
    """The energy below 300 Hz, and above 3,400 Hz, in dB of the whole."""
    power = np.abs(np.fft.rfft(samples.astype(np.float64))) ** 2
    hertz = np.fft.rfftfreq(len(samples), 1 / rate)
    low, high = (float(power[part].sum() / power.sum()) for part in (hertz < 300, hertz > 3400))
    return 10 * math.log10(low + 1e-12), 10 * math.log10(high + 1e-12)


def _averaged(wave: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    """First-order recursive average, in blocks: y[n] = g y[n-1] + (1 - g) x[n]."""
    g = math.exp(-1 / (_AVERAGED * rate))
    block = 160
    padded = np.pad(wave, (0, -len(wave) % block)).reshape(-1, block)
    fall = g ** np.arange(block)
    kernel = np.tril(g ** (np.arange(block)[:, None] - np.arange(block)[None, :]).clip(0)) * (1 - g)
    own = padded @ kernel.T
    averaged, last = np.empty_like(own), 0.0
    for row, rising in enumerate(own):
        averaged[row] = rising + last * g * fall
        last = float(averaged[row, -1])
    return averaged.reshape(-1)[: len(wave)]


def _active(above: NDArray[np.bool_], held: int) -> int:
    """How many samples lie above, or at most ``held`` samples behind one that does."""
    places = np.flatnonzero(above)
    if not len(places):
        return 0
    gaps = np.diff(places, append=len(above))
    return int(np.minimum(gaps, held + 1).sum())
