"""Reliable provisional responses (RFC 3262): 180 until the PRACK, and what comes of it."""

from __future__ import annotations

import pytest
from phone import SDP, Heard, Phone
from wire import Wire

from ivr.sip.events import Cause, Ended, Invited

ABLE = ("Supported", "100rel")
NEEDS = ("Require", "100rel")


def ringing(wire: Wire, phone: Phone, *lines: tuple[str, str], body: bytes = SDP) -> str:
    phone.invite(body=body, lines=lines)
    leg: str = wire.of(Invited)[-1].leg
    wire.do(wire.agent.ring, leg)
    return leg


def rang(phone: Phone) -> list[Heard]:
    return [m for m in phone.heard if m.status == 180]


def prack(phone: Phone, leg: str, rack: str = "") -> None:
    rseq = rang(phone)[0].header("RSeq")
    phone.request("PRACK", tag=leg, lines=[("RAck", rack or f"{rseq} 1 INVITE")])


@pytest.mark.parametrize("line", [ABLE, NEEDS, ("k", "timer, 100rel")])
def test_a_180_is_resent_until_its_prack(wire: Wire, phone: Phone, line: tuple[str, str]) -> None:
    """Section 3: starting at T1 and doubling, past T2 as well."""
    leg = ringing(wire, phone, line)
    wire.advance(16)
    came = [m.at for m in rang(phone)]
    assert [at - came[0] for at in came] == pytest.approx([0, 0.5, 1.5, 3.5, 7.5, 15.5])
    first = rang(phone)[0]
    assert (first.header("Require"), first.header("Contact")) == ("100rel", "<sip:10.0.0.9:5060>")
    assert 1 <= int(first.header("RSeq")) < 2**31
    assert {m.lines for m in rang(phone)} == {first.lines}
    prack(phone, leg)
    assert phone.statuses("PRACK") == [200]
    wire.advance(100)
    assert len(rang(phone)) == 6
    wire.do(wire.agent.accept, leg, SDP)
    phone.ack()
    assert phone.response("INVITE").status == 200
    assert not wire.of(Ended)


def test_a_caller_without_100rel_gets_a_plain_180(wire: Wire, phone: Phone) -> None:
    ringing(wire, phone)
    wire.advance(40)
    assert len(rang(phone)) == 1
    assert not rang(phone)[0].all("RSeq")


def test_without_a_prack_the_call_is_refused(wire: Wire, phone: Phone) -> None:
    """Section 3: after 64*T1 "the UAS SHOULD reject the original request with a 5xx response"."""
    leg = ringing(wire, phone, NEEDS)
    wire.advance(31.9)
    assert not wire.of(Ended)
    wire.advance(0.2)
    assert phone.statuses("INVITE")[-1] == 504
    assert wire.of(Ended) == [Ended(leg, Cause.NO_PRACK)]
    phone.ack()
    wire.do(wire.agent.accept, leg, SDP)
    assert 200 not in phone.statuses("INVITE")


def test_a_call_answered_at_once_needs_no_provisional(wire: Wire, phone: Phone) -> None:
    phone.invite(lines=[NEEDS])
    wire.do(wire.agent.accept, wire.of(Invited)[0].leg, SDP)
    phone.ack()
    assert phone.statuses() == [200]


@pytest.mark.parametrize("rack", ["1 1 INVITE", "{rseq} 2 INVITE", "{rseq} 1 BYE", "{rseq} 1 invite"])
def test_a_prack_of_something_else_is_481(wire: Wire, phone: Phone, rack: str) -> None:
    leg = ringing(wire, phone, ABLE)
    prack(phone, leg, rack.format(rseq=rang(phone)[0].header("RSeq")))
    assert phone.statuses("PRACK") == [481]
    wire.advance(1)
    assert len(rang(phone)) == 2


@pytest.mark.parametrize("rack", ["x", "1 INVITE", "1 1", "-1 1 INVITE", "1 1 INVITE x"])
def test_a_prack_without_a_right_rack_is_400(wire: Wire, phone: Phone, rack: str) -> None:
    leg = ringing(wire, phone, ABLE)
    prack(phone, leg, rack)
    assert phone.statuses("PRACK") == [400]


def test_a_second_prack_and_one_of_no_180_are_481(wire: Wire, phone: Phone) -> None:
    leg = ringing(wire, phone, ABLE)
    prack(phone, leg)
    prack(phone, leg)
    assert phone.statuses("PRACK") == [200, 481]
    other = Phone(wire, ("10.0.0.2", 5060))
    plain = other.talk()
    other.request("PRACK", tag=plain, lines=[("RAck", "1 1 INVITE")])
    other.request("PRACK", lines=[("RAck", "1 1 INVITE")])
    assert other.statuses("PRACK") == [481, 481]


def test_the_answer_stops_the_180_and_a_late_prack_is_still_200(wire: Wire, phone: Phone) -> None:
    """Section 3: the UAS "MUST be prepared to process PRACK requests" after its final response."""
    leg = ringing(wire, phone, ABLE)
    wire.do(wire.agent.accept, leg, SDP)
    phone.cseq += 1  # a PRACK that left before the answer came
    prack(phone, leg)
    phone.ack()
    wire.advance(50)
    assert (len(rang(phone)), phone.statuses("PRACK")) == (1, [200])
    assert not wire.of(Ended)


def test_ringing_twice_is_one_180(wire: Wire, phone: Phone) -> None:
    """Section 3: no second one before the first is acknowledged."""
    leg = ringing(wire, phone, ABLE)
    wire.do(wire.agent.ring, leg)
    assert len(rang(phone)) == 1


@pytest.mark.parametrize("ending", ["CANCEL", "BYE", "refuse", "hang up"])
def test_an_end_before_the_answer_stops_the_180(wire: Wire, phone: Phone, ending: str) -> None:
    leg = ringing(wire, phone, NEEDS)
    match ending:
        case "CANCEL":
            phone.cancel()
        case "BYE":
            phone.request("BYE", tag=leg)
        case "refuse":
            wire.do(wire.agent.refuse, leg, 486)
        case _:
            wire.do(wire.agent.hang_up, leg)
    before = len(rang(phone))
    wire.advance(40)
    assert (len(rang(phone)), len(wire.of(Ended))) == (before, 1)


def test_where_the_offer_is_to_be_ours_the_180_is_plain_or_left_out(wire: Wire, phone: Phone) -> None:
    """Section 5: a reliable response would have to carry our offer."""
    ringing(wire, phone, ABLE, body=b"")
    assert not rang(phone)[0].all("RSeq")
    other = Phone(wire, ("10.0.0.2", 5060))
    leg = ringing(wire, other, NEEDS, body=b"")
    assert not other.statuses()
    wire.do(wire.agent.accept, leg, SDP)
    assert other.statuses() == [200]
    other.ack(body=SDP)


def test_a_call_that_talks_does_not_ring(wire: Wire, phone: Phone) -> None:
    leg = phone.talk()
    phone.request("INVITE", tag=leg, body=SDP, lines=[ABLE])
    wire.do(wire.agent.ring, leg)
    wire.do(wire.agent.accept, leg, SDP)
    phone.ack()
    assert phone.statuses("INVITE") == [200, 200]
