"""Names that requests of ours go to in, addresses with ports and transports out (RFC 3263 section 4)."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Collection
from ipaddress import ip_address
from typing import Any, NamedTuple

import dns.asyncbackend
import dns.asyncresolver
import dns.exception
import dns.name
import dns.resolver

from ivr.peer import Peer, Target, Transport

__all__ = ["Resolver", "system_addresses"]

_TIME_LIMIT = 4.0  # seconds for all questions about one name
_PATIENCE = 0.8  # seconds for one server: three questions one after another may each begin with a dead one
_MOST = 16  # addresses worth trying for one request
_REMEMBERED = 1000  # names of addresses, and answers kept for as long as they live
_DEFAULT_PORT: dict[Transport, int] = {"UDP": 5060, "TCP": 5060, "TLS": 5061}
_SERVICES: dict[str, Transport] = {"SIP+D2U": "UDP", "SIP+D2T": "TCP", "SIPS+D2T": "TLS"}
_PREFIXES: dict[Transport, str] = {"UDP": "_sip._udp", "TCP": "_sip._tcp", "TLS": "_sips._tcp"}


class _Place(NamedTuple):
    """A host still to be looked up, and how it is reached."""

    host: dns.name.Name
    port: int
    transport: Transport


async def system_addresses(host: str) -> list[str]:
    """What this machine itself knows of a name: the file of hosts, or whatever else it is set up to ask."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError):
        return []
    return [str(address[0]) for *_, address in found]


class Resolver:
    """Asks the DNS, keeps the answers as long as they live, and remembers which name led to an address."""

    def __init__(
        self,
        families: Collection[int] = (4, 6),
        servers: dns.asyncresolver.Resolver | None = None,
        otherwise: Callable[[str], Awaitable[list[str]]] = system_addresses,
        time_limit: float = _TIME_LIMIT,
    ) -> None:
        """``families``: the versions of IP we can send by. ``servers``: whom to ask, as the system does if
        None. ``otherwise``: asked for the addresses of a name that the DNS does not know.
        """
        self._families, self._otherwise, self._time_limit = families, otherwise, time_limit
        self._servers = servers or _system_servers()
        self._servers.cache = dns.resolver.LRUCache(_REMEMBERED)
        self._backend = dns.asyncbackend.get_backend("asyncio")
        self._names: dict[Peer, str] = {}

    def name_of(self, peer: Peer) -> str | None:
        """The name that led to this peer when it was last asked for."""
        return self._names.get(peer)

    async def look_up(self, target: Target) -> list[Peer]:
        """Where to send, the best first; nothing when there is no such name, or no answer in time."""
        address = _numeric(target.host)
        if address is not None:
            transport = _transport(target)
            if transport is None or not self._can_send(address):
                return []
            port = _DEFAULT_PORT[transport] if target.port is None else target.port
            return [Peer(address, port, transport)]
        peers: list[Peer] = []
        try:
            async with asyncio.timeout(self._time_limit):
                name = dns.name.from_text(target.host)
                for place in await self._places(name, target):
                    peers += [
                        Peer(host, place.port, place.transport) for host in await self._addresses(place.host)
                    ]
                    if len(peers) >= _MOST:
                        break
        except (TimeoutError, dns.exception.DNSException, UnicodeError):
            pass  # what was found until then is as good as ever
        peers = list(dict.fromkeys(peers))[:_MOST]
        for peer in peers:
            self._remember(peer, target.host.rstrip("."))
        return peers

    async def _places(self, name: dns.name.Name, target: Target) -> list[_Place]:
        """Sections 4.1 and 4.2: the transport, then the hosts that serve it."""
        if target.port is not None:
            transport = _transport(target)
            return [] if transport is None else [_Place(name, target.port, transport)]
        if target.transport is not None:
            transport = _transport(target)
            if transport is None:
                return []
            served = await self._served(name, transport)
            return [_Place(name, _DEFAULT_PORT[transport], transport)] if served is None else served
        wanted: list[Transport] = ["TLS"] if target.secure else ["UDP", "TCP", "TLS"]
        found: list[_Place] = []
        for record in await self._ask(name, "NAPTR"):
            transport = _SERVICES.get(record.service.decode("latin-1").upper())
            if transport in wanted and record.flags.lower() == b"s":
                found += await self._hosts(record.replacement, transport) or []
        if found:
            return found
        services = await asyncio.gather(*(self._served(name, transport) for transport in wanted))
        if all(served is None for served in services):
            return [_Place(name, _DEFAULT_PORT[wanted[0]], wanted[0])]
        return [place for served in services for place in served or ()]

    async def _served(self, name: dns.name.Name, transport: Transport) -> list[_Place] | None:
        """The hosts of a service; None when there is no record of it, empty when it says there is none."""
        try:
            return await self._hosts(dns.name.from_text(_PREFIXES[transport], name), transport)
        except dns.exception.DNSException:  # too long with the prefix
            return None

    async def _hosts(self, service: dns.name.Name, transport: Transport) -> list[_Place] | None:
        """By priority, and among equals drawn by weight (RFC 2782); a single dot is no host."""
        records = await self._ask(service, "SRV")
        if not records:
            return None
        return [_Place(one.target, one.port, transport) for one in records if one.target != dns.name.root]

    async def _addresses(self, host: dns.name.Name) -> list[str]:
        """IPv6 before IPv4, as RFC 6724 ranks them (RFC 7984 section 3.1)."""
        kinds = [kind for family, kind in ((6, "AAAA"), (4, "A")) if family in self._families]
        answers = await asyncio.gather(*(self._ask(host, kind) for kind in kinds))
        found = [str(record.address) for answer in answers for record in answer]
        if found:
            return found
        known = await self._otherwise(host.to_text(omit_final_dot=True))
        return [address for address in known if self._can_send(address)]

    async def _ask(self, name: dns.name.Name, kind: str) -> list[Any]:
        """The records in the order in which they are to be used; none when the DNS has none, or is silent."""
        try:
            answer = await self._servers.resolve(
                name, kind, raise_on_no_answer=False, lifetime=self._time_limit, backend=self._backend
            )
        except dns.exception.DNSException:
            return []
        return list(answer.rrset.processing_order()) if answer.rrset is not None else []

    def _can_send(self, host: str) -> bool:
        return (6 if ":" in host else 4) in self._families

    def _remember(self, peer: Peer, name: str) -> None:
        self._names.pop(peer, None)
        self._names[peer] = name
        while len(self._names) > _REMEMBERED:
            del self._names[next(iter(self._names))]


def _system_servers() -> dns.asyncresolver.Resolver:
    try:
        servers = dns.asyncresolver.Resolver()
    except dns.exception.DNSException:  # no list of servers on this system: nobody to ask
        servers = dns.asyncresolver.Resolver(configure=False)
    servers.timeout = _PATIENCE
    return servers


def _numeric(host: str) -> str | None:
    try:
        return str(ip_address(host.strip("[]")))
    except ValueError:
        return None


def _transport(target: Target) -> Transport | None:
    """The transport where no record is to decide (section 4.1); None where that is a contradiction."""
    if not target.secure:
        return target.transport or "UDP"
    return None if target.transport == "UDP" else "TLS"
