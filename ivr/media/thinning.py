"""Which calls need all of their speech comes in, what each socket may leave unread goes out.

Where keys come as telephone-events nobody listens to the speech. The system drops it, but for

- one packet in 64 and the first of each talkspurt: the caller is alive, loss and jitter are told from them;
- that of calls that listen for tones;
- that of calls not latched on yet, and a second longer, so that jitter begins with packets in a row;
- that of calls nothing was heard of for a while, before they are called silent.

Exceptions are made by address: where a host has one call on a socket by that host, whatever port it will send
from, otherwise by the port that was agreed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .arrivals import Arrivals
from .wire import Wire

__all__ = ["Sources", "Thinning"]

_USUAL = frozenset((0, 8))  # G.711 by its static numbers (RFC 3551 section 6), which a phone may always send
_WHOLE = 1.0  # seconds in which all is heard of a call that has just been latched on
_PATIENCE = 10.0  # seconds after which a call that is not heard is listened to in full, at most
_MOST_TYPES, _MOST_SOURCES = 32, 400  # of one program
_MOST_QUIET = 64  # of those: packets of theirs come anyway, unless hardly any are sent

Sources = Callable[[int], tuple[set[int], set[int]]]
"""Of a row: hosts and ports to let in, so that everything it may send is heard."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What one socket is told; without ``speech`` it lets everything in."""

    speech: frozenset[int] = frozenset()
    hosts: frozenset[int] = frozenset()
    ports: frozenset[int] = frozenset()


_ALL = _Wanted()


class Thinning:
    """Rows of streams, touched by the plane's thread only."""

    def __init__(self, capacity: int, arrivals: Arrivals, silent_after: float | None) -> None:
        self._arrivals = arrivals
        self._patience = min((silent_after or np.inf) / 3, _PATIENCE)
        self._told: dict[int, _Wanted] = {}
        self._moves = 0
        self._seen: tuple[object, ...] = ()  # when it was last worked out what to tell
        self._wire = np.full(capacity, -1, np.int64)
        self.speech_type = np.zeros(capacity, np.int64)
        self.latched_at = np.full(capacity, np.inf)

    def open(self, slot: int, wire: int) -> None:
        """Begin with a row on a socket."""
        self._wire[slot] = wire
        self.latched_at[slot] = np.inf
        self.moved()

    def close(self, slot: int) -> None:
        """Free a row."""
        self._wire[slot] = -1
        self.moved()

    def moved(self) -> None:
        """A row's packets are no longer expected from where they were, or are others than they were."""
        self._moves += 1

    def thins_out(self, wire: int) -> bool:
        """Whether a socket leaves anything out."""
        return bool(self._told.get(wire, _ALL).speech)

    def apply(
        self,
        wires: Sequence[Wire],
        now: float,
        heard: NDArray[np.float64],
        watched: NDArray[np.bool_],
        event_type: NDArray[np.int64],
        sources: Sources,
    ) -> None:
        """Tell each socket what it may leave out, where that has changed.

        ``heard`` is when each row was heard last, ``watched`` whether its silence matters.
        """
        high = len(heard)
        wire = self._wire[:high]
        sampled = (self._arrivals.step[:high] > 1) & (wire >= 0)
        fresh = self.latched_at[:high] > now - _WHOLE
        quiet = watched & (heard < now - self._patience) & sampled & ~fresh
        seen = self._moves, fresh.tobytes(), quiet.tobytes()
        if seen == self._seen:
            return
        self._seen = seen
        thinned = set(np.unique(wire[sampled]).tolist())
        for index in thinned | self._told.keys():
            wanted = _ALL
            if index in thinned:
                rows = np.flatnonzero(wire == index)
                needy = [rows[~sampled[rows]], rows[sampled[rows] & fresh[rows]]]
                needy.append(rows[quiet[rows]][:_MOST_QUIET])
                types = set(self.speech_type[rows].tolist()) | _USUAL
                wanted = _wanted(types - set(event_type[rows].tolist()), needy, sources)
            if wanted != self._told.get(index, _ALL):
                self._told[index] = wanted
                wires[index].thin_out(wanted.speech, wanted.hosts, wanted.ports)


def _wanted(speech: Iterable[int], needy: Sequence[NDArray[np.int64]], sources: Sources) -> _Wanted:
    """What a socket is told, exceptions in the order of need: without room for the first nothing is left out.

    The others are heard by the packets that come anyway.
    """
    types = frozenset(speech)
    if not types or len(types) > _MOST_TYPES:
        return _ALL
    hosts: set[int] = set()
    ports: set[int] = set()
    for urgent, rows in zip((True, False, False), needy, strict=True):
        for slot in rows.tolist():
            more_hosts, more_ports = sources(slot)
            if len(hosts) + len(ports) + len(more_hosts) + len(more_ports) <= _MOST_SOURCES:
                hosts |= more_hosts
                ports |= more_ports
            elif urgent:
                return _ALL
            else:
                return _Wanted(types, frozenset(hosts), frozenset(ports))
    return _Wanted(types, frozenset(hosts), frozenset(ports))
