"""Where messages go and what their Via says: a URI or a Via in, addresses and header values out.

Sources: RFC 3261 sections 12.1.1, 18 and 19.1.2; RFC 3263 section 4; RFC 3581; RFC 5118; RFC 5923.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address
from typing import Final

from ivr.peer import Peer, Target, Transport
from ivr.sip.headers import Via, split_list
from ivr.sip.message import Request
from ivr.sip.uri import Uri

__all__ = [
    "contact_uri",
    "default_port",
    "is_host",
    "names_transport",
    "next_hop",
    "reply_address",
    "stamp_via",
    "via_line",
]

_TRANSPORTS: Final[dict[str, Transport]] = {"udp": "UDP", "tcp": "TCP", "tls": "TLS"}


def default_port(transport: Transport) -> int:
    """Section 19.1.2: where a URI or a sent-by names none."""
    return 5061 if transport == "TLS" else 5060


def stamp_via(request: Request, source: Peer) -> None:
    """Note in the top Via where the request really came from (section 18.2.1, RFC 3581 section 4)."""
    for index, (name, value) in enumerate(request.headers.lines):
        if name != "via":
            continue
        top, *others = split_list(value)
        via = Via.parse(top)
        params = {name: value for name, value in via.params.items() if name != "received"}
        if "rport" not in params and len(params) == len(via.params) and is_host(via.host, source.host):
            return
        if "rport" in params:
            params["rport"] = str(source.port)
        # Section 25.1: an address without brackets; a zone means something on this machine only.
        params["received"] = source.host.partition("%")[0]
        stamped = Via(via.transport, via.host, via.port, params, via.protocol)
        request.headers.lines[index] = ("via", ", ".join((str(stamped), *others)))
        request.via = stamped
        return


def reply_address(request: Request, source: Peer) -> tuple[Peer, Peer | None]:
    """Where responses go, and where else when that connection is gone (section 18.2.2, RFC 3581 section 4).

    Over UDP back to the source, to its port with rport and to the sent-by's without; over TCP and TLS by the
    connection that brought the request, or else by a new one to the port that the sent-by names.
    """
    via = request.via
    port = via.port or default_port(source.transport)
    if source.reliable:
        return source, Peer(source.host, port, source.transport)
    return (source if "rport" in via.params else Peer(source.host, port)), None


def next_hop(uri: Uri) -> Peer | Target | None:
    """The address that a URI names, or the name to be looked up; None for a way that we do not have."""
    named = (uri.params.get("transport") or "").lower()
    secure = uri.scheme == "sips"
    transport = _TRANSPORTS.get(named)
    if (named and transport is None) or (secure and transport == "UDP"):
        return None
    if secure:
        transport = "TLS"  # section 26.2.2: SIPS over TCP is TLS
    host = uri.params.get("maddr") or uri.host
    address = _ipv6(host) if host.startswith("[") else host if _is_ipv4(host) else None
    if address is not None:
        transport = transport or "UDP"
        return Peer(address, uri.port or default_port(transport), transport)
    return Target(host, uri.port, transport, secure) if host and ":" not in host else None


def names_transport(uri: Uri) -> bool:
    """Whether a URI says by what transport: then its length changes nothing about that."""
    return uri.scheme == "sips" or "transport" in uri.params


def via_line(peer: Peer, sent_by: str, branch: str) -> str:
    """The Via of a request of ours to a peer; ``sent_by`` is our host:port as that peer reaches it.

    Over UDP it asks for answers to where it came from (RFC 3581), over TCP and TLS it offers its connection
    for requests of theirs (RFC 5923).
    """
    wish = "alias" if peer.reliable else "rport"
    return f"SIP/2.0/{peer.transport} {sent_by};branch={branch};{wish}"


def contact_uri(address: str, transport: Transport, secure: bool = False) -> str:
    """Our URI for a Contact: ``address`` is our host:port, ``secure`` asks for SIPS (section 12.1.1).

    Over TLS without SIPS it says ``transport=tls``, as peers do although section 26.2.2 advises against it:
    without it, their requests would come by UDP.
    """
    if secure:
        return f"sips:{address}"
    return f"sip:{address}" if transport == "UDP" else f"sip:{address};transport={transport.lower()}"


def is_host(written: str, host: str) -> bool:
    """Whether a host of a header, with its brackets where it has some, is an address as sockets give it."""
    if written == host:
        return True
    if ":" not in host or not written.startswith("["):
        return False
    return _ipv6(written) == _ipv6(host.partition("%")[0])


def _is_ipv4(host: str) -> bool:
    parts = host.split(".")
    return len(parts) == 4 and all(part.isdigit() and int(part) < 256 for part in parts)


@lru_cache(maxsize=1024)
def _ipv6(host: str) -> str | None:
    try:
        return str(IPv6Address(host.strip("[]")))
    except AddressValueError:
        return None
