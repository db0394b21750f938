"""Drawn callers at a line with every verb, while its files are read again: nothing stays, nothing is told."""

from __future__ import annotations

import re

import pytest
from caller_phone import Phone
from hypothesis import given, settings
from hypothesis import strategies as st
from test_call_drawn import OpenLine, act, open_line  # noqa: F401 - the fixture
from verbs_line import ACCOUNT, PIN, WRONG, plan, take_verbs, texts

from ivr.call.events import CallBegan, CallEnded, Fault
from ivr.speech.catalogue import Catalogue

STRANGER = "601999888"
KEYS = (*"0124678*#", ACCOUNT, f"{ACCOUNT}#", PIN, WRONG, f"1{ACCOUNT}#{PIN}", f"2{ACCOUNT}#{WRONG}")
ACTS = (*KEYS, "hang up", "hold", "resume", "not transferred", "read again")

steps = st.tuples(st.sampled_from([0.0, 0.005, 0.05, 0.3, 1.0, 7.0]), st.booleans(), st.sampled_from(ACTS))
numbers = st.sampled_from(["777123456", STRANGER, "anonymous"])
callers = st.tuples(numbers, st.sampled_from(["4488", "3111*0"]))


@pytest.fixture(scope="module")
def verbs(open_line: OpenLine) -> Catalogue:  # noqa: F811
    """The drawn line's house answers as the line with every verb."""
    open_line.runner.run(take_verbs(open_line.house))
    return texts()


async def play(
    line: OpenLine, verbs: Catalogue, caller: tuple[str, str], script: list[tuple[float, bool, str]]
) -> None:
    house, (number, called) = line.house, caller
    phone = Phone(house, number)
    phone.invite(called)
    await house.advance(0.15)  # it rings
    phone.ack()
    for wait, settle, what in script:
        await house.advance(wait, settle=settle)
        if what == "read again":
            await house.take(plan(), verbs)
        else:
            act(phone, what)
    await house.advance(0.2)
    phone.hang_up()
    await house.settle()
    await house.advance(0.05)
    phone.close()
    house.phones.remove(phone)


@settings(max_examples=60, deadline=None)
@given(caller=callers, script=st.lists(steps, max_size=10))
def test_whatever_is_keyed_in_the_line_has_forgotten_it_afterwards(
    open_line: OpenLine,  # noqa: F811
    verbs: Catalogue,
    caller: tuple[str, str],
    script: list[tuple[float, bool, str]],
) -> None:
    house = open_line.house
    house.events.clear()
    open_line.runner.run(play(open_line, verbs, caller, script))
    assert (house.line.calls, house.plane.streams, house.agent.legs) == (0, 0, 0)
    assert house.timers() == []
    assert house.told(Fault) == []
    assert len(house.told(CallBegan)) == len(house.told(CallEnded)) == 1
    told = [event for event in house.events if not isinstance(event, CallEnded)]  # it counts packets
    everything = re.sub(r"call='[0-9a-f]+'", "", repr(told))
    for secret in (ACCOUNT, PIN, WRONG, "777123456", STRANGER):
        assert secret not in everything
