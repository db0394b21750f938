"""A dialog: the INVITE that opened it in, requests of ours inside it out (RFC 3261 section 12)."""

from __future__ import annotations

from collections.abc import Iterable

from ivr.peer import Peer
from ivr.sip.headers import Address, BadHeader
from ivr.sip.layer import DEFAULT_PORT, MAGIC
from ivr.sip.message import Headers, Request, Response, with_tag
from ivr.sip.uri import Uri

__all__ = ["Dialog"]


class Dialog:
    """What both sides remember of a call: who they are, the way between them, how far they have counted."""

    def __init__(self, invite: Request, local_tag: str, contact: str, source: Peer) -> None:
        """Section 12.1.1: the callee's side. BadHeader without a Contact, or with a Record-Route of noise."""
        if not invite.contacts:
            raise BadHeader("no contact header")
        self.call_id = invite.call_id
        self.local_tag = local_tag
        self.remote_tag = invite.from_.tag
        self.local = with_tag(invite.headers.first("to") or "", local_tag)
        self.remote = invite.headers.first("from") or ""
        self.contact = contact
        self._sent_by = Address.parse(contact).uri
        self.target: Uri = invite.contacts[0].uri
        self.routes = invite.headers.all("record-route")
        self._hops = [Address.parse(route).uri for route in self.routes]
        self.local_cseq = 0
        self.remote_cseq = invite.cseq.number
        self.source = source
        self._behind_nat = self._is_behind_nat(invite)

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
            self.target = request.contacts[0].uri
        self.source = source
        self._behind_nat = self._is_behind_nat(request)

    def retarget(self, response: Response) -> None:
        """The 2xx to a refresh of ours may move the other side as well (section 12.2.1.2)."""
        if response.contacts:
            self.target = response.contacts[0].uri

    def request(
        self, method: str, token: str, extra: Iterable[tuple[str, str]] = (), body: bytes = b""
    ) -> tuple[Request, Peer]:
        """A request of ours along the route set (section 12.2.1.1), and where its datagram goes."""
        self.local_cseq += 1
        uri, routes = str(self.target), list(self.routes)
        first = self._hops[0] if routes else None
        if first is not None and not first.loose:  # a strict router takes the Request-URI's place
            uri, routes = str(first), [*routes[1:], f"<{self.target}>"]
        port = "" if self._sent_by.port is None else f":{self._sent_by.port}"
        headers = Headers([("via", f"SIP/2.0/UDP {self._sent_by.host}{port};branch={MAGIC}{token};rport")])
        for route in routes:
            headers.add("route", route)
        for name, value in (
            ("max-forwards", "70"),
            ("from", self.local),
            ("to", self.remote),
            ("call-id", self.call_id),
            ("cseq", f"{self.local_cseq} {method}"),
            ("contact", self.contact),
            *extra,
        ):
            headers.add(name, value)
        return Request(method, uri, headers, body), self._next_hop(first)

    def _next_hop(self, route: Uri | None) -> Peer:
        if route is None and self._behind_nat:
            return self.source
        hop = route or self.target
        if not _is_ipv4(hop.host):  # a name: names are not resolved here, its owner sent from this address
            return self.source
        return Peer(hop.host, hop.port or DEFAULT_PORT)

    def _is_behind_nat(self, request: Request) -> bool:
        """A phone that calls us directly (one Via) from another address than the one it believes to have.

        RFC 3261 would send to its Contact, where nothing would arrive; we answer to where it sends from.
        """
        vias = request.headers.all("via")
        return (
            len(vias) == 1 and request.via.host == self.target.host and request.via.host != self.source.host
        )


def _is_ipv4(host: str) -> bool:
    parts = host.split(".")
    return len(parts) == 4 and all(part.isdigit() and int(part) < 256 for part in parts)
