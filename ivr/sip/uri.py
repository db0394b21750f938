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
_DIGITS = re.compile(r"\+?[0-9*#.()\-]+")


class BadUri(ValueError):
    """Not a URI that a SIP request can carry."""


@dataclass(frozen=True, slots=True)
class Uri:
    """``sip:user:password@host:port;params?headers``; a tel URI has its number as ``user`` and no host.

    One that was read prints as it came, but for its ``headers`` (what stands behind the question mark), which
    no Request-URI may carry (section 19.1.5); one that was made here is printed from its parts.
    """

    scheme: str
    user: str
    host: str
    port: int | None = None
    params: Mapping[str, str | None] = field(default_factory=dict)
    text: str = field(default="", compare=False, repr=False)
    headers: str = field(default="", compare=False, repr=False)

    @classmethod
    def parse(cls, text: str) -> Uri:
        """Read one URI; BadUri when it is none. Escapes are resolved, once: ``%2A`` is ``*``."""
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
        user = _without_telephone_parameters(userinfo.partition(":")[0])
        return cls(scheme, unquote(user), match["host"], port, _parameters(params), text.rstrip("?"), headers)

    @property
    def loose(self) -> bool:
        """Whether a route with this URI is a loose one (section 16.12)."""
        return "lr" in self.params

    @property
    def whole(self) -> str:
        """It with its headers, as a Contact may carry it (section 19.1.1, table 1)."""
        return f"{self}?{self.headers}" if self.headers else str(self)

    def __str__(self) -> str:
        if self.text:
            return self.text
        params = "".join(
            f";{_escape(k, _PARAM)}" if v is None else f";{_escape(k, _PARAM)}={_escape(v, _PARAM)}"
            for k, v in self.params.items()
        )
        if self.scheme == "tel":
            return f"tel:{self.user}{params}"
        user = f"{_escape(self.user, _USER)}@" if self.user else ""
        port = "" if self.port is None else f":{self.port}"
        return f"{self.scheme}:{user}{self.host}{port}{params}"


def _without_telephone_parameters(user: str) -> str:
    """``+420777123456;isub=1`` is a number with parameters of its own (section 19.1.6, RFC 3966).

    Behind what is no number a semicolon belongs to the name (RFC 4475 section 3.1.1.9).
    """
    name, _, parameters = user.partition(";")
    if _DIGITS.fullmatch(name) or "phone-context=" in parameters.lower():
        return name
    return user


# Section 25.1: ``user-unreserved`` and ``unreserved``; ``param-unreserved`` and ``unreserved``.
_USER = re.compile(r"[^A-Za-z0-9\-_.!~*'()&=+$,?/]")
_PARAM = re.compile(r"[^A-Za-z0-9\-_.!~*'()\[\]/:&+$]")


def _escape(text: str, unfit: re.Pattern[str]) -> str:
    """Escape what a part of a URI may not hold as it is."""
    return unfit.sub(
        lambda m: "".join(f"%{b:02X}" for b in m[0].encode("utf-8", "surrogateescape")),
        text,
    )


def _parameters(parts: list[str]) -> dict[str, str | None]:
    params: dict[str, str | None] = {}
    for part in parts:
        name, equals, value = part.partition("=")
        if name.strip():
            params.setdefault(unquote(name.strip()).lower(), unquote(value.strip()) if equals else None)
    return params
