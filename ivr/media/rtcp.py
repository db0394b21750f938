"""RTCP datagrams come in, what they report goes out; and the reports of many streams as rows (RFC 3550).

Every report that leaves is a compound packet (section 6.1): a sender or receiver report, then our name.

    SR 28 octets [+ block 24]      RR 8 octets [+ block 24]      + SDES 28 octets with a name of 16 letters
"""

from __future__ import annotations

import base64
import secrets
import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Block", "Name", "Report", "block_rows", "compact", "read", "receiver_reports", "sender_reports"]

_SENDER, _RECEIVER, _DESCRIPTION, _GOODBYE = 200, 201, 202, 203
_CANONICAL = 1  # the item that names a source (section 6.5.1)
_EPOCH = 2_208_988_800  # seconds from 1900, where NTP begins, to 1970
_BLOCK = np.dtype(
    [
        ("about", ">u4"), ("lost", ">u4"), ("highest", ">u4"), ("jitter", ">u4"), ("last", ">u4"),
        ("delay", ">u4"),
    ]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Block:
    """What somebody has received of one stream (section 6.4.1).

    ``fraction`` of 256 lost since the report before, ``lost`` in all (may be negative), ``jitter`` in
    timestamp units, ``last`` and ``delay`` for the round trip, in 65,536ths of a second.
    """

    about: int
    fraction: int
    lost: int
    highest: int
    jitter: int
    last: int
    delay: int


@dataclass(frozen=True, slots=True)
class Report:
    """A compound packet: from whom, when sent (NTP's middle 32 bits, 0: not a sender), and blocks."""

    source: int
    sent: int
    blocks: tuple[Block, ...]
    goodbye: bool = False


class Name:
    """How this line is called in RTCP: random and the same for as long as the process lives (RFC 7022)."""

    def __init__(self, letters: str | None = None) -> None:
        said = (letters or base64.b64encode(secrets.token_bytes(12)).decode()).encode("ascii")
        item = struct.pack("!BB", _CANONICAL, len(said)) + said
        self.octets = np.frombuffer(item + bytes(4 - len(item) % 4), np.uint8)


def read(datagram: bytes) -> Report | None:
    """Read a compound packet; None where it is none (appendix A.2) or a length in it does not add up."""
    if len(datagram) < 8 or datagram[1] not in (_SENDER, _RECEIVER) or datagram[0] & 0x20:
        return None
    source, sent, blocks, goodbye, place = 0, 0, list[Block](), False, 0
    while place < len(datagram):
        if len(datagram) < place + 4:
            return None
        first, kind, words = struct.unpack_from("!BBH", datagram, place)
        end = place + 4 * (words + 1)
        if first >> 6 != 2 or end > len(datagram):
            return None
        if kind in (_SENDER, _RECEIVER):
            head = 28 if kind == _SENDER else 8
            if end < place + head + 24 * (first & 0x1F):
                return None
            source = int.from_bytes(datagram[place + 4 : place + 8], "big")
            if kind == _SENDER:
                sent = int.from_bytes(datagram[place + 10 : place + 14], "big")
            blocks += (_block(datagram, place + head + 24 * one) for one in range(first & 0x1F))
        goodbye |= kind == _GOODBYE
        place = end
    return Report(source, sent, tuple(blocks), goodbye)


def compact(seconds: float) -> int:
    """A wall clock time as NTP's middle 32 bits, which ``last`` in a block repeats (section 6.4.1)."""
    return int((seconds + _EPOCH) * 65536) & 0xFFFFFFFF


def sender_reports(
    ssrc: NDArray[np.uint32],
    seconds: float,
    timestamps: NDArray[np.uint32],
    packets: NDArray[np.int64],
    octets: NDArray[np.int64],
    blocks: NDArray[np.void] | None,
    name: Name,
) -> NDArray[np.uint8]:
    """One SR a row, shape (n, size): ``timestamps`` are what each stream's clock shows at ``seconds`` (UTC).

    ``blocks`` is of ``block_rows``, or None where nothing was received.
    """
    rows = _rows(ssrc, _SENDER, 28, blocks, name)
    whole = rows[:, 8:28].view(">u4")
    whole[:, 0] = np.uint32((int(seconds) + _EPOCH) & 0xFFFFFFFF)
    whole[:, 1] = np.uint32(int((seconds % 1) * 2**32) & 0xFFFFFFFF)
    whole[:, 2] = timestamps
    whole[:, 3] = packets.astype(np.uint32)
    whole[:, 4] = octets.astype(np.uint32)
    return rows


def receiver_reports(
    ssrc: NDArray[np.uint32], blocks: NDArray[np.void] | None, name: Name
) -> NDArray[np.uint8]:
    """One RR a row, shape (n, size), of streams that have sent nothing since the report before."""
    return _rows(ssrc, _RECEIVER, 8, blocks, name)


def block_rows(
    about: NDArray[np.uint32],
    fraction: NDArray[np.int64],
    lost: NDArray[np.int64],
    highest: NDArray[np.int64],
    jitter: NDArray[np.float64],
    last: NDArray[np.uint32],
    delay: NDArray[np.float64],
) -> NDArray[np.void]:
    """Report blocks, one a row; ``fraction`` of 256, ``jitter`` in timestamp units, ``delay`` in seconds."""
    blocks = np.zeros(about.size, _BLOCK)
    blocks["about"] = about
    kept = np.clip(lost, -(1 << 23), (1 << 23) - 1) & 0xFFFFFF
    blocks["lost"] = (np.clip(fraction, 0, 255) << 24) | kept
    blocks["highest"] = highest & 0xFFFFFFFF
    blocks["jitter"] = np.clip(jitter, 0, 0xFFFFFFFF)
    blocks["last"] = last
    blocks["delay"] = np.clip(delay * 65536, 0, 0xFFFFFFFF)
    return blocks


def _rows(
    ssrc: NDArray[np.uint32], kind: int, head: int, blocks: NDArray[np.void] | None, name: Name
) -> NDArray[np.uint8]:
    """Compound packets with their headers, blocks and names, the rest of the report still empty."""
    report = head + (0 if blocks is None else _BLOCK.itemsize)
    rows = np.zeros((ssrc.size, report + 8 + name.octets.size), np.uint8)
    sources = np.ascontiguousarray(ssrc, ">u4").view(np.uint8).reshape(-1, 4)
    rows[:, :4] = np.frombuffer(
        struct.pack("!BBH", 0x80 | (blocks is not None), kind, report // 4 - 1), np.uint8
    )
    rows[:, 4:8] = rows[:, report + 4 : report + 8] = sources
    if blocks is not None:
        rows[:, head:report] = blocks.view(np.uint8).reshape(-1, _BLOCK.itemsize)
    words = 1 + name.octets.size // 4
    rows[:, report : report + 4] = np.frombuffer(struct.pack("!BBH", 0x81, _DESCRIPTION, words), np.uint8)
    rows[:, report + 8 :] = name.octets
    return rows


def _block(datagram: bytes, place: int) -> Block:
    about, lost, highest, jitter, last, delay = struct.unpack_from("!IIIIII", datagram, place)
    signed = (lost & 0xFFFFFF) - ((lost & 0x800000) << 1)
    return Block(about, lost >> 24, signed, highest, jitter, last, delay)
