"""The text of a session description comes in, its lines as values go out (RFC 8866)."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from sys import intern  # phones say much the same: calls that are up share the words of their descriptions
from types import MappingProxyType

from .addresses import family_of, plain_address
from .g711 import Codec

__all__ = ["DIRECTIONS", "MediaLine", "SdpError", "read"]

DIRECTIONS = frozenset({"sendrecv", "sendonly", "recvonly", "inactive"})
_STATIC: dict[str, Codec] = {"0": "PCMU", "8": "PCMA"}  # RFC 3551 table 4: need no rtpmap
_CODECS: dict[tuple[str, ...], Codec] = {
    ("PCMA", "8000"): "PCMA", ("PCMA", "8000", "1"): "PCMA",
    ("PCMU", "8000"): "PCMU", ("PCMU", "8000", "1"): "PCMU",
}  # fmt: skip
_REMEMBERED = 128  # descriptions as phones of a kind write them
_MOST_LINES = 2000  # a description is a page; more is somebody's experiment


class SdpError(ValueError):
    """A body that is no session description: 400 or 488, as the hall likes."""


@dataclass(frozen=True, slots=True)
class MediaLine:
    """One m= line with what stands under it; ``host`` is None where it is no address of a single place.

    ``encodings`` gives name, clock and channels of each payload type with an rtpmap, in capitals.
    """

    kind: str
    port: int
    protocol: str
    formats: tuple[str, ...]
    host: str | None
    attributes: tuple[tuple[str, str], ...]
    encodings: Mapping[str, tuple[str, ...]]

    def attribute(self, name: str) -> str | None:
        """The value of the first attribute of that name."""
        return next((value for key, value in self.attributes if key == name), None)

    @property
    def is_plain_rtp(self) -> bool:
        """RTP without encryption and without the early feedback of AVPF (RFC 4585)."""
        return self.protocol.upper() == "RTP/AVP"

    def codec(self, payload_type: str) -> Codec | None:
        """Which of our codecs a payload type is; a static one needs no rtpmap."""
        encoding = self.encodings.get(payload_type)
        return _STATIC.get(payload_type) if encoding is None else _CODECS.get(encoding)

    @property
    def event_type(self) -> int | None:
        """The first telephone-event on our clock; an event's clock is that of its stream (RFC 4733 2.1)."""
        for payload_type in self.formats:
            if self.encodings.get(payload_type, ())[:2] == ("TELEPHONE-EVENT", "8000"):
                return int(payload_type)
        return None


def read(body: str | bytes) -> tuple[str, str, tuple[MediaLine, ...]]:
    """The t= value, the direction of the session and the media lines; SdpError if that cannot be read.

    Tolerant of bare line feeds, unknown lines and lines out of order; strict in what we would act on.
    """
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
    rows = [row.strip() for row in text.replace("\r", "\n").split("\n") if row.strip()]
    if not rows or rows[0] != "v=0":
        raise SdpError("a session description begins with v=0")
    if len(rows) > _MOST_LINES:
        raise SdpError(f"a session description of {len(rows)} lines")
    sections: list[list[str]] = [[]]
    for row in rows:
        if row.startswith("m="):
            sections.append([])
        sections[-1].append(row)
    session = sections[0]
    timing = intern(next((row[2:] for row in session if row.startswith("t=")), "0 0"))
    direction = next((row[2:] for row in session if row[:2] == "a=" and row[2:] in DIRECTIONS), "sendrecv")
    host = _host(session, None)
    return timing, direction, tuple(_media(section, host) for section in sections[1:])


def _media(section: list[str], session_host: str | None) -> MediaLine:
    parts = section[0][2:].split()
    if len(parts) < 4:
        raise SdpError(f"not a media line: {section[0][:80]!r}")
    kind, port, protocol, *formats = parts
    port = port.partition("/")[0]
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and int(port) <= 65535):
        raise SdpError(f"not a port: {port[:20]!r}")
    attributes, encodings = _described(tuple(row for row in section if row.startswith("a=")))
    line = MediaLine(
        intern(kind),
        int(port),
        intern(protocol),
        _shared(tuple(formats)),
        _host(section, session_host),
        attributes,
        encodings,
    )
    if line.is_plain_rtp and not all(_is_payload_type(number) for number in formats):
        raise SdpError(f"not payload types: {' '.join(formats)[:80]!r}")
    return line


@lru_cache(maxsize=_REMEMBERED)
def _shared(words: tuple[str, ...]) -> tuple[str, ...]:
    """The same words, once for all who say them."""
    return words


@lru_cache(maxsize=_REMEMBERED)
def _described(rows: tuple[str, ...]) -> tuple[tuple[tuple[str, str], ...], Mapping[str, tuple[str, ...]]]:
    """The attributes of some a= lines, and the encodings among them."""
    attributes = []
    encodings: dict[str, tuple[str, ...]] = {}
    for row in rows:
        name, _, value = row[2:].partition(":")
        attributes.append((intern(name), intern(value.strip())))
        if name == "rtpmap":
            number, _, encoding = value.strip().partition(" ")
            words = encoding.strip().upper().split("/")
            encodings.setdefault(intern(number), tuple(map(intern, words)))
    return tuple(attributes), MappingProxyType(encodings)


def _is_payload_type(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= 127


def _host(section: list[str], otherwise: str | None) -> str | None:
    """The address of a section's first c= line, in its shortest spelling; None where that is no caller's.

    More than one c= line describes the layers of a multicast (RFC 8866 section 5.7).
    """
    for row in section:
        if row.startswith("c="):
            return _single_place(row[2:].split())
    return otherwise


def _single_place(parts: list[str]) -> str | None:
    """The host of a c= line; None for names, for addresses of another type than said, and for multicast.

    One caller listens at one place: what many would hear is nobody's call (and no flood of ours).
    """
    if len(parts) != 3 or parts[0] != "IN" or parts[1] not in ("IP4", "IP6"):
        return None
    written = parts[2].partition("/")[0]
    host = plain_address(written)
    if host is None or "%" in written or family_of(written) != int(parts[1][2]):
        return None
    return None if host == "255.255.255.255" or ipaddress.ip_address(host).is_multicast else host
