"""Datagrams come in, RTP headers and payloads go out (RFC 3550): one by one, or a batch as arrays."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["HEADER", "HEADER_LENGTH", "Headers", "Packet", "pack", "parse", "read_headers"]

HEADER_LENGTH = 12
_SHORTEST_CONTROL = 8  # an empty receiver report (RFC 3550 section 6.4.2)

HEADER = np.dtype(
    [("first", "u1"), ("second", "u1"), ("sequence", ">u2"), ("timestamp", ">u4"), ("ssrc", ">u4")]
)
"""The fixed header of RFC 3550 section 5.1 as it lies on the wire; ``first`` is 0x80 without CSRC.

    0                   1                   2                   3
    |V=2|P|X|  CC   |M|     PT      |       sequence number         |
    |                           timestamp                           |
    |                             SSRC                              |
"""


@dataclass(frozen=True, slots=True)
class Packet:
    """One RTP packet, its padding, extension and contributors taken off."""

    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    marker: bool
    payload: bytes


def pack(packet: Packet) -> bytes:
    """The datagram of a packet; numbers are cut to their width on the wire."""
    return (
        struct.pack(
            "!BBHII",
            0x80,
            (0x80 if packet.marker else 0) | packet.payload_type & 0x7F,
            packet.sequence & 0xFFFF,
            packet.timestamp & 0xFFFFFFFF,
            packet.ssrc & 0xFFFFFFFF,
        )
        + packet.payload
    )


def parse(datagram: bytes) -> Packet | None:
    """Read one datagram; None where version, contributors, extension or padding do not fit its length."""
    if len(datagram) < HEADER_LENGTH:
        return None
    first, second, sequence, timestamp, ssrc = struct.unpack_from("!BBHII", datagram)
    if first >> 6 != 2:
        return None
    start = HEADER_LENGTH + 4 * (first & 0x0F)
    if first & 0x10:  # section 5.3.1: 16 bits of profile, 16 bits of length in 32-bit words
        if len(datagram) < start + 4:
            return None
        start += 4 + 4 * int.from_bytes(datagram[start + 2 : start + 4], "big")
    end = len(datagram)
    if first & 0x20:  # section 5.1: the last octet counts the padding, itself included
        padding = datagram[-1]
        if padding == 0:
            return None
        end -= padding
    if start > end:
        return None
    return Packet(second & 0x7F, sequence, timestamp, ssrc, bool(second & 0x80), datagram[start:end])


@dataclass(frozen=True, slots=True)
class Headers:
    """A batch of headers, each array of shape (n,).

    ``control`` marks RTCP; the numbers mean something only in rows with ``valid``.
    """

    valid: NDArray[np.bool_]
    control: NDArray[np.bool_]
    payload_type: NDArray[np.uint8]
    sequence: NDArray[np.int64]


def read_headers(data: NDArray[np.uint8], lengths: NDArray[np.int64]) -> Headers:
    """Read the fixed headers of datagrams laid out in rows, shape (n, 12 or more).

    RTCP on the same port is told apart by its packet types 192 to 223, which stand where RTP has the marker
    and a payload type that RFC 5761 section 4 keeps free; its shortest packet has 8 octets.
    """
    version = (data[:, 0] & 0xC0) == 0x80
    second = data[:, 1]
    looks_like_control = (second & 0xE0) == 0xC0
    valid = version & (lengths >= HEADER_LENGTH) & ~looks_like_control
    control = version & (lengths >= _SHORTEST_CONTROL) & looks_like_control
    sequence = (data[:, 2].astype(np.int64) << 8) | data[:, 3]
    return Headers(valid, control, (second & 0x7F).astype(np.uint8), sequence)
