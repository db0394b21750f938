"""Where a SIP message comes from or goes to: an address, a port and the transport between."""

from __future__ import annotations

from typing import Literal, NamedTuple

__all__ = ["Peer", "Transport"]

Transport = Literal["UDP", "TCP", "TLS"]


class Peer(NamedTuple):
    """The other end of a socket. Over TCP and TLS it names one connection, by where that ends.

    ``host`` is an IPv4 or IPv6 address without brackets, an IPv6 one with its zone where it has one.
    """

    host: str
    port: int
    transport: Transport = "UDP"

    @property
    def reliable(self) -> bool:
        """Whether the transport itself repeats what is lost (RFC 3261 section 17)."""
        return self.transport != "UDP"

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}" if self.transport == "UDP" else f"{host}:{self.port}/{self.transport}"
