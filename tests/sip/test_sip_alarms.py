"""Alarms: each rings once, at its time, unless it was taken back; none keeps what is over."""

from __future__ import annotations

import gc
import weakref

from hypothesis import given
from hypothesis import strategies as st
from phone import SDP, Phone
from wire import Wire

from ivr.sip.events import Ended
from ivr.sip.timers import Alarm, Alarms, Timer


class Owner:
    def __init__(self) -> None:
        self.alarms: tuple[Alarm, ...] = ()


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


def test_ended_calls_with_sessions_of_years_are_forgotten(wire: Wire) -> None:
    """While another one, whose session ends before theirs would have, goes on."""
    begin(wire, 1_000_000)
    before = legs()
    for _ in range(1500):
        phone, leg = begin(wire, 2**31 - 1)
        phone.request("BYE", tag=leg)
        wire.advance(40)
    assert len(wire.of(Ended)) == 1500
    assert legs() - before <= 1000


def begin(wire: Wire, seconds: int) -> tuple[Phone, str]:
    phone = Phone(wire)
    phone.invite(lines=[("Supported", "timer"), ("Session-Expires", str(seconds))])
    leg: str = wire.events[-1].leg
    wire.do(wire.agent.accept, leg, SDP)
    phone.ack()
    return phone, leg


def legs() -> int:
    gc.collect()
    return sum(type(one).__name__ == "Leg" for one in gc.get_objects())
