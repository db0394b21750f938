"""Who knocks comes in, whether they may speak goes out: one count of strangers for all sockets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from ivr.net.stream import Limits
from ivr.peer import Transport

__all__ = ["Admit", "Gate"]

Admit = Callable[[str, Transport], bool]
"""Whether an IP address may speak to us by a transport; asked for every message, so it must be quick."""


class Gate:
    """``strangers`` counts datagrams and connections of those who are not admitted; ``refused`` the
    connections beyond the limits.
    """

    def __init__(self, admit: Admit | None, limits: Limits) -> None:
        """Without ``admit`` everybody may speak."""
        self._admit, self._limits = admit, limits
        self._inside: Counter[str] = Counter()
        self.strangers = self.refused = 0

    def knows(self, host: str, transport: Transport) -> bool:
        """Whether a message from there may be looked into."""
        if self._admit is None or self._admit(host, transport):
            return True
        self.strangers += 1
        return False

    def enter(self, host: str, transport: Transport) -> bool:
        """Whether a connection from there may be made; if so it counts until ``leave``."""
        if not self.knows(host, transport):
            return False
        if self._inside.total() >= self._limits.total or self._inside[host] >= self._limits.each:
            self.refused += 1
            return False
        self._inside[host] += 1
        return True

    def leave(self, host: str) -> None:
        """A connection that had entered is gone."""
        self._inside[host] -= 1
        if not self._inside[host]:
            del self._inside[host]
