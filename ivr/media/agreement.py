"""A media line of the other side's comes in, what we would do on it goes out, or why we would not."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from .addresses import NOWHERE, Family, family_of
from .g711 import Codec
from .sdp_reader import DIRECTIONS, MediaLine, SdpError

__all__ = ["Agreed", "Direction", "NoUsableCodec", "agree", "closest", "like_rtcp"]

Direction = Literal["sendrecv", "sendonly", "recvonly", "inactive"]

_MIRRORED: dict[str, Direction] = {
    "sendrecv": "sendrecv", "sendonly": "recvonly", "recvonly": "sendonly", "inactive": "inactive",
}  # fmt: skip
_PACKET_TIMES = (10, 20, 30, 40, 50, 60)
_MILLISECONDS = re.compile(r"[0-9]{1,5}(\.[0-9]{1,9})?")  # RFC 8866 section 6.4: an integer or a real
_NEARER = (304, 302, 301, 305)  # the warnings in the order in which a line is looked at


class NoUsableCodec(SdpError):
    """A description without a line we could speak on: 488, with a warning code of RFC 3261 section 20.43."""

    def __init__(self, warning: int, reason: str) -> None:
        super().__init__(reason)
        self.warning = warning


@dataclass(frozen=True, slots=True)
class Agreed:
    """What both sides will do, seen from ours.

    ``payload_type`` carries speech and ``event_type`` keys (None: the other side has none); ``remote`` is
    where our packets go, 0.0.0.0 or :: while there is no such place. ``control`` is the port there that takes
    RTCP, the same where both kinds share it (RFC 5761); 0: none does.
    """

    codec: Codec
    payload_type: int
    event_type: int | None
    ptime_ms: int
    remote: tuple[str, int]
    send: bool
    receive: bool
    control: int = 0

    @property
    def direction(self) -> Direction:
        """The attribute that says so in our own description."""
        if self.send:
            return "sendrecv" if self.receive else "sendonly"
        return "recvonly" if self.receive else "inactive"


def agree(line: MediaLine, session_direction: str, families: Collection[Family]) -> Agreed:
    """What we would do on one media line; NoUsableCodec if nothing.

    Plain RTP only: what else the line offers for the same packets (ICE, keys for SRTP, feedback, BUNDLE) is
    declined by an answer without it (RFC 8839, RFC 8643, RFC 9143 section 7.3).
    """
    if line.kind != "audio" or not line.port:
        raise NoUsableCodec(304, "no audio is offered")
    if not line.is_plain_rtp:
        raise NoUsableCodec(302, "audio is offered, but not over plain RTP/AVP")
    if line.host is None or (line.host not in NOWHERE and family_of(line.host) not in families):
        raise NoUsableCodec(301, "audio is offered, but not at an address that can be reached from here")
    chosen = next(((int(number), codec) for number in line.formats if (codec := line.codec(number))), None)
    if chosen is None:
        raise NoUsableCodec(305, "audio is offered, but not in G.711")
    theirs = next((key for key, _ in line.attributes if key in DIRECTIONS), session_direction)
    ours = _MIRRORED[theirs]
    return Agreed(
        codec=chosen[1],
        payload_type=chosen[0],
        event_type=line.event_type,
        ptime_ms=_packet_time(line),
        remote=(line.host, line.port),
        send=ours in ("sendrecv", "sendonly") and line.host not in NOWHERE,
        receive=ours in ("sendrecv", "recvonly"),
        control=_control(line, [chosen[0], *filter(None, [line.event_type])]),
    )


def closest(refusals: list[NoUsableCodec]) -> NoUsableCodec:
    """Of the reasons against each line the one that came nearest to a call."""
    nothing = NoUsableCodec(304, "no audio is offered")
    return max([nothing, *refusals], key=lambda refusal: _NEARER.index(refusal.warning))


def like_rtcp(payload_types: Iterable[int]) -> bool:
    """Whether one of these would look like RTCP on a shared port (RFC 5761 section 4)."""
    return any(64 <= number <= 95 for number in payload_types)


def _control(line: MediaLine, payload_types: Iterable[int]) -> int:
    """Where RTCP goes: the shared port, the one named (RFC 3605), or the next (RFC 3550 section 11)."""
    if line.attribute("rtcp-mux") is not None and not like_rtcp(payload_types):
        return line.port
    named = (line.attribute("rtcp") or "").split(" ")[0]
    if re.fullmatch(r"[1-9][0-9]{0,4}", named) and int(named) < 65536:
        return int(named)
    return line.port + 1 if line.port < 65535 else 0


def _packet_time(line: MediaLine) -> int:
    """The ptime asked for, rounded down to what we keep, 20 ms where none is; never over maxptime."""
    asked = _milliseconds(line.attribute("ptime")) or 20
    most = _milliseconds(line.attribute("maxptime")) or 60
    return max((time for time in _PACKET_TIMES if time <= min(asked, most)), default=10)


def _milliseconds(text: str | None) -> float | None:
    return float(text) if text and _MILLISECONDS.fullmatch(text) else None
