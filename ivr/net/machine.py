"""The calls of a protocol machine, as the skin sees it: datagrams and the time in, datagrams out.

The machine has no clock and no socket; whoever holds it drives it. So a call of three minutes with lost
packets is a test of milliseconds, and the same code answers real sockets.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ivr.peer import Datagram, Peer, Target

__all__ = ["Machine"]


class Machine(Protocol):
    """What a protocol machine offers; its events are taken by whoever made it."""

    def receive_datagram(self, data: bytes, source: Peer, now: float) -> None:
        """Take one whole message, by whatever transport it came."""

    def handle_timeout(self, now: float) -> None:
        """Let the timers ring that are due."""

    def next_timeout(self) -> float | None:
        """When the next timer is due."""

    def datagrams_to_send(self) -> Sequence[Datagram]:
        """What is to be sent, in order, each given once."""

    def unreachable(self, destination: Peer, now: float) -> None:
        """Hear that what was to be sent there was not: connecting or writing failed."""

    def targets_to_look_up(self) -> Sequence[Target]:
        """The names that wait for addresses, each given once; every one is answered by ``found``."""

    def found(self, target: Target, peers: Sequence[Peer], now: float) -> None:
        """Take the addresses of a name, the best first (RFC 3263); none where there is no such name."""
