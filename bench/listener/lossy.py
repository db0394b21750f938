r"""Packets as they were recorded in, the sound of a phone out: some are lost on the way, and concealed.

A lost packet is filled as the phones of the field do (ITU-T G.711 Appendix I, without its fine points): the
last pitch period is said again, a fifth quieter every 10 ms after the first ten, and what comes next is
faded in over 4 ms.

    received  |==== 20 ms ====|====|  lost   |====|
    heard     |===============|====|pp pp pp\/====|     p: the last pitch period
"""

from __future__ import annotations

import random
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ivr.media.g711 import decode

__all__ = ["FRAME", "heard"]

Sound = NDArray[np.int16]

FRAME = 160  # samples in a packet of 20 ms
_PITCH = range(40, 121)  # samples in a period: voices of 66 to 200 Hz, and the octaves above
_MEASURED = 160  # samples that a period is compared over
_FADE = 32
_QUIETER = 80  # samples, 10 ms
_LOUDNESS = (1.0, 0.8, 0.6, 0.4, 0.2, 0.0)  # in each 10 ms of what is lost


def heard(packets: Mapping[int, bytes], loss: float, chance: random.Random) -> Sound:
    """A-law packets by their place, in 20 ms, as 8 kHz samples; places without a packet are silent.

    ``loss`` is the part of the packets that is lost, each by its own throw.
    """
    length = max(packets, default=-1) + 1
    sound = np.zeros(length * FRAME, np.float64)
    gap = 0
    for place in range(length):
        start = place * FRAME
        packet = packets.get(place)
        if packet is not None and chance.random() < loss:
            _conceal(sound, start, gap)
            gap += 1
            continue
        if packet is not None:
            samples = decode(np.frombuffer(packet, np.uint8), "PCMA")[:FRAME]
            sound[start : start + len(samples)] = samples
        if gap:
            _fade_in(sound, start, gap)
        gap = 0
    return np.clip(np.round(sound), -32768, 32767).astype(np.int16)


def _conceal(sound: NDArray[np.float64], start: int, gap: int) -> None:
    """Fill the packet that begins at ``start``; ``gap`` packets before it were lost as well."""
    sound[start : start + FRAME] = _repeated(sound[: start - gap * FRAME], gap * FRAME, FRAME)


def _fade_in(sound: NDArray[np.float64], start: int, gap: int) -> None:
    """Cross over from what was repeated to what has come."""
    rise = np.linspace(0, 1, _FADE)
    went_on = _repeated(sound[: start - gap * FRAME], gap * FRAME, _FADE)
    sound[start : start + _FADE] = sound[start : start + _FADE] * rise + went_on * (1 - rise)


def _repeated(past: NDArray[np.float64], after: int, count: int) -> NDArray[np.float64]:
    """The last pitch period over and over: ``count`` samples from ``after`` samples behind the past on."""
    if len(past) < _MEASURED + _PITCH[-1]:
        return np.zeros(count)
    period = _period(past)
    places = np.arange(after, after + count)
    steps = np.minimum(places // _QUIETER, len(_LOUDNESS) - 1)
    loudness: NDArray[np.float64] = past[-period:][places % period] * np.asarray(_LOUDNESS)[steps]
    return loudness


def _period(past: NDArray[np.float64]) -> int:
    """The lag at which the newest samples are most like the ones before them."""
    newest = past[-_MEASURED:]
    likeness = [
        float(newest @ past[-_MEASURED - lag : -lag]) / (np.linalg.norm(past[-_MEASURED - lag : -lag]) + 1e-9)
        for lag in _PITCH
    ]
    return _PITCH[int(np.argmax(likeness))]
