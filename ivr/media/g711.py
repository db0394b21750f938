"""16-bit samples at 8 kHz come in, G.711 octets go out, and back (ITU-T G.711, A-law and mu-law)."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["SILENCE", "Codec", "decode", "encode"]

Codec = Literal["PCMA", "PCMU"]

SILENCE: dict[Codec, int] = {"PCMA": 0xD5, "PCMU": 0xFF}
"""The octet of a zero sample."""

_BIAS = 33  # mu-law, in 14-bit units: makes every segment start at a power of two
_CLIP = 8159


def _alaw_encoding() -> NDArray[np.uint8]:
    """G.711 table 1: the octet of each 16-bit sample, by its unsigned pattern; 13 bits count."""
    sample = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32) >> 3
    mask = np.where(sample >= 0, 0xD5, 0x55)
    size = np.where(sample >= 0, sample, -sample - 1)
    segment = np.searchsorted([0x1F, 0x3F, 0x7F, 0xFF, 0x1FF, 0x3FF, 0x7FF, 0xFFF], size)
    step = (size >> np.maximum(segment, 1)) & 0x0F
    return np.asarray(((segment << 4) | step) ^ mask, np.uint8)


def _mulaw_encoding() -> NDArray[np.uint8]:
    """G.711 table 2: the octet of each 16-bit sample, by its unsigned pattern; 14 bits count."""
    sample = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32) >> 2
    mask = np.where(sample >= 0, 0xFF, 0x7F)
    size = np.minimum(np.abs(sample), _CLIP) + _BIAS
    segment = np.searchsorted([0x3F, 0x7F, 0xFF, 0x1FF, 0x3FF, 0x7FF, 0xFFF, 0x1FFF], size)
    code = np.minimum((segment << 4) | ((size >> (segment + 1)) & 0x0F), 0x7F)
    return np.asarray(code ^ mask, np.uint8)


def _alaw_decoding() -> NDArray[np.int16]:
    code = np.arange(256, dtype=np.int32) ^ 0x55
    segment, step = (code >> 4) & 7, code & 0x0F
    size = (step << 4) + 8
    size = np.where(segment > 0, (size + 0x100) << np.maximum(segment - 1, 0), size)
    return np.where(code & 0x80, size, -size).astype(np.int16)


def _mulaw_decoding() -> NDArray[np.int16]:
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    size = ((((code & 0x0F) << 1) + _BIAS) << ((code >> 4) & 7)) - _BIAS
    return np.where(code & 0x80, -size * 4, size * 4).astype(np.int16)


_ENCODING: dict[Codec, NDArray[np.uint8]] = {"PCMA": _alaw_encoding(), "PCMU": _mulaw_encoding()}
_DECODING: dict[Codec, NDArray[np.int16]] = {"PCMA": _alaw_decoding(), "PCMU": _mulaw_decoding()}


def encode(pcm: NDArray[np.int16], codec: Codec) -> NDArray[np.uint8]:
    """Samples of any shape to octets of the same shape."""
    return _ENCODING[codec][pcm.view(np.uint16)]


def decode(octets: NDArray[np.uint8], codec: Codec) -> NDArray[np.int16]:
    """Octets of any shape to samples of the same shape."""
    return _DECODING[codec][octets]
