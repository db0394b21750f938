"""Headers and payload addresses come in, datagrams go out by the hundred a system call, and back as rows.

On 64-bit Linux ``sendmmsg`` and ``recvmmsg`` through ctypes; elsewhere a loop over ``sendto`` and
``recvfrom`` with the same face. The interpreter is let go only to send many datagrams: to get it back from a
busy thread may take the whole switch interval, which is longer than any other call takes.
"""

from __future__ import annotations

import ctypes
import errno
import socket
import struct
import sys
import time
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ivr.net.addresses import IPV4, Addresses
from ivr.net.filter import thin_out

__all__ = ["Batch", "LoopRound", "LoopWire", "MmsgRound", "MmsgWire", "Received", "can_batch", "open_wire"]

BATCH = 512  # datagrams read with one system call
_MOST = 1024  # datagrams that the kernel takes of one system call (UIO_MAXIOV)
ROW = 640  # octets kept of a datagram: 60 ms of G.711 with header, contributors and a small extension
_BUFFER = 4 << 20  # octets asked for each socket: 100 ms of 5,000 calls at the kernel's own accounting
_EXPEDITED = 0xB8  # DSCP 46, the class for telephone audio (RFC 4594 section 4.1)
_FEW = 64  # datagrams for which sending takes less than getting the interpreter back may take
_REFUSALS = 16  # errors of single peers taken off a socket before the rest waits for the next tick
_HEADER_LENGTH = 12

_IOVEC = np.dtype([("base", "u8"), ("length", "u8")])
_MMSGHDR = np.dtype(
    [
        ("name", "u8"), ("name_length", "u4"), ("pad1", "u4"), ("vector", "u8"), ("vector_length", "u8"),
        ("control", "u8"), ("control_length", "u8"), ("flags", "i4"), ("pad2", "u4"),
        ("length", "u4"), ("pad3", "u4"),
    ]
)  # fmt: skip

_STAMP = np.dtype(
    [("length", "u8"), ("level", "i4"), ("kind", "i4"), ("seconds", "i8"), ("nanoseconds", "i8")]
)
"""A control message with the time at which a datagram came in, ``struct timespec`` behind ``cmsghdr``."""

_WHOLE = 10, 3
"""IP_MTU_DISCOVER and IP_PMTUDISC_PROBE of Linux: "don't fragment", whatever a path is said to take.

The longest packet of ours goes through every network, and for packets that stay whole the system has no
identification to make up (RFC 6864 section 4), a fifth of the work for each.
"""

_TIMESTAMPNS = 35  # SO_TIMESTAMPNS of Linux, which the socket module does not name


def can_batch() -> bool:
    """Whether this system has sendmmsg and recvmmsg in the layout known here."""
    if not sys.platform.startswith("linux") or struct.calcsize("P") != 8:
        return False
    library = ctypes.CDLL(None)
    return hasattr(library, "sendmmsg") and hasattr(library, "recvmmsg")


@dataclass(frozen=True, slots=True)
class Received:
    """Datagrams in rows (n, ROW); of each its length, source (a key of the wire's addresses) and time."""

    data: NDArray[np.uint8]
    lengths: NDArray[np.int64]
    sources: NDArray[np.uint64]
    times: NDArray[np.float64]
    more: bool


class Batch:
    """The structures of the two system calls, laid out and linked once.

    All wires of one thread and one address family use the same.
    """

    def __init__(self, size: int = BATCH, addresses: Addresses = IPV4) -> None:
        """Room for ``size`` datagrams a call, at most 1024."""
        if not 1 <= size <= _MOST:
            raise ValueError(f"a system call takes 1 to {_MOST} datagrams, not {size}")
        self.size = size
        self.addresses = addresses
        holding = ctypes.PyDLL(None, use_errno=True)
        self.send_many = ctypes.CDLL(None, use_errno=True).sendmmsg
        self.send_few, self.recvmmsg = holding.sendmmsg, holding.recvmmsg
        self.send_many.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int]
        self.send_few.argtypes = self.send_many.argtypes
        self.recvmmsg.argtypes = [*self.send_many.argtypes, ctypes.c_void_p]
        self.headers = np.zeros((size, _HEADER_LENGTH), np.uint8)
        self.out_vectors = np.zeros(2 * size, _IOVEC)
        self.out_vectors["base"][0::2] = self.headers.ctypes.data + np.arange(size) * _HEADER_LENGTH
        self.out_vectors["length"][0::2] = _HEADER_LENGTH
        self.out_names, self.out = self._messages(self.out_vectors, 2)
        self.rows = np.zeros((size, ROW), np.uint8)
        self.in_vectors = np.zeros(size, _IOVEC)
        self.in_vectors["base"] = self.rows.ctypes.data + np.arange(size) * ROW
        self.in_vectors["length"] = ROW
        self.in_names, self.into = self._messages(self.in_vectors, 1)
        self.stamps = np.zeros(size, _STAMP)
        self.into["control"] = self.stamps.ctypes.data + np.arange(size) * _STAMP.itemsize
        self.out_address, self.in_address = int(self.out.ctypes.data), int(self.into.ctypes.data)
        self.lengths_in, self.room_for_stamps = self.into["length"], self.into["control_length"]
        self.in_used = size

    def _messages(self, vectors: NDArray[np.void], each: int) -> tuple[NDArray[np.void], NDArray[np.void]]:
        return _messages(self.addresses, vectors, each)

    def send_at(self, descriptor: int, address: int, count: int) -> int:
        """Send the message headers that lie at an address; how many the system took."""
        done, taken = 0, 0
        while done < count:
            left = min(count - done, _MOST)
            call = self.send_many if left > _FEW else self.send_few
            sent = call(descriptor, address + done * _MMSGHDR.itemsize, left, 0)
            if sent > 0:
                done, taken = done + sent, taken + sent
                continue
            error = ctypes.get_errno()
            if error in (errno.EAGAIN, errno.ENOBUFS, errno.EBADF):
                break
            if error != errno.EINTR:  # this one peer cannot be reached; the others can
                done += 1
        return taken


def _messages(
    addresses: Addresses, vectors: NDArray[np.void], each: int
) -> tuple[NDArray[np.void], NDArray[np.void]]:
    """Socket addresses and message headers that point at them and at ``each`` vectors a message."""
    count = len(vectors) // each
    names = np.zeros(count, addresses.layout)
    names["family"] = addresses.family
    messages = np.zeros(count, _MMSGHDR)
    messages["name"] = names.ctypes.data + np.arange(count) * names.itemsize
    messages["name_length"] = names.itemsize
    messages["vector"] = vectors.ctypes.data + np.arange(count) * each * _IOVEC.itemsize
    messages["vector_length"] = each
    return names, messages


def _open_socket(host: str, port: int, family: socket.AddressFamily) -> socket.socket:
    """A non-blocking UDP socket of one family with large buffers; OSError if the port is taken."""
    opened = socket.socket(family, socket.SOCK_DGRAM)
    try:
        opened.setblocking(False)
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            opened.setsockopt(socket.SOL_SOCKET, option, _BUFFER)
        if family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, _EXPEDITED)
        else:
            opened.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, _EXPEDITED)
            if sys.platform.startswith("linux"):
                opened.setsockopt(socket.IPPROTO_IP, *_WHOLE)
        opened.bind((host, port))
    except OSError:
        opened.close()
        raise
    return opened


class MmsgWire:
    """One UDP socket, a batch a system call."""

    def __init__(self, host: str, port: int, batch: Batch) -> None:
        """Bind; port 0 takes any free one. OSError if that fails."""
        self._socket = _open_socket(host, port, batch.addresses.family)
        self._descriptor = self._socket.fileno()
        self._batch = batch
        self._socket.setsockopt(socket.SOL_SOCKET, _TIMESTAMPNS, 1)
        self.port: int = self._socket.getsockname()[1]
        self.unsent = 0

    def send(
        self,
        headers: NDArray[np.void],
        payloads: NDArray[np.uint64],
        lengths: NDArray[np.uint64],
        destinations: NDArray[np.uint64],
    ) -> int:
        """Send n datagrams; see ``ivr.media.wire``. What the system does not take is counted, not kept."""
        count, taken = len(payloads), 0
        raw = np.ascontiguousarray(headers).view(np.uint8).reshape(count, _HEADER_LENGTH)
        for first in range(0, count, self._batch.size):
            part = slice(first, min(first + self._batch.size, count))
            taken += self._send_part(raw[part], payloads[part], lengths[part], destinations[part])
        self.unsent += count - taken
        return taken

    def _send_part(
        self,
        headers: NDArray[np.uint8],
        payloads: NDArray[np.uint64],
        lengths: NDArray[np.uint64],
        destinations: NDArray[np.uint64],
    ) -> int:
        batch, count = self._batch, len(payloads)
        batch.headers[:count] = headers
        batch.out_vectors["base"][1 : 2 * count : 2] = payloads
        batch.out_vectors["length"][1 : 2 * count : 2] = lengths
        batch.addresses.write(batch.out_names[:count], destinations)
        return batch.send_at(self._descriptor, batch.out_address, count)

    def round(self, lengths: NDArray[np.uint64], destinations: NDArray[np.uint64]) -> MmsgRound:
        """Lay out n datagrams that will leave more than once; see ``ivr.media.wire``."""
        return MmsgRound(self, self._batch, lengths, destinations)

    def send_round(self, address: int, count: int) -> int:
        """Send n message headers that lie at an address."""
        taken = self._batch.send_at(self._descriptor, address, count)
        self.unsent += count - taken
        return taken

    def receive(self) -> Received | None:
        """What has come in, at most a batch; the arrays hold until the next call on a wire of the batch."""
        batch = self._batch
        for _ in range(_REFUSALS):
            if batch.in_used:
                batch.room_for_stamps[: batch.in_used] = _STAMP.itemsize
            count = batch.recvmmsg(self._descriptor, batch.in_address, batch.size, 0, None)
            batch.in_used = max(count, 0)
            if count > 0:
                sources = batch.addresses.read(batch.in_names[:count])
                lengths = batch.lengths_in[:count].astype(np.int64)
                stamps = batch.stamps[:count]
                times = stamps["seconds"] + stamps["nanoseconds"] * 1e-9
                return Received(batch.rows[:count], lengths, sources, times, count == batch.size)
            if count == 0 or ctypes.get_errno() in (errno.EAGAIN, errno.EBADF):
                return None
        return None

    def thin_out(self, speech: Collection[int], hosts: Collection[int], ports: Collection[int]) -> bool:
        """Leave out speech that nobody listens to; see ``ivr.media.wire``."""
        return thin_out(self._socket, self._batch.addresses, speech, hosts, ports)

    def close(self) -> None:
        """Give the port back; the wire sends and receives nothing any more."""
        self._descriptor = -1
        self._socket.close()


class MmsgRound:
    """Datagrams laid out once, in memory of their own, each with two vectors: header and payload."""

    def __init__(
        self, wire: MmsgWire, batch: Batch, lengths: NDArray[np.uint64], destinations: NDArray[np.uint64]
    ) -> None:
        count = len(lengths)
        self._wire, self._count = wire, count
        self.headers = np.zeros((count, _HEADER_LENGTH), np.uint8)
        self._vectors = np.zeros(2 * count, _IOVEC)
        self._vectors["base"][0::2] = self.headers.ctypes.data + np.arange(count) * _HEADER_LENGTH
        self._vectors["length"][0::2] = _HEADER_LENGTH
        self._vectors["length"][1::2] = lengths
        self.payloads: NDArray[np.uint64] = self._vectors["base"][1::2]
        self._names, self._messages = _messages(batch.addresses, self._vectors, 2)
        batch.addresses.write(self._names, destinations)
        self._address = int(self._messages.ctypes.data)

    def send(self) -> int:
        """Send them as they stand."""
        return self._wire.send_round(self._address, self._count)


class LoopRound:
    """The same for the portable loop."""

    def __init__(self, wire: LoopWire, lengths: NDArray[np.uint64], destinations: NDArray[np.uint64]) -> None:
        self._wire, self._lengths, self._destinations = wire, lengths, destinations
        self.headers = np.zeros((len(lengths), _HEADER_LENGTH), np.uint8)
        self.payloads = np.zeros(len(lengths), np.uint64)

    def send(self) -> int:
        """Send them as they stand."""
        return self._wire.send(self.headers, self.payloads, self._lengths, self._destinations)


class LoopWire:
    """One UDP socket, a system call a datagram: for systems without the batch calls."""

    def __init__(self, host: str, port: int, batch: int = BATCH, addresses: Addresses = IPV4) -> None:
        """Bind; port 0 takes any free one. OSError if that fails."""
        self._addresses = addresses
        self._socket = _open_socket(host, port, self._addresses.family)
        self._size = batch
        self._rows = np.zeros((batch, ROW), np.uint8)
        self._lengths = np.zeros(batch, np.int64)
        self._sources = np.zeros(batch, np.uint64)
        self.port: int = self._socket.getsockname()[1]
        self.unsent = 0

    def send(
        self,
        headers: NDArray[np.void] | NDArray[np.uint8],
        payloads: NDArray[np.uint64],
        lengths: NDArray[np.uint64],
        destinations: NDArray[np.uint64],
    ) -> int:
        """Send n datagrams; see ``ivr.media.wire``. What the system does not take is counted, not kept."""
        taken = 0
        rows = zip(headers, payloads.tolist(), lengths.tolist(), destinations.tolist(), strict=True)
        for header, payload, length, destination in rows:
            datagram = header.tobytes() + ctypes.string_at(payload, length)
            try:
                self._socket.sendto(datagram, self._addresses.name(destination))
                taken += 1
            except BlockingIOError:
                break
            except OSError:  # this one peer cannot be reached; the others can
                continue
        self.unsent += len(payloads) - taken
        return taken

    def round(self, lengths: NDArray[np.uint64], destinations: NDArray[np.uint64]) -> LoopRound:
        """Lay out n datagrams that will leave more than once; see ``ivr.media.wire``."""
        return LoopRound(self, lengths, destinations)

    def receive(self) -> Received | None:
        """What has come in, at most a batch; the arrays hold until the next call."""
        count, refusals = 0, 0
        while count < self._size and refusals < _REFUSALS:
            try:
                length, source = self._socket.recvfrom_into(memoryview(self._rows[count]), ROW)
            except BlockingIOError:
                break
            except OSError:  # a peer's ICMP, or on Windows a datagram longer than the row
                refusals += 1
                continue
            self._lengths[count] = length
            self._sources[count] = self._addresses.key(source)
            count += 1
        if not count:
            return None
        more = count == self._size
        times = np.full(count, time.time())
        return Received(self._rows[:count], self._lengths[:count], self._sources[:count], times, more)

    def thin_out(self, speech: Collection[int], hosts: Collection[int], ports: Collection[int]) -> bool:
        """Leave out speech that nobody listens to; see ``ivr.media.wire``."""
        return thin_out(self._socket, self._addresses, speech, hosts, ports)

    def close(self) -> None:
        """Give the port back; the wire sends and receives nothing any more."""
        self._socket.close()


def open_wire(
    host: str, port: int, batch: Batch | None = None, addresses: Addresses = IPV4
) -> MmsgWire | LoopWire:
    """A media socket on ``host``; with a ``batch`` by batch calls, without one by the portable loop.

    A batch brings its own addresses; the loop takes ``addresses``.
    """
    return MmsgWire(host, port, batch) if batch is not None else LoopWire(host, port, addresses=addresses)
