"""A caller with all of a phone's timers and a drawn temper: the line's messages in, its own out.

Over UDP it repeats what is not answered, over TCP it does not; it acknowledges every copy of a final answer,
and answers what the line asks, the same again when it is asked again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, repeat

from drawn_wire import RoughWire
from phone import SDP, Heard, Lines, Phone, read

from ivr.peer import Peer

__all__ = ["ACTS", "DEAD", "REALM", "Caller", "Temper", "branch_of"]

T1, T2 = 0.5, 4.0
GIVE_UP = 32.0 - 5.0  # T4 less than 64*T1: no copy comes when the line has forgotten the first (timer J)
REALM = "pbx"
DEAD = Peer("10.0.9.9", 5060)  # nobody is there
TIMED = "Session-Expires"
ACTS = (
    "CANCEL", "BYE", "INVITE", "INVITE without offer", "INVITE that refreshes", "UPDATE", "UPDATE with offer",
    "UPDATE that refreshes", "INFO", "OPTIONS", "NOTIFY 100", "NOTIFY 200", "NOTIFY 486", "NOTIFY ended",
    "PRACK of nothing", "an old INVITE", "the INVITE by another way", "ACK of nothing", "silence", "break",
)  # fmt: skip


@dataclass
class Temper:
    """What one caller is like: a whole call of it follows from this."""

    transport: str = "UDP"
    offers: bool = True
    extensions: tuple[tuple[str, str], ...] = ()  # header lines of its INVITE
    contact: str = "sip:777123456@{own}"
    routes: tuple[str, ...] = ()  # Record-Route of its INVITE
    allow: str = "INVITE, ACK, BYE, CANCEL, UPDATE"
    prack_after: float | None = 0.0  # None: it never acknowledges a provisional response
    refresh: str = "90;refresher=uac"  # Session-Expires of its own refreshes
    granted: tuple[str, ...] = ()  # header lines of its 200 to a refresh of the line's
    replies: Sequence[int] = ()  # to what the line asks; 200 from then on, 0 is nothing at all
    acts: Sequence[tuple[float, str]] = ()
    answers_in_ack: bool = True


@dataclass
class Reply:
    """What a request of the line's was answered, and whether an ACK has come."""

    data: bytes
    acknowledged: bool = False


@dataclass
class Invitation:
    """An INVITE of the caller's."""

    branch: str
    cseq: int
    offers: bool
    data: bytes
    answered: bool = False
    statuses: list[int] = field(default_factory=list)


def branch_of(message: Heard) -> str:
    """What tells its transaction apart, in its top Via."""
    match = re.search(r"branch=([^;,]+)", message.all("Via")[0])
    assert match
    return match[1]


class Caller(Phone):
    """One call."""

    wire: RoughWire

    def __init__(self, wire: RoughWire, temper: Temper, host: str = "10.0.0.1") -> None:
        port = 41000 if temper.transport == "TCP" else 5060
        super().__init__(wire, (host, port))
        self.temper, self.name = temper, f"{host}:5060"
        self.own = Peer(host, port, "TCP" if temper.transport == "TCP" else "UDP")
        for ear in {self.own, Peer(host, 5060, "TCP"), Peer(host, 5060)}:
            wire.listen(ear, partial(self._hear_by, ear))
        self.contact = f"<{temper.contact.format(own=f'{host}:5060')}>"
        self.leg_tag = ""
        self.strays = 0
        self.done: set[tuple[str, str]] = set()  # CSeq and method of what needs no repeating any more
        self.invitations: dict[int, Invitation] = {}
        self.pracked: set[str] = set()
        self.replied: dict[tuple[str, str], Reply] = {}
        self._replies: Iterator[int] = chain(temper.replies, repeat(200))

    def begin(self) -> None:
        """Dial, and plan everything that it will do."""
        routes = [("Record-Route", route) for route in self.temper.routes]
        self._invite(SDP if self.temper.offers else b"", [*self.temper.extensions, *routes])
        for after, act in self.temper.acts:
            self.wire.plan(after, partial(self.do, act))

    # What it does

    def do(self, act: str) -> None:
        """One act of ``ACTS``; without a dialog most of them are left out."""
        refresh = [("Supported", "timer"), (TIMED, self.temper.refresh)]
        match act:
            case "silence":
                self.wire.silence()
            case "break":
                self.wire.broken.add(self.own)
            case "CANCEL":
                self._cancel()
            case "the INVITE by another way":
                self._fork()
            case _ if not self.leg_tag:
                return
            case "INVITE" | "INVITE without offer":
                self._invite(SDP if act == "INVITE" else b"")
            case "INVITE that refreshes":
                self._invite(SDP, refresh)
            case "an old INVITE":
                self._say(self.build("INVITE", body=SDP, tag=self.leg_tag, branch=self._stray(), cseq=1))
            case "ACK of nothing":
                self._say(self.build("ACK", tag=self.leg_tag, branch="z9hG4bKnothing", cseq=77))
            case "PRACK of nothing":
                self._ask("PRACK", lines=[("RAck", "1 1 INVITE")])
            case "UPDATE" | "UPDATE with offer":
                self._ask("UPDATE", body=SDP if act.endswith("offer") else b"")
            case "UPDATE that refreshes":
                self._ask("UPDATE", lines=refresh)
            case _ if act.startswith("NOTIFY"):
                self._notify(act.partition(" ")[2])
            case "INFO":
                self._ask("INFO", body=b"Signal=5\r\nDuration=160\r\n", kind="application/dtmf-relay")
            case _:
                self._ask(act)

    def _stray(self) -> str:
        self.strays += 1
        return f"z9hG4bKstray{self.strays}.{self.tag}"

    def _fork(self) -> None:
        """A proxy on the way sends the INVITE twice (section 8.2.2.2); later, it would be a new call."""
        first = self.invitations[1]
        if not first.answered:
            self._say(first.data.replace(first.branch.encode(), self._stray().encode()))

    def _notify(self, what: str) -> None:
        status, state = ("100", "terminated") if what == "ended" else (what, "active")
        lines = [("Event", "refer"), ("Subscription-State", state)]
        self._ask("NOTIFY", body=f"SIP/2.0 {status} Reason".encode(), kind="message/sipfrag", lines=lines)

    def _invite(self, body: bytes, lines: Lines = ()) -> None:
        self.fresh()
        data = self.build("INVITE", body=body, tag=self.leg_tag, lines=[*lines, ("Allow", self.temper.allow)])
        self.invitations[self.cseq] = Invitation(self.branch, self.cseq, bool(body), data)
        self._persist(data, (str(self.cseq), "INVITE"), longest=GIVE_UP)

    def _cancel(self) -> None:
        last = self.invitations[max(self.invitations)]
        if not last.answered:
            tag = "" if last.cseq == 1 else self.leg_tag
            self._persist(
                self.build("CANCEL", branch=last.branch, cseq=last.cseq, tag=tag), (str(last.cseq), "CANCEL")
            )

    def _ask(self, method: str, body: bytes = b"", kind: str = "application/sdp", lines: Lines = ()) -> None:
        self.fresh()
        data = self.build(method, body=body, tag=self.leg_tag, kind=kind, lines=lines)
        self._persist(data, (str(self.cseq), method))

    def _say(self, data: bytes, by: Peer | None = None) -> None:
        self.wire.send(
            data.replace(b"SIP/2.0/UDP", f"SIP/2.0/{self.own.transport}".encode(), 1), by or self.own
        )

    def _persist(
        self,
        data: bytes,
        key: tuple[str, str],
        longest: float = T2,
        interval: float = T1,
        waited: float = 0.0,
    ) -> None:
        """Timers A and B, E and F."""
        if key in self.done or waited >= GIVE_UP:
            return
        self._say(data)
        if not self.own.reliable:
            again = min(2 * interval, longest)
            self.wire.plan(interval, lambda: self._persist(data, key, longest, again, waited + interval))

    # What it hears

    def _hear_by(self, ear: Peer, data: bytes) -> None:
        message = read(data, self.wire.now)
        self.heard.append(message)
        if message.status:
            self._answered(message)
        else:
            self._asked(message, ear)

    def _answered(self, message: Heard) -> None:
        number, method = message.header("CSeq").split()
        if method == "INVITE":
            invitation = self.invitations[int(number)]
            if branch_of(message) == invitation.branch:
                self.done.add((number, method))  # section 17.1.1.2: any response stops timer A
            self._invitation_answered(message, invitation)
        elif message.status >= 200:
            self.done.add((number, method))

    def _invitation_answered(self, message: Heard, invitation: Invitation) -> None:
        if message.status < 300 and ";tag=" in message.header("To") and message.status > 100:
            self.leg_tag = message.tag
        if message.status < 200:
            if "100rel" in ",".join(message.all("Require")) and self.temper.prack_after is not None:
                self.wire.plan(self.temper.prack_after, partial(self._prack, message, invitation))
            return
        branch = branch_of(message)
        invitation.answered = True
        if branch == invitation.branch:
            invitation.statuses.append(message.status)
        self._acknowledge(message, invitation, branch)

    def _prack(self, message: Heard, invitation: Invitation) -> None:
        rseq = message.header("RSeq")
        if rseq in self.pracked:
            return
        self.pracked.add(rseq)
        answers = bool(message.body) and not invitation.offers
        invitation.offers |= answers
        self._ask("PRACK", SDP if answers else b"", lines=[("RAck", f"{rseq} {invitation.cseq} INVITE")])

    def _acknowledge(self, message: Heard, invitation: Invitation, branch: str) -> None:
        success = message.status < 300
        branch = f"{branch}.ack" if success else branch
        answers = success and not invitation.offers and self.temper.answers_in_ack
        body = SDP if answers else b""
        self._say(self.build("ACK", tag=message.tag, branch=branch, cseq=invitation.cseq, body=body))

    # What it is asked

    def _asked(self, request: Heard, ear: Peer) -> None:
        branch = branch_of(request)
        number, method = request.header("CSeq").split()
        if method == "ACK":
            for (asked, _), reply in self.replied.items():
                if asked == number:
                    reply.acknowledged = True
            return
        known = self.replied.get((number, branch))
        if known is None:
            status = next(self._replies)
            known = Reply(self._reply(request, method, status) if status else b"")
            if status >= 200 or not status:
                self.replied[number, branch] = known
            if method == "INVITE" and status >= 200:
                self._insist(known, ear)
        if known.data:
            self._say_back(known.data, ear)

    def _insist(self, reply: Reply, ear: Peer, interval: float = T1, waited: float = 0.0) -> None:
        """Its answer to an INVITE of the line's, until the ACK."""
        if waited:
            self._say_back(reply.data, ear)

        def again() -> None:
            if not reply.acknowledged and waited < GIVE_UP:
                self._insist(reply, ear, min(2 * interval, T2), waited + interval)

        self.wire.plan(interval, again)

    def _say_back(self, data: bytes, ear: Peer) -> None:
        self.wire.send(data, ear)

    def _reply(self, request: Heard, method: str, status: int) -> bytes:
        echoed = [line for line in request.lines if line[0] in ("Via", "From", "To", "Call-ID", "CSeq")]
        lines = [*echoed, ("Contact", self.contact)]
        if status in (401, 407):
            name = "WWW-Authenticate" if status == 401 else "Proxy-Authenticate"
            lines.append((name, f'Digest realm="{REALM}", nonce="n{len(self.replied)}", qop="auth"'))
        if status == 422:
            lines.append(("Min-SE", "120"))
        if status == 200 and method in ("UPDATE", "INVITE"):
            lines += self.temper.granted
        body = SDP if status == 200 and method == "INVITE" else b""
        if body:
            lines.append(("Content-Type", "application/sdp"))
        written = [f"SIP/2.0 {status} Reason", *(f"{name}: {value}" for name, value in lines)]
        head = "\r\n".join([*written, f"Content-Length: {len(body)}", "", ""])
        return head.encode("utf-8", "surrogateescape") + body
