"""One SIP message: a datagram in, a Request or Response out, bytes back (RFC 3261 section 7).

Header lines are kept as they came, so that a response echoes them letter by letter; a header is parsed
when somebody asks for it, and once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from typing import TypeVar

from ivr.sip.headers import Address, BadHeader, CSeq, Via, canonical, split_list
from ivr.sip.uri import BadUri, Uri

__all__ = [
    "REASONS",
    "BadMessage",
    "Headers",
    "Message",
    "Request",
    "Response",
    "parse",
    "respond",
    "with_tag",
]

REASONS = {
    180: "Ringing",
    183: "Session Progress",
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    415: "Unsupported Media Type",
    416: "Unsupported URI Scheme",
    420: "Bad Extension",
    422: "Session Interval Too Small",
    423: "Interval Too Brief",
    480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist",
    482: "Loop Detected",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    489: "Bad Event",
    491: "Request Pending",
    500: "Server Internal Error",
    501: "Not Implemented",
    503: "Service Unavailable",
    505: "Version Not Supported",
    513: "Message Too Large",
}

_MAX_LINES = 256  # a header line costs a tuple; no phone sends a tenth of this
_TOKEN = r"[A-Za-z0-9\-.!%*_+`'~]+"
_REQUEST_LINE = re.compile(
    rf"(?P<method>{_TOKEN}) (?P<uri>[A-Za-z][A-Za-z0-9+.\-]*+:\S+) SIP/(?P<version>[0-9]+\.[0-9]+)",
    re.IGNORECASE,
)
_STATUS_LINE = re.compile(
    r"SIP/2\.0 (?P<status>[1-6][0-9]{2})(?: (?P<reason>.*))?", re.IGNORECASE | re.DOTALL
)
# A bare CR ends a line for some readers: a value that holds one is no value, and is never echoed.
_FIELD = re.compile(rf"({_TOKEN})[ \t]*:[ \t]*([^\r]*)")
_MANY = frozenset(
    {
        "via",
        "route",
        "record-route",
        "contact",
        "allow",
        "supported",
        "require",
        "accept",
        "p-asserted-identity",
    }
)
_ONCE = frozenset({"from", "to", "cseq", "call-id"})
_MAGIC = "z9hG4bK"  # section 8.1.1.7: without it a branch is one of RFC 2543
_GAP = re.compile(r"(?:\A|[;,])\s*+(?:[;,]|\Z)")
_WITH_SDP = frozenset({"application/sdp", "application/*", "*/*"})


class BadMessage(ValueError):
    """Not a SIP message, or one that breaks a rule; with the request, when there is enough to answer."""

    def __init__(self, why: str, status: int = 400, request: Request | None = None) -> None:
        self.status, self.request = status, request
        super().__init__(why)


class Headers:
    """Header lines in their order: canonical name and the value as it came."""

    __slots__ = ("lines",)

    def __init__(self, lines: Iterable[tuple[str, str]] = ()) -> None:
        self.lines = list(lines)

    def first(self, name: str) -> str | None:
        """The first value under a canonical name."""
        for line_name, value in self.lines:
            if line_name == name:
                return value
        return None

    def all(self, name: str) -> list[str]:
        """Every value under a canonical name, comma lists taken apart where the header may be one."""
        found = [value for line_name, value in self.lines if line_name == name]
        if name not in _MANY:
            return found
        return [part for value in found for part in (split_list(value) if "," in value else (value,)) if part]

    def tokens(self, name: str) -> list[str]:
        """A comma list of tokens in lower case: Require, Supported, Allow."""
        return [part.lower() for part in self.all(name)]

    def add(self, name: str, value: str) -> None:
        """Append one line; the name may be in any form."""
        self.lines.append((canonical(name), value))


_T = TypeVar("_T", Address, CSeq, Via)


class Message:
    """What requests and responses share: headers, a body, and the headers that every message must have."""

    def __init__(self, headers: Headers, body: bytes = b"") -> None:
        self.headers, self.body = headers, body

    def _one(self, kind: type[_T], name: str) -> _T:
        values = self.headers.all(name)
        if not values:
            raise BadHeader(f"no {name} header")
        if name in _ONCE and len(values) > 1:
            raise BadHeader(f"{len(values)} {name} headers")
        return kind.parse(values[0])

    @cached_property
    def via(self) -> Via:
        """The topmost Via."""
        return self._one(Via, "via")

    @cached_property
    def from_(self) -> Address:
        """Who sent it."""
        return self._one(Address, "from")

    @cached_property
    def to(self) -> Address:
        """Whom it is for."""
        return self._one(Address, "to")

    @cached_property
    def cseq(self) -> CSeq:
        """Its place in the dialog's order."""
        return self._one(CSeq, "cseq")

    @cached_property
    def call_id(self) -> str:
        """The call it belongs to."""
        values = self.headers.all("call-id")
        if len(values) != 1 or len(values[0].split()) != 1:
            raise BadHeader("not one call-id")
        return values[0].strip()

    @cached_property
    def contacts(self) -> list[Address]:
        """Where its sender is reached directly; ``*`` is left out."""
        return [Address.parse(value) for value in self.headers.all("contact") if value != "*"]

    @property
    def content_type(self) -> str:
        """Type and subtype in lower case, without parameters."""
        return (self.headers.first("content-type") or "").partition(";")[0].strip().lower()

    def check(self) -> None:
        """Read the headers that every message must have (section 8.1.1); BadHeader on the first bad one."""
        _ = self.via, self.from_, self.to, self.cseq, self.call_id

    def _bytes(self, start_line: str) -> bytes:
        lines = [start_line]
        lines += [
            f"{_print_name(name)}: {value}" for name, value in self.headers.lines if name != "content-length"
        ]
        lines += [f"Content-Length: {len(self.body)}", "", ""]
        return "\r\n".join(lines).encode("utf-8", "surrogateescape") + self.body


class Request(Message):
    """A method on a Request-URI; the URI stays text, since any scheme may come."""

    def __init__(self, method: str, uri: str, headers: Headers, body: bytes = b"") -> None:
        super().__init__(headers, body)
        self.method, self.uri = method, uri

    def check(self) -> None:
        """What a request owes beside: BadHeader where it is answered 400 whoever would serve it."""
        super().check()
        if self.cseq.method != self.method:  # section 8.1.1.5
            raise BadHeader("the CSeq names another method")
        if self.via.branch == _MAGIC:  # two of them could not be told apart: section 8.1.1.7
            raise BadHeader("a branch without an identifier")
        if any(_has_gap(value) for name, value in self.headers.lines if name == "via"):
            raise BadHeader("a Via with nothing between its separators")
        if self.method == "INVITE" and not self._takes_sdp():
            raise BadHeader("an INVITE that takes no SDP")
        self._check_uri()

    def _check_uri(self) -> None:
        """A URI of another scheme is none of ours to read: it is refused with 416, not 400."""
        if self.uri.partition(":")[0].lower() not in ("sip", "sips"):
            return
        try:
            Uri.parse(self.uri)
        except BadUri as error:
            raise BadHeader(str(error)) from error

    def _takes_sdp(self) -> bool:
        """Section 20.1: without an Accept, SDP is taken; a user agent that sends INVITE has to take it."""
        values = self.headers.all("accept")
        return not values or any(v.partition(";")[0].strip().lower() in _WITH_SDP for v in values)

    @cached_property
    def contacts(self) -> list[Address]:
        """As in any message; a client of RFC 2543 that names none is reached at its From."""
        named = super().contacts
        old = self.headers.first("contact") is None and not self.via.branch.startswith(_MAGIC)
        return [Address("", self.from_.uri)] if old and self.method == "INVITE" else named

    def __bytes__(self) -> bytes:
        return self._bytes(f"{self.method} {self.uri} SIP/2.0")


class Response(Message):
    """A status."""

    def __init__(self, status: int, reason: str, headers: Headers, body: bytes = b"") -> None:
        super().__init__(headers, body)
        self.status, self.reason = status, reason

    def __bytes__(self) -> bytes:
        return self._bytes(f"SIP/2.0 {self.status} {self.reason}")


_PRINTED = {
    name.lower(): name
    for name in ("Call-ID", "CSeq", "MIME-Version", "Min-SE", "RAck", "RSeq", "SIP-ETag", "WWW-Authenticate")
}  # somebody's phone looks for the RFC's letters
_PRINTED_CACHE: dict[str, str] = {}


def _print_name(name: str) -> str:
    printed = _PRINTED_CACHE.get(name)
    if printed is None:
        printed = _PRINTED.get(name) or "-".join(part.capitalize() for part in name.split("-"))
        if len(_PRINTED_CACHE) < 1000:
            _PRINTED_CACHE[name] = printed
    return printed


def parse(data: bytes) -> Request | Response:
    """Read one datagram; BadMessage when it is not a SIP message that can be worked with.

    Bare line feeds and folded lines are read too (section 7.3.1: "Implementations SHOULD NOT" fold, yet do).
    """
    head, body = _split(data.lstrip(b"\r\n"))
    lines = head.decode("utf-8", "surrogateescape").replace("\r\n", "\n").split("\n")
    headers, wrong = _read_headers(lines[1 : _MAX_LINES + 1])
    if body is None:
        wrong = wrong or "no empty line after the headers"
    status_line = _STATUS_LINE.fullmatch(lines[0])
    if status_line is not None:
        if wrong:
            raise BadMessage(wrong)
        response = Response(int(status_line["status"]), status_line["reason"] or "", headers, body or b"")
        response.body = _cut_body(response, None)
        return response
    request = _read_request_line(lines[0], headers)
    if len(lines) > _MAX_LINES:
        raise BadMessage("too many header lines", 513, request)
    if wrong:
        raise BadMessage(wrong, 400, request)
    request.body = body or b""
    request.body = _cut_body(request, request)
    return request


def _has_gap(value: str) -> bool:
    """Whether a comma or semicolon separates nothing (section 25.1: no list has empty items)."""
    if _GAP.search(value) is None:
        return False
    return not all(item for part in split_list(value) for item in split_list(part, ";"))


def _split(data: bytes) -> tuple[bytes, bytes | None]:
    """Head and body at the first empty line, whichever line ends it has; without one there is no body."""
    found = [at for at in (data.find(b"\n\r\n"), data.find(b"\n\n")) if at >= 0]
    if not found:
        return data.rstrip(b"\r\n"), None
    at = min(found)
    return data[:at].removesuffix(b"\r"), data[at:].split(b"\n", 2)[2]


def _read_request_line(line: str, headers: Headers) -> Request:
    """The request without its body; BadMessage, with the request where the line comes close to one."""
    match = _REQUEST_LINE.fullmatch(line)
    if match is not None:
        request = Request(match["method"], match["uri"], headers)
        if match["version"] != "2.0":
            raise BadMessage(f"SIP/{match['version']}", 505, request)
        return request
    words = line.split()
    if len(words) < 3 or not words[-1].upper().startswith("SIP/"):
        raise BadMessage("no request line and no status line")
    request = Request(words[0], " ".join(words[1:-1]), headers)
    raise BadMessage(f"a request line that does not hold: {line[:60]!r}", 400, request)


def _read_headers(lines: list[str]) -> tuple[Headers, str]:
    """The header lines, and what is wrong with the first line that is none ("" when all are well)."""
    read: list[tuple[str, str]] = []
    wrong = ""
    for line in lines:
        if line[:1] in (" ", "\t"):
            if not read or "\r" in line:
                wrong = wrong or f"a continuation of nothing: {line[:40]!r}"
                continue
            name, value = read[-1]
            read[-1] = name, f"{value} {line.strip()}".strip()
            continue
        match = _FIELD.fullmatch(line)
        if match is None:
            wrong = wrong or f"a line that is no header: {line[:40]!r}"
            continue
        read.append((canonical(match[1]), match[2].rstrip()))
    return Headers(read), wrong


def _cut_body(message: Message, request: Request | None) -> bytes:
    """The body by Content-Length (section 18.3): longer is cut, shorter than said is an error."""
    lengths = set(message.headers.all("content-length"))
    if not lengths:
        return message.body
    length = lengths.pop()
    if lengths or not (length.isascii() and length.isdigit() and len(length) <= 8):
        raise BadMessage(f"Content-Length: {length[:20]!r}", 400, request)
    if int(length) > len(message.body):
        raise BadMessage("the body is shorter than its Content-Length", 400, request)
    return message.body[: int(length)]


def with_tag(to: str, tag: str) -> str:
    """A To value with our tag; without brackets, too, parameters are the header's (section 20.10)."""
    return f"{to.rstrip('; ')};tag={tag}"


def respond(
    request: Request, status: int, to_tag: str, extra: Iterable[tuple[str, str]] = (), body: bytes = b""
) -> Response:
    """A response by section 8.2.6: Via, From, To, Call-ID and CSeq as they came, To with our tag."""
    lines: list[tuple[str, str]] = []
    once = set(_ONCE)  # a request that has one of these twice is bad; its refusal need not be
    for name, value in request.headers.lines:
        if name in once:
            once.remove(name)
        elif name != "via":
            continue
        if name == "to" and to_tag and request.to.tag is None:
            value = with_tag(value, to_tag)
        lines.append((name, value))
    headers = Headers(lines)
    for name, value in extra:
        headers.add(name, value)
    return Response(status, REASONS.get(status, "Unknown"), headers, body)
