"""Sessions kept alive by re-INVITE, where the other side does not list UPDATE (RFC 4028 section 7.4)."""

from __future__ import annotations

import pytest
from peerphone import ANSWER, OFFER, TIMER, Peerphone
from phone import SDP
from wire import Wire

from ivr.sip.events import Cause, Confirmed, Ended, Reanswered


def timed(wire: Wire, *plan: int | None, interval: int = 100) -> tuple[Peerphone, str]:
    phone = Peerphone(wire, *plan)
    phone.lines = [f"Session-Expires: {interval};refresher=uac", "Require: timer"]
    phone.invite(lines=[("Session-Expires", f"{interval};refresher=uas"), TIMER])
    leg: str = wire.events[-1].leg  # type: ignore[union-attr]
    wire.do(wire.agent.accept, leg, SDP)
    phone.ack()
    return phone, leg


def test_a_refresh_repeats_the_session_as_it_is(wire: Wire) -> None:
    phone, leg = timed(wire)
    began = wire.now
    wire.advance(149)
    first, second = phone.requests("INVITE")
    assert [first.at - began, second.at - began] == pytest.approx([50, 100])
    assert first.body == second.body == SDP
    assert first.header("Session-Expires") == "100;refresher=uac"
    assert first.header("Supported") == "timer"
    assert len(phone.requests("ACK")) == 2
    assert not phone.requests("UPDATE")
    assert [event for event in wire.events if isinstance(event, Confirmed | Ended)] == [Confirmed(leg, None)]


@pytest.mark.parametrize("status", [405, 501])
def test_where_update_is_listed_and_not_taken_a_reinvite_refreshes(wire: Wire, status: int) -> None:
    phone = Peerphone(wire)
    phone.lines = ["Session-Expires: 100;refresher=uac"]
    phone.invite(lines=[("Session-Expires", "100;refresher=uas"), TIMER, ("Allow", "INVITE, UPDATE")])
    wire.do(wire.agent.accept, wire.events[-1].leg, SDP)  # type: ignore[union-attr]
    phone.ack()
    phone.answer_with = status
    wire.advance(149)
    assert (len(phone.requests("UPDATE")), len(phone.requests("INVITE"))) == (1, 2)
    assert not wire.of(Ended)
    phone.answer_with = 200


def test_a_refresh_that_crosses_theirs_is_tried_again(wire: Wire) -> None:
    phone, _ = timed(wire, 491)
    wire.advance(53)
    assert [m.header("CSeq") for m in phone.requests("INVITE")] == ["1 INVITE", "2 INVITE"]
    wire.advance(40)
    assert not wire.of(Ended)


def test_a_refresh_that_waits_is_dropped_when_the_other_side_refreshes(wire: Wire) -> None:
    phone, leg = timed(wire, *[491] * 99)
    wire.advance(50)
    phone.request("UPDATE", tag=leg, lines=[("Session-Expires", "100;refresher=uac"), TIMER])
    sent = len(phone.requests("INVITE"))
    wire.advance(40)
    assert len(phone.requests("INVITE")) == sent
    assert not wire.of(Ended)


def test_a_refused_refresh_ends_the_session_at_its_time(wire: Wire) -> None:
    phone, leg = timed(wire, 488)
    wire.advance(66)
    assert len(phone.requests("INVITE")) == 1
    wire.advance(2)
    assert wire.of(Ended) == [Ended(leg, Cause.NOT_REFRESHED)]
    assert not wire.of(Reanswered)


def test_a_refresh_nobody_answers_ends_the_call(wire: Wire) -> None:
    _phone, leg = timed(wire, *[None] * 9, interval=1800)
    wire.advance(931)
    assert not wire.of(Ended)
    wire.advance(2)
    assert wire.of(Ended) == [Ended(leg, Cause.NOT_REFRESHED)]


def test_a_422_to_a_reinvite_lengthens_the_interval_and_it_comes_again(wire: Wire) -> None:
    phone, leg = timed(wire, 422)
    phone.lines = ["Min-SE: 300"]
    wire.do(wire.agent.reinvite, leg, OFFER)
    first, second = phone.requests("INVITE")
    assert [first.header("Session-Expires"), second.header("Session-Expires")] == [
        "100;refresher=uac",
        "300;refresher=uac",
    ]
    assert second.header("Min-SE") == "300"
    assert second.body == OFFER
    assert wire.of(Reanswered) == [Reanswered(leg, ANSWER, 200)]


def test_any_reinvite_of_ours_refreshes_the_session(wire: Wire) -> None:
    phone, leg = timed(wire)
    wire.advance(40)
    wire.do(wire.agent.reinvite, leg, OFFER)
    wire.advance(49)
    assert len(phone.requests("INVITE")) == 1
    wire.advance(2)
    assert phone.requests("INVITE")[1].body == OFFER  # the session as it is by now


def test_who_refreshes_stays_who_did(wire: Wire) -> None:
    phone = Peerphone(wire)
    phone.invite(lines=[("Session-Expires", "100;refresher=uac"), TIMER])
    leg = wire.events[-1].leg  # type: ignore[union-attr]
    wire.do(wire.agent.accept, leg, SDP)
    phone.ack()
    wire.do(wire.agent.reinvite, leg, OFFER)
    assert phone.requests("INVITE")[0].header("Session-Expires") == "100;refresher=uas"
