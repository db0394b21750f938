"""One call's leg: its dialog, the INVITE that waits for an answer, the 2xx that waits for its ACK."""

from __future__ import annotations

from enum import Enum, auto

from ivr.sip.dialog import Dialog
from ivr.sip.message import Request
from ivr.sip.timers import Timer
from ivr.sip.transaction import Transaction

__all__ = ["Leg", "LegState"]


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
        self.invite: Request | None = invite
        self.transaction: Transaction | None = transaction
        self.alarms: dict[Timer, float] = {}
        self.unconfirmed: bytes | None = None  # the 2xx to resend
        self.unconfirmed_transaction: Transaction | None = None
        self.unconfirmed_cseq = 0
        self.confirmed_once = False
        self.resend_interval = 0.0
        self.hang_up_on_ack = False
        self.transferring = False

    @property
    def name(self) -> str:
        """Our tag: what the hall knows the leg by."""
        return self.dialog.local_tag

    def stop_resending(self) -> None:
        """The ACK is here, or nobody waits for it any more."""
        self.unconfirmed = self.unconfirmed_transaction = None
        self.alarms.pop(Timer.RESEND_2XX, None)
        self.alarms.pop(Timer.GIVE_UP_2XX, None)
