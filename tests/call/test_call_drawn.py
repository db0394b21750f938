"""Drawn callers at the whole line: whatever they do and when, nothing stays of their calls."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack

import pytest
from caller_phone import Phone
from house import House, StillLoop, demo_store, open_house
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.call.events import CallBegan, CallEnded, Fault

ACTS = (
    "2", "4", "9", "0", "*", "#", "22", "info 2", "hold", "resume", "other codec", "no offer", "hang up",
    "cancel", "transferred", "not transferred", "ack", "nonsense SDP",
)  # fmt: skip

steps = st.tuples(st.sampled_from([0.0, 0.005, 0.05, 0.3, 1.0]), st.integers(0, 2), st.sampled_from(ACTS))


class OpenLine:
    """A house in a loop of its own, for many examples."""

    def __init__(self, runner: asyncio.Runner, house: House) -> None:
        self.runner, self.house = runner, house


@pytest.fixture(scope="module")
def open_line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenLine]:
    demo_store()
    with asyncio.Runner(loop_factory=StillLoop) as runner:
        stack = AsyncExitStack()
        opening = open_house(tmp_path_factory.mktemp("drawn"), answer_after=0.1)

        async def enter() -> House:
            return await stack.enter_async_context(opening)

        yield OpenLine(runner, runner.run(enter()))
        runner.run(stack.aclose())


def act(phone: Phone, what: str) -> None:
    match what:
        case "hang up":
            phone.hang_up()
        case "cancel":
            phone.cancel()
        case "ack":
            phone.ack()
        case "info 2":
            phone.info("2")
        case "transferred" | "not transferred":
            phone.notify("SIP/2.0 200 OK" if what == "transferred" else "SIP/2.0 486 Busy Here")
        case "hold" | "resume":
            phone.invite(body=phone.sdp("sendonly" if what == "hold" else "sendrecv"))
        case "other codec":
            phone.invite(body=phone.sdp(law="PCMU"))
        case "no offer":
            phone.invite(body="")
        case "nonsense SDP":
            phone.invite(body="v=0\r\nm=audio x RTP/AVP 8\r\n")
        case keys:
            if any(answer.body for answer in phone.answers):
                phone.press(keys)


async def play(house: House, acks: list[bool], script: list[tuple[float, int, str]]) -> None:
    """``acks``: for each caller, whether it acknowledges what it is answered."""
    phones = [Phone(house) for _ in acks]
    for phone in phones:
        phone.invite()
    for wait, which, what in script:
        await house.advance(wait, settle=which != 1)
        act(phones[which % len(phones)], what)
        for phone, acknowledges in zip(phones, acks, strict=True):
            if acknowledges and phone.status == 200:
                phone.ack()
    await house.advance(0.2)
    for phone in phones:
        phone.cancel()
        phone.hang_up()
    await house.settle()
    await house.advance(0.05)
    for phone in phones:
        phone.close()
        house.phones.remove(phone)


@settings(max_examples=200, deadline=None)
@given(
    acks=st.lists(st.sampled_from([True, True, True, False]), min_size=1, max_size=3),
    script=st.lists(steps, max_size=8),
)
def test_whatever_callers_do_the_line_has_forgotten_them_afterwards(
    open_line: OpenLine, acks: list[bool], script: list[tuple[float, int, str]]
) -> None:
    house = open_line.house
    house.events.clear()
    open_line.runner.run(play(house, acks, script))
    assert (house.line.calls, house.plane.streams, house.agent.legs) == (0, 0, 0)
    assert house.timers() == []
    assert house.told(Fault) == []
    begun, ended = ([event.call for event in house.told(kind)] for kind in (CallBegan, CallEnded))
    assert sorted(begun) == sorted(ended)
    assert len(set(begun)) == len(begun)
