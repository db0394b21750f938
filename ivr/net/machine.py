"""The five calls of a protocol machine, as the skin sees it: datagrams and the time in, datagrams out.

The machine has no clock and no socket; whoever holds it drives it. So a call of three minutes with lost
packets is a test of milliseconds, and the same code answers real sockets.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ivr.peer import Datagram, Peer

__all__ = ["Machine"]


class Machine(Protocol):
    """What a protocol machine offers; its events are taken by whoever made it."""

    def receive_datagram(self, data: bytes, source: Peer, now: float) -> None:
        """Take one datagram."""

    def handle_timeout(self, now: float) -> None:
        """Let the timers ring that are due."""

    def next_timeout(self) -> float | None:
        """When the next timer is due."""

    def datagrams_to_send(self) -> Sequence[Datagram]:
        """What is to be sent, in order, each given once."""
