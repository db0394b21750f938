"""The transaction machines, each one table: (state, input) to (next state, actions).

Every pair stands in its table as a row, as ABSORBED (known, and nothing is to be done) or as IMPOSSIBLE
(our own code cannot bring it about). A pair that is missing is a decision somebody still owes; the tests
take the product. Sources: RFC 3261 sections 17.1.1 and 17.1.2 (clients), 17.2.1 and 17.2.2 (servers), RFC
6026 sections 8.4 and 8.5.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import NamedTuple

from ivr.peer import Peer
from ivr.sip.message import Request
from ivr.sip.timers import Alarm, Queue, Timer, Timers

__all__ = [
    "ABSORBED",
    "IMPOSSIBLE",
    "INVITE_CLIENT",
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

    CALLING = auto()
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
    SUCCESS = auto()  # INVITE: a 2xx, sent by the core or come
    FAILURE = auto()  # INVITE: a 3xx to 6xx, sent or come
    FINAL = auto()  # non-INVITE: 2xx to 6xx, sent or come
    UNREACHABLE = auto()  # client: what was sent did not get out
    TIMER_A = auto()
    TIMER_B = auto()
    TIMER_C = auto()
    TIMER_D = auto()
    TIMER_E = auto()
    TIMER_F = auto()
    TIMER_G = auto()
    TIMER_H = auto()
    TIMER_I = auto()
    TIMER_J = auto()
    TIMER_K = auto()
    TIMER_L = auto()
    TIMER_M = auto()


class Action(Enum):
    """What a row asks for."""

    SEND = auto()  # the message that came with the input
    RESEND = auto()  # the last message sent, if any
    PASS = auto()  # hand what came to the core
    TELL_TIMEOUT = auto()  # the core hears that nobody answered
    TELL_UNREACHABLE = auto()  # the core hears that nothing got out
    ACKNOWLEDGE = auto()  # section 17.1.1.3: the ACK of a refusal is the transaction's own
    START_A_B = auto()
    LENGTHEN_A = auto()
    START_C = auto()  # in place of A and B
    START_D = auto()
    START_E_F = auto()
    LENGTHEN_E = auto()
    SLOW_E = auto()  # section 17.1.2.2: in Proceeding the interval is T2
    START_G_H = auto()
    LENGTHEN_G = auto()
    START_I = auto()
    START_J = auto()
    START_K = auto()
    START_L = auto()
    START_M = auto()


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

INVITE_CLIENT: Table = {
    (_S.CALLING, _I.PROVISIONAL): Row(_S.PROCEEDING, (_A.START_C,)),
    (_S.CALLING, _I.SUCCESS): Row(_S.ACCEPTED, (_A.PASS, _A.START_M)),
    (_S.CALLING, _I.FAILURE): Row(_S.COMPLETED, (_A.ACKNOWLEDGE, _A.PASS, _A.START_D)),
    (_S.CALLING, _I.UNREACHABLE): Row(_S.TERMINATED, (_A.TELL_UNREACHABLE,)),
    (_S.CALLING, _I.TIMER_A): Row(None, (_A.RESEND, _A.LENGTHEN_A)),
    (_S.CALLING, _I.TIMER_B): Row(_S.TERMINATED, (_A.TELL_TIMEOUT,)),
    **_timers_stopped(_S.CALLING, _I.TIMER_C, _I.TIMER_D, _I.TIMER_M),
    # Here section 17.1.1.2 waits for ever. Our INVITEs go to a party that has answered already: the three
    # minutes that section 16.6 gives a proxy end them, so that no transaction outlives its call.
    (_S.PROCEEDING, _I.PROVISIONAL): Row(None, (_A.START_C,)),
    (_S.PROCEEDING, _I.SUCCESS): Row(_S.ACCEPTED, (_A.PASS, _A.START_M)),
    (_S.PROCEEDING, _I.FAILURE): Row(_S.COMPLETED, (_A.ACKNOWLEDGE, _A.PASS, _A.START_D)),
    (_S.PROCEEDING, _I.UNREACHABLE): ABSORBED,  # it has got there
    (_S.PROCEEDING, _I.TIMER_C): Row(_S.TERMINATED, (_A.TELL_TIMEOUT,)),
    **_timers_stopped(_S.PROCEEDING, _I.TIMER_A, _I.TIMER_B, _I.TIMER_D, _I.TIMER_M),
    # RFC 6026 section 8.4: a copy of the 2xx is passed on; what it would get is its ACK, kept here.
    (_S.ACCEPTED, _I.PROVISIONAL): ABSORBED,
    (_S.ACCEPTED, _I.SUCCESS): Row(None, (_A.RESEND,)),
    (_S.ACCEPTED, _I.FAILURE): ABSORBED,
    (_S.ACCEPTED, _I.UNREACHABLE): ABSORBED,  # the next copy tries again
    (_S.ACCEPTED, _I.TIMER_M): Row(_S.TERMINATED),
    **_timers_stopped(_S.ACCEPTED, _I.TIMER_A, _I.TIMER_B, _I.TIMER_C, _I.TIMER_D),
    (_S.COMPLETED, _I.PROVISIONAL): ABSORBED,
    (_S.COMPLETED, _I.SUCCESS): ABSORBED,
    (_S.COMPLETED, _I.FAILURE): Row(None, (_A.RESEND,)),
    (_S.COMPLETED, _I.UNREACHABLE): Row(_S.TERMINATED),
    (_S.COMPLETED, _I.TIMER_D): Row(_S.TERMINATED),
    **_timers_stopped(_S.COMPLETED, _I.TIMER_A, _I.TIMER_B, _I.TIMER_C, _I.TIMER_M),
}

NON_INVITE_CLIENT: Table = {
    (_S.TRYING, _I.PROVISIONAL): Row(_S.PROCEEDING, (_A.PASS,)),
    (_S.TRYING, _I.FINAL): Row(_S.COMPLETED, (_A.PASS, _A.START_K)),
    (_S.TRYING, _I.UNREACHABLE): Row(_S.TERMINATED, (_A.TELL_UNREACHABLE,)),
    (_S.TRYING, _I.TIMER_E): Row(None, (_A.RESEND, _A.LENGTHEN_E)),
    (_S.TRYING, _I.TIMER_F): Row(_S.TERMINATED, (_A.TELL_TIMEOUT,)),
    (_S.TRYING, _I.TIMER_K): IMPOSSIBLE,
    (_S.PROCEEDING, _I.PROVISIONAL): Row(None, (_A.PASS,)),
    (_S.PROCEEDING, _I.FINAL): Row(_S.COMPLETED, (_A.PASS, _A.START_K)),
    (_S.PROCEEDING, _I.UNREACHABLE): ABSORBED,
    (_S.PROCEEDING, _I.TIMER_E): Row(None, (_A.RESEND, _A.SLOW_E)),
    (_S.PROCEEDING, _I.TIMER_F): Row(_S.TERMINATED, (_A.TELL_TIMEOUT,)),
    (_S.PROCEEDING, _I.TIMER_K): IMPOSSIBLE,
    (_S.COMPLETED, _I.PROVISIONAL): ABSORBED,
    (_S.COMPLETED, _I.FINAL): ABSORBED,
    (_S.COMPLETED, _I.UNREACHABLE): ABSORBED,
    (_S.COMPLETED, _I.TIMER_E): IMPOSSIBLE,
    (_S.COMPLETED, _I.TIMER_F): IMPOSSIBLE,
    (_S.COMPLETED, _I.TIMER_K): Row(_S.TERMINATED),
}


class Transaction:
    """One running transaction: the table says what to do, the layer does it."""

    __slots__ = (
        "alarms",
        "destination",
        "interval",
        "key",
        "last",
        "origin",
        "queue",
        "request",
        "spare",
        "state",
        "table",
        "user",
    )

    def __init__(
        self, table: Table, state: State, key: object, destination: Peer, spare: Peer | None = None
    ) -> None:
        """``destination`` and ``spare`` are where its messages go, as in a ``Datagram``.

        ``user`` is whatever the core hangs on it; ``origin`` of an INVITE is what a copy of it by another way
        has in common with it; ``request`` of a client is what its ACK is made from.
        """
        self.table, self.state, self.key = table, state, key
        self.destination, self.spare = destination, spare
        self.last: bytes | None = None
        self.interval = 0.0
        self.alarms: tuple[Alarm, ...] = ()
        self.queue: Queue | None = None
        self.user: object = None
        self.origin: object = None
        self.request: Request | None = None

    def step(self, event: Input) -> tuple[Action, ...]:
        """Take one input: the state moves, what is to be done comes back. A new state stops the timers."""
        row = self.table[self.state, event]
        if row is IMPOSSIBLE:
            raise AssertionError(f"{event.name} in {self.state.name}")
        if row.state is not None:
            self.state = row.state
            if row.state is not State.PROCEEDING or self.table is INVITE_CLIENT:
                self.alarms = ()
        return row.actions

    def timer_settings(self, action: Action, timers: Timers) -> tuple[tuple[Timer, float], ...]:
        """The alarms an action sets, as seconds from now; the growing interval is kept here.

        Over TCP and TLS nothing is sent again, and nobody waits for what could come again: zero seconds.
        """
        reliable = self.destination.reliable
        match action:
            case Action.START_A_B | Action.START_E_F | Action.START_G_H:
                resend, give_up = _PAIRS[action]
                self.interval = timers.t1
                last = (give_up, timers.give_up)
                return (last,) if reliable else ((resend, self.interval), last)
            case Action.LENGTHEN_A:
                self.interval *= 2  # section 17.1.1.2: T2 is no bound of it
                return ((Timer.A, self.interval),)
            case Action.LENGTHEN_E | Action.LENGTHEN_G:
                self.interval = timers.doubled(self.interval)
                return ((Timer.E if action is Action.LENGTHEN_E else Timer.G, self.interval),)
            case Action.SLOW_E:
                self.interval = timers.t2
                return ((Timer.E, self.interval),)
            case Action.START_C:
                return ((Timer.C, timers.final),)
            case Action.START_D:
                return ((Timer.D, 0.0 if reliable else timers.give_up),)
            case Action.START_I | Action.START_K:
                return ((Timer.I if action is Action.START_I else Timer.K, 0.0 if reliable else timers.t4),)
            case Action.START_J:
                return ((Timer.J, 0.0 if reliable else timers.give_up),)
            case Action.START_L | Action.START_M:
                return ((Timer.L if action is Action.START_L else Timer.M, timers.give_up),)
            case _:
                return ()


_PAIRS = {
    Action.START_A_B: (Timer.A, Timer.B),
    Action.START_E_F: (Timer.E, Timer.F),
    Action.START_G_H: (Timer.G, Timer.H),
}
