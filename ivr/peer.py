"""Where SIP messages come from and go to: addresses, ports and transports, and names yet to be looked up."""

from __future__ import annotations

from typing import Literal, NamedTuple

__all__ = ["Datagram", "Peer", "Target", "Transport"]

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


class Datagram(NamedTuple):
    """One whole message and where it goes.

    Over TCP and TLS it goes by the connection that ``destination`` names. Where that is not open, one is
    opened to ``spare``, or to ``destination`` itself where there is none (RFC 3261 section 18.2.2).
    """

    data: bytes
    destination: Peer
    spare: Peer | None = None


class Target(NamedTuple):
    """A name that a request of ours is to be sent to (RFC 3263 section 4).

    ``port`` and ``transport`` as the URI names them, None where it does not; ``secure`` for a SIPS URI.
    """

    host: str
    port: int | None = None
    transport: Transport | None = None
    secure: bool = False
