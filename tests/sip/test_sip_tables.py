"""The product of states and inputs: every pair is a row, absorbed or impossible, as the RFCs have it."""

from __future__ import annotations

from itertools import product

import pytest

from ivr.peer import Peer, Transport
from ivr.sip.timers import Alarms, Timer, Timers
from ivr.sip.transaction import (
    ABSORBED,
    IMPOSSIBLE,
    INVITE_CLIENT,
    INVITE_SERVER,
    NON_INVITE_CLIENT,
    NON_INVITE_SERVER,
    Action,
    Input,
    State,
    Table,
    Transaction,
)

PEER = Peer("10.0.0.1", 5060)
S, I, A = State, Input, Action  # noqa: E741
TABLES = {
    "INVITE server": (
        INVITE_SERVER,
        (S.PROCEEDING, S.ACCEPTED, S.COMPLETED, S.CONFIRMED),
        (I.REQUEST, I.ACK, I.PROVISIONAL, I.SUCCESS, I.FAILURE, I.TIMER_G, I.TIMER_H, I.TIMER_I, I.TIMER_L),
    ),
    "non-INVITE server": (
        NON_INVITE_SERVER,
        (S.TRYING, S.PROCEEDING, S.COMPLETED),
        (I.REQUEST, I.PROVISIONAL, I.FINAL, I.TIMER_J),
    ),
    "non-INVITE client": (
        NON_INVITE_CLIENT,
        (S.TRYING, S.PROCEEDING, S.COMPLETED),
        (I.PROVISIONAL, I.FINAL, I.UNREACHABLE, I.TIMER_E, I.TIMER_F, I.TIMER_K),
    ),
    "INVITE client": (
        INVITE_CLIENT,
        (S.CALLING, S.PROCEEDING, S.ACCEPTED, S.COMPLETED),
        (
            *(I.PROVISIONAL, I.SUCCESS, I.FAILURE, I.UNREACHABLE),
            *(I.TIMER_A, I.TIMER_B, I.TIMER_C, I.TIMER_D, I.TIMER_M),
        ),
    ),
}
STARTS = {
    A.START_E_F: {Timer.E, Timer.F},
    A.LENGTHEN_E: {Timer.E},
    A.SLOW_E: {Timer.E},
    A.START_G_H: {Timer.G, Timer.H},
    A.LENGTHEN_G: {Timer.G},
    A.START_I: {Timer.I},
    A.START_J: {Timer.J},
    A.START_K: {Timer.K},
    A.START_L: {Timer.L},
    A.START_A_B: {Timer.A, Timer.B},
    A.LENGTHEN_A: {Timer.A},
    A.START_C: {Timer.C},
    A.START_D: {Timer.D},
    A.START_M: {Timer.M},
}
FIRST = {
    "INVITE server": S.PROCEEDING,
    "non-INVITE server": S.TRYING,
    "non-INVITE client": S.TRYING,
    "INVITE client": S.CALLING,
}
PAIRS = [
    (name, state, event)
    for name, (_, states, inputs) in TABLES.items()
    for state, event in product(states, inputs)
]


def started(table: Table, state: State, event: Input) -> Transaction:
    transaction = Transaction(table, state, "key", PEER)
    for timer in Timer:
        Alarms().set(transaction, timer, 1.0)
    return transaction


@pytest.mark.parametrize("name", TABLES)
def test_every_pair_is_decided_and_none_is_decided_twice_over(name: str) -> None:
    table, states, inputs = TABLES[name]
    assert set(table) == set(product(states, inputs))


@pytest.mark.parametrize(("name", "state", "event"), PAIRS)
def test_a_pair_does_what_its_row_says(name: str, state: State, event: Input) -> None:
    table = TABLES[name][0]
    row = table[state, event]
    transaction = started(table, state, event)
    if row is IMPOSSIBLE:
        with pytest.raises(AssertionError, match=event.name):
            transaction.step(event)
        return
    assert transaction.step(event) == row.actions
    assert transaction.state is (row.state or state)
    if row is ABSORBED:
        assert transaction.alarms, "absorbed, yet it stopped the timers"


@pytest.mark.parametrize("name", TABLES)
def test_every_state_is_reached_and_left(name: str) -> None:
    table, states, _ = TABLES[name]
    reached = {FIRST[name]} | {row.state for row in table.values() if row.state}
    assert reached == {*states, S.TERMINATED}
    for state in states:
        assert any(row.state not in (None, state) for (s, _), row in table.items() if s is state)


@pytest.mark.parametrize("name", TABLES)
def test_a_timer_rings_only_where_it_runs(name: str) -> None:
    """A timer's input is impossible in a state whose way in does not start it, and a row elsewhere."""
    table, states, inputs = TABLES[name]
    running: dict[State, set[Timer]] = {state: set() for state in states}
    if name == "non-INVITE client":
        running[S.TRYING] = running[S.PROCEEDING] = {Timer.E, Timer.F}
    if name == "INVITE client":
        running[S.CALLING] = {Timer.A, Timer.B}
    for row in table.values():
        if row.state in running:
            running[row.state] |= set().union(*(STARTS.get(action, set()) for action in row.actions))
    for state, event in product(states, inputs):
        if event.name.startswith("TIMER_"):
            runs = Timer[event.name[6:]] in running[state]
            assert (table[state, event] is not IMPOSSIBLE) == runs, (state, event)


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (A.START_E_F, ((Timer.E, 0.5), (Timer.F, 32.0))),
        (A.START_G_H, ((Timer.G, 0.5), (Timer.H, 32.0))),
        (A.START_I, ((Timer.I, 5.0),)),
        (A.START_J, ((Timer.J, 32.0),)),
        (A.START_K, ((Timer.K, 5.0),)),
        (A.START_L, ((Timer.L, 32.0),)),
        (A.SLOW_E, ((Timer.E, 4.0),)),
        (A.START_A_B, ((Timer.A, 0.5), (Timer.B, 32.0))),
        (A.START_C, ((Timer.C, 180.0),)),
        (A.START_D, ((Timer.D, 32.0),)),
        (A.START_M, ((Timer.M, 32.0),)),
        (A.SEND, ()),
    ],
)
def test_timers_have_the_values_of_table_4(action: Action, expected: object) -> None:
    transaction = Transaction(INVITE_SERVER, S.PROCEEDING, "key", PEER)
    assert transaction.timer_settings(action, Timers()) == expected


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (A.START_A_B, ((Timer.B, 32.0),)),
        (A.START_E_F, ((Timer.F, 32.0),)),
        (A.START_G_H, ((Timer.H, 32.0),)),
        (A.START_C, ((Timer.C, 180.0),)),
        (A.START_D, ((Timer.D, 0.0),)),
        (A.START_I, ((Timer.I, 0.0),)),
        (A.START_J, ((Timer.J, 0.0),)),
        (A.START_K, ((Timer.K, 0.0),)),
        (A.START_L, ((Timer.L, 32.0),)),
        (A.START_M, ((Timer.M, 32.0),)),
    ],
)
@pytest.mark.parametrize("transport", ["TCP", "TLS"])
def test_over_a_reliable_transport_nothing_is_resent_or_waited_for(
    transport: Transport, action: Action, expected: object
) -> None:
    transaction = Transaction(INVITE_SERVER, S.PROCEEDING, "key", Peer("10.0.0.1", 5060, transport))
    assert transaction.timer_settings(action, Timers()) == expected


def test_the_interval_of_an_invite_doubles_without_a_bound() -> None:
    """Section 17.1.1.2: T2 is for others."""
    transaction = Transaction(INVITE_CLIENT, S.CALLING, "key", PEER)
    transaction.timer_settings(A.START_A_B, Timers())
    intervals = [transaction.timer_settings(A.LENGTHEN_A, Timers())[0][1] for _ in range(5)]
    assert intervals == [1.0, 2.0, 4.0, 8.0, 16.0]


@pytest.mark.parametrize(("start", "lengthen"), [(A.START_G_H, A.LENGTHEN_G), (A.START_E_F, A.LENGTHEN_E)])
def test_intervals_double_up_to_t2(start: Action, lengthen: Action) -> None:
    transaction = Transaction(INVITE_SERVER, S.PROCEEDING, "key", PEER)
    transaction.timer_settings(start, Timers())
    intervals = [transaction.timer_settings(lengthen, Timers())[0][1] for _ in range(5)]
    assert intervals == [1.0, 2.0, 4.0, 4.0, 4.0]


def test_a_later_setting_of_a_timer_is_the_one_that_rings() -> None:
    owner = Transaction(INVITE_SERVER, S.PROCEEDING, "key", PEER)
    alarms = Alarms()
    alarms.set(owner, Timer.G, 1.0)
    alarms.set(owner, Timer.G, 3.0)
    assert alarms.next == 3.0
    assert list(alarms.due(2.0)) == []
    assert list(alarms.due(3.0)) == [(owner, Timer.G)]
    assert alarms.next is None


def test_a_timer_taken_back_does_not_ring() -> None:
    owner = Transaction(INVITE_SERVER, S.PROCEEDING, "key", PEER)
    alarms = Alarms()
    alarms.set(owner, Timer.H, 1.0)
    alarms.set(owner, Timer.I, 2.0)
    alarms.stop(owner, Timer.H)
    assert list(alarms.due(5.0)) == [(owner, Timer.I)]
