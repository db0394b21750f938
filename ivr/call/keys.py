"""Keys by telephone-event, SIP INFO and tones come in, each press goes out once.

Some phones send a key in two or three ways at a time. The best way that a call has used is believed alone:

    telephone-event (RFC 4733)  >  SIP INFO  >  tones in the speech

and where a better way begins by repeating a key that a lower one has just told, that is the same press. A way
that a new agreement takes away is no better one any more: keys by event end where a transfer leads to a phone
without them.
"""

from __future__ import annotations

from ivr.call.media import CallMedia
from ivr.media.events import SAME_PRESS, DigitPressed

__all__ = ["Keys"]


class Keys:
    """The keys of one call."""

    __slots__ = ("_by_event", "_media", "_tone")

    def __init__(self, media: CallMedia) -> None:
        self._media = media
        self._by_event = False
        self._tone = ("", 0.0)  # the last that no better way has told yet, and when

    def by_info(self, digit: str, now: float) -> bool:
        """Whether an INFO at ``now``, monotonic, in seconds, is a press of its own.

        From then on the plane hears no tones on this call, and knows the key when it comes by event.
        """
        if self._events_alone:
            return False
        repeats = self._repeats_tone(digit, now)
        self._media.plane.told_by_info(self._media.stream, digit)
        return not repeats

    def by_media(self, pressed: DigitPressed) -> bool:
        """Whether what the plane heard is a press of its own."""
        if pressed.in_band:
            self._tone = pressed.digit, pressed.arrived_at
            return not self._events_alone
        self._by_event = True
        return not (pressed.known or self._repeats_tone(pressed.digit, pressed.arrived_at))

    @property
    def _events_alone(self) -> bool:
        return self._by_event and self._media.takes_events

    def _repeats_tone(self, digit: str, now: float) -> bool:
        tone, at = self._tone
        self._tone = ("", 0.0)
        return tone == digit and now - at <= SAME_PRESS
