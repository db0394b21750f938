"""Requests inside a dialog: BYE, re-INVITE, INFO, OPTIONS, and what belongs to no dialog of ours."""

from __future__ import annotations

import pytest
from phone import SDP, Phone
from wire import Wire

from ivr.sip.events import Cause, Ended, Invited

HELD = SDP + b"a=sendonly\r\n"


# BYE


def test_a_bye_ends_the_call(wire: Wire, phone: Phone) -> None:
    leg = phone.talk()
    phone.request("BYE", tag=leg)
    assert phone.statuses("BYE") == [200]
    assert wire.of(Ended) == [Ended(leg, Cause.CALLER_HUNG_UP)]
    assert wire.agent.legs == 0


def test_a_repeated_bye_gets_the_same_answer(wire: Wire, phone: Phone) -> None:
    """Timer J keeps the answer for 64*T1; after that nobody knows the call."""
    leg = phone.talk()
    phone.request("BYE", tag=leg)
    wire.advance(31)
    phone.again()
    first, second = (m for m in phone.heard if m.method == "BYE")
    assert (first.start, first.lines) == (second.start, second.lines)
    wire.advance(1)
    phone.again()
    assert phone.statuses("BYE") == [200, 200, 481]
    assert len(wire.of(Ended)) == 1


def test_a_bye_before_the_ack_stops_the_200(wire: Wire, phone: Phone) -> None:
    phone.invite()
    leg = wire.of(Invited)[0].leg
    wire.do(wire.agent.accept, leg, SDP)
    phone.request("BYE", tag=leg)
    wire.advance(100)
    assert phone.statuses() == [200, 200]
    assert wire.causes() == [Cause.CALLER_HUNG_UP]


def test_a_bye_of_an_early_dialog_ends_the_invite_too(wire: Wire, phone: Phone) -> None:
    """Section 15: a caller may send BYE on what a 180 has begun."""
    phone.invite()
    leg = wire.of(Invited)[0].leg
    wire.do(wire.agent.ring, leg)
    phone.request("BYE", tag=leg)
    assert phone.statuses() == [180, 200, 487]
    assert wire.causes() == [Cause.CALLER_HUNG_UP]
    phone.ack()


def test_our_bye_is_resent_until_answered(wire: Wire, phone: Phone) -> None:
    """Timer E, section 17.1.2."""
    phone.answer_with = None
    leg = phone.talk()
    wire.do(wire.agent.hang_up, leg)
    wire.advance(4)
    came = [m.at for m in phone.requests("BYE")]
    assert [at - came[0] for at in came] == pytest.approx([0, 0.5, 1.5, 3.5])
    phone.reply(phone.requests("BYE")[0], 200)
    wire.advance(30)
    assert len(phone.requests("BYE")) == 4
    assert wire.agent.legs == 0


def test_a_provisional_answer_slows_our_bye_to_t2(wire: Wire, phone: Phone) -> None:
    phone.answer_with = None
    leg = phone.talk()
    wire.do(wire.agent.hang_up, leg)
    phone.reply(phone.requests("BYE")[0], 100)
    wire.advance(10)
    came = [m.at for m in phone.requests("BYE")]
    assert [at - came[0] for at in came] == pytest.approx([0, 0.5, 4.5, 8.5])
    assert wire.agent.legs == 1


def test_a_bye_that_nobody_answers_frees_the_leg(wire: Wire, phone: Phone) -> None:
    """Timer F."""
    phone.answer_with = None
    leg = phone.talk()
    wire.do(wire.agent.hang_up, leg)
    assert wire.causes() == [Cause.LINE_HUNG_UP]
    wire.advance(31.9)
    assert wire.agent.legs == 1
    wire.advance(0.1)
    assert wire.agent.legs == 0
    assert len(phone.requests("BYE")) == 11
    assert len(wire.of(Ended)) == 1


@pytest.mark.parametrize("status", [200, 401, 408, 481, 500])
def test_any_final_answer_to_our_bye_ends_it(wire: Wire, phone: Phone, status: int) -> None:
    phone.answer_with = status
    leg = phone.talk()
    wire.do(wire.agent.hang_up, leg)
    assert wire.agent.legs == 0
    wire.do(wire.agent.hang_up, leg)
    assert len(phone.requests("BYE")) == 1


def test_two_byes_that_cross_are_both_answered(wire: Wire, phone: Phone) -> None:
    phone.answer_with = None
    leg = phone.talk()
    wire.do(wire.agent.hang_up, leg)
    phone.request("BYE", tag=leg)
    assert phone.statuses("BYE") == [200]
    assert wire.causes() == [Cause.LINE_HUNG_UP]
    phone.reply(phone.requests("BYE")[0], 481)
    wire.advance(6)
    assert wire.agent.legs == 0
    assert len(phone.requests("BYE")) == 1


@pytest.mark.parametrize("method", ["INFO", "INVITE", "OPTIONS", "NOTIFY"])
def test_after_our_bye_the_call_is_over_for_everything_else(wire: Wire, phone: Phone, method: str) -> None:
    phone.answer_with = None
    leg = phone.talk()
    wire.do(wire.agent.hang_up, leg)
    told = len(wire.events)
    phone.request(method, tag=leg)
    assert phone.statuses(method)[-1] == 481
    assert len(wire.events) == told
    if method == "INVITE":
        phone.ack()


# What belongs to no dialog


@pytest.mark.parametrize("method", ["BYE", "INFO", "INVITE", "NOTIFY", "OPTIONS"])
@pytest.mark.parametrize("wrong", ["our tag", "their tag", "call"])
def test_a_request_of_an_unknown_dialog_is_481(wire: Wire, phone: Phone, method: str, wrong: str) -> None:
    leg = phone.talk()
    if wrong == "our tag":
        leg = "another"
    elif wrong == "their tag":
        phone.from_ = phone.from_.replace(phone.tag, "another")
    else:
        phone.call_id = "another"
    phone.request(method, tag=leg)
    assert phone.statuses(method)[-1] == 481
    if method == "INVITE":
        phone.say(phone.build("ACK", tag=leg))
    assert wire.agent.legs == 1


@pytest.mark.parametrize("method", ["BYE", "INFO", "NOTIFY"])
def test_a_request_that_needs_a_dialog_and_names_none_is_481(wire: Wire, phone: Phone, method: str) -> None:
    phone.request(method)
    assert phone.statuses() == [481]


def test_a_request_older_than_the_last_is_500(wire: Wire, phone: Phone) -> None:
    """Section 12.2.2."""
    leg = phone.talk()
    phone.request("INFO", tag=leg, cseq=7)
    phone.request("INFO", tag=leg, cseq=6)
    phone.request("BYE", tag=leg, cseq=7)
    assert phone.statuses("INFO") == [200, 500]
    assert phone.statuses("BYE") == [500]
    assert wire.agent.legs == 1
    phone.request("BYE", tag=leg, cseq=100)  # a gap is no fault
    assert phone.statuses("BYE") == [500, 200]


# re-INVITE
