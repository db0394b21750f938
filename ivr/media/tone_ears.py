"""Samples of all calls that have no telephone-event come in, the keys in their sound go out (ITU-T Q.24).

Every 10 ms the last 20 ms of each call are looked at, all calls at once:

    8 correlations -> is there one tone of each group in it at all? hardly ever, and never for silence
        -> for those few: where exactly the two peaks lie, and what is left when both are taken away
        -> a key, when frequency, level, twist and what is left all fit, in two windows running

Two windows that are full of tone need at most 40 ms of it, and 23 ms never fill two. A key is over when five
windows running do not have it: a break of 10 ms spoils three, a pause of 40 ms at least five. What is left
beside the two tones keeps speech from being taken for keys: speech has harmonics.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .g711 import Codec, decode
from .tones import HIGH, KEYS, LOW, amplitude

__all__ = ["HOP", "ToneEars", "ToneLimits"]

HOP = 80
"""Samples between two looks: 10 ms."""

_WINDOW = 2 * HOP
_RATE = 8000
_SPECTRUM = 1024  # points of the padded spectrum: one every 7.8 Hz
_NONE = -1
_PRESENT = 0.2  # of the energy near the eight frequencies; the most detuned pair still has 0.35
_OVER = 5  # windows without the key until it is over


@dataclass(frozen=True, slots=True)
class ToneLimits:
    """What is a key, and what is not.

    Q.24 has tones within 1.5 % and 2 Hz heard and beyond 3.5 % not: ``off`` and ``hertz`` lie between. Levels
    in dBm0: 0 to -25 is heard, below -55 is not. Twist in dB: heard with the high tone up to 4 above or 8
    below the low one. ``rest`` is the share of energy that may be something else: noise 15 dB below has 0.03.
    """

    off: float = 0.025
    hertz: float = 1.0
    weakest: float = -31.0
    high_above: float = 6.5
    low_above: float = 10.5
    rest: float = 0.10


class ToneEars:
    """Rows of calls, touched by one thread."""

    def __init__(self, capacity: int, limits: ToneLimits = ToneLimits()) -> None:
        self._limits = limits
        self._before = np.zeros((capacity, HOP), np.float32)
        self._whole = np.zeros(capacity, np.bool_)  # whether the hop before is there
        self._met = np.full(capacity, _NONE, np.int8)  # the key in the window before
        self._held = np.full(capacity, _NONE, np.int8)  # the key that is down
        self._missed = np.zeros(capacity, np.int8)
        time = np.arange(_WINDOW) / _RATE
        turns = 2 * np.pi * np.outer(time, np.array(LOW + HIGH))
        self._near = np.hstack([np.cos(turns), np.sin(turns)]).astype(np.float32)
        self._hann = np.hanning(_WINDOW + 1)[:-1]

    def forget(self, row: int) -> None:
        """A call begins or ends: nothing of the row's past counts."""
        self._whole[row] = False
        self._met[row] = self._held[row] = _NONE
        self._missed[row] = 0

    def lost(self, rows: NDArray[np.int64]) -> None:
        """Packets are missing before what comes next: a window is not read across the gap."""
        self._whole[rows] = False

    def hear(
        self, rows: NDArray[np.int64], octets: NDArray[np.uint8], codec: Codec
    ) -> Iterator[tuple[int, str]]:
        """Listen to one packet of each row, each row once: octets (n, a multiple of 80). Row and key."""
        samples = decode(octets, codec).astype(np.float32)
        for first in range(0, samples.shape[1] - HOP + 1, HOP):
            yield from self._step(rows, samples[:, first : first + HOP])

    def _step(self, rows: NDArray[np.int64], hop: NDArray[np.float32]) -> Iterator[tuple[int, str]]:
        windows = np.concatenate([self._before[rows], hop], axis=1)
        whole = self._whole[rows]
        self._before[rows] = hop
        self._whole[rows] = True
        energy = np.einsum("ij,ij->i", windows, windows) / _WINDOW
        keys = np.full(rows.size, _NONE, np.int8)
        likely = np.flatnonzero(whole & self._likely(windows, energy))
        if likely.size:
            keys[likely] = self._keys(windows[likely].astype(np.float64), energy[likely])
        busy = np.flatnonzero(whole & ((keys >= 0) | (self._held[rows] >= 0) | (self._met[rows] >= 0)))
        if busy.size:
            yield from self._follow(rows[busy], keys[busy])

    def _likely(self, windows: NDArray[np.float32], energy: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Whether each window may hold one tone of each group: loud enough, and mostly near the eight."""
        found = windows @ self._near
        power = found[:, :8] ** 2 + found[:, 8:] ** 2
        low, high = power[:, :4].max(axis=1), power[:, 4:].max(axis=1)
        whole = energy * np.float32(_WINDOW**2 / 2)  # what one tone with all the energy has
        loud = energy > 2 * amplitude(self._limits.weakest) ** 2 / 2
        fits: NDArray[np.bool_] = loud & (low + high > _PRESENT * whole)
        return fits

    def _keys(self, windows: NDArray[np.float64], energy: NDArray[np.float32]) -> NDArray[np.int8]:
        """The key of each window, -1 where something does not fit."""
        spectrum = np.abs(np.fft.rfft(windows * self._hann, _SPECTRUM))
        low, high = _peak(spectrum, 620.0, 1040.0), _peak(spectrum, 1110.0, 1760.0)
        row, row_off = _nearest(low, LOW)
        column, column_off = _nearest(high, HIGH)
        sizes, rest = _take_away(windows, low, high)
        limits = self._limits
        twist = 20 * np.log10(np.maximum(sizes[:, 1], 1e-9) / np.maximum(sizes[:, 0], 1e-9))
        fits = (
            (row_off <= limits.off * np.array(LOW)[row] + limits.hertz)
            & (column_off <= limits.off * np.array(HIGH)[column] + limits.hertz)
            & (sizes.min(axis=1) >= amplitude(limits.weakest))
            & (twist <= limits.high_above)
            & (twist >= -limits.low_above)
            & (rest <= limits.rest * energy)
        )
        return np.where(fits, 4 * row + column, _NONE).astype(np.int8)

    def _follow(self, rows: NDArray[np.int64], keys: NDArray[np.int8]) -> Iterator[tuple[int, str]]:
        """Keys that go down and come up, row by row of those where something is heard or held."""
        found = keys >= 0
        twice = found & (keys == self._met[rows])
        self._met[rows] = keys
        held = self._held[rows]
        same = found & (keys == held)
        self._missed[rows] = np.where(same, 0, self._missed[rows] + 1)
        self._held[rows[self._missed[rows] >= _OVER]] = _NONE
        down = np.flatnonzero(twice & (keys != self._held[rows]))
        for place in down.tolist():
            row, key = int(rows[place]), int(keys[place])
            self._held[row], self._missed[row] = key, 0
            yield row, KEYS[key]


def _peak(spectrum: NDArray[np.float64], lowest: float, highest: float) -> NDArray[np.float64]:
    """The frequency in Hz of the highest point between two, by a parabola through the logarithms."""
    first, last = round(lowest * _SPECTRUM / _RATE), round(highest * _SPECTRUM / _RATE)
    at = first + spectrum[:, first : last + 1].argmax(axis=1)
    rows = np.arange(len(spectrum))
    left, top, right = (np.log(spectrum[rows, at + step] + 1e-9) for step in (-1, 0, 1))
    bend = left - 2 * top + right
    shift = np.where(bend < 0, (left - right) / (2 * np.where(bend < 0, bend, -1.0)), 0.0)
    hertz: NDArray[np.float64] = (at + np.clip(shift, -0.5, 0.5)) * _RATE / _SPECTRUM
    return hertz


def _nearest(
    frequencies: NDArray[np.float64], group: tuple[float, ...]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Which of the group each is nearest to by its share, and how many Hz away."""
    away = np.abs(frequencies[:, None] - np.array(group))
    nearest = (away / np.array(group)).argmin(axis=1)
    return nearest, away[np.arange(len(frequencies)), nearest]


def _take_away(
    windows: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Fit two sines of these frequencies by least squares: their peaks (n, 2), and the mean square left."""
    time = np.arange(_WINDOW) / _RATE
    turns = 2 * np.pi * np.stack([low, high], axis=1)[:, :, None] * time
    waves = np.concatenate([np.cos(turns), np.sin(turns)], axis=1)  # (n, 4, window)
    square = waves @ waves.transpose(0, 2, 1)
    seen = waves @ windows[:, :, None]
    parts = np.linalg.solve(square + 1e-6 * np.eye(4), seen)
    rest = windows - (parts.transpose(0, 2, 1) @ waves)[:, 0]
    sizes = np.hypot(parts[:, :2, 0], parts[:, 2:, 0])
    return sizes, np.mean(rest**2, axis=1)
