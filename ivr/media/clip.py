"""Samples come in once, the frames that every call shares go out: one piece of speech in both laws."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .g711 import SILENCE, Codec, encode

__all__ = ["FRAME", "LONGEST_PACKET", "RATE", "Clip", "silence"]

RATE = 8000
"""Samples a second; in G.711 also octets a second."""
FRAME = 160
"""Samples of 20 ms."""
LONGEST_PACKET = 480
"""Octets of 60 ms, the longest packet time we agree to."""


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """Encoded speech in memory that never moves.

    Each law holds ``size`` octets, whole 20 ms frames, and behind them silence enough that a packet of
    60 ms which begins inside the clip also ends inside the array.
    """

    alaw: NDArray[np.uint8]
    mulaw: NDArray[np.uint8]
    size: int
    _places: tuple[int, int] = field(init=False)  # of both laws; to ask numpy each time is slow

    def __post_init__(self) -> None:
        object.__setattr__(self, "_places", (self.alaw.ctypes.data, self.mulaw.ctypes.data))

    @classmethod
    def from_pcm(cls, samples: NDArray[np.int16]) -> Clip:
        """Encode int16 samples at 8 kHz, shape (n,); the last frame is filled up with silence."""
        if samples.dtype != np.int16 or samples.ndim != 1:
            raise ValueError(
                f"a clip is made of int16 samples in one row, not {samples.dtype}{samples.shape}"
            )
        size = -(-samples.size // FRAME) * FRAME
        padded = np.zeros(size + LONGEST_PACKET, np.int16)
        padded[: samples.size] = samples
        laws = encode(padded, "PCMA"), encode(padded, "PCMU")
        for law in laws:
            law.setflags(write=False)
        return cls(*laws, size)

    @property
    def seconds(self) -> float:
        """How long it plays."""
        return self.size / RATE

    @property
    def octets_held(self) -> int:
        """Memory that both laws take."""
        return int(self.alaw.nbytes + self.mulaw.nbytes)

    def octets(self, codec: Codec) -> NDArray[np.uint8]:
        """The frames in one law with the silence behind them, shape (size + 480,)."""
        return self.alaw if codec == "PCMA" else self.mulaw

    def address(self, codec: Codec) -> int:
        """Where the first octet lies in memory; holds as long as the clip is referred to."""
        return self._places[codec == "PCMU"]


def silence(codec: Codec) -> NDArray[np.uint8]:
    """One packet of silence of the longest packet time."""
    quiet = np.full(LONGEST_PACKET, SILENCE[codec], np.uint8)
    quiet.setflags(write=False)
    return quiet
