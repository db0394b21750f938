"""Re-INVITEs of ours: the INVITE client transaction, the ACK, glare, and refreshes without UPDATE."""

from __future__ import annotations

import itertools

import pytest
from peerphone import ANSWER, OFFER, Peerphone
from phone import SDP, Phone
from wire import Wire

from ivr.peer import Peer
from ivr.sip.events import Cause, Ended, Reanswered, Reinvited


def reinvited(wire: Wire, *plan: int | None) -> tuple[Peerphone, str]:
    """A call in which we have sent a re-INVITE."""
    phone = Peerphone(wire, *plan)
    leg = phone.talk()
    wire.do(wire.agent.reinvite, leg, OFFER)
    return phone, leg


def reports(wire: Wire) -> list[Reanswered]:
    return wire.of(Reanswered)


def test_a_reinvite_offers_and_its_answer_is_acknowledged(wire: Wire) -> None:
    phone, leg = reinvited(wire)
    (invite,) = phone.requests("INVITE")
    assert invite.body == OFFER
    assert invite.header("Content-Type") == "application/sdp"
    assert (invite.header("Contact"), invite.header("CSeq")) == ("<sip:10.0.0.9:5060>", "1 INVITE")
    assert "UPDATE" in invite.header("Allow")
    (ack,) = phone.requests("ACK")
    assert (ack.header("CSeq"), ack.body, ack.start) == ("1 ACK", b"", invite.start.replace("INVITE", "ACK"))
    # Section 13.2.2.4: the ACK of a 2xx is a transaction of its own.
    assert ack.header("Via") != invite.header("Via")
    assert (ack.header("To"), ack.header("From")) == (invite.header("To"), invite.header("From"))
    assert reports(wire) == [Reanswered(leg, ANSWER, 200)]


def test_every_copy_of_the_2xx_gets_the_same_ack(wire: Wire) -> None:
    phone, _ = reinvited(wire)
    for _ in range(3):
        phone.answer_last(200)
        wire.advance(1)
    acks = phone.requests("ACK")
    assert len(acks) == 4
    assert len({ack.header("Via") for ack in acks}) == 1
    assert len(reports(wire)) == 1


def test_the_ack_goes_to_the_contact_of_the_2xx(wire: Wire) -> None:
    phone, leg = reinvited(wire, None)
    moved = Phone(wire, ("10.0.0.7", 5070))
    phone.contact = "<sip:777@10.0.0.7:5070>"
    phone.answer_last(200)
    assert [ack.start for ack in moved.requests("ACK")] == ["ACK sip:777@10.0.0.7:5070 SIP/2.0"]
    phone.answer_last(200)
    assert len(moved.requests("ACK")) == 2
    wire.do(wire.agent.hang_up, leg)
    assert len(moved.requests("BYE")) == 1


def test_a_copy_of_the_2xx_that_comes_while_its_ack_waits_for_an_address_gets_nothing(wire: Wire) -> None:
    """Not the INVITE once more, which would be answered by the next copy."""
    phone, _ = reinvited(wire, None)
    phone.contact = "<sip:777@pbx1>"
    phone.answer(phone.requests("INVITE")[0], 200)
    phone.answer(phone.requests("INVITE")[0], 200)
    wire.names["pbx1"] = [Peer("10.0.0.1", 5060)]
    wire.advance(0)
    assert len(phone.requests("INVITE")) == 1
    assert {ack.start for ack in phone.requests("ACK")} == {"ACK sip:777@pbx1 SIP/2.0"}


def test_over_udp_the_invite_is_resent_at_doubled_intervals_and_given_up(wire: Wire) -> None:
    """Timers A and B; section 12.2.1.2: a call whose other side does not answer is over."""
    phone = Peerphone(wire, *[None] * 20)
    leg = phone.talk()
    began = wire.now
    wire.do(wire.agent.reinvite, leg, OFFER)
    wire.advance(31.9)
    assert [m.at - began for m in phone.requests("INVITE")] == [0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    assert not wire.of(Ended)
    wire.advance(0.2)
    assert [event.cause for event in wire.of(Ended)] == [Cause.NOT_THERE]
    assert len(phone.requests("BYE")) == 1


def test_a_provisional_answer_ends_the_copies_and_the_call_goes_on(wire: Wire) -> None:
    phone, leg = reinvited(wire, 100, *[None] * 9)
    wire.advance(100)
    assert len(phone.requests("INVITE")) == 1
    phone.answer_last(200)
    assert reports(wire) == [Reanswered(leg, ANSWER, 200)]


def test_nobody_waits_for_ever_behind_a_provisional_answer(wire: Wire) -> None:
    _phone, _ = reinvited(wire, 100)
    wire.advance(179)
    assert not wire.of(Ended)
    wire.advance(2)
    assert [event.cause for event in wire.of(Ended)] == [Cause.NOT_THERE]


@pytest.mark.parametrize("transport", ["UDP", "TCP"])
@pytest.mark.parametrize("status", [302, 488, 500, 606])
def test_a_refused_reinvite_is_acknowledged_and_leaves_the_call_as_it_was(
    wire: Wire, status: int, transport: str
) -> None:
    """Section 17.1.1.3: that ACK has the INVITE's branch, and its copies are the transaction's own."""
    address = Peer("10.0.0.1", 5060, transport)  # type: ignore[arg-type]
    phone = Peerphone(wire, status, address=address)
    phone.contact = f"<sip:777@10.0.0.1:5060;transport={transport.lower()}>"
    leg = phone.talk()
    wire.do(wire.agent.reinvite, leg, OFFER)
    (invite,), (ack,) = phone.requests("INVITE"), phone.requests("ACK")
    assert ack.header("Via") == invite.header("Via")
    assert (ack.start, ack.header("CSeq")) == (invite.start.replace("INVITE", "ACK"), "1 ACK")
    assert (ack.header("To"), ack.header("Max-Forwards")) == (invite.header("To"), "70")
    assert reports(wire) == [Reanswered(leg, None, status)]
    phone.answer(invite, status)
    wire.advance(0)
    assert len(phone.requests("ACK")) == (
        2 if transport == "UDP" else 1
    )  # timer D: over TCP there are no copies
    assert not wire.of(Ended)
    wire.do(wire.agent.reinvite, leg, OFFER)
    assert reports(wire)[-1] == Reanswered(leg, ANSWER, 200)


@pytest.mark.parametrize("status", [408, 481])
def test_a_reinvite_that_finds_no_call_ends_it(wire: Wire, status: int) -> None:
    phone, leg = reinvited(wire, status)
    assert wire.of(Ended) == [Ended(leg, Cause.NOT_THERE)]
    assert len(phone.requests("BYE")) == 1
    assert not reports(wire)


def test_a_reinvite_that_does_not_get_out_is_told_as_503(wire: Wire) -> None:
    phone = Peerphone(wire)
    leg = phone.talk()
    wire.closed.add(phone.address)
    wire.do(wire.agent.reinvite, leg, OFFER)
    assert reports(wire) == [Reanswered(leg, None, 503)]
    wire.closed.clear()


def test_a_2xx_with_noise_for_a_contact_is_acknowledged(wire: Wire) -> None:
    phone, leg = reinvited(wire, None)
    good, phone.contact = phone.contact, "<<>"
    phone.answer_last(200)
    assert len(phone.requests("ACK")) == 1
    assert reports(wire) == [Reanswered(leg, ANSWER, 200)]
    phone.contact = good


def test_a_2xx_without_sdp_changes_nothing(wire: Wire) -> None:
    phone, leg = reinvited(wire, None)
    phone.answer_last(200, b"")
    assert len(phone.requests("ACK")) == 1
    assert reports(wire) == [Reanswered(leg, None, 200)]


# Offers that cross (section 14)


def test_after_a_491_it_comes_again_within_two_seconds(wire: Wire) -> None:
    """Section 14.1: we do not own the Call-ID."""
    phone, leg = reinvited(wire, 491, 491)
    wire.advance(4.1)
    invites = phone.requests("INVITE")
    assert [m.header("CSeq") for m in invites] == ["1 INVITE", "2 INVITE", "3 INVITE"]
    waits = [b.at - a.at for a, b in itertools.pairwise(invites)]
    assert all(0 <= wait <= 2.0 for wait in waits)
    assert {m.body for m in invites} == {OFFER}
    assert len(phone.requests("ACK")) == 3
    assert reports(wire) == [Reanswered(leg, ANSWER, 200)]


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
def test_an_offer_of_theirs_while_ours_is_out_is_491(wire: Wire, method: str) -> None:
    """Sections 14.2; RFC 3311 section 5.2."""
    phone, leg = reinvited(wire, 100)
    phone.request(method, tag=leg, body=SDP)
    assert phone.statuses(method)[-1] == 491
    assert not wire.of(Reinvited)
    if method == "INVITE":
        phone.say(phone.build("ACK", tag=leg))
    phone.answer(phone.requests("INVITE")[0], 200)
    wire.advance(0)
    phone.request(method, tag=leg, body=SDP)
    assert wire.of(Reinvited)
    wire.do(wire.agent.accept, leg, SDP)
    if method == "INVITE":
        phone.ack()


def test_an_update_without_an_offer_is_answered_while_ours_is_out(wire: Wire) -> None:
    phone, leg = reinvited(wire, 100)
    phone.request("UPDATE", tag=leg)
    assert phone.statuses("UPDATE") == [200]
    phone.answer_last(200)


def test_both_offer_at_once_and_both_are_served_in_the_end(wire: Wire) -> None:
    phone, leg = reinvited(wire, None, *[None] * 9)
    phone.request("INVITE", tag=leg, body=SDP)
    assert phone.statuses("INVITE")[-1] == 491
    phone.say(phone.build("ACK", tag=leg))
    phone.answer(phone.requests("INVITE")[0], 491)
    wire.advance(0)
    phone.request("INVITE", tag=leg, body=SDP)  # theirs comes again before ours
    wire.do(wire.agent.accept, leg, SDP)
    phone.ack()
    phone.plan = []
    wire.advance(3)
    assert [report.status for report in reports(wire)] == [200]
    assert len(wire.of(Reinvited)) == 1


@pytest.mark.parametrize("waits_for", ["their INVITE", "their UPDATE", "their ACK", "our own"])
def test_ours_waits_while_another_is_open(wire: Wire, waits_for: str) -> None:
    phone = Peerphone(wire, 100 if waits_for == "our own" else 200)
    leg = phone.talk()
    if waits_for == "our own":
        wire.do(wire.agent.reinvite, leg, SDP)
    else:
        phone.request("UPDATE" if "UPDATE" in waits_for else "INVITE", tag=leg, body=SDP)
    if waits_for == "their ACK":
        wire.do(wire.agent.accept, leg, SDP)
    before = len(phone.requests("INVITE"))
    wire.do(wire.agent.reinvite, leg, OFFER)
    wire.advance(3)
    assert len(phone.requests("INVITE")) == before
    if waits_for == "our own":
        phone.answer_last(200)
    elif waits_for != "their ACK":
        wire.do(wire.agent.accept, leg, SDP)
    if "INVITE" in waits_for or "ACK" in waits_for:
        phone.ack()
    wire.advance(0.6)
    assert phone.requests("INVITE")[-1].body == OFFER
    assert reports(wire)[-1] == Reanswered(leg, ANSWER, 200)


def test_before_the_call_is_answered_or_after_its_end_there_is_nothing_to_offer(wire: Wire) -> None:
    phone = Peerphone(wire)
    phone.invite()
    leg = wire.events[-1].leg  # type: ignore[union-attr]
    wire.do(wire.agent.reinvite, leg, OFFER)
    wire.do(wire.agent.accept, leg, SDP)
    phone.ack()
    wire.do(wire.agent.hang_up, leg)
    wire.do(wire.agent.reinvite, leg, OFFER)
    wire.do(wire.agent.reinvite, "nobody", OFFER)
    wire.advance(5)
    assert not phone.requests("INVITE")


# Endings


@pytest.mark.parametrize("status", [200, 487])
def test_a_bye_of_theirs_ends_the_call_and_what_still_comes_is_acknowledged(wire: Wire, status: int) -> None:
    """RFC 5407 section 3.2: nobody is told anything after the end."""
    phone, leg = reinvited(wire, 100)
    phone.request("BYE", tag=leg)
    assert phone.statuses("BYE") == [200]
    phone.answer(phone.requests("INVITE")[0], status)
    wire.advance(0)
    assert len(phone.requests("ACK")) == 1
    assert wire.events[-1] == Ended(leg, Cause.CALLER_HUNG_UP)


@pytest.mark.parametrize("status", [200, 487, 491, 401, None])
def test_our_bye_does_not_wait_for_a_reinvite(wire: Wire, status: int | None) -> None:
    phone, leg = reinvited(wire, None, *[None] * 9)
    wire.do(wire.agent.hang_up, leg)
    assert len(phone.requests("BYE")) == 1
    if status is not None:
        phone.answer(phone.requests("INVITE")[0], status)
    wire.advance(40)
    assert len(phone.requests("ACK")) == (status is not None)
    assert {m.header("CSeq") for m in phone.requests("INVITE")} == {"1 INVITE"}
    assert wire.events[-1] == Ended(leg, Cause.LINE_HUNG_UP)
