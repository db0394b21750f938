"""The transaction machines, each one table: (state, input) to (next state, actions).

Every pair stands in its table as a row, as ABSORBED (known, and nothing is to be done) or as IMPOSSIBLE
(our own code cannot bring it about). A pair that is missing is a decision somebody still owes; the tests
take the product. Sources: RFC 3261 section 17.1.2 (client), 17.2.1 and 17.2.2 (server), RFC 6026 section 8.5.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import NamedTuple

from ivr.peer import Peer
from ivr.sip.timers import Timer, Timers

__all__ = [
    "ABSORBED",
    "IMPOSSIBLE",
    "INVITE_SERVER",
    "NON_INVITE_CLIENT",
    "NON_INVITE_SERVER",
    "Action",
    "Input",
    "Row",
    "State",
    "Table",
    "Transaction",
]


class State(Enum):
    """The RFCs' state names."""

    TRYING = auto()
    PROCEEDING = auto()
    ACCEPTED = auto()
    COMPLETED = auto()
    CONFIRMED = auto()
    TERMINATED = auto()


class Input(Enum):
    """What happens to a transaction: from the wire, from the core above, or a timer."""

    REQUEST = auto()  # wire: the request again
    ACK = auto()  # wire
    PROVISIONAL = auto()  # server: the core sends a 1xx; client: one came
    SUCCESS = auto()  # INVITE server: the core sends a 2xx
    FAILURE = auto()  # INVITE server: the core sends a 3xx to 6xx
    FINAL = auto()  # non-INVITE: 2xx to 6xx, sent or come
    TIMER_E = auto()
    TIMER_F = auto()
    TIMER_G = auto()
    TIMER_H = auto()
    TIMER_I = auto()
    TIMER_J = auto()
    TIMER_K = auto()
    TIMER_L = auto()


class Action(Enum):
    """What a row asks for."""

    SEND = auto()  # the message that came with the input
    RESEND = auto()  # the last message sent, if any
    PASS = auto()  # hand what came to the core
    TELL_TIMEOUT = auto()  # the core hears that nobody answered
    START_E_F = auto()
    LENGTHEN_E = auto()
    SLOW_E = auto()  # section 17.1.2.2: in Proceeding the interval is T2
    START_G_H = auto()
    LENGTHEN_G = auto()
    START_I = auto()
    START_J = auto()
    START_K = auto()
    START_L = auto()


class Row(NamedTuple):
    """Where to go and what to do on the way."""

    state: State | None  # None: stay
    actions: tuple[Action, ...] = ()


ABSORBED = Row(None)
IMPOSSIBLE = Row(None)  # told apart from ABSORBED by identity
Table = Mapping[tuple[State, Input], Row]

_S, _I, _A = State, Input, Action


def _timers_stopped(state: State, *inputs: Input) -> dict[tuple[State, Input], Row]:
    return {(state, fired): IMPOSSIBLE for fired in inputs}


INVITE_SERVER: Table = {
    (_S.PROCEEDING, _I.REQUEST): Row(None, (_A.RESEND,)),
    (_S.PROCEEDING, _I.ACK): ABSORBED,
    (_S.PROCEEDING, _I.PROVISIONAL): Row(None, (_A.SEND,)),
    (_S.PROCEEDING, _I.SUCCESS): Row(_S.ACCEPTED, (_A.SEND, _A.START_L)),
    (_S.PROCEEDING, _I.FAILURE): Row(_S.COMPLETED, (_A.SEND, _A.START_G_H)),
    **_timers_stopped(_S.PROCEEDING, _I.TIMER_G, _I.TIMER_H, _I.TIMER_I, _I.TIMER_L),
    # RFC 6026 section 8.5: a repeated INVITE is absorbed; the core resends the 2xx by its own timer.
    (_S.ACCEPTED, _I.REQUEST): ABSORBED,
    (_S.ACCEPTED, _I.ACK): Row(None, (_A.PASS,)),
    (_S.ACCEPTED, _I.PROVISIONAL): IMPOSSIBLE,
    (_S.ACCEPTED, _I.SUCCESS): Row(None, (_A.SEND,)),
    (_S.ACCEPTED, _I.FAILURE): IMPOSSIBLE,
    **_timers_stopped(_S.ACCEPTED, _I.TIMER_G, _I.TIMER_H, _I.TIMER_I),
    (_S.ACCEPTED, _I.TIMER_L): Row(_S.TERMINATED),
    (_S.COMPLETED, _I.REQUEST): Row(None, (_A.RESEND,)),
    (_S.COMPLETED, _I.ACK): Row(_S.CONFIRMED, (_A.START_I,)),
    (_S.COMPLETED, _I.PROVISIONAL): IMPOSSIBLE,
    (_S.COMPLETED, _I.SUCCESS): IMPOSSIBLE,
    (_S.COMPLETED, _I.FAILURE): IMPOSSIBLE,
    (_S.COMPLETED, _I.TIMER_G): Row(None, (_A.RESEND, _A.LENGTHEN_G)),
    (_S.COMPLETED, _I.TIMER_H): Row(_S.TERMINATED, (_A.TELL_TIMEOUT,)),
    **_timers_stopped(_S.COMPLETED, _I.TIMER_I, _I.TIMER_L),
    (_S.CONFIRMED, _I.REQUEST): ABSORBED,
    (_S.CONFIRMED, _I.ACK): ABSORBED,
    (_S.CONFIRMED, _I.PROVISIONAL): IMPOSSIBLE,
    (_S.CONFIRMED, _I.SUCCESS): IMPOSSIBLE,
    (_S.CONFIRMED, _I.FAILURE): IMPOSSIBLE,
    **_timers_stopped(_S.CONFIRMED, _I.TIMER_G, _I.TIMER_H, _I.TIMER_L),
    (_S.CONFIRMED, _I.TIMER_I): Row(_S.TERMINATED),
}

NON_INVITE_SERVER: Table = {
    (_S.TRYING, _I.REQUEST): ABSORBED,
    (_S.TRYING, _I.PROVISIONAL): Row(_S.PROCEEDING, (_A.SEND,)),
    (_S.TRYING, _I.FINAL): Row(_S.COMPLETED, (_A.SEND, _A.START_J)),
    (_S.TRYING, _I.TIMER_J): IMPOSSIBLE,
    (_S.PROCEEDING, _I.REQUEST): Row(None, (_A.RESEND,)),
    (_S.PROCEEDING, _I.PROVISIONAL): Row(None, (_A.SEND,)),
    (_S.PROCEEDING, _I.FINAL): Row(_S.COMPLETED, (_A.SEND, _A.START_J)),
    (_S.PROCEEDING, _I.TIMER_J): IMPOSSIBLE,
    (_S.COMPLETED, _I.REQUEST): Row(None, (_A.RESEND,)),
    (_S.COMPLETED, _I.PROVISIONAL): IMPOSSIBLE,
    # Section 17.2.2: "Any other final responses passed by the TU ... MUST be discarded".
    (_S.COMPLETED, _I.FINAL): ABSORBED,
    (_S.COMPLETED, _I.TIMER_J): Row(_S.TERMINATED),
}

NON_INVITE_CLIENT: Table = {
    (_S.TRYING, _I.PROVISIONAL): Row(_S.PROCEEDING, (_A.PASS,)),
    (_S.TRYING, _I.FINAL): Row(_S.COMPLETED, (_A.PASS, _A.START_K)),
    (_S.TRYING, _I.TIMER_E): Row(None, (_A.RESEND, _A.LENGTHEN_E)),
    (_S.TRYING, _I.TIMER_F): Row(_S.TERMINATED, (_A.TELL_TIMEOUT,)),
    (_S.TRYING, _I.TIMER_K): IMPOSSIBLE,
    (_S.PROCEEDING, _I.PROVISIONAL): Row(None, (_A.PASS,)),
    (_S.PROCEEDING, _I.FINAL): Row(_S.COMPLETED, (_A.PASS, _A.START_K)),
    (_S.PROCEEDING, _I.TIMER_E): Row(None, (_A.RESEND, _A.SLOW_E)),
    (_S.PROCEEDING, _I.TIMER_F): Row(_S.TERMINATED, (_A.TELL_TIMEOUT,)),
    (_S.PROCEEDING, _I.TIMER_K): IMPOSSIBLE,
    (_S.COMPLETED, _I.PROVISIONAL): ABSORBED,
    (_S.COMPLETED, _I.FINAL): ABSORBED,
    (_S.COMPLETED, _I.TIMER_E): IMPOSSIBLE,
    (_S.COMPLETED, _I.TIMER_F): IMPOSSIBLE,
    (_S.COMPLETED, _I.TIMER_K): Row(_S.TERMINATED),
}


class Transaction:
    """One running transaction: the table says what to do, the layer does it."""

    __slots__ = ("alarms", "destination", "interval", "key", "last", "origin", "state", "table", "user")

    def __init__(self, table: Table, state: State, key: object, destination: Peer) -> None:
        """``destination`` is where its messages go; ``user`` is whatever the core hangs on it.

        ``origin`` of an INVITE is what a copy of it by another way has in common with it.
        """
        self.table, self.state, self.key, self.destination = table, state, key, destination
        self.last: bytes | None = None
        self.interval = 0.0
        self.alarms: dict[Timer, float] = {}
        self.user: object = None
        self.origin: object = None

    def step(self, event: Input) -> tuple[Action, ...]:
        """Take one input: the state moves, what is to be done comes back. A new state stops the timers."""
        row = self.table[self.state, event]
        if row is IMPOSSIBLE:
            raise AssertionError(f"{event.name} in {self.state.name}")
        if row.state is not None:
            self.state = row.state
            if row.state is not State.PROCEEDING:
                self.alarms.clear()
        return row.actions

    def timer_settings(self, action: Action, timers: Timers) -> tuple[tuple[Timer, float], ...]:
        """The alarms an action sets, as seconds from now; the growing interval is kept here."""
        match action:
            case Action.START_E_F | Action.START_G_H:
                self.interval = timers.t1
                pair = (Timer.E, Timer.F) if action is Action.START_E_F else (Timer.G, Timer.H)
                return (pair[0], self.interval), (pair[1], timers.give_up)
            case Action.LENGTHEN_E | Action.LENGTHEN_G:
                self.interval = timers.doubled(self.interval)
                return ((Timer.E if action is Action.LENGTHEN_E else Timer.G, self.interval),)
            case Action.SLOW_E:
                self.interval = timers.t2
                return ((Timer.E, self.interval),)
            case Action.START_I:
                return ((Timer.I, timers.t4),)
            case Action.START_K:
                return ((Timer.K, timers.t4),)
            case Action.START_J:
                return ((Timer.J, timers.give_up),)
            case Action.START_L:
                return ((Timer.L, timers.give_up),)
            case _:
                return ()
