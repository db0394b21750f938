"""A SIP, SIPS or tel URI: text in, value out, text back (RFC 3261 section 19.1, RFC 3966)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

__all__ = ["BadUri", "Uri"]

_HOST_PORT = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.\-]+)(?::(?P<port>[0-9]{1,5}))?")
# White space, controls, brackets and quotes end a URI wherever it is printed; so do bytes that are no UTF-8.
_UNFIT = re.compile('[\\x00-\\x20\\x7f<>"\udc80-\udcff]')
_TEL = re.compile(r"\+?[0-9A-Fa-f*#.()\-]+")


class BadUri(ValueError):
    """Not a URI that a SIP request can carry."""


@dataclass(frozen=True, slots=True)
class Uri:
    """``sip:user:password@host:port;params?headers``; a tel URI has its number as ``user`` and no host.

    One that was read prints as it came, but for its headers, which no Request-URI may carry (section 19.1.5);
    one that was made here is printed from its parts.
    """

    scheme: str
    user: str
    host: str
    port: int | None = None
    params: Mapping[str, str | None] = field(default_factory=dict)
    text: str = field(default="", compare=False, repr=False)

    @classmethod
    def parse(cls, text: str) -> Uri:
        """Read one URI; BadUri when it is none. Escapes in the user part are resolved: ``%2A`` is ``*``."""
        text = text.strip()
        if _UNFIT.search(text):
            raise BadUri(f"a sign that no URI may hold in {text[:60]!r}")
        scheme, colon, rest = text.partition(":")
        scheme = scheme.lower()
        if not colon or not rest:
            raise BadUri(f"no scheme in {text[:60]!r}")
        if scheme == "tel":
            number, *params = rest.split(";")
            if not _TEL.fullmatch(number):
                raise BadUri(f"no telephone number in {text[:60]!r}")
            return cls("tel", re.sub(r"[().\-]", "", number), "", None, _parameters(params), text)
        if scheme not in ("sip", "sips"):
            raise BadUri(f"the scheme {scheme!r} is not SIP's")
        return cls._parse_sip(scheme, rest, text)

    @classmethod
    def _parse_sip(cls, scheme: str, rest: str, text: str) -> Uri:
        userinfo, at, hostpart = rest.rpartition("@")
        if not at:
            hostpart = rest
        hostpart, _, headers = hostpart.partition("?")
        if headers:
            text = text[: -len(headers)]
        hostport, *params = hostpart.split(";")
        match = _HOST_PORT.fullmatch(hostport)
        if match is None:
            raise BadUri(f"no host in {text[:60]!r}")
        port = int(match["port"]) if match["port"] else None
        if port is not None and port > 65535:
            raise BadUri(f"port {port} is over 65535")
        user = userinfo.partition(":")[0].partition(";")[0]
        return cls(scheme, unquote(user), match["host"], port, _parameters(params), text.rstrip("?"))

    @property
    def loose(self) -> bool:
        """Whether a route with this URI is a loose one (section 16.12)."""
        return "lr" in self.params

    def __str__(self) -> str:
        if self.text:
            return self.text
        params = "".join(f";{k}" if v is None else f";{k}={v}" for k, v in self.params.items())
        if self.scheme == "tel":
            return f"tel:{self.user}{params}"
        user = f"{_escape(self.user)}@" if self.user else ""
        port = "" if self.port is None else f":{self.port}"
        return f"{self.scheme}:{user}{self.host}{port}{params}"


def _escape(user: str) -> str:
    """Escape what the user part may not hold as it is (``user-unreserved`` and ``unreserved``)."""
    return re.sub(
        r"[^A-Za-z0-9\-_.!~*'()&=+$,?/]",
        lambda m: "".join(f"%{b:02X}" for b in m[0].encode("utf-8", "surrogateescape")),
        user,
    )


def _parameters(parts: list[str]) -> dict[str, str | None]:
    params: dict[str, str | None] = {}
    for part in parts:
        name, equals, value = part.partition("=")
        if name.strip():
            params.setdefault(name.strip().lower(), value.strip() if equals else None)
    return params
