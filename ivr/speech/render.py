"""A voice's samples at any rate in, telephone speech out: 8 kHz, in band, at one level, no clipping.

voice -> resample -> high-pass -> trim -> level -> limit -> int16. The values are explained, with their
sources, in ``prompts/README.md``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import soxr
from numpy.typing import NDArray

from ivr.errors import VoiceError

__all__ = ["CHAIN", "RATE", "Chain", "Samples", "active_level", "level_out", "render"]

Samples = NDArray[np.int16]
Wave = NDArray[np.float64]

RATE = 8000  # Hz: what G.711 carries (RFC 3551 section 4.5.14)
_FRAME = RATE // 100  # 10 ms: the grain of trimming and of measuring the level
_BLOCK, _RESPONSE = 2048, 256  # samples that the high-pass takes at a time, and of them the filter's memory
_SHORTEST = 0.05  # s: anything below is a click, not a word


@dataclass(frozen=True, slots=True)
class Chain:
    """The chain's values; part of a sound's cache key, so that a changed value plays no old sound."""

    version: int = 1
    quality: str = "VHQ"  # soxr's best
    high_pass: float = 300.0  # Hz, -3 dB
    level: float = 2600.0  # RMS of active speech in 16 bits
    ceiling: float = 29000.0  # peak in 16 bits, below G.711's largest value in both laws
    gate: float = 15.9  # dB below the active level: quieter frames are pauses (ITU-T P.56's margin)
    silence: float = 45.0  # dB below the loudest frame: quieter edges are cut
    lead: float = 0.01  # s kept before the first sound
    tail: float = 0.2  # s after the last one, so that sentences played in a row do not run together
    limiter_window: float = 0.005  # s that the limiter looks ahead and holds


CHAIN = Chain()


def render(samples: Samples, rate: int, chain: Chain = CHAIN) -> Samples:
    """Turn mono 16-bit samples of any rate (Hz) into read-only telephone speech at 8 kHz.

    VoiceError where there is nothing to hear. Two milliseconds for a sentence of four seconds.
    """
    if samples.ndim != 1 or rate < RATE:
        raise VoiceError(f"mono samples at {RATE} Hz or more are expected")
    if not samples.any() or len(samples) < rate * _SHORTEST:
        raise VoiceError("the voice gave only silence")
    wave: Wave = samples.astype(np.float64)
    if rate != RATE:
        wave = soxr.resample(wave, rate, RATE, quality=chain.quality)
    return level_out(_trim(_high_pass(wave, chain.high_pass), chain), chain)


def level_out(wave: Wave, chain: Chain = CHAIN) -> Samples:
    """Bring speech at 8 kHz to the chain's level, below its ceiling; read-only. VoiceError for silence."""
    level = active_level(wave, chain.gate)
    if not level:
        raise VoiceError("the voice gave only silence")
    loud = _limit(wave * (chain.level / level), chain)
    said = np.round(loud).astype(np.int16)
    said.flags.writeable = False
    return said


def active_level(wave: NDArray[np.generic], gate: float = CHAIN.gate) -> float:
    """RMS of the frames that hold speech: those less than ``gate`` dB below the level itself.

    The level and the set of active frames depend on each other, so start from all frames and repeat until
    the set stands still, as ITU-T P.56 defines its threshold by the level that it gives.
    """
    power = _frame_power(wave.astype(np.float64))
    margin = 10 ** (-gate / 10)
    active = power > 0
    while True:
        level = float(power[active].mean()) if active.any() else 0.0
        still = active & (power > level * margin)
        if np.array_equal(still, active):
            return math.sqrt(level)
        active = still


def _frame_power(wave: Wave) -> Wave:
    padded = np.pad(wave, (0, -len(wave) % _FRAME))
    power: Wave = (padded.reshape(-1, _FRAME) ** 2).mean(axis=1)
    return power


def _high_pass(wave: Wave, corner: float) -> Wave:
    """Butterworth of second order (bilinear transform), applied as its frequency response in blocks.

    The filter's impulse response falls below 1e-12 within 256 samples at 300 Hz, so blocks that overlap by
    as much (overlap-save) give what running the recursion would.
    """
    step = _BLOCK - _RESPONSE
    blocks = -(-len(wave) // step)
    padded = np.pad(wave, (_RESPONSE, blocks * step - len(wave)))
    overlapping = np.lib.stride_tricks.sliding_window_view(padded, _BLOCK)[::step]
    spectra = np.fft.rfft(overlapping, axis=1) * _response(corner)
    filtered: Wave = np.fft.irfft(spectra, axis=1)[:, _RESPONSE:].reshape(-1)[: len(wave)]
    return filtered


@lru_cache(maxsize=4)
def _response(corner: float) -> NDArray[np.complex128]:
    """The high-pass at the frequencies of a block."""
    k = math.tan(math.pi * corner / RATE)
    z = np.exp(-2j * np.pi * np.arange(_BLOCK // 2 + 1) / _BLOCK)
    norm = 1 + math.sqrt(2) * k + k * k
    numerator = (1 - z) ** 2 / norm
    response: NDArray[np.complex128] = numerator / (
        1 + 2 * (k * k - 1) / norm * z + (1 - math.sqrt(2) * k + k * k) / norm * z * z
    )
    return response


def _trim(wave: Wave, chain: Chain) -> Wave:
    """Cut silence from both ends, keep a short lead, fade what was cut, add the tail."""
    power = _frame_power(wave)
    heard = np.flatnonzero(power > power.max() * 10 ** (-chain.silence / 10))
    lead = round(chain.lead * RATE)
    start = max(int(heard[0]) * _FRAME - lead, 0)
    end = min((int(heard[-1]) + 1) * _FRAME + lead, len(wave))
    kept = wave[start:end].copy()
    ramp = np.linspace(0, 1, min(lead, len(kept)))
    kept[: len(ramp)] *= ramp
    kept[-len(ramp) :] *= ramp[::-1]
    return np.concatenate([kept, np.zeros(round(chain.tail * RATE))])


def _limit(wave: Wave, chain: Chain) -> Wave:
    """Turn the gain down around peaks above the ceiling, smoothly and ahead of them; never above it."""
    peaks = np.abs(wave)
    if peaks.max() <= chain.ceiling:
        return wave
    reach = round(chain.limiter_window * RATE)
    gain = chain.ceiling / np.maximum(peaks, chain.ceiling)
    held = _lowest_around(np.pad(gain, 2 * reach, constant_values=1.0), 2 * reach + 1)
    slope = np.hanning(2 * reach + 3)[1:-1]
    smooth = np.convolve(held, slope / slope.sum(), mode="valid")
    return np.clip(wave * smooth, -chain.ceiling, chain.ceiling)


def _lowest_around(gain: Wave, width: int) -> Wave:
    """The lowest of each ``width`` values in a row, found by doubling: of 2, of 4, ..., of ``width``."""
    lowest, held = gain, 1
    while held < width:
        further = min(held, width - held)
        lowest = np.minimum(lowest[:-further], lowest[further:])
        held += further
    return lowest
