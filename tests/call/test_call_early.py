"""A sentence before the answer: who hears it, when the line answers, and what may happen meanwhile."""

import pytest
from caller_phone import Phone
from house import House, line_test, with_line

from ivr.call.events import CallEnded

FIRST = with_line(before_answer="transferring")
ABLE = ("Supported: 100rel",)
NEEDS = ("Require: 100rel",)


def prack(phone: Phone, body: str = "") -> None:
    rseq = phone.answers[-1].headers["rseq"]
    phone.request("PRACK", "4488", body, "application/sdp", f"RAck: {rseq} 1 INVITE")


def acknowledge(phone: Phone) -> None:
    """The ACK of the INVITE, whatever was sent between."""
    phone.cseq = 1
    phone.ack()


@line_test(plan=FIRST)
async def test_the_sentence_is_heard_before_the_answer_and_the_welcome_after_it(house: House):
    phone = Phone(house)
    phone.invite()
    assert phone.status == 183
    await house.advance(0.03)
    assert phone.status == 183
    await house.advance(0.45)
    assert (phone.status, phone.heard) == (200, ["transferring"])
    early, answer = phone.answers
    assert early.body == answer.body != ""
    phone.ack()
    await house.advance(2)
    assert phone.heard[:3] == ["transferring", "welcome", "menu"]


@pytest.mark.parametrize("headers", [ABLE, NEEDS])
@line_test(plan=FIRST)
async def test_where_the_caller_can_the_183_is_reliable_and_speech_waits_for_its_prack(
    house: House, headers: tuple[str, ...]
):
    phone = Phone(house, headers=headers)
    phone.invite()
    await house.advance(0.4)
    assert (phone.status, phone.heard) == (183, [])
    prack(phone)
    await house.advance(0.45)
    assert phone.heard == ["transferring"]
    assert [m.body == "" for m in phone.answers] == [False, True, True]
    acknowledge(phone)
    await house.advance(1)
    assert phone.heard[:2] == ["transferring", "welcome"]


@line_test(plan=FIRST)
async def test_our_own_offer_goes_out_in_the_183(house: House):
    phone = Phone(house, headers=NEEDS)
    phone.invite(body="")
    prack(phone, phone.sdp())
    await house.advance(1)
    assert (phone.status, phone.heard) == (200, ["transferring"])
    acknowledge(phone)
    await house.advance(1)
    assert phone.heard[:2] == ["transferring", "welcome"]


@line_test(plan=FIRST)
async def test_a_prack_without_the_answer_to_our_offer_ends_the_call(house: House):
    phone = Phone(house, headers=NEEDS)
    phone.invite(body="")
    prack(phone)
    assert phone.status == 480
    assert [event.cause for event in house.told(CallEnded)] == ["no usable codec"]


@line_test(plan=FIRST)
async def test_a_caller_without_offer_and_100rel_is_answered_at_once(house: House):
    phone = Phone(house)
    phone.invite(body="")
    assert [m.status for m in phone.answers] == [200]
    phone.ack(phone.sdp())
    await house.advance(1)
    assert phone.heard[0] == "welcome"


@line_test(plan=FIRST, answer_after=1.0)
async def test_it_rings_first_where_the_line_rings(house: House):
    phone = Phone(house)
    phone.invite()
    await house.advance(0.9)
    assert [m.status for m in phone.answers] == [180]
    await house.advance(0.5)
    assert [m.status for m in phone.answers] == [180, 183, 200]
    phone.ack()


@line_test(plan=FIRST)
async def test_a_hold_in_an_update_stops_the_sentence_and_the_resume_ends_it(house: House):
    phone = Phone(house, headers=ABLE)
    phone.invite()
    prack(phone)
    phone.request("UPDATE", "4488", phone.sdp("inactive"))
    await house.advance(1)
    assert "a=inactive" in phone.answers[-1].body
    assert (phone.status, phone.heard) == (200, [])
    assert "UPDATE" in phone.answers[-1].headers["cseq"]
    phone.request("UPDATE", "4488", phone.sdp())
    await house.advance(1)
    assert "INVITE" in phone.answers[-1].headers["cseq"]
    assert phone.heard == ["transferring"]
    acknowledge(phone)


@line_test(plan=FIRST, silent_after=0.06)
async def test_a_caller_may_be_silent_until_the_answer_and_not_longer(house: House):
    phone = Phone(house)
    phone.invite()
    await house.advance(0.05)
    phone.press("2")
    await house.advance(0.4)
    assert phone.status == 200
    phone.ack()
    assert house.told(CallEnded) == []
    await house.advance(1.2)
    assert [event.cause for event in house.told(CallEnded)] == ["media stopped"]
    assert phone.heard == ["transferring", "welcome…"]


@pytest.mark.parametrize("ending", ["cancel", "hang_up"])
@line_test(plan=FIRST)
async def test_a_caller_who_leaves_during_it_is_gone(house: House, ending: str):
    phone = Phone(house)
    phone.invite()
    await house.advance(0.05)
    getattr(phone, ending)()
    await house.advance(1)
    assert 200 not in [m.status for m in phone.answers if "INVITE" in m.headers["cseq"]]
    assert len(house.told(CallEnded)) == 1
