"""One call's leg: its dialog, the INVITE that waits for an answer, the 2xx that wait for their ACK."""

from __future__ import annotations

from enum import Enum, auto

from ivr.sip.dialog import Dialog
from ivr.sip.message import Request
from ivr.sip.session_timer import MIN_SE, Session
from ivr.sip.timers import Timer
from ivr.sip.transaction import Transaction

__all__ = ["Answer", "Leg", "LegState", "Provisional"]


class LegState(Enum):
    """From INVITE to the end; a re-INVITE does not leave TALKING."""

    RINGING = auto()
    TALKING = auto()
    LEAVING = auto()  # our BYE is out, its answer is not here
    OVER = auto()


class Leg:
    """What the core keeps for a call besides its dialog."""

    def __init__(self, dialog: Dialog, invite: Request, transaction: Transaction) -> None:
        self.dialog = dialog
        self.state = LegState.RINGING
        self.invite: Request | None = invite  # it or the UPDATE that waits for our final answer
        self.transaction: Transaction | None = transaction
        self.invited_from = dialog.source
        self.answers: dict[int, Answer] = {}  # by CSeq; more than one when a re-INVITE overtakes an ACK
        self.provisional: Provisional | None = None  # the reliable 180
        self.confirmed = False
        self.hang_up_on_ack = False
        self.referred = False  # the other side may send NOTIFYs
        self.transferring = False  # and their outcome is still awaited
        self.takes_updates = False  # the other side lists UPDATE in its Allow
        self.session: Session | None = None  # the session timer both sides agreed on
        self.min_se = MIN_SE  # the largest the other side has named
        self.alarms: dict[Timer, float] = {}
        self.note_methods(invite)

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
        """Whether an offer of ours is out, to be answered in an ACK."""
        return any(answer.offers for answer in self.answers.values())

    def stop_ringing(self) -> None:
        """The INVITE has its final answer: its 180 is not resent, yet a late PRACK still finds it."""
        if self.provisional is not None:
            self.provisional.alarms.clear()

    def stop_resending(self, cseq: int | None = None) -> None:
        """Drop the 2xx up to a CSeq: an ACK shows that the other side has got as far. None: all of them."""
        for number in [n for n in self.answers if cseq is None or n <= cseq]:
            self.answers.pop(number).alarms.clear()


class Provisional:
    """A 180 of ours, resent until its PRACK comes (RFC 3262 section 3)."""

    __slots__ = ("acknowledged", "alarms", "data", "interval", "leg", "numbers", "transaction")

    def __init__(
        self, leg: Leg, transaction: Transaction, data: bytes, numbers: tuple[int, int], interval: float
    ) -> None:
        """``numbers``: its RSeq and the INVITE's CSeq, which the RAck names."""
        self.leg, self.transaction, self.data = leg, transaction, data
        self.numbers, self.interval = numbers, interval
        self.acknowledged = False
        self.alarms: dict[Timer, float] = {}


class Answer:
    """A 2xx of ours, resent until its ACK comes (section 13.3.1.4)."""

    __slots__ = ("alarms", "data", "interval", "leg", "offers", "transaction")

    def __init__(
        self, leg: Leg, transaction: Transaction, data: bytes, offers: bool, interval: float
    ) -> None:
        """``offers``: its SDP is an offer, since the INVITE had none."""
        self.leg, self.transaction, self.data = leg, transaction, data
        self.offers, self.interval = offers, interval
        self.alarms: dict[Timer, float] = {}
