"""The header fields the line reads: a field value in, a frozen value out, text back (RFC 3261 section 20)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ivr.sip.uri import BadUri, Uri

__all__ = ["COMPACT", "Address", "BadHeader", "CSeq", "Via", "canonical", "split_list"]

# Section 7.3.3 and the registry: the one-letter forms.
COMPACT = {
    "a": "accept-contact",
    "b": "referred-by",
    "c": "content-type",
    "d": "request-disposition",
    "e": "content-encoding",
    "f": "from",
    "i": "call-id",
    "j": "reject-contact",
    "k": "supported",
    "l": "content-length",
    "m": "contact",
    "o": "event",
    "r": "refer-to",
    "s": "subject",
    "t": "to",
    "u": "allow-events",
    "v": "via",
    "x": "session-expires",
    "y": "identity",
}

_TOKEN = r"[A-Za-z0-9\-.!%*_+`'~]++"
# Every repetition takes what it can and gives nothing back (``++``, ``*+``): a datagram of 60,000 spaces is
# read once, not once for each space.
_VIA = re.compile(
    rf"(?P<protocol>{_TOKEN}\s*+/\s*+{_TOKEN})\s*+/\s*+(?P<transport>{_TOKEN})\s++"
    r"(?P<host>\[[0-9A-Fa-f:.]++\]|[A-Za-z0-9_.\-]++)\s*+(?::\s*+(?P<port>[0-9]{1,5}+))?\s*+(?P<params>(?:;.*)?)",
    re.DOTALL,
)
_CSEQ = re.compile(rf"(?P<number>[0-9]{{1,10}})\s++(?P<method>{_TOKEN})")
_QUOTED = re.compile(r'"((?:[^"\\]++|\\.)*+)"', re.DOTALL)
_MAX_CSEQ = 2**31  # section 8.1.1.5: "MUST be less than 2**31"


class BadHeader(ValueError):
    """A field value that does not follow the grammar."""


def canonical(name: str) -> str:
    """The name a header is kept under: lower case, the long form."""
    name = name.lower()
    return COMPACT.get(name, name)


def split_list(value: str, separator: str = ",") -> list[str]:
    """Split at a separator that stands outside quotes and angle brackets."""
    if '"' not in value and "<" not in value:
        return [part.strip() for part in value.split(separator)]
    parts, start = [], 0
    while True:
        end = _ITEM[separator].match(value, start).end()  # type: ignore[union-attr]  # it matches "" as well
        parts.append(value[start:end].strip())
        if end == len(value):
            return parts
        start = end + 1


_ITEM = {
    separator: re.compile(
        rf'(?:[^"<{separator}]++|"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|<[^>]*+(?:>|\Z))*+', re.DOTALL
    )
    for separator in ",;"
}


def _parameters(text: str) -> dict[str, str | None]:
    params: dict[str, str | None] = {}
    for part in split_list(text, ";"):
        name, equals, value = part.partition("=")
        if name.strip():
            params.setdefault(name.strip().lower(), value.strip() if equals else None)
    return params


def _print_parameters(params: Mapping[str, str | None]) -> str:
    return "".join(f";{name}" if value is None else f";{name}={value}" for name, value in params.items())


@dataclass(frozen=True, slots=True)
class Via:
    """``SIP/2.0/UDP host:port;branch=...`` (section 20.42); ``SIP/2.0`` may be another one's protocol."""

    transport: str
    host: str
    port: int | None
    params: Mapping[str, str | None]
    protocol: str = "SIP/2.0"

    @classmethod
    def parse(cls, value: str) -> Via:
        """Read one Via value; BadHeader when it is none."""
        match = _VIA.fullmatch(value.strip())
        if match is None:
            raise BadHeader(f"Via: {value[:60]!r}")
        port = int(match["port"]) if match["port"] else None
        if port is not None and port > 65535:
            raise BadHeader(f"Via: port {port}")
        protocol = "".join(match["protocol"].split())
        return cls(match["transport"].upper(), match["host"], port, _parameters(match["params"]), protocol)

    @property
    def branch(self) -> str:
        """The transaction's id, empty from a client of RFC 2543."""
        return self.params.get("branch") or ""

    def __str__(self) -> str:
        port = "" if self.port is None else f":{self.port}"
        return f"{self.protocol}/{self.transport} {self.host}{port}{_print_parameters(self.params)}"


@dataclass(frozen=True, slots=True)
class CSeq:
    """``4711 INVITE`` (section 20.16)."""

    number: int
    method: str

    @classmethod
    def parse(cls, value: str) -> CSeq:
        """Read it; BadHeader when the number is no 31-bit number or the method no token."""
        match = _CSEQ.fullmatch(value.strip())
        if match is None or int(match["number"]) >= _MAX_CSEQ:
            raise BadHeader(f"CSeq: {value[:60]!r}")
        return cls(int(match["number"]), match["method"])

    def __str__(self) -> str:
        return f"{self.number} {self.method}"


@dataclass(frozen=True, slots=True)
class Address:
    """``"Name" <sip:user@host>;tag=...``: From, To, Contact, Route and the like (section 20.10)."""

    name: str
    uri: Uri
    params: Mapping[str, str | None] = field(default_factory=dict)

    @classmethod
    def parse(cls, value: str) -> Address:
        """Read one name-addr or addr-spec; without angle brackets the parameters are the header's."""
        value = value.strip()
        try:
            if value.startswith('"'):
                name, rest = _quoted(value)
            else:
                name, rest = value.partition("<")[0].strip(), value
            opening = rest.find("<")
            if opening < 0:
                spec, _, params = value.partition(";")
                if "?" in spec:  # section 20: "the URI MUST be enclosed in angle brackets" then
                    raise BadHeader(f"headers of a URI without brackets in {value[:60]!r}")
                return cls("", Uri.parse(spec), _parameters(params))
            closing = rest.find(">", opening)
            if closing < 0:
                raise BadHeader(f"no closing bracket in {value[:60]!r}")
            tail = rest[closing + 1 :].strip()
            if tail and tail[0] != ";":
                raise BadHeader(f"more than an address in {value[:60]!r}")
            return cls(name, Uri.parse(rest[opening + 1 : closing]), _parameters(tail))
        except BadUri as error:
            raise BadHeader(str(error)) from error

    @property
    def tag(self) -> str | None:
        """The dialog's tag, of From and To; None without one, "" for a tag that says nothing."""
        return self.params["tag"] or "" if "tag" in self.params else None

    def __str__(self) -> str:
        name = f'"{self.name}" ' if self.name else ""
        return f"{name}<{self.uri}>{_print_parameters(self.params)}"


def _quoted(value: str) -> tuple[str, str]:
    """Split ``"a name" <...>`` after its quoted string."""
    match = _QUOTED.match(value)
    if match is None:
        raise BadHeader(f"no closing quote in {value[:60]!r}")
    return match[1], value[match.end() :]
