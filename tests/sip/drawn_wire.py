"""A bad network in virtual time: loss, delay and doubling for datagrams, broken connections, slow names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, cycle, repeat
from typing import Literal, NamedTuple

from wire import Address, Wire

from ivr.peer import Datagram, Peer, Target
from ivr.sip.agent import UserAgent

__all__ = ["Finding", "Passed", "RoughWire"]

Copies = tuple[float, ...]  # the delays of a datagram's copies: () loses it


class Passed(NamedTuple):
    """A message on one side of the line's door."""

    way: Literal["<", ">"]
    at: float
    peer: Peer
    data: bytes


@dataclass(frozen=True)
class Finding:
    """What a look-up gives after a while; None: never anything."""

    after: float
    peers: tuple[Peer, ...] | None


class RoughWire(Wire):
    """``passed`` is everything the line got and gave, in its order."""

    def __init__(
        self, agent: UserAgent, fates: Iterable[Copies], for_ever: bool, findings: Iterable[Finding] = ()
    ) -> None:
        """``fates`` come one after the other, then again ``for_ever`` or every datagram arrives."""
        super().__init__(agent)
        drawn = tuple(fates)
        self._fates: Iterator[Copies] = chain(drawn, cycle(drawn) if drawn and for_ever else repeat((0.0,)))
        self._findings = chain(findings, repeat(Finding(0.0, ())))
        self.fate = lambda data: next(self._fates)
        self.broken: set[Peer] = set()
        self.passed: list[Passed] = []
        self.everything_lost = False

    def silence(self) -> None:
        """From now on nothing arrives anywhere."""
        self.everything_lost = True

    def send(self, data: bytes, source: Address) -> None:
        peer = Peer(*source)
        for delay in self._delays(data, peer):
            self.plan(delay, lambda: self._arrive(data, peer))

    def _arrive(self, data: bytes, peer: Peer) -> None:
        self.passed.append(Passed("<", self.now, peer, data))
        self.agent.receive_datagram(data, peer, self.now)

    def _delays(self, data: bytes, peer: Peer) -> Copies:
        if self.everything_lost or peer in self.broken:
            return ()
        return (0.01,) if peer.reliable else tuple(self.fate(data))

    def _collect(self) -> None:
        while (event := self.agent.next_event()) is not None:
            self.events.append(event)
            self.hall(event)
        for target in self.agent.targets_to_look_up():
            self._look_up(target, next(self._findings))
        for datagram in self.agent.datagrams_to_send():
            self.passed.append(Passed(">", self.now, datagram.destination, datagram.data))
            self._carry(datagram)

    def _look_up(self, target: Target, finding: Finding) -> None:
        self.looked_up.append(target)
        peers = finding.peers
        if peers is not None:
            self.plan(finding.after, lambda: self.agent.found(target, peers, self.now))

    def _carry(self, datagram: Datagram) -> None:
        way = datagram.destination
        if way in self.broken and datagram.spare is not None:
            way = datagram.spare
        hear: Callable[[bytes], None] | None = self._ears.get(way)
        if way.reliable and (hear is None or way in self.broken):
            self.plan(
                0.05,
                lambda: self.agent.unreachable(datagram.destination, self.now),
            )
        elif hear is not None:
            for delay in self._delays(datagram.data, way):
                self.plan(delay, lambda: hear(datagram.data))
