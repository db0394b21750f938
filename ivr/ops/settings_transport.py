"""Where signalling arrives and how, as the settings write it, to sockets that can be opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Annotated, Literal

from pydantic import BeforeValidator

from ivr.ops.settings_values import HostPort
from ivr.peer import Peer, Transport

__all__ = ["NEARBY", "Listen", "ListenOn", "Transports", "listener_for"]

NEARBY: tuple[IPv4Network | IPv6Network, ...] = (
    *(
        IPv4Network(network)
        for network in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16")
    ),
    *(IPv6Network(network) for network in ("::1", "fe80::/10", "fc00::/7")),
)
"""Addresses that no stranger on the internet has (RFC 1918, 3927, 4193, 4291)."""

_TRANSPORTS: dict[str, Transport] = {"udp": "UDP", "tcp": "TCP", "tls": "TLS"}
_LISTEN_LIKE = 'such as "0.0.0.0:5060", "tcp:[::]:5060" or "tls:192.0.2.5:5061"'


@dataclass(frozen=True, slots=True)
class Listen:
    """One socket that signalling arrives at: ``udp:0.0.0.0:5060``, ``tls:[::]:5061``."""

    transport: Transport
    host: str
    port: int

    @property
    def family(self) -> Literal[4, 6]:
        """The version of IP."""
        return 6 if ":" in self.host else 4

    def __str__(self) -> str:
        return f"{self.transport.lower()}:{HostPort(self.host, self.port)}"


def listener_for(peer: Peer, listeners: Sequence[Listen]) -> Listen | None:
    """Where we listen by the peer's transport and version of IP; None where we do not."""
    family = 6 if ":" in peer.host else 4
    return next((one for one in listeners if (one.transport, one.family) == (peer.transport, family)), None)


def _listens(value: object) -> object:
    """An address or a list of them. One without a transport means both UDP and TCP.

    RFC 3261 section 18.2.1: "For any port and interface that a server listens on for UDP, it MUST listen on
    that same port and interface for TCP."
    """
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list | tuple) or not value:
        raise ValueError(f"an address or a list of them, {_LISTEN_LIKE}")
    found: list[Listen] = []
    for entry in value:
        found += (entry,) if isinstance(entry, Listen) else _listen(entry)
    for entry in found:
        same = (one for one in found if (one.transport, one.family) == (entry.transport, entry.family))
        if sum(1 for _ in same) > 1:
            raise ValueError(
                f"one address for each transport and version of IP; {entry.transport} over "
                f"IPv{entry.family} stands there twice"
            )
    return tuple(found)


def _listen(text: object) -> list[Listen]:
    if not isinstance(text, str):
        raise ValueError("text in quotes")
    name, colon, rest = text.partition(":")
    named = _TRANSPORTS.get(name.lower()) if colon else None
    if name.isalpha() and colon and named is None and ":" in rest:
        raise ValueError(f'a transport is "udp", "tcp" or "tls", not "{name}"')
    address = HostPort.parse(rest if named else text)
    try:
        ip_address(address.host)
    except ValueError:
        raise ValueError(f'the line listens on an IP address, {_LISTEN_LIKE}, not on "{text}"') from None
    transports: tuple[Transport, ...] = (named,) if named else ("UDP", "TCP")
    return [Listen(transport, address.host, address.port) for transport in transports]


def _transports(value: object) -> object:
    """``["udp", "tcp", "tls"]`` or one of them."""
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list | tuple) or not names:
        raise ValueError('a list of transports, such as ["udp", "tls"]')
    wrong = next((name for name in names if str(name).lower() not in _TRANSPORTS), None)
    if wrong is not None:
        raise ValueError(f'a transport is "udp", "tcp" or "tls", not "{wrong}"')
    return tuple(_TRANSPORTS[name.lower()] for name in names)


ListenOn = Annotated[tuple[Listen, ...], BeforeValidator(_listens)]
Transports = Annotated[tuple[Transport, ...], BeforeValidator(_transports)]
