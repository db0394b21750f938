"""What a caller says in, SIP messages with SDP out; and what the line's messages hold (RFC 3261, 4566)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bench.soak.drawn import Drawn

__all__ = ["CALL_ID", "Said", "Wording", "read", "reply"]

CALL_ID = re.compile(rb"^(?:call-id|i)\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_LINE = re.compile(rb"SIP/2\.0 (\d{3})|([A-Z]+) ")
_CSEQ = re.compile(rb"^cseq\s*:\s*(\d+)\s+([A-Z]+)", re.IGNORECASE | re.MULTILINE)
_TO = re.compile(rb"^(?:to|t)\s*:\s*([^\r]*)", re.IGNORECASE | re.MULTILINE)
_ECHOED = re.compile(rb"^(?:via|v|from|f|to|t|call-id|i|cseq)\s*:[^\r]*", re.IGNORECASE | re.MULTILINE)
_HOST = re.compile(rb"^c=IN IP4 (\S+)", re.MULTILINE)
_PORT = re.compile(rb"^m=audio (\d+)", re.MULTILINE)
_TYPES = {"PCMA": 8, "PCMU": 0}


@dataclass(frozen=True, slots=True)
class Said:
    """One of the line's messages: ``status`` is 0 in a request, whose ``method`` is its own."""

    status: int
    method: str
    number: int
    to: str
    media: tuple[str, int] | None


def read(data: bytes) -> Said | None:
    """A datagram of the line's; None where it is no SIP."""
    line, cseq, to = _LINE.match(data), _CSEQ.search(data), _TO.search(data)
    if line is None or cseq is None or to is None:
        return None
    host, port = _HOST.search(data), _PORT.search(data)
    return Said(
        int(line[1] or 0),
        (cseq[2] if line[1] else line[2]).decode(),
        int(cseq[1]),
        to[1].decode("latin-1"),
        (host[1].decode(), int(port[1])) if host and port else None,
    )


def reply(data: bytes, status: str, own: tuple[str, int], body: str = "") -> bytes:
    """A response to one of the line's requests, with SDP or without."""
    head = [f"SIP/2.0 {status}".encode(), *_ECHOED.findall(data)]
    told = [f"Contact: <sip:soak@{own[0]}:{own[1]}>", *(["Content-Type: application/sdp"] if body else [])]
    lines = [*told, f"Content-Length: {len(body)}", "", body]
    return b"\r\n".join([*head, "\r\n".join(lines).encode()])


@dataclass(slots=True)
class Wording:
    """How one caller writes: to ``line``, from ``own``; ``to`` has the line's tag once that is known."""

    drawn: Drawn
    line: tuple[str, int]
    own: tuple[str, int]
    shown_port: int
    to: str = ""

    def offer(self, version: int, held: bool) -> str:
        """SDP with one codec, keys as events where the phone has them."""
        host, kind = self.own[0], _TYPES[self.drawn.codec]
        lines = [
            "v=0", f"o=- 1 {version} IN IP4 {host}", "s=-", f"c=IN IP4 {host}", "t=0 0",
            f"m=audio {self.shown_port} RTP/AVP {kind}{' 101' if self.drawn.events else ''}",
            f"a=rtpmap:{kind} {self.drawn.codec}/8000",
            *(["a=rtpmap:101 telephone-event/8000"] if self.drawn.events else []),
            *(["a=rtcp-mux"] if self.drawn.muxes else []),
            "a=ptime:20", f"a={'inactive' if held else 'sendrecv'}", "",
        ]  # fmt: skip
        return "\r\n".join(lines)

    def request(self, method: str, number: int, body: str = "", head: str = "", branch: str = "") -> bytes:
        """A request; one to be taken for another's transaction has that one's ``branch``."""
        host, port = self.own
        who = f"sip:{self.drawn.number}@{host}" if self.drawn.number else "sip:anonymous@anonymous.invalid"
        turn = branch or ("1INVITE" if method == "CANCEL" else f"{number}{method}")
        nobody = f"<sip:4488@{self.line[0]}>"
        if method == "INVITE":
            head = "Content-Type: application/sdp\r\n"
        lines = [
            f"{method} sip:4488@{self.line[0]}:{self.line[1]} SIP/2.0",
            f"Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{self.drawn.name}{turn};rport",
            "Max-Forwards: 70",
            f"From: <{who}>;tag={self.drawn.name[-8:]}",
            f"To: {nobody if method == 'CANCEL' else self.to or nobody}",
            f"Call-ID: {self.drawn.name}",
            f"CSeq: {number} {method}",
            f"Contact: <sip:soak@{host}:{port}>",
            f"{head}Content-Length: {len(body)}",
        ]
        return "\r\n".join([*lines, "", body]).encode()
