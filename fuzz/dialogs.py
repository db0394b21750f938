"""Well-formed messages of made-up calls out, for others to do harm to; the line's answers in.

What the line answers is read, so that later messages belong to calls that really stand.
"""

from __future__ import annotations

import random
import re
from collections import OrderedDict
from dataclasses import dataclass

__all__ = ["Dialog", "Dialogs"]

_CALL_ID = re.compile(rb"^Call-ID: ([^\r\n]+)", re.MULTILINE | re.IGNORECASE)
_TO_TAG = re.compile(rb"^To:[^\r\n]*;tag=([^;\r\n]+)", re.MULTILINE | re.IGNORECASE)
_INVITE = re.compile(rb"^CSeq: (\d+) INVITE", re.MULTILINE | re.IGNORECASE)
_RSEQ = re.compile(rb"^RSeq: (\d+)", re.MULTILINE | re.IGNORECASE)
_ECHOED = re.compile(rb"^(?:Via|From|To|Call-ID|CSeq): [^\r\n]*", re.MULTILINE | re.IGNORECASE)
_KEPT = 200
INSIDE = ("INVITE", "UPDATE", "PRACK", "INFO", "NOTIFY", "REFER", "OPTIONS", "MESSAGE", "CANCEL", "ACK")


@dataclass(slots=True)
class Dialog:
    """One call as its caller knows it."""

    call_id: str
    host: str
    port: int
    to_tag: str = ""
    cseq: int = 1
    answered: int = 0  # the CSeq of an INVITE whose 2xx has no ACK yet
    rseq: str = "1"


class Dialogs:
    """The calls of all sockets, the latest ``_KEPT`` of them."""

    def __init__(self, chance: random.Random, line: tuple[str, int]) -> None:
        self._chance, self._line = chance, line
        self._known: OrderedDict[str, Dialog] = OrderedDict()
        self._made = 0

    def take(self, data: bytes) -> None:
        """Learn from a message of the line's what the next ones need."""
        named = _CALL_ID.search(data)
        dialog = self._known.get(named[1].decode("latin-1")) if named else None
        if dialog is None or not data.startswith(b"SIP/2.0 "):
            return
        tag, invite, rseq = _TO_TAG.search(data), _INVITE.search(data), _RSEQ.search(data)
        if rseq:
            dialog.rseq = rseq[1].decode()
        if invite and tag and data[8:9] in b"12":
            dialog.to_tag = tag[1].decode("latin-1")
        if invite and data[8:9] == b"2":
            dialog.answered = int(invite[1])

    def message(self, host: str, port: int) -> bytes:
        """The next message from a socket: a new call, a step of one that stands, or none of any call."""
        chance = self._chance
        standing = [dialog for dialog in self._known.values() if (dialog.host, dialog.port) == (host, port)]
        waiting = next((dialog for dialog in standing if dialog.answered), None)
        if waiting is not None and chance.random() < 0.8:
            cseq, waiting.answered = waiting.answered, 0
            return self._write(waiting, "ACK", cseq, self._sdp(waiting) if chance.random() < 0.2 else b"")
        roll = chance.random()
        if roll < 0.25 or not standing:
            return self._write(self._begin(host, port), "INVITE", 1, self._offer(host))
        if roll < 0.35:
            return self._register(host, port)
        if roll < 0.42:
            return self._response(chance.choice(standing))
        dialog = chance.choice(standing)
        if roll < 0.55:
            self._known.pop(dialog.call_id, None)
            return self._inside(dialog, "BYE")
        return self._inside(dialog, chance.choice(INSIDE))

    def reply(self, data: bytes) -> bytes:
        """What a phone says to a request of the line's: 200 in most cases, nothing to an ACK."""
        if data.startswith((b"SIP/2.0 ", b"ACK ")):
            return b""
        status = self._chance.choice((200, 200, 200, 200, 401, 481, 491, 503))
        echoed = _ECHOED.findall(data.partition(b"\r\n\r\n")[0])
        return b"\r\n".join([b"SIP/2.0 %d Reason" % status, *echoed, b"Content-Length: 0", b"", b""])

    def _begin(self, host: str, port: int) -> Dialog:
        self._made += 1
        dialog = Dialog(f"{self._made}-{self._chance.getrandbits(40):x}", host, port)
        self._known[dialog.call_id] = dialog
        if len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return dialog

    def _inside(self, dialog: Dialog, method: str) -> bytes:
        if method not in ("CANCEL", "ACK"):
            dialog.cseq += 1
        body = b""
        if method in ("INVITE", "UPDATE", "PRACK") and self._chance.random() < 0.6:
            body = self._sdp(dialog)
        elif method == "INFO":
            body = b"Signal=5\r\nDuration=160\r\n"
        elif method == "NOTIFY":
            body = b"SIP/2.0 %d Reason" % self._chance.choice((100, 180, 200, 486, 603))
        return self._write(dialog, method, dialog.cseq, body)

    def _register(self, host: str, port: int) -> bytes:
        dialog = Dialog(f"r-{self._chance.getrandbits(40):x}", host, port)
        expires = self._chance.choice((0, 60, 3600))
        proof = 'Digest username="777123456", realm="infoline", nonce="1-0.x", uri="sip:line", response="0"'
        return self._write(dialog, "REGISTER", 1, b"", f"Expires: {expires}", f"Authorization: {proof}")

    def _response(self, dialog: Dialog) -> bytes:
        """To a request of the line's that was perhaps never sent."""
        status = self._chance.choice((100, 180, 200, 202, 302, 401, 407, 408, 422, 481, 491, 500, 503))
        method = self._chance.choice(("BYE", "REFER", "UPDATE", "INVITE"))
        branch = f"z9hG4bK{self._chance.getrandbits(64):016x}"
        lines = [
            f"SIP/2.0 {status} Reason",
            f"Via: SIP/2.0/UDP {self._line[0]}:{self._line[1]};branch={branch}",
            f"From: <sip:4488@line>;tag={dialog.to_tag or 'x'}",
            f"To: <sip:777123456@fuzz>;tag={dialog.call_id}",
            f"Call-ID: {dialog.call_id}",
            f"CSeq: {self._chance.randint(1, 3)} {method}",
            'WWW-Authenticate: Digest realm="pbx", nonce="n", qop="auth"',
            "Content-Length: 0",
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def _offer(self, host: str) -> bytes:
        return b"" if self._chance.random() < 0.1 else self._describe(host)

    def _sdp(self, dialog: Dialog) -> bytes:
        return self._describe(dialog.host)

    def _describe(self, host: str) -> bytes:
        chance = self._chance
        payloads = chance.choice(("8 101", "0 101", "9 8 0", "18"))
        lines = [
            "v=0", f"o=- {chance.getrandbits(30)} 1 IN IP4 {host}", "s=-", f"c=IN IP4 {host}", "t=0 0",
            f"m=audio {chance.randrange(1024, 65000, 2)} RTP/AVP {payloads}",
            "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15",
            f"a={chance.choice(('sendrecv', 'sendonly', 'inactive', 'recvonly'))}", "a=ptime:20",
        ]  # fmt: skip
        return ("\r\n".join(lines) + "\r\n").encode()

    def _write(self, dialog: Dialog, method: str, cseq: int, body: bytes = b"", *more: str) -> bytes:
        chance = self._chance
        here, line = f"{dialog.host}:{dialog.port}", f"{self._line[0]}:{self._line[1]}"
        branch = f"{dialog.call_id}.{cseq}" + ("" if method in ("INVITE", "CANCEL") else method)
        kinds = {"INFO": "application/dtmf-relay", "NOTIFY": "message/sipfrag"}
        lines = [
            f"{method} sip:4488@{line} SIP/2.0",
            f"Via: SIP/2.0/UDP {here};branch=z9hG4bK{branch};rport",
            "Max-Forwards: 70",
            f"From: <sip:777123456@fuzz>;tag={dialog.call_id}",
            f"To: <sip:4488@{line}>" + (f";tag={dialog.to_tag}" if dialog.to_tag else ""),
            f"Call-ID: {dialog.call_id}",
            f"CSeq: {cseq} {method}",
            f"Contact: <sip:777123456@{here}>",
            *more,
        ]
        if method in ("INVITE", "UPDATE"):
            lines.append(
                chance.choice(("Supported: timer, 100rel", "Require: 100rel", "Supported: replaces"))
            )
            lines.append(
                f"Session-Expires: {chance.choice((60, 90, 1800))};refresher={chance.choice(('uac', 'uas'))}"
            )
        if method == "PRACK":
            lines.append(f"RAck: {dialog.rseq} 1 INVITE")
        if method == "REFER":
            lines.append("Refer-To: <sip:800@fuzz>")
        if method == "NOTIFY":
            lines += ["Event: refer", f"Subscription-State: {chance.choice(('active', 'terminated'))}"]
        if chance.random() < 0.2:
            lines.append(f"Record-Route: <sip:{dialog.host};lr>, <sip:{here};lr>")
        if body:
            lines.append(f"Content-Type: {kinds.get(method, 'application/sdp')}")
        lines.append(f"Content-Length: {len(body)}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + body
