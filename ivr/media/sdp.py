"""Session descriptions come in and go out (RFC 8866); what both sides agree on (RFC 3264) comes out.

A reader for a telephone line: one audio line in G.711 with keys by telephone-event. Everything else in an
offer is answered with port 0, in its place.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from .addresses import Family, family_of
from .agreement import Agreed, Direction, NoUsableCodec, agree, closest
from .g711 import Codec
from .sdp_reader import MediaLine, SdpError, read

__all__ = [
    "Agreed",
    "Description",
    "NoUsableCodec",
    "Origin",
    "SdpError",
    "answer",
    "offer",
    "read_answer",
    "read_offer",
]

_NUMBER: dict[Codec, int] = {"PCMU": 0, "PCMA": 8}
_EVENTS = 101  # what most of the field calls telephone-event; any dynamic number would do
_BOTH: tuple[Family, ...] = (4, 6)


@dataclass(frozen=True, slots=True)
class Origin:
    """Our o= line (RFC 8866 section 5.2): one number a session, a version that grows by one a change."""

    session_id: int
    version: int
    host: str


@dataclass(frozen=True, slots=True)
class Description:
    """The other side's description read: what we agree to, and what ours has to keep of it.

    ``chosen`` is the place of the line spoken on, None where the other side has taken all lines away.
    """

    agreed: Agreed
    timing: str
    lines: tuple[MediaLine, ...]
    chosen: int | None


def read_offer(
    body: str | bytes, families: Collection[Family] = _BOTH, before: Description | None = None
) -> Description:
    """Read an offer and choose. SdpError if it is nonsense, NoUsableCodec if we cannot speak on any line.

    ``families`` are the kinds of address we have. ``before`` is what counted until now: a line keeps its
    place in a session (RFC 3264 section 8), and one that is taken away with port 0 leaves a call without
    sound, until another offer brings it back (section 8.2).
    """
    timing, direction, lines = read(body)
    if before is not None and len(lines) < len(before.lines):
        raise SdpError(f"{len(lines)} media lines, where the session has {len(before.lines)}")
    places = list(range(len(lines)))
    if before is not None and before.chosen is not None:
        places.sort(key=lambda place: place != before.chosen)
    refusals = []
    for place in places:
        try:
            return Description(agree(lines[place], direction, families), timing, lines, place)
        except NoUsableCodec as refusal:
            refusals.append(refusal)
    if before is not None and not any(line.port for line in lines if line.kind == "audio"):
        return Description(replace(before.agreed, send=False, receive=False), timing, lines, None)
    raise closest(refusals)


def read_answer(
    body: str | bytes, families: Collection[Family] = _BOTH, before: Description | None = None
) -> Description:
    """Read the answer to our ``offer``, which was made with the same ``before``; errors as ``read_offer``.

    The answer's numbers are those we send with; keys come under the number we offered (RFC 3264 section 5.1).
    """
    timing, direction, lines = read(body)
    place = _place(before)
    if len(lines) <= place:
        raise NoUsableCodec(304, "the answer has no line for our audio")
    agreed = agree(lines[place], direction, families)
    if agreed.event_type is not None:
        agreed = replace(agreed, event_type=_numbers(before, tuple(_NUMBER))[1])
    return Description(agreed, timing, lines, place)


def answer(offered: Description, host: str, port: int, origin: Origin) -> str:
    """The answer to an offer: every line of it in order, all but ours refused with port 0.

    ``host`` and ``port`` are where we hear. RTCP may come to the same port where that is offered (RFC 5761
    section 5.1.1), unless one of our payload types would look like it there (section 4).
    """
    text = _head(host, origin, offered.timing)
    for place, line in enumerate(offered.lines):
        if place != offered.chosen:
            text.append(_refused(line))
            continue
        agreed = offered.agreed
        text += _audio(port, {agreed.payload_type: agreed.codec}, agreed.event_type, agreed.ptime_ms)
        if line.attribute("rtcp-mux") is not None and agreed.control == line.port:
            text.append("a=rtcp-mux")
        text.append(f"a={agreed.direction}")
    return "\r\n".join([*text, ""])


def offer(
    host: str,
    port: int,
    origin: Origin,
    before: Description | None = None,
    codecs: Sequence[Codec] = ("PCMA", "PCMU"),
    direction: Direction = "sendrecv",
) -> str:
    """An offer of ours, for an INVITE that came without one; codecs in the order we like them.

    Within a session that ``before`` describes it has that one's lines in their places, and a payload type
    means what it has meant (RFC 3264 sections 8 and 8.3.2).
    """
    text = _head(host, origin, before.timing if before else "0 0")
    numbers, events = _numbers(before, codecs)
    audio = _audio(port, numbers, events, before.agreed.ptime_ms if before else 20)
    audio.append(f"a={direction}")
    place = _place(before)
    for line in before.lines[:place] if before else ():
        text.append(_refused(line))
    text += audio
    for line in before.lines[place + 1 :] if before else ():
        text.append(_refused(line))
    return "\r\n".join([*text, ""])


def _place(before: Description | None) -> int:
    """Where our audio line stands: where it stood, or on the first audio line that is left to us."""
    if before is None:
        return 0
    if before.chosen is not None:
        return before.chosen
    free = (place for place, line in enumerate(before.lines) if line.kind == "audio" and line.is_plain_rtp)
    return next(free, len(before.lines))


def _numbers(before: Description | None, codecs: Sequence[Codec]) -> tuple[dict[int, Codec], int]:
    """The payload types of our offer, and the one for keys: as agreed before, else the usual ones if free."""
    if before is None:
        return {_NUMBER[codec]: codec for codec in codecs}, _EVENTS
    agreed, line = before.agreed, next(iter(before.lines[_place(before) :]), None)
    theirs = {int(n): line.codec(n) for n in line.formats} if line is not None and line.is_plain_rtp else {}
    numbers: dict[int, Codec] = {agreed.payload_type: agreed.codec}
    for codec in codecs:
        number = next((number for number, meaning in theirs.items() if meaning == codec), _NUMBER[codec])
        if codec not in numbers.values() and number not in numbers and theirs.get(number, codec) == codec:
            numbers[number] = codec
    if agreed.event_type is not None:
        return numbers, agreed.event_type
    taken = {*theirs, *numbers}
    return numbers, next((number for number in (_EVENTS, *range(96, 128)) if number not in taken), _EVENTS)


def _head(host: str, origin: Origin, timing: str) -> list[str]:
    return [
        "v=0",
        f"o=- {origin.session_id} {origin.version} IN IP{family_of(origin.host)} {origin.host}",
        "s=-",
        f"c=IN IP{family_of(host)} {host}",
        f"t={timing}",
    ]


def _refused(line: MediaLine) -> str:
    """A line that is not used: type, transport and formats as they came (RFC 3264 section 6)."""
    return f"m={line.kind} 0 {line.protocol} {' '.join(line.formats)}"


def _audio(port: int, codecs: dict[int, Codec], event_type: int | None, ptime_ms: int) -> list[str]:
    numbers = [*codecs, *([event_type] if event_type is not None else [])]
    lines = [f"m=audio {port} RTP/AVP {' '.join(map(str, numbers))}"]
    lines += [f"a=rtpmap:{number} {codec}/8000" for number, codec in codecs.items()]
    if event_type is not None:
        lines += [f"a=rtpmap:{event_type} telephone-event/8000", f"a=fmtp:{event_type} 0-15"]
    return [*lines, f"a=ptime:{ptime_ms}"]
