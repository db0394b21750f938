"""One call's leg: its dialog, the INVITE that waits for an answer, the 2xx that wait for their ACK."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

from ivr.peer import Peer
from ivr.sip.dialog import Dialog
from ivr.sip.message import Request
from ivr.sip.session_timer import MIN_SE, Session
from ivr.sip.timers import Alarm, Queue
from ivr.sip.transaction import Transaction

__all__ = ["Answer", "Change", "Leg", "LegState", "Provisional", "Wish"]


class LegState(Enum):
    """From INVITE to the end; a re-INVITE does not leave TALKING."""

    RINGING = auto()
    TALKING = auto()
    LEAVING = auto()  # our BYE is out, its answer is not here
    OVER = auto()


class Change(NamedTuple):
    """An offer in an UPDATE or a PRACK that came while the INVITE still waits (RFC 3311, RFC 3262)."""

    request: Request
    transaction: Transaction
    source: Peer


class Wish(NamedTuple):
    """A re-INVITE that we want to send; without SDP it offers the session as it is, for its timer."""

    sdp: bytes = b""

    @property
    def refreshes(self) -> bool:
        """Whether it is there for nothing but the timer."""
        return not self.sdp


@dataclass(slots=True, eq=False)
class Leg:
    """What the core keeps for a call besides its dialog."""

    dialog: Dialog
    invite: Request | None  # it or the UPDATE that waits for our final answer
    transaction: Transaction | None
    invited_from: Peer
    state: LegState = LegState.RINGING
    answers: tuple[Answer, ...] = ()  # more than one when a re-INVITE overtakes an ACK
    provisional: Provisional | None = None  # the latest reliable 180 or 183
    change: Change | None = None  # it is answered before the INVITE
    held: bytes | None = None  # the SDP of a 200 that waits for the PRACK of a 183
    sdp: bytes = b""  # the session as we described it last
    wish: Wish | None = None  # a re-INVITE of ours that is to be sent
    inviting: bool = False  # one of ours is out and has no answer
    confirmed: bool = False
    hang_up_on_ack: bool = False
    referred: bool = False  # the other side may send NOTIFYs
    transferring: bool = False  # and their outcome is still awaited
    takes_updates: bool = False  # the other side lists UPDATE in its Allow
    session: Session | None = None  # the session timer, from the 200 on
    queue: Queue | None = None  # where it waits for the timer
    min_se: int = MIN_SE  # the largest the other side has named
    alarms: tuple[Alarm, ...] = ()

    def note_methods(self, request: Request) -> None:
        """Learn from an Allow whether UPDATE may be sent (RFC 3311 section 4)."""
        allowed = request.headers.tokens("allow")
        if allowed:
            self.takes_updates = "update" in allowed

    @property
    def name(self) -> str:
        """Our tag: what the hall knows the leg by."""
        return self.dialog.local_tag

    @property
    def offering(self) -> bool:
        """Whether an offer of ours is out, to be answered in an ACK, a PRACK or the 2xx to a re-INVITE."""
        waits = self.provisional
        asked_early = waits is not None and waits.offers and not waits.acknowledged
        return self.inviting or asked_early or any(answer.offers for answer in self.answers)

    @property
    def described(self) -> bool:
        """Whether a reliable 183 has carried SDP."""
        return self.provisional is not None and self.provisional.described

    @property
    def settled(self) -> bool:
        """Whether offer and answer have both arrived before the INVITE's own answer."""
        return self.provisional is not None and self.provisional.described and self.provisional.acknowledged

    def stop_ringing(self) -> None:
        """The INVITE has its final answer: its 180 is not resent, yet a late PRACK still finds it."""
        self.held = None
        if self.provisional is not None:
            self.provisional.alarms = ()
            self.provisional.next, self.provisional.data = None, b""

    def stop_resending(self, cseq: int | None = None) -> None:
        """Drop the 2xx up to a CSeq: an ACK shows that the other side has got as far. None: all of them."""
        ahead = tuple(answer for answer in self.answers if cseq is not None and answer.cseq > cseq)
        for answer in self.answers:
            if answer not in ahead:
                answer.alarms = ()
        self.answers = ahead


@dataclass(slots=True, eq=False)
class Provisional:
    """A 180 or 183 of ours, resent until its PRACK comes (RFC 3262 section 3).

    ``numbers``: its RSeq and the INVITE's CSeq, which the RAck names.
    """

    leg: Leg
    transaction: Transaction
    data: bytes
    numbers: tuple[int, int]
    interval: float
    acknowledged: bool = False
    described: bool = False  # it carries SDP
    offers: bool = False  # that is an offer
    next: tuple[list[tuple[str, str]], bytes] | None = None  # a 183 to be sent after its PRACK
    alarms: tuple[Alarm, ...] = ()


@dataclass(slots=True, eq=False)
class Answer:
    """A 2xx of ours, resent until its ACK comes (section 13.3.1.4), or ``until`` then.

    ``cseq`` is the INVITE's; ``offers``: its SDP is an offer, since the INVITE had none. It has one alarm at
    a time: an ACK comes before the first, and then nothing of the answer is kept.
    """

    leg: Leg
    transaction: Transaction
    data: bytes
    cseq: int
    offers: bool
    interval: float
    until: float
    alarms: tuple[Alarm, ...] = ()
