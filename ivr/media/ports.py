"""A caller's address comes in, the socket on which that call cannot be confused with another goes out."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from .wire import Wire, address_key

__all__ = ["NoPortFree", "Placement", "PortPool"]

_PRIVATE = [
    ipaddress.IPv4Network(net)
    for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16")
]
_SPREAD = 4  # sockets opened for one address before its calls share one: sharing makes latching stricter


class NoPortFree(Exception):
    """Every configured port is taken by calls this one would be confused with: 503."""


@dataclass(slots=True)
class _Occupancy:
    """Who is expected on one socket: exact addresses, and hosts that may send from any port."""

    wire: Wire
    exact: Counter[int] = field(default_factory=Counter)
    hosts: Counter[int] = field(default_factory=Counter)
    roaming: Counter[int] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a call was put and what it holds there: ``remote`` and ``host`` are 0 where unknown."""

    index: int
    wire: Wire
    remote: int
    host: int
    roams: bool


class PortPool:
    """The sockets of one plane, opened when they are first needed and kept.

    A call is known by the address that it sends from. Calls share a socket as long as these differ; two
    calls of one address, and calls behind a NAT or not yet answered, whose address is still to be seen, get
    sockets on which nobody else has that host.
    """

    def __init__(self, open_wire: Callable[[int], Wire], ports: Iterable[int]) -> None:
        """``open_wire`` binds a port or raises OSError, then the next port is taken; used by one thread."""
        self._open_wire = open_wire
        self._unused = iter(ports)
        self._occupied: list[_Occupancy] = []

    @property
    def wires(self) -> list[Wire]:
        """The sockets open, by their index."""
        return [place.wire for place in self._occupied]

    def place(self, remote: tuple[str, int] | None, signalling_ip: str | None) -> Placement:
        """Choose a socket; ``remote`` is the agreed address, None if that is still to come. NoPortFree."""
        key = address_key(*remote) if remote is not None else 0
        roams = remote is None or _behind_nat(remote[0], signalling_ip)
        host = key >> 16
        if roams and signalling_ip is not None:
            host = address_key(signalling_ip, 0) >> 16
        return self._take(self._choose(key, host, roams), key, host, roams)

    def move(self, placement: Placement, remote: tuple[str, int]) -> Placement:
        """A call learnt its address or changed it; it stays where it is, since its port has been told."""
        self.release(placement)
        host = placement.host or address_key(*remote) >> 16
        return self._take(placement.index, address_key(*remote), host, placement.roams)

    def _take(self, index: int, key: int, host: int, roams: bool) -> Placement:
        place = self._occupied[index]
        place.exact[key] += 1
        place.hosts[host] += 1
        place.roaming[host] += roams
        return Placement(index, place.wire, key, host, roams)

    def release(self, placement: Placement) -> None:
        """Forget a call."""
        place = self._occupied[placement.index]
        for counter, key in ((place.exact, placement.remote), (place.hosts, placement.host)):
            counter[key] -= 1
            if not counter[key]:
                del counter[key]
        place.roaming[placement.host] -= placement.roams
        if not place.roaming[placement.host]:
            del place.roaming[placement.host]

    def close(self) -> None:
        """Close every socket."""
        for place in self._occupied:
            place.wire.close()
        self._occupied.clear()

    def _choose(self, key: int, host: int, roams: bool) -> int:
        places = self._occupied
        apart = [
            index
            for index, place in enumerate(places)
            if not (key and place.exact[key])
            and not place.roaming[host]
            and not (roams and place.hosts[host])
        ]
        best = min(apart, key=lambda index: places[index].hosts[host], default=-1)
        if best >= 0 and (not places[best].hosts[host] or len(places) >= _SPREAD):
            return best
        if self._open_next():
            return len(places) - 1
        if best >= 0:
            return best
        # No port left: a call that only may roam still works where its exact address is its own.
        for index, place in enumerate(places):
            if key and not place.exact[key]:
                return index
        raise NoPortFree("no media port is free for this caller")

    def _open_next(self) -> bool:
        for port in self._unused:
            try:
                self._occupied.append(_Occupancy(self._open_wire(port)))
            except OSError:
                continue
            return True
        return False


def _behind_nat(host: str, signalling_ip: str | None) -> bool:
    """Whether a caller names a private address while its signalling comes from a public one."""
    if signalling_ip is None or host == signalling_ip:
        return False
    return _is_private(host) and not _is_private(signalling_ip)


def _is_private(host: str) -> bool:
    address = ipaddress.IPv4Address(host)
    return any(address in net for net in _PRIVATE)
