"""What was heard and what should have been said in, where it begins and how alike they are out.

Both are int16 at 8 kHz. The measure is the normalised cross-correlation: 1 for the same sound at any
loudness, about 0 for another sound. Where the way between (a jitter buffer, a clock) lost or doubled a few
milliseconds, it is still the same sound to a listener, so the wanted sound is also looked for piece by piece.
"""

from __future__ import annotations

import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

__all__ = ["RATE", "Found", "chirp", "find", "read_wav", "signal_to_noise", "write_wav"]

RATE = 8000
PIECE = RATE // 2
SLIP = RATE // 8
QUIET = 50.0

Samples = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Found:
    """Where the wanted sound begins in what was heard (seconds), and how alike they are (-1 to 1)."""

    offset_s: float
    correlation: float


def chirp(seconds: float, first_hz: float = 400, last_hz: float = 2400) -> Samples:
    """A tone that rises all the time: like nothing anybody says, and unlike itself at any other moment."""
    at = np.arange(round(seconds * RATE)) / RATE
    turns = first_hz * at + (last_hz - first_hz) * at**2 / (2 * seconds)
    return (6000 * np.sin(2 * np.pi * turns)).astype(np.int16)


def find(heard: Samples, wanted: Samples) -> Found:
    """The best place of ``wanted`` in ``heard``; Found(0, 0) where either is silent or too short to tell."""
    where, whole = best_place(heard, wanted)
    if whole == 0.0:
        return Found(0.0, 0.0)
    return Found(where / RATE, max(whole, piece_by_piece(heard, wanted, where)))


def best_place(heard: Samples, wanted: Samples) -> tuple[int, float]:
    """The sample at which the two are most alike, and the correlation there."""
    sound = heard.astype(np.float64)
    model = wanted.astype(np.float64)
    if len(model) < 80 or len(sound) < len(model):
        return 0, 0.0
    energy = float(model @ model)
    if energy < QUIET**2 * len(model):
        return 0, 0.0
    size = 1 << (len(sound) + len(model) - 1).bit_length()
    products = np.fft.irfft(np.fft.rfft(sound, size) * np.conj(np.fft.rfft(model, size)), size)
    products = products[: len(sound) - len(model) + 1]
    sums = np.concatenate(([0.0], np.cumsum(sound * sound)))
    energies = sums[len(model) :] - sums[: -len(model)]
    # a silent stretch is alike to nothing; without this its rounding errors could be
    audible = energies > QUIET**2 * len(model) / 100
    alike = np.where(audible, products / np.sqrt(np.maximum(energies, 1.0) * energy), 0.0)
    where = int(np.argmax(alike))
    return where, float(alike[where])


def piece_by_piece(heard: Samples, wanted: Samples, where: int) -> float:
    """Mean correlation of half-second pieces, weighted by loudness, each near the piece before."""
    total = weight = 0.0
    slip = 0
    for start in range(0, len(wanted), PIECE):
        piece = wanted[start : start + PIECE]
        loud = float(np.sum(piece.astype(np.float64) ** 2))
        if len(piece) < PIECE // 4 or loud < QUIET**2 * len(piece):
            continue
        begin = max(0, where + start + slip - SLIP)
        place, alike = best_place(heard[begin : where + start + slip + len(piece) + SLIP], piece)
        if alike > 0.5:
            slip = begin + place - where - start
        total += alike * loud
        weight += loud
    return total / weight if weight else 0.0


def signal_to_noise(heard: Samples, wanted: Samples) -> float:
    """Signal to noise in dB of the wanted sound where it is found: about 38 after the right G.711 law."""
    where, alike = best_place(heard, wanted)
    if alike <= 0:
        return -np.inf
    model = wanted.astype(np.float64)
    sound = heard[where : where + len(model)].astype(np.float64)
    gain = float(sound @ model) / float(model @ model)
    noise = float(np.sum((sound - gain * model) ** 2))
    return float(10 * np.log10(gain * gain * float(model @ model) / max(noise, 1e-9)))


def read_wav(path: Path) -> Samples:
    """The samples of a mono 16-bit WAV of 8 kHz; ValueError for any other."""
    with wave.open(str(path), "rb") as file:
        if (file.getnchannels(), file.getsampwidth(), file.getframerate()) != (1, 2, RATE):
            raise ValueError(f"{path}: {file.getparams()} is not mono, 16 bits, {RATE} Hz")
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.int16)


def write_wav(path: Path, samples: Samples) -> None:
    """Samples to a mono 16-bit WAV of 8 kHz."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", "NONE"))
        file.writeframes(samples.astype("<i2").tobytes())
