"""Socket addresses come in and go out as 64-bit keys, a host number above 16 bits of port, for both families.

An IPv4 address is its own number. IPv6 addresses do not fit: those that are held stand in a book, and their
place in it is the number. Nobody else's packets matter, so receiving never writes into the book.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["IPV4", "Addresses", "Ipv4Addresses", "Ipv6Addresses"]

_SOCKADDR_IN = np.dtype([("family", "u2"), ("port", ">u2"), ("address", ">u4"), ("zero", "u8")])
_SOCKADDR_IN6 = np.dtype([("family", "u2"), ("port", ">u2"), ("flow", "u4"), ("host", "V20")])
"""RFC 3493 section 3.3; ``host`` is the address and, in the machine's own order, its zone."""
_HOST = 20


class Addresses(Protocol):
    """How one family's socket addresses are laid out."""

    @property
    def family(self) -> socket.AddressFamily:
        """AF_INET or AF_INET6."""

    @property
    def layout(self) -> np.dtype[np.void]:
        """The structure that the kernel reads and writes."""

    def write(self, names: NDArray[np.void], keys: NDArray[np.uint64]) -> None:
        """Lay out where n datagrams go."""

    def read(self, names: NDArray[np.void]) -> NDArray[np.uint64]:
        """The keys of where n datagrams came from."""

    def name(self, key: int) -> tuple[Any, ...]:
        """One key as the socket module wants it."""

    def key(self, name: tuple[Any, ...]) -> int:
        """One address of the socket module's as a key."""


class Ipv4Addresses:
    """Keys are ``ip << 16 | port``."""

    family = socket.AF_INET
    layout = _SOCKADDR_IN

    def write(self, names: NDArray[np.void], keys: NDArray[np.uint64]) -> None:
        """Lay out where n datagrams go."""
        names["address"] = keys >> np.uint64(16)
        names["port"] = keys & np.uint64(0xFFFF)

    def read(self, names: NDArray[np.void]) -> NDArray[np.uint64]:
        """The keys of where n datagrams came from."""
        keys: NDArray[np.uint64] = (names["address"].astype(np.uint64) << np.uint64(16)) | names["port"]
        return keys

    def name(self, key: int) -> tuple[Any, ...]:
        """One key as the socket module wants it."""
        return str(ipaddress.IPv4Address(key >> 16)), key & 0xFFFF

    def key(self, name: tuple[Any, ...]) -> int:
        """One address of the socket module's as a key."""
        return int(ipaddress.IPv4Address(name[0])) << 16 | int(name[1])


IPV4: Addresses = Ipv4Addresses()


class Ipv6Addresses:
    """Keys are ``place in the book << 16 | port``; a source that nobody holds has the place 0.

    ``hold`` and ``release`` may be called in another thread than the rest.
    """

    family = socket.AF_INET6
    layout = _SOCKADDR_IN6

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._hosts = np.zeros(64, "V20")
        self._numbers: dict[bytes, int] = {}
        self._holders: dict[int, int] = {}
        self._free: list[int] = list(range(63, 0, -1))

    def __len__(self) -> int:
        return len(self._numbers)

    def hold(self, host: str) -> int:
        """The number of an address, its own until released as often as held; 0 for ``::``.

        ValueError if the host is no IPv6 address; a zone counts where addresses need one (RFC 4007).
        """
        octets = _octets(host)
        if not any(octets):
            return 0
        with self._lock:
            number = self._numbers.get(octets)
            if number is None:
                if not self._free:
                    self._grow()
                number = self._free.pop()
                self._hosts[number] = np.void(octets)
                self._numbers[octets] = number
            self._holders[number] = self._holders.get(number, 0) + 1
            return number

    def release(self, number: int) -> None:
        """Let go of a number once; 0 is nobody's."""
        if not number:
            return
        with self._lock:
            self._holders[number] -= 1
            if not self._holders[number]:
                del self._holders[number]
                del self._numbers[self._hosts[number].tobytes()]
                self._free.append(number)

    def write(self, names: NDArray[np.void], keys: NDArray[np.uint64]) -> None:
        """Lay out where n datagrams go."""
        names["host"] = self._hosts[keys >> np.uint64(16)]
        names["port"] = keys & np.uint64(0xFFFF)

    def read(self, names: NDArray[np.void]) -> NDArray[np.uint64]:
        """The keys of where n datagrams came from."""
        numbers = [self._numbers.get(octets, 0) for octets in names["host"].tolist()]
        keys: NDArray[np.uint64] = (np.array(numbers, np.uint64) << np.uint64(16)) | names["port"]
        return keys

    def name(self, key: int) -> tuple[Any, ...]:
        """One key as the socket module wants it."""
        octets = self._hosts[key >> 16].tobytes()
        address = ipaddress.IPv6Address(octets[:16])
        return str(address), key & 0xFFFF, 0, int(np.frombuffer(octets[16:], np.uint32)[0])

    def key(self, name: tuple[Any, ...]) -> int:
        """One address of the socket module's as a key."""
        host = str(name[0]).partition("%")[0]
        octets = ipaddress.IPv6Address(host).packed + np.uint32(name[3]).tobytes()
        return self._numbers.get(octets, 0) << 16 | int(name[1])

    def _grow(self) -> None:
        """Twice the book; who is reading keeps the old one, in which all that is held stands too."""
        size = len(self._hosts)
        self._hosts = np.concatenate([self._hosts, np.zeros_like(self._hosts)])
        self._free = list(range(2 * size - 1, size - 1, -1))


def _octets(host: str) -> bytes:
    address = ipaddress.IPv6Address(host)
    zone = address.scope_id if address.is_link_local else None
    return address.packed + np.uint32(_zone_index(zone) if zone else 0).tobytes()


def _zone_index(zone: str) -> int:
    """The number of an interface; 0, the kernel's own choice, for one that is not there."""
    try:
        return int(zone) if zone.isdecimal() else socket.if_nametoindex(zone)
    except (OSError, ValueError):
        return 0
