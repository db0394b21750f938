"""A recording and a sentence's own sound in; where the sentence stands in it and how alike they are out.

Both are int16 at 8 kHz. Alike is the normalised cross-correlation: 1 for the same sound at any loudness,
about 0 for another. It is taken piece by piece, each near where the piece before it was, so that a jitter
buffer that slipped a few milliseconds, or two clocks that differ, do not turn right words into wrong ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ivr.ops.probe_call import RATE, Samples

__all__ = ["Place", "level", "locate", "speech_spells"]

PIECE = RATE // 2
SLIP = RATE // 10
QUIET = 30.0  # RMS below which a stretch is silence
_FRAME = RATE // 50


@dataclass(frozen=True, slots=True)
class Place:
    """Sample in the recording at which the sentence begins, and how alike they are, -1 to 1.

    ``worst`` is the least alike half second: a single wrong word, one of ten, hardly moves the whole.
    """

    start: int
    alike: float
    worst: float = 0.0


def locate(heard: Samples, wanted: Samples) -> Place:
    """The place where the wanted sound is most alike; Place(0, 0.0) where either is silent or too short."""
    loud = np.flatnonzero(np.abs(wanted) > QUIET)
    if not len(loud):
        return Place(0, 0.0)
    model = wanted[loud[0] : loud[-1] + 1]  # the line may cut or stretch the silence around a sentence
    whole = _best(heard, model)
    if whole.alike <= 0:
        return Place(0, 0.0)
    pieces = _piece_by_piece(heard, model, whole.start)
    weight = sum(energy for energy, _ in pieces)
    alike = sum(energy * alike for energy, alike in pieces) / weight
    # A piece much quieter than the rest is a pause with a breath in it, and tells nothing.
    telling = [alike for energy, alike in pieces if energy > 0.05 * weight / len(pieces)]
    return Place(whole.start - int(loud[0]), max(whole.alike, alike), min(telling))


def _best(heard: Samples, wanted: Samples) -> Place:
    """Where the normalised cross-correlation of the whole is largest."""
    sound, model = heard.astype(np.float64), wanted.astype(np.float64)
    energy = float(model @ model)
    if len(model) < _FRAME or len(sound) < len(model) or energy < QUIET**2 * len(model):
        return Place(0, 0.0)
    size = 1 << (len(sound) + len(model) - 1).bit_length()
    product = np.fft.irfft(np.fft.rfft(sound, size) * np.conj(np.fft.rfft(model, size)), size)
    sums = np.concatenate(([0.0], np.cumsum(sound * sound)))
    there = sums[len(model) :] - sums[: -len(model)]
    floor = energy * 1e-4  # 40 dB below the wanted sound there is nothing to compare
    alike: NDArray[np.float64] = product[: len(there)] / np.sqrt(np.maximum(there, floor) * energy)
    start = int(np.argmax(alike))
    return Place(start, float(alike[start]))


def _piece_by_piece(heard: Samples, wanted: Samples, start: int) -> list[tuple[float, float]]:
    """Energy and likeness of each half second, taken every quarter."""
    pieces = []
    slip = 0
    for at in range(0, max(1, len(wanted) - PIECE // 2), PIECE // 2):
        piece = wanted[at : at + PIECE]
        energy = float(np.sum(piece.astype(np.float64) ** 2))
        begin = max(0, start + at + slip - SLIP)
        found = _best(heard[begin : start + at + slip + len(piece) + SLIP], piece)
        if found.alike > 0.5:
            slip = begin + found.start - start - at
        pieces.append((energy, max(found.alike, 0.0)))
    return pieces


def level(sound: Samples) -> float:
    """RMS of what is not silence, 0.0 if all of it is."""
    frames = _frames(sound)
    loud = frames[frames > QUIET]
    return float(np.sqrt(np.mean(loud**2))) if len(loud) else 0.0


def speech_spells(sound: Samples, pause: float = 0.5) -> list[tuple[float, float]]:
    """From when to when there is sound, in seconds of the recording, joined over shorter pauses."""
    spells: list[tuple[float, float]] = []
    for frame in np.flatnonzero(_frames(sound) > QUIET):
        at = float(frame) * _FRAME / RATE
        if spells and at - spells[-1][1] < pause:
            spells[-1] = (spells[-1][0], at + _FRAME / RATE)
        else:
            spells.append((at, at + _FRAME / RATE))
    return spells


def _frames(sound: Samples) -> NDArray[np.float64]:
    """The RMS of each 20 ms."""
    whole = sound[: len(sound) // _FRAME * _FRAME].astype(np.float64).reshape(-1, _FRAME)
    rms: NDArray[np.float64] = np.sqrt(np.mean(whole**2, axis=1))
    return rms
