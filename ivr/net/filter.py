"""Payload types and addresses come in, a program that the kernel runs on a socket's packets goes out.

Speech that nobody listens to is dropped before it wakes anybody or lies in a buffer: classic BPF, attached to
a UDP socket, whose packets it sees from their UDP header on (Linux, Documentation/networking/filter.rst).

    what                                         is let in
    shorter than RTP, not RTP, RTCP              all
    another payload type, or the marker bit      all: keys, comfort noise, where a talkspurt begins
    speech whose sequence number divides by 64   all: the caller is alive, loss and jitter are told from it
    speech from a source that was named          all
    any other speech                             none
"""

from __future__ import annotations

import ipaddress
import socket
import struct
import sys
from collections.abc import Collection, Sequence

import numpy as np

from ivr.net.addresses import Addresses

__all__ = ["MOST_SOURCES", "MOST_TYPES", "SAMPLED", "attach", "can_filter", "detach", "program", "thin_out"]

SAMPLED = 64
"""Of so many packets one is let in."""

MOST_SOURCES = 400  # with these a program stays below half of the memory older kernels give a socket
MOST_TYPES = 32

_ATTACH, _DETACH = 26, 27  # SO_ATTACH_FILTER and SO_DETACH_FILTER, which the socket module does not name
_ALL = 0x40000  # octets to keep of a packet: more than any has
_UDP = 8  # octets of the header before ours
_RTP = _UDP + 12
_NETWORK = 0xFFF00000  # SKF_NET_OFF: offsets from here count from the IP header
_SOURCE = {socket.AF_INET: _NETWORK + 12, socket.AF_INET6: _NETWORK + 20}  # the last 32 bits of who sent it

_LOAD, _LOAD_HALF, _LOAD_LENGTH = 0x20, 0x28, 0x80
_AND, _EQUAL, _AT_LEAST, _ANY_BIT, _JUMP, _RETURN = 0x54, 0x15, 0x35, 0x45, 0x05, 0x06
_LEAF = 4  # values compared one by one

_Step = tuple[int, int, int, int]  # code, where to go on if true and if not (relative), operand


def can_filter() -> bool:
    """Whether this system takes such programs."""
    return sys.platform.startswith("linux")


def program(
    speech: Collection[int], hosts: Collection[int], ports: Collection[int], family: socket.AddressFamily
) -> bytes:
    """The instructions (``struct sock_filter``) that thin out these payload types.

    From ``hosts``, the last 32 bits of an address, and from source ``ports`` everything is let in: of IPv6
    some others with the same ending too. ValueError for more than ``MOST_TYPES`` or ``MOST_SOURCES``.
    """
    if not 0 < len(speech) <= MOST_TYPES or len(hosts) + len(ports) > MOST_SOURCES:
        raise ValueError(f"{len(speech)} payload types and {len(hosts) + len(ports)} sources are too many")
    types = sorted(speech)
    steps: list[_Step] = [
        (_LOAD_LENGTH, 0, 0, 0),
        (_AT_LEAST, 1, 0, _RTP),
        (_RETURN, 0, 0, _ALL),
        (_LOAD_HALF, 0, 0, _UDP),
        (_AND, 0, 0, 0xC0FF),  # version, marker and payload type: RTCP has what would be the marker
    ]
    steps += [(_EQUAL, len(types) - place, 0, 0x8000 | number) for place, number in enumerate(types)]
    steps += [
        (_RETURN, 0, 0, _ALL),
        (_LOAD_HALF, 0, 0, _UDP + 2),
        (_ANY_BIT, 1, 0, SAMPLED - 1),
        (_RETURN, 0, 0, _ALL),
    ]
    if ports:
        steps += [(_LOAD_HALF, 0, 0, 0), *_among(sorted(ports))]
    if hosts:
        steps += [(_LOAD, 0, 0, _SOURCE[family]), *_among(sorted(hosts))]
    steps.append((_RETURN, 0, 0, 0))
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def _among(values: Sequence[int]) -> list[_Step]:
    """Let the packet in if the number at hand is one of these, in order; else go on behind."""
    if len(values) <= _LEAF:
        compared: list[_Step] = [(_EQUAL, len(values) - n, 0, value) for n, value in enumerate(values)]
        return [*compared, (_JUMP, 0, 0, 1), (_RETURN, 0, 0, _ALL)]
    middle = len(values) // 2
    below, above = _among(values[:middle]), _among(values[middle:])
    return [
        (_AT_LEAST, 0, 1, values[middle]),
        (_JUMP, 0, 0, len(below) + 1),
        *below,
        (_JUMP, 0, 0, len(above)),
        *above,
    ]


def attach(to: socket.socket, instructions: bytes) -> bool:
    """Run a program on a socket's packets from now on, in place of the one before; no packet slips between.

    Where the system refuses it the socket has none any more and lets everything in: False.
    """
    held = np.frombuffer(instructions, np.uint8)  # a buffer of ctypes would be a new type for each length
    what = struct.pack("@HP", len(instructions) // 8, held.ctypes.data)
    try:
        to.setsockopt(socket.SOL_SOCKET, _ATTACH, what)
    except OSError:
        detach(to)
        return False
    return True


def thin_out(
    to: socket.socket,
    addresses: Addresses,
    speech: Collection[int],
    hosts: Collection[int],
    ports: Collection[int],
) -> bool:
    """Attach the program for ``Wire.thin_out`` of ``ivr.media.wire``; whether the system has taken it."""
    if not can_filter() or not speech:
        detach(to)
        return not speech
    named = [ipaddress.ip_address(str(addresses.name(host << 16)[0]).partition("%")[0]) for host in hosts]
    endings = {int(address) & 0xFFFFFFFF for address in named}
    return attach(to, program(speech, endings, ports, addresses.family))


def detach(to: socket.socket) -> None:
    """Let everything in; harmless without a program."""
    if not can_filter():
        return
    try:
        to.setsockopt(socket.SOL_SOCKET, _DETACH, 0)
    except OSError:  # there was none, or the socket is closed
        return
