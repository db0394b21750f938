"""A caller's address comes in, the socket on which that call cannot be confused with another goes out."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from .addresses import Family
from .reach import Reach
from .wire import Wire

__all__ = ["NoPortFree", "Placement", "PortPool"]

_SPREAD = 4  # sockets opened for one address before its calls share one: sharing makes latching stricter


class NoPortFree(Exception):
    """Every configured port is taken by calls this one would be confused with: 503."""


@dataclass(slots=True)
class _Occupancy:
    """Who is expected on one socket: exact addresses, and hosts that may send from any port."""

    wire: Wire
    family: Family
    control: Wire | None = None
    control_tried: bool = False
    exact: Counter[int] = field(default_factory=Counter)
    hosts: Counter[int] = field(default_factory=Counter)
    roaming: Counter[int] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a call was put and what it holds there: ``remote`` and ``host`` are 0 where unknown."""

    index: int
    remote: int
    host: int
    roams: bool


class PortPool:
    """The sockets of one plane, opened when they are first needed and kept; each has one address family.

    A call is known by the address that it sends from. Calls share a socket as long as these differ; two
    calls of one address, and calls behind a NAT or not yet answered, whose address is still to be seen, get
    sockets on which nobody else has that host.
    """

    def __init__(self, open_wire: Mapping[Family, Callable[[int], Wire]], ports: Iterable[int]) -> None:
        """``open_wire`` binds a port or raises OSError, then the next port is taken; used by one thread."""
        self._open_wire = dict(open_wire)
        every = tuple(ports)
        self._unused = {family: iter(every) for family in self._open_wire}
        self._occupied: list[_Occupancy] = []

    @property
    def wires(self) -> list[Wire]:
        """The sockets open, by their index."""
        return [place.wire for place in self._occupied]

    def place(self, reach: Reach) -> Placement:
        """Choose a socket of the right family. NoPortFree."""
        host = reach.signalling if reach.roams and reach.signalling else reach.host
        return self._take(self._choose(reach, host), reach.remote, host, reach.roams)

    def move(self, placement: Placement, reach: Reach) -> Placement:
        """A call learnt its address or changed it; it stays where it is, since its port has been told."""
        self.release(placement)
        return self._take(placement.index, reach.remote, placement.host or reach.host, placement.roams)

    def _take(self, index: int, key: int, host: int, roams: bool) -> Placement:
        place = self._occupied[index]
        place.exact[key] += 1
        place.hosts[host] += 1
        if roams:
            place.roaming[host] += 1
        return Placement(index, key, host, roams)

    def release(self, placement: Placement) -> None:
        """Forget a call."""
        place = self._occupied[placement.index]
        held = [(place.exact, placement.remote), (place.hosts, placement.host)]
        if placement.roams:
            held.append((place.roaming, placement.host))
        for counter, key in held:
            counter[key] -= 1
            if not counter[key]:
                del counter[key]

    def control(self, index: int) -> Wire | None:
        """The socket for RTCP beside another, when it is first asked for; None later, or if it is taken."""
        place = self._occupied[index]
        if place.control_tried:
            return None
        place.control_tried = True
        with contextlib.suppress(OSError):
            place.control = self._open_wire[place.family](place.wire.port + 1)
        return place.control

    def close(self) -> None:
        """Close every socket."""
        for place in self._occupied:
            place.wire.close()
            if place.control is not None:
                place.control.close()
        self._occupied.clear()

    def _choose(self, reach: Reach, host: int) -> int:
        key, places = reach.remote, self._occupied
        ours = [index for index, place in enumerate(places) if place.family == reach.family]
        apart = [
            index
            for index in ours
            if not (key and places[index].exact[key])
            and not places[index].roaming[host]
            and not (reach.roams and places[index].hosts[host])
        ]
        best = min(apart, key=lambda index: places[index].hosts[host], default=-1)
        if best >= 0 and (not places[best].hosts[host] or len(ours) >= _SPREAD):
            return best
        if self._open_next(reach.family):
            return len(places) - 1
        if best >= 0:
            return best
        # No port left: a call that only may roam still works where its exact address is its own.
        for index in ours:
            if key and not places[index].exact[key]:
                return index
        raise NoPortFree("no media port is free for this caller")

    def _open_next(self, family: Family) -> bool:
        for port in self._unused[family]:
            try:
                self._occupied.append(_Occupancy(self._open_wire[family](port), family))
            except OSError:
                continue
            return True
        return False
