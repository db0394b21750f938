"""Telephone-event payloads come in, keys go out once each; and the payloads of a key press (RFC 4733)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["DIGITS", "EventPacket", "EventReceiver", "key_press"]

DIGITS = "0123456789*#ABCD"
"""The keys by their event code (RFC 4733 section 3.2, table 3)."""

_LONGEST = 0xFFFF  # duration of a full segment, in timestamp units (section 2.5.1.3)
_SEGMENTS_LOST = 3  # a held key is still the same press when this many segments went missing, 24 s
_REMEMBERED = 16  # presses whose late packets are still recognised


class EventReceiver:
    """Hears the keys of one stream.

    A press is known by its source and timestamp, which all of its packets carry, and is reported on the first
    of them that comes: what is lost, doubled or out of order around it changes nothing. Timestamps are a
    source's own (RFC 3550 section 5.1), so one timestamp of two sources is two presses.
    """

    __slots__ = ("_ended", "_event", "_press", "_seen")

    def __init__(self) -> None:
        self._seen: tuple[tuple[int, int], ...] = ()  # most callers press little: a deque has 760 octets
        self._press = (0, 0)
        self._event, self._ended = -1, True

    def receive(self, timestamp: int, payload: bytes, source: int = 0) -> str | None:
        """The key that this packet is the first to bring; None for any other, for flash and for nonsense.

        ``source`` is the packet's SSRC.
        """
        if len(payload) < 4:
            return None
        event, ended = payload[0], bool(payload[1] & 0x80)
        if event >= len(DIGITS):
            return None
        press = source, timestamp
        if press in self._seen:
            if press == self._press:
                self._ended |= ended
            return None
        held = source == self._press[0] and self._goes_on(event, timestamp)
        self._seen = (*self._seen, press)[-_REMEMBERED:]
        self._event, self._press, self._ended = event, press, ended
        return None if held else DIGITS[event]

    def _goes_on(self, event: int, timestamp: int) -> bool:
        """Whether this timestamp is a later segment of the key already held.

        Section 2.5.1.3: the next segment begins where the full one before it ended, and only the last
        segment has the end bit.
        """
        passed = (timestamp - self._press[1]) & 0xFFFFFFFF
        segments, rest = divmod(passed, _LONGEST)
        return not self._ended and event == self._event and rest == 0 and 1 <= segments <= _SEGMENTS_LOST + 1


@dataclass(frozen=True, slots=True)
class EventPacket:
    """What one packet of a key press carries and when it leaves."""

    after_ms: int
    timestamp_offset: int
    marker: bool
    payload: bytes


def key_press(digit: str, held_ms: int = 100, ptime_ms: int = 20, volume: int = 10) -> Iterator[EventPacket]:
    """The packets of a key pressed for ``held_ms``, the last sent three times (section 2.5.1.4).

        after   0 ms   20 ms   40 ms  ...  held - 20   held   held + 20
        M       1      0       0           0           0      0
        E       0      0       0           1           1      1
        units   160    320     480         held*8      the same

    Time counts from the first packet. ValueError if there is no such key.
    """
    event = DIGITS.find(digit) if len(digit) == 1 else -1
    if event < 0:
        raise ValueError(f"no key is called {digit!r}")
    total = max(held_ms, ptime_ms) * 8
    begin, reached = 0, 0
    while reached < total:
        after_ms = reached // 8
        reached = min(reached + ptime_ms * 8, total)
        if reached - begin > _LONGEST:
            yield EventPacket(after_ms, begin, False, struct.pack("!BBH", event, volume & 0x3F, _LONGEST))
            begin += _LONGEST
        last = reached == total
        payload = struct.pack("!BBH", event, (0x80 if last else 0) | volume & 0x3F, reached - begin)
        for again in range(3 if last else 1):
            yield EventPacket(after_ms + again * ptime_ms, begin, after_ms == again == 0, payload)
