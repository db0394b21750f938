"""What the plane tells while it runs: keys, speech that ended, callers that fell silent."""

from __future__ import annotations

from dataclasses import dataclass

from .addresses import Family
from .wire import Wire

__all__ = [
    "SAME_PRESS",
    "DigitPressed",
    "Heard",
    "PlaneEvent",
    "Played",
    "Silent",
    "Statistics",
    "Stopped",
    "Stream",
]

SAME_PRESS = 1.0
"""Seconds in which the same key, told in two ways, was pressed once."""


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """One call's media: the handle every verb of the plane takes.

    ``port`` is what our SDP names, ``family`` the kind of address it is told with.
    """

    slot: int
    port: int
    wire_index: int
    wire: Wire
    silence: bool
    family: Family = 4


@dataclass(frozen=True, slots=True)
class DigitPressed:
    """A key went down: one of ``0123456789*#ABCD``; ``arrived_at`` is the tick's monotonic time.

    ``in_band`` where its tones were heard; ``known`` where SIP INFO had told it less than ``SAME_PRESS`` ago:
    then it has stopped nothing.
    """

    stream: Stream
    digit: str
    arrived_at: float
    in_band: bool = False
    known: bool = False


@dataclass(frozen=True, slots=True)
class Played:
    """The last packet of what was queued under ``mark`` has left."""

    stream: Stream
    mark: object


@dataclass(frozen=True, slots=True)
class Stopped:
    """What was queued under ``mark`` was cut off by a key or by ``stop``, or never began."""

    stream: Stream
    mark: object


@dataclass(frozen=True, slots=True)
class Silent:
    """Nothing has come from the caller for the configured time, and the call is not on hold."""

    stream: Stream


PlaneEvent = DigitPressed | Played | Stopped | Silent


@dataclass(frozen=True, slots=True)
class Heard:
    """How a stream sounded: to us, and by RTCP to the other end, which is None where that was never told.

    Jitter and round trip in seconds, loss as a share of packets, MOS by ITU-T G.107 from loss and delay.
    """

    jitter: float = 0.0
    mos: float | None = None
    far_loss: float | None = None
    far_jitter: float | None = None
    far_mos: float | None = None
    round_trip: float | None = None


@dataclass(frozen=True, slots=True)
class Statistics:
    """Packets of one stream; ``lost`` is estimated from the sequence numbers that came.

    Where ``sampled``, one packet in 64 was read, and ``received`` is an estimate too.
    """

    sent: int
    received: int
    lost: int
    heard: Heard = Heard()
    sampled: bool = False
