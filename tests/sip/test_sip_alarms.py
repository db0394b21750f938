"""Alarms: each rings once, at its time, unless it was taken back; none keeps what is over."""

from __future__ import annotations

import gc
import weakref

from hypothesis import given
from hypothesis import strategies as st
from phone import SDP, Phone
from wire import Wire

from ivr.sip.events import Ended
from ivr.sip.timers import Alarm, Alarms, Queue, Timer


class Owner:
    def __init__(self) -> None:
        self.alarms: tuple[Alarm, ...] = ()


class Waiter(Owner):
    queue: Queue | None = None


moments = st.tuples(st.integers(0, 30), st.sampled_from([Timer.E, Timer.F]), st.integers(0, 50) | st.none())


@given(st.lists(moments, max_size=40), st.integers(1, 40))
def test_every_alarm_rings_at_its_last_setting_unless_taken_back(
    settings: list[tuple[int, Timer, int | None]], full: int
) -> None:
    """However early the heap is looked through for those taken back."""
    alarms, owners = Alarms(), [Owner() for _ in range(31)]
    alarms._full = full
    wanted: dict[tuple[int, Timer], int] = {}
    for which, timer, at in settings:
        if at is None:
            alarms.stop(owners[which], timer)
            wanted.pop((which, timer), None)
        else:
            alarms.set(owners[which], timer, at)
            wanted[which, timer] = at
    rung = []
    while (at := alarms.next) is not None:
        rung += [((owners.index(owner), timer), at) for owner, timer in alarms.due(at)]
    assert [at for _, at in rung] == sorted(wanted.values())
    assert dict(rung) == wanted


def test_what_has_taken_its_alarms_back_is_not_kept_until_they_would_have_rung() -> None:
    alarms, known = Alarms(), []
    for _ in range(5000):
        owner = Owner()
        alarms.set(owner, Timer.EXPIRE_SESSION, 2.0**31)
        owner.alarms = ()
        known.append(weakref.ref(owner))
    del owner
    gc.collect()
    assert sum(one() is not None for one in known) <= 1001


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from([5, 7, None])), max_size=40))
def test_those_who_wait_equally_long_ring_in_turn_unless_they_leave(
    steps: list[tuple[str, int | None]],
) -> None:
    """One second passes between the steps; None leaves. Whoever waits anew has left the queue before."""
    alarms, waiters = Alarms(), {name: Waiter() for name in "abcdef"}
    wanted: dict[str, int] = {}
    rung: list[tuple[str, int]] = []
    expected: list[tuple[str, int]] = []

    def pass_until(now: int) -> None:
        expected.extend(sorted(((n, at) for n, at in wanted.items() if at <= now), key=lambda one: one[1]))
        while (at := alarms.next) is not None and at <= now:
            for waiter, timer in alarms.due(at):
                assert timer is Timer.REFRESH
                rung.append((next(n for n, one in waiters.items() if one is waiter), int(at)))
        for name, at in list(wanted.items()):
            if at <= now:
                del wanted[name]

    for now, (name, seconds) in enumerate(steps):
        pass_until(now)
        if seconds is None:
            alarms.forget(waiters[name])
            wanted.pop(name, None)
        else:
            alarms.wait(waiters[name], Timer.REFRESH, seconds, now)
            wanted[name] = now + seconds
    pass_until(1000)
    assert sorted(rung) == sorted(expected)
    assert [at for _, at in rung] == sorted(at for _, at in rung)
    assert alarms.next is None and all(waiter.queue is None for waiter in waiters.values())


def test_nothing_of_a_call_waits_for_its_session_timer_when_it_has_ended(wire: Wire) -> None:
    """While another one goes on."""
    begin(wire, 1800)
    before = legs()
    for _ in range(50):
        for seconds in (1800, 300, None):
            phone, leg = begin(wire, seconds)
            phone.request("BYE", tag=leg)
    wire.advance(40)
    assert len(wire.of(Ended)) == 150
    assert legs() == before


def begin(wire: Wire, seconds: int | None) -> tuple[Phone, str]:
    phone = Phone(wire)
    phone.invite(lines=[("Supported", "timer"), ("Session-Expires", str(seconds))] if seconds else [])
    leg: str = wire.events[-1].leg
    wire.do(wire.agent.accept, leg, SDP)
    phone.ack()
    return phone, leg


def legs() -> int:
    gc.collect()
    return sum(type(one).__name__ == "Leg" for one in gc.get_objects())
