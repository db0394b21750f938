"""UPDATE (RFC 3311): with and without an offer, while something waits, and at its end."""

from __future__ import annotations

import pytest
from phone import SDP, Phone
from wire import Wire

from ivr.sip.events import Cause, Confirmed, Ended, Invited, Reinvited

HELD = SDP + b"a=sendonly\r\n"


def test_an_update_with_an_offer_is_answered_once_and_needs_no_ack(wire: Wire, phone: Phone) -> None:
    leg = phone.talk()
    phone.request("UPDATE", tag=leg, body=HELD)
    assert wire.events[-1] == Reinvited(leg, HELD, phone.address)
    wire.do(wire.agent.accept, leg, SDP)
    wire.advance(100)
    assert phone.statuses("UPDATE") == [200]
    answer = phone.response("UPDATE")
    assert (answer.body, answer.header("Content-Type")) == (SDP, "application/sdp")
    assert answer.header("Contact") == "<sip:10.0.0.9:5060>"
    assert len(wire.of(Confirmed)) == 1
    assert not wire.of(Ended)


def test_a_refused_update_leaves_the_call_as_it_was(wire: Wire, phone: Phone) -> None:
    leg = phone.talk()
    phone.request("UPDATE", tag=leg, body=HELD)
    wire.do(wire.agent.refuse, leg, 488)
    assert phone.statuses("UPDATE") == [488]
    phone.request("UPDATE", tag=leg, body=HELD)
    wire.do(wire.agent.accept, leg, SDP)
    assert phone.statuses("UPDATE") == [488, 200]
    assert not wire.of(Ended)


def test_an_update_without_an_offer_is_answered_at_once(wire: Wire, phone: Phone) -> None:
    leg = phone.talk()
    phone.request("UPDATE", tag=leg)
    assert phone.statuses("UPDATE") == [200]
    assert phone.response("UPDATE").body == b""
    assert not wire.of(Reinvited)


@pytest.mark.parametrize("body", [b"", HELD])
def test_an_accepted_update_moves_the_other_side(wire: Wire, phone: Phone, body: bytes) -> None:
    """Section 5.2: UPDATE is a target refresh request."""
    leg = phone.talk()
    moved = Phone(wire, ("10.0.0.7", 5070))
    phone.contact = "<sip:777@10.0.0.7:5070>"
    phone.request("UPDATE", tag=leg, body=body, vias=["SIP/2.0/UDP 10.0.0.8;branch=z9hG4bKproxied"])
    if body:
        wire.do(wire.agent.accept, leg, SDP)
    wire.do(wire.agent.hang_up, leg)
    assert [bye.start for bye in moved.requests("BYE")] == ["BYE sip:777@10.0.0.7:5070 SIP/2.0"]


def test_an_update_while_our_offer_is_open_is_491(wire: Wire, phone: Phone) -> None:
    """Section 5.2: we have offered in the 200 and the ACK is not here."""
    phone.invite(body=b"")
    leg = wire.of(Invited)[0].leg
    wire.do(wire.agent.accept, leg, SDP)
    phone.request("UPDATE", tag=leg, body=HELD)
    assert phone.statuses("UPDATE") == [491]
    phone.request("UPDATE", tag=leg)
    assert phone.statuses("UPDATE") == [491, 200]
    phone.ack(body=SDP)


@pytest.mark.parametrize("first", ["INVITE", "UPDATE"])
@pytest.mark.parametrize("second", ["INVITE", "UPDATE"])
def test_an_offer_while_theirs_is_open_is_500_with_retry_after(
    wire: Wire, phone: Phone, first: str, second: str
) -> None:
    """Section 5.2: "MUST include a Retry-After header field with a randomly chosen value"."""
    leg = phone.talk()
    phone.request(first, tag=leg, body=HELD)
    phone.request(second, tag=leg, body=SDP)
    refused = [m for m in phone.heard if m.status == 500]
    assert [0 <= int(m.header("Retry-After")) <= 10 for m in refused] == [True]
    assert len(wire.of(Reinvited)) == 1
    if second == "INVITE":
        phone.ack()
    wire.do(wire.agent.accept, leg, SDP)
    if first == "INVITE":
        phone.ack()


def test_an_empty_update_while_an_update_waits_is_500(wire: Wire, phone: Phone) -> None:
    """Section 5.2: an UPDATE before the final response to a previous one."""
    leg = phone.talk()
    phone.request("UPDATE", tag=leg, body=HELD)
    phone.request("UPDATE", tag=leg)
    assert phone.statuses("UPDATE") == [500]
    wire.do(wire.agent.accept, leg, SDP)
    assert phone.statuses("UPDATE") == [500, 200]


def test_an_offer_in_an_update_before_the_answer_is_500_and_without_one_200(wire: Wire, phone: Phone) -> None:
    phone.invite()
    leg = wire.of(Invited)[0].leg
    wire.do(wire.agent.ring, leg)
    phone.request("UPDATE", tag=leg, body=HELD)
    phone.request("UPDATE", tag=leg, lines=[("Supported", "timer"), ("Session-Expires", "90")])
    assert phone.statuses("UPDATE") == [500, 200]
    assert phone.response("UPDATE").all("Session-Expires") == []
    wire.do(wire.agent.accept, leg, SDP)
    assert phone.statuses("INVITE") == [180, 200]
    phone.ack()


def test_a_bye_ends_an_update_that_waits(wire: Wire, phone: Phone) -> None:
    leg = phone.talk()
    phone.request("UPDATE", tag=leg, body=HELD)
    phone.request("BYE", tag=leg)
    assert phone.statuses("UPDATE") == [487]
    wire.do(wire.agent.accept, leg, SDP)
    assert phone.statuses("UPDATE") == [487]
    assert [event.cause for event in wire.of(Ended)] == [Cause.CALLER_HUNG_UP]


def test_hanging_up_ends_an_update_that_waits(wire: Wire, phone: Phone) -> None:
    leg = phone.talk()
    phone.request("UPDATE", tag=leg, body=HELD)
    wire.do(wire.agent.hang_up, leg)
    assert phone.statuses("UPDATE") == [487]
    assert len(phone.requests("BYE")) == 1


def test_an_update_of_no_dialog_is_481_and_of_strange_content_415(wire: Wire, phone: Phone) -> None:
    leg = phone.talk()
    phone.request("UPDATE", tag="stranger")
    phone.request("UPDATE", body=SDP)
    phone.request("UPDATE", tag=leg, body=b"x", kind="text/plain")
    assert phone.statuses("UPDATE") == [481, 481, 415]
