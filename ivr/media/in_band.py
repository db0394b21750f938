"""RTP packets of callers without telephone-event come in, the keys in their sound go out, in order."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from .g711 import Codec
from .rtp import HEADER_LENGTH
from .tone_ears import HOP, ToneEars

__all__ = ["InBand"]

_PLAIN = 0x80  # version 2 without padding, extension and contributors
_CODECS: tuple[Codec, ...] = ("PCMA", "PCMU")
_PAUSE = 320  # timestamp units without a packet that end a key: 40 ms (ITU-T Q.24)
_LATE = 100  # packets that one may come behind another; farther back a source has begun anew (RFC 3550 A.1)


class InBand:
    """Rows of calls, touched by the plane's thread; a row listens once it has been told what to expect.

    Only packets of the agreed codec in their plain form are listened to. What comes late, behind a packet
    that was heard, is left out; where packets are missing nothing is read across the gap. Another SSRC is
    another source, whose numbers say nothing of the one before.
    """

    def __init__(self, capacity: int) -> None:
        self._ears = ToneEars(capacity)
        self._law = np.full(capacity, -1, np.int8)
        self._payload_type = np.full(capacity, -1, np.int16)
        self._begun = np.zeros(capacity, np.bool_)
        self._sequence = np.zeros(capacity, np.int64)  # the one that should come next
        self._timestamp = np.zeros(capacity, np.int64)
        self._source = np.zeros(capacity, np.int64)
        self.listening = 0  # rows

    def expect(self, slot: int, codec: Codec | None, payload_type: int = -1) -> None:
        """Listen to this codec on a row from now on, or with None not at all."""
        law = -1 if codec is None else _CODECS.index(codec)
        if (law, payload_type) == (self._law[slot], self._payload_type[slot]):
            return
        self.listening += int(law >= 0) - int(self._law[slot] >= 0)
        self._law[slot], self._payload_type[slot] = law, payload_type
        self._begun[slot] = False
        self._ears.forget(slot)

    def expects(self, slots: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which rows listen."""
        listens: NDArray[np.bool_] = self._law[slots] >= 0
        return listens

    def take(
        self,
        slots: NDArray[np.int64],
        data: NDArray[np.uint8],
        lengths: NDArray[np.int64],
        sequence: NDArray[np.int64],
    ) -> Iterator[tuple[int, str]]:
        """Listen to datagrams (n, size) of rows (n,); the keys that went down, with their row."""
        fits = (
            (self._law[slots] >= 0)
            & ((data[:, 1] & 0x7F) == self._payload_type[slots])
            & (data[:, 0] == _PLAIN)
            & (lengths >= HEADER_LENGTH + HOP)
        )
        places = np.flatnonzero(fits)
        while places.size:
            _, first = np.unique(slots[places], return_index=True)  # each row's earliest: one a round
            now = places[np.sort(first)]
            yield from self._round(slots[now], data[now], lengths[now], sequence[now])
            places = np.delete(places, first)

    def _round(
        self,
        slots: NDArray[np.int64],
        data: NDArray[np.uint8],
        lengths: NDArray[np.int64],
        sequence: NDArray[np.int64],
    ) -> Iterator[tuple[int, str]]:
        timestamp, source = data[:, 4:12].copy().view(">u4").astype(np.int64).T
        ahead = (sequence - self._sequence[slots]).astype(np.int16)
        goes_on = self._begun[slots] & (source == self._source[slots]) & (ahead >= -_LATE)
        usable = ~goes_on | (ahead >= 0)
        gap = usable & (~goes_on | (ahead > 0))
        paused = goes_on & (ahead == 0)
        paused &= (timestamp - self._timestamp[slots]).astype(np.int32) >= _PAUSE
        if gap.any():
            self._ears.lost(slots[gap])
        for slot in slots[paused].tolist():
            self._ears.forget(slot)
        slots, lengths, data = slots[usable], lengths[usable] - HEADER_LENGTH, data[usable]
        self._begun[slots] = True
        self._sequence[slots] = sequence[usable] + 1
        self._timestamp[slots], self._source[slots] = timestamp[usable] + lengths, source[usable]
        law = self._law[slots]
        for which, codec in enumerate(_CODECS):
            for length in np.unique(lengths[law == which]).tolist():
                same = np.flatnonzero((law == which) & (lengths == length))
                octets = data[same, HEADER_LENGTH : HEADER_LENGTH + length]
                yield from self._ears.hear(slots[same], octets, codec)
                if length % HOP:
                    self._ears.lost(slots[same])
