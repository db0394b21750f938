"""How calls end when they do not end by themselves; and that a bug ends one call only."""

from types import MappingProxyType

import pytest
from caller_phone import Phone
from house import House, line_test, with_line, with_step

from ivr.call.events import CallBegan, CallEnded, Fault


@line_test(plan=with_step("credit", look_up="debit"))
async def test_a_bug_in_a_session_ends_that_call_only(house: House):
    quiet = Phone(house).call()
    phone = Phone(house).call()
    phone.press("2")
    await house.advance(0.5)
    assert phone.hung_up_on
    assert [event.cause for event in house.told(CallEnded)] == ["fault"]
    (fault,) = house.told(Fault)
    assert "there is no look-up 'debit'" in str(fault.error)
    assert "777123456" not in str(fault.error)
    await house.advance(0.5)
    assert quiet.heard == ["welcome", "menu"]


@pytest.mark.parametrize("where", ["a key", "a timer", "the end of speech"])
def test_a_bug_is_caught_wherever_the_walk_is_told_of_something(tmp_path, where: str):
    """A dialplan that was never checked: a step is missing."""
    changes = {
        "a key": with_step("menu", keys=MappingProxyType({"2": "nowhere"})),
        "a timer": with_step("menu", tries=1, give_up="nowhere"),
        "the end of speech": with_step("welcome", then="nowhere"),
    }

    @line_test(plan=changes[where])
    async def scenario(house: House):
        phone = Phone(house).call()
        await house.advance(1)
        phone.press("2" if where == "a key" else "")
        await house.advance(7)
        assert phone.hung_up_on
        assert [type(event.error) for event in house.told(Fault)] == [KeyError]
        assert [event.cause for event in house.told(CallEnded)] == ["fault"]

    scenario(tmp_path=tmp_path)


def stumble(event) -> None:
    if isinstance(event, CallBegan) and event.caller.endswith("005"):
        raise RuntimeError("a watcher with a bug")


@line_test(watch=stumble)
async def test_a_bug_while_a_call_is_let_in_refuses_that_call_only(house: House):
    quiet = Phone(house).call()
    unlucky = Phone(house, "777000005")
    unlucky.invite()
    assert unlucky.status == 500
    assert [str(event.error) for event in house.told(Fault)] == ["a watcher with a bug"]
    assert house.line.calls == 1
    await house.advance(1)
    assert quiet.heard == ["welcome", "menu"]


@line_test(silent_after=3.0)
async def test_a_caller_whose_media_has_stopped_is_hung_up(house: House):
    phone = Phone(house).call()
    await house.advance(2)
    phone.press("9")
    await house.advance(2.9)
    assert not phone.hung_up_on
    await house.advance(0.8)
    assert phone.hung_up_on
    assert house.told(CallEnded)[0].cause == "media stopped"


@line_test(plan=with_line(longest_call=4.0))
async def test_the_longest_call_is_ended_whatever_happens(house: House):
    phone = Phone(house).call()
    await house.advance(3.9)
    assert not phone.hung_up_on
    await house.advance(0.2)
    assert phone.hung_up_on
    assert house.told(CallEnded)[0].cause == "longest call"


@line_test(plan=with_line(longest_call=4.0))
async def test_each_of_many_calls_has_its_own_longest_time(house: House):
    """The first to begin hangs up; the others end in their turn, each four seconds after it began."""
    phones = [Phone(house) for _ in range(4)]
    for phone in phones:
        phone.call()
        await house.advance(0.5)
    phones[0].hang_up()
    await house.advance(2.4)
    for turn in range(1, 4):
        assert [phone.hung_up_on for phone in phones[1:]] == [one < turn for one in range(1, 4)]
        await house.advance(0.5)
    assert [event.cause for event in house.told(CallEnded)] == ["caller hung up", *["longest call"] * 3]


@line_test()
async def test_without_an_ack_the_answer_is_repeated_and_the_call_ended(house: House):
    phone = Phone(house)
    phone.invite()
    await house.advance(33)
    assert [answer.status for answer in phone.answers].count(200) > 5
    assert phone.hung_up_on
    assert house.told(CallEnded)[0].cause == "no ACK"
    assert phone.heard == []


@line_test()
async def test_a_call_that_is_hung_up_on_before_its_ack_ends_with_the_ack(house: House):
    phone = Phone(house)
    phone.invite()
    await house.line.drain(0)
    assert not phone.hung_up_on
    phone.ack()
    await house.advance(0.1)
    assert phone.hung_up_on
    assert phone.heard == []


@line_test()
async def test_events_of_a_call_that_is_over_are_let_be(house: House):
    phone = Phone(house).call()
    await house.advance(0.4)
    phone.press("2")
    phone.hang_up()
    phone.info("2")
    assert phone.status == 481
    await house.advance(0.5)
    assert house.told(CallEnded)[0].cause == "caller hung up"
    assert house.told(Fault) == []
