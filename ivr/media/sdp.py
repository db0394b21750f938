"""Session descriptions come in and go out (RFC 8866); what both sides agree on (RFC 3264) comes out.

A reader for a telephone line: one audio line in G.711 with keys by telephone-event. Everything else in an
offer is answered with port 0, in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from .g711 import Codec
from .sdp_reader import DIRECTIONS, MediaLine, SdpError, read

__all__ = ["Agreed", "NoUsableCodec", "Offer", "SdpError", "answer", "offer", "read_answer", "read_offer"]

Direction = Literal["sendrecv", "sendonly", "recvonly", "inactive"]

_MIRRORED: dict[str, Direction] = {
    "sendrecv": "sendrecv", "sendonly": "recvonly", "recvonly": "sendonly", "inactive": "inactive",
}  # fmt: skip
_NUMBER: dict[Codec, int] = {"PCMU": 0, "PCMA": 8}
_NOWHERE = "0.0.0.0"  # the hold of RFC 2543; RFC 3264 section 8.4 still asks us to know it


class NoUsableCodec(SdpError):
    """A description without an audio line we could speak on: 488."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """What both sides will do, seen from ours.

    ``payload_type`` carries speech and ``event_type`` keys (None: the other side has none); ``remote`` is
    where our packets go, 0.0.0.0 while there is no such place.
    """

    codec: Codec
    payload_type: int
    event_type: int | None
    ptime_ms: int
    remote: tuple[str, int]
    send: bool
    receive: bool

    @property
    def direction(self) -> Direction:
        """The attribute that says so in our own description."""
        if self.send:
            return "sendrecv" if self.receive else "sendonly"
        return "recvonly" if self.receive else "inactive"


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer read: what we agree to, and what its answer has to echo."""

    agreed: Agreed
    timing: str
    lines: tuple[MediaLine, ...]
    chosen: int


def read_offer(body: str | bytes) -> Offer:
    """Read an offer and choose. SdpError if it is nonsense, NoUsableCodec if we cannot speak on any line."""
    timing, direction, lines = read(body)
    for place, line in enumerate(lines):
        agreed = _agree(line, direction)
        if agreed is not None:
            return Offer(agreed, timing, lines, place)
    raise NoUsableCodec("no audio line offers G.711 over RTP/AVP at an IPv4 address")


def read_answer(body: str | bytes) -> Agreed:
    """Read the answer to our ``offer``, which has a single audio line; errors as ``read_offer``."""
    _, direction, lines = read(body)
    agreed = _agree(lines[0], direction) if lines else None
    if agreed is None:
        raise NoUsableCodec("the answer takes none of the codecs offered")
    return agreed


def answer(offered: Offer, host: str, port: int, session_id: int, version: int = 1) -> str:
    """The answer to an offer: every line of it in order, all but ours refused with port 0.

    ``host`` and ``port`` are where we hear; ``version`` grows with each description of one session.
    """
    text = _head(host, session_id, version, offered.timing)
    for place, line in enumerate(offered.lines):
        if place == offered.chosen:
            agreed = offered.agreed
            text += _audio(port, {agreed.payload_type: agreed.codec}, agreed.event_type, agreed.ptime_ms)
            text.append(f"a={agreed.direction}")
        else:
            text.append(f"m={line.kind} 0 {line.protocol} {' '.join(line.formats)}")
    return "\r\n".join([*text, ""])


def offer(
    host: str,
    port: int,
    session_id: int,
    version: int = 1,
    codecs: Sequence[Codec] = ("PCMA", "PCMU"),
    event_type: int = 101,
    ptime_ms: int = 20,
    direction: Direction = "sendrecv",
) -> str:
    """An offer of ours, for an INVITE that came without one; codecs in the order we like them."""
    text = _head(host, session_id, version, "0 0")
    text += _audio(port, {_NUMBER[codec]: codec for codec in codecs}, event_type, ptime_ms)
    return "\r\n".join([*text, f"a={direction}", ""])


def _head(host: str, session_id: int, version: int, timing: str) -> list[str]:
    return [
        "v=0",
        f"o=- {session_id} {version} IN IP4 {host}",
        "s=-",
        f"c=IN IP4 {host}",
        f"t={timing}",
    ]


def _audio(port: int, codecs: dict[int, Codec], event_type: int | None, ptime_ms: int) -> list[str]:
    numbers = [*codecs, *([event_type] if event_type is not None else [])]
    lines = [f"m=audio {port} RTP/AVP {' '.join(map(str, numbers))}"]
    lines += [f"a=rtpmap:{number} {codec}/8000" for number, codec in codecs.items()]
    if event_type is not None:
        lines += [f"a=rtpmap:{event_type} telephone-event/8000", f"a=fmtp:{event_type} 0-15"]
    return [*lines, f"a=ptime:{ptime_ms}"]


def _agree(line: MediaLine, session_direction: str) -> Agreed | None:
    """What we would do on one media line of the other side's; None if nothing."""
    if line.kind != "audio" or line.protocol != "RTP/AVP" or not line.port or line.host is None:
        return None
    chosen = next((number for number in line.formats if line.codec(number)), None)
    if chosen is None:
        return None
    codec = line.codec(chosen)
    assert codec is not None
    theirs = next((key for key, _ in line.attributes if key in DIRECTIONS), session_direction)
    ours = _MIRRORED[theirs]
    return Agreed(
        codec=codec,
        payload_type=int(chosen),
        event_type=line.event_type,
        ptime_ms=_packet_time(line),
        remote=(line.host, line.port),
        send=ours in ("sendrecv", "sendonly") and line.host != _NOWHERE,
        receive=ours in ("sendrecv", "recvonly"),
    )


def _packet_time(line: MediaLine) -> int:
    """The ptime asked for where we can keep it, else 20 ms; never more than maxptime where that is sane."""
    asked, most = _milliseconds(line.attribute("ptime")), _milliseconds(line.attribute("maxptime"))
    return min(asked or 20, most or 60)


def _milliseconds(text: str | None) -> int | None:
    return int(text) if text in ("10", "20", "30", "40", "50", "60") else None
