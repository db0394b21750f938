"""Where the line listens in, what each peer is told to send to out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from ivr.net.udp import family_of, local_address
from ivr.ops.settings import SipSettings
from ivr.ops.settings_transport import listener_for
from ivr.ops.settings_values import HostPort
from ivr.peer import Peer, Transport

__all__ = ["Place", "contact", "our_host", "reachable_at"]

_ANY = {
    "0.0.0.0": "192.0.2.1",
    "::": "2001:db8::1",
}  # any way out leads to these (RFC 5737, 3849)
_DEFAULT_PORT = {"UDP": 5060, "TCP": 5060, "TLS": 5061}


def our_host(sip: SipSettings) -> Callable[[Peer], str]:
    """Our address as each peer reaches it: the one named, the one bound, or the one the route gives.

    An address that is named serves the peers of its own version of IP, a name all of them.
    """
    routed = lru_cache(maxsize=4096)(local_address)
    bound = {family_of(one.host): one.host for one in sip.listen if one.host not in _ANY}
    named = sip.advertise
    numeric = named is not None and (":" in named or named.replace(".", "").isdigit())

    def host(peer: Peer) -> str:
        family = family_of(peer.host)
        if named is not None and (not numeric or family_of(named) == family):
            return named
        return bound.get(family) or routed(peer.host)

    return host


def contact(sip: SipSettings) -> Callable[[Peer], str]:
    """Our host:port for each peer, with the port we listen on by its transport.

    Where we do not listen by it, the transport's own port: what comes back comes by the connection.
    """
    host = our_host(sip)

    @lru_cache(maxsize=4096)
    def at(peer_host: str, transport: Transport) -> str:
        peer = Peer(peer_host, 0, transport)
        listener = listener_for(peer, sip.listen)
        port = listener.port if listener is not None else _DEFAULT_PORT[transport]
        return str(HostPort(host(peer), port))

    return lambda peer: at(peer.host, peer.transport)


class Place(NamedTuple):
    """An address people can dial, and the transports that are heard there: ``10.0.0.7:5060 (UDP, TCP)``."""

    address: HostPort
    transports: tuple[Transport, ...]

    def __str__(self) -> str:
        return f"{self.address} ({', '.join(self.transports)})"


def reachable_at(listeners: Sequence[Peer], sip: SipSettings) -> list[Place]:
    """Where people reach the line, each address once, in the order in which it listens."""
    host = our_host(sip)
    found: dict[HostPort, tuple[Transport, ...]] = {}
    for listener in listeners:
        outside = listener._replace(host=_ANY.get(listener.host, listener.host))
        address = HostPort(host(outside), listener.port)
        found[address] = (*found.get(address, ()), listener.transport)
    return [Place(address, transports) for address, transports in found.items()]
