"""The text of a session description comes in, its lines as values go out (RFC 8866)."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from .g711 import Codec

__all__ = ["DIRECTIONS", "MediaLine", "SdpError", "read"]

DIRECTIONS = frozenset({"sendrecv", "sendonly", "recvonly", "inactive"})
_STATIC: dict[str, Codec] = {"0": "PCMU", "8": "PCMA"}  # RFC 3551 table 4: need no rtpmap
_MOST_LINES = 2000  # a description is a page; more is somebody's experiment


class SdpError(ValueError):
    """A body that is no session description: 400 or 488, as the hall likes."""


@dataclass(frozen=True, slots=True)
class MediaLine:
    """One m= line with what stands under it; ``host`` is None where it is no IPv4 address."""

    kind: str
    port: int
    protocol: str
    formats: tuple[str, ...]
    host: str | None
    attributes: tuple[tuple[str, str], ...]

    def attribute(self, name: str) -> str | None:
        """The value of the first attribute of that name."""
        return next((value for key, value in self.attributes if key == name), None)

    def mapped(self, payload_type: str) -> tuple[str, ...]:
        """Name, clock and channels of a payload type by its rtpmap, in capitals; empty if it has none."""
        for key, value in self.attributes:
            number, _, encoding = value.partition(" ")
            if key == "rtpmap" and number == payload_type:
                return tuple(encoding.strip().upper().split("/"))
        return ()

    def codec(self, payload_type: str) -> Codec | None:
        """Which of our codecs a payload type is; a static one needs no rtpmap."""
        match self.mapped(payload_type):
            case ("PCMA", "8000") | ("PCMA", "8000", "1"):
                return "PCMA"
            case ("PCMU", "8000") | ("PCMU", "8000", "1"):
                return "PCMU"
            case ():
                return _STATIC.get(payload_type)
            case _:
                return None

    @property
    def event_type(self) -> int | None:
        """The first telephone-event on our clock; an event's clock is that of its stream (RFC 4733 2.1)."""
        for payload_type in self.formats:
            if self.mapped(payload_type)[:2] == ("TELEPHONE-EVENT", "8000"):
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
    timing = next((row[2:] for row in session if row.startswith("t=")), "0 0")
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
    protocol_name = protocol.upper()
    if protocol_name == "RTP/AVP" and not all(_is_payload_type(number) for number in formats):
        raise SdpError(f"not payload types: {' '.join(formats)[:80]!r}")
    attributes = []
    for row in section:
        if row.startswith("a="):
            name, _, value = row[2:].partition(":")
            attributes.append((name, value.strip()))
    host = _host(section, session_host)
    return MediaLine(kind, int(port), protocol_name, tuple(formats), host, tuple(attributes))


def _is_payload_type(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= 127


def _host(section: list[str], otherwise: str | None) -> str | None:
    """The IPv4 address of a section's first c= line; None where there is one of another kind."""
    for row in section:
        if row.startswith("c="):
            parts = row[2:].split()
            if parts[:2] != ["IN", "IP4"] or len(parts) != 3:
                return None
            try:
                address = ipaddress.IPv4Address(parts[2].partition("/")[0])
            except ValueError:
                return None
            # One caller listens at one place: what many would hear is nobody's call (and no flood of ours).
            return None if address.is_multicast or str(address) == "255.255.255.255" else str(address)
    return otherwise
