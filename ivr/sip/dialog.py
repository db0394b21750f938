"""A dialog: the INVITE that opened it in, requests of ours inside it out (RFC 3261 section 12)."""

from __future__ import annotations

from collections.abc import Iterable
from sys import intern

from ivr.peer import Peer, Target
from ivr.sip.headers import Address, BadHeader
from ivr.sip.message import Headers, Request, Response, with_tag
from ivr.sip.requests import Way
from ivr.sip.transport import contact_uri, default_port, is_host, next_hop
from ivr.sip.uri import Uri

__all__ = ["Dialog"]


class Dialog:
    """What both sides remember of a call: who they are, the way between them, how far they have counted.

    It lives as long as the call, so URIs are kept as they were written, a fifth of what they are when read.
    """

    __slots__ = (
        "_behind_nat", "_neighbour", "_target", "call_id", "contact", "local", "local_cseq", "local_tag",
        "remote", "remote_cseq", "remote_tag", "routes", "source",
    )  # fmt: skip

    def __init__(self, invite: Request, local_tag: str, address: str, source: Peer) -> None:
        """Section 12.1.1: the callee's side; ``address`` is our host:port as the caller reaches it.

        BadHeader without a Contact, or with a Record-Route of noise.
        """
        if not invite.contacts:
            raise BadHeader("no contact header")
        self.call_id = invite.call_id
        self.local_tag = local_tag
        self.remote_tag = invite.from_.tag
        self.local = with_tag(invite.headers.first("to") or "", local_tag)
        self.remote = invite.headers.first("from") or ""
        self.routes = tuple(map(intern, invite.headers.all("record-route")))  # one proxy's are all alike
        self.local_cseq = 0
        self.remote_cseq = invite.cseq.number
        self.refresh(invite, source)
        # "the Contact header field in the response MUST be a SIPS URI" where what brought us the call is one
        secure = "sips" in (
            invite.uri.partition(":")[0].lower(),
            (*self._hops, invite.contacts[0].uri)[0].scheme,
        )
        self.contact = intern(f"<{contact_uri(address, source.transport, secure)}>")

    @property
    def target(self) -> Uri:
        """Where the other side is reached: its Contact (section 12.2.1.1)."""
        return Uri.parse(self._target)

    @property
    def _hops(self) -> list[Uri]:
        return [Address.parse(route).uri for route in self.routes]

    def _comes_from_elsewhere(self, request: Request) -> bool:
        """Whether a phone calls us directly from another address than the one it believes to have.

        RFC 3261 would send to its Contact, where nothing would arrive; we answer to where it sends from.
        """
        host = request.via.host
        if not _is_direct(request) or is_host(host, self.source.host):
            return False
        target = self.target
        return host == target.host or isinstance(next_hop(target), Target)

    def matches(self, request: Request) -> bool:
        """Whether a request with our tag is really this dialog's (section 12.2.2)."""
        return request.call_id == self.call_id and request.from_.tag == self.remote_tag

    def in_order(self, request: Request) -> bool:
        """Count a request of theirs; False when it is older than the last (section 12.2.2)."""
        if request.cseq.number <= self.remote_cseq:
            return False
        self.remote_cseq = request.cseq.number
        return True

    def refresh(self, request: Request, source: Peer) -> None:
        """A re-INVITE may move the other side (section 12.2.2: the remote target is replaced)."""
        if request.contacts:
            self._target = str(request.contacts[0].uri)
        self.source = source
        self._behind_nat = self._comes_from_elsewhere(request)
        self._neighbour = _Neighbour(request, source) if source.reliable else None

    def retarget(self, response: Response) -> None:
        """The 2xx to a refresh of ours may move the other side as well (section 12.2.1.2)."""
        if response.contacts:
            self._target = str(response.contacts[0].uri)

    def count(self) -> int:
        """The CSeq of the next request of ours (section 12.2.1.1)."""
        self.local_cseq += 1
        return self.local_cseq

    def request(
        self, method: str, cseq: int, extra: Iterable[tuple[str, str]] = (), body: bytes = b""
    ) -> Request:
        """A request of ours along the route set, without a Via (section 12.2.1.1)."""
        uri, routes, hops = self._target, list(self.routes), self._hops
        if hops and not hops[0].loose:  # a strict router takes the Request-URI's place
            uri, routes = str(hops[0]), [*routes[1:], f"<{self._target}>"]
        lines = [("route", route) for route in routes]
        lines += (
            ("max-forwards", "70"),
            ("from", self.local),
            ("to", self.remote),
            ("call-id", self.call_id),
            ("cseq", f"{cseq} {method}"),
            ("contact", self.contact),
        )
        lines += extra
        return Request(method, uri, Headers(lines), body)

    @property
    def way(self) -> Way:
        """Where requests of ours go: along the route set, or to the other side's Contact."""
        hops = self._hops
        if not hops and self._behind_nat:
            return Way(self.source)
        hop = hops[0] if hops else self.target
        found = next_hop(hop)
        leads = found is not None and self._neighbour is not None and self._neighbour.leads_to(found)
        return Way(hop, self.source if leads else None, self.source)


def _is_direct(request: Request) -> bool:
    return len(request.headers.all("via")) == 1


class _Neighbour:
    """Who stands next to us on the way of a dialog over TCP or TLS, by the last request from there."""

    __slots__ = ("_direct", "_names", "_port", "_source")

    def __init__(self, request: Request, source: Peer) -> None:
        via = request.via
        self._source, self._direct = source, _is_direct(request)
        self._names = (source.host, via.host.lower())
        # RFC 5923: its connection serves for what goes to the port that it listens at.
        self._port = via.port or default_port(source.transport) if "alias" in via.params else None

    def leads_to(self, hop: Peer | Target) -> bool:
        """Whether the connection the request came by can take ours to a hop.

        RFC 5923 asks for an alias, and for certificates of both sides, lest somebody draw requests for others
        to himself. Requests of a dialog are for nobody else than whom it came from: here TCP will do, and a
        phone that calls directly need not ask.
        """
        if hop.host.lower() not in self._names:
            return False
        if (hop.transport or "UDP") != self._source.transport:
            return False
        port = hop.port or default_port(self._source.transport)
        return self._direct or port == self._port
