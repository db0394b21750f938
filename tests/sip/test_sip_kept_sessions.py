"""Calls that the line keeps alive by itself, since their callers ask for no session timer (RFC 4028)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, pairwise

import pytest
from peerphone import ANSWER, OFFER, Peerphone
from phone import LINE, SDP, Phone
from wire import Wire

from ivr.peer import Peer
from ivr.sip.agent import UserAgent
from ivr.sip.events import Cause, Ended, Reanswered, TransferReported

INTERVAL, HALF, END = 300, 150.0, 268.0
TIMER = ("Supported", "timer")
UPDATES = ("Allow", "INVITE, ACK, BYE, CANCEL, UPDATE")
HOLD = SDP + b"a=sendonly\r\n"
HELD = SDP.replace(b"o=- 1 1", b"o=- 7 2") + b"a=recvonly\r\n"  # ours


@pytest.fixture
def wire() -> Iterator[Wire]:
    tokens = count(1)
    made = Wire(UserAgent(lambda source: LINE, lambda: f"{next(tokens):016x}", session_expires=INTERVAL))
    yield made
    made.end_everything()
    assert (made.agent.legs, made.agent.transactions, made.agent.next_timeout()) == (0, 0, None)


def talk(phone: Phone, *lines: tuple[str, str], offer: bytes = SDP) -> str:
    """Call, with these header lines and this offer."""
    wire = phone.wire
    phone.invite(body=offer, lines=lines)
    leg: str = wire.events[-1].leg  # type: ignore[union-attr]
    wire.do(wire.agent.accept, leg, SDP)
    phone.ack(body=b"" if offer else ANSWER)
    return leg


def hold(phone: Phone, leg: str) -> None:
    phone.request("INVITE", tag=leg, body=HOLD)
    phone.wire.do(phone.wire.agent.accept, leg, HELD)
    phone.ack()


def asked(phone: Phone, method: str) -> list[float]:
    """When the line has asked, repeats of one request left out."""
    found: dict[str, float] = {}
    for request in phone.requests(method):
        found.setdefault(request.header("CSeq"), request.at)
    return list(found.values())


# A caller that answers


def test_a_call_without_a_session_timer_is_refreshed_for_as_long_as_it_lasts(wire: Wire) -> None:
    phone, began = Phone(wire), wire.now
    talk(phone, UPDATES)
    answered = phone.response("INVITE")
    assert answered.header("Session-Expires") == "300;refresher=uas"
    assert answered.all("Require") == []  # it would be for somebody who knows of timers
    wire.advance(1000)
    assert [at - began for at in asked(phone, "UPDATE")] == pytest.approx([HALF * n for n in range(1, 7)])
    update = phone.requests("UPDATE")[0]
    assert (update.header("Session-Expires"), update.header("Supported")) == ("300;refresher=uac", "timer")
    assert (update.all("Require"), update.body) == ([], b"")
    assert not wire.of(Ended)


@pytest.mark.parametrize("offer", [SDP, b""])
def test_where_update_is_not_listed_a_reinvite_repeats_the_session_as_it_is(wire: Wire, offer: bytes) -> None:
    phone = Peerphone(wire)
    talk(phone, offer=offer)
    wire.advance(2 * HALF + 1)
    assert [invite.body for invite in phone.requests("INVITE")] == [SDP, SDP]
    assert len(phone.requests("ACK")) == 2
    assert not phone.requests("UPDATE") and not wire.of(Ended)


def test_a_session_held_by_the_caller_is_repeated_on_hold(wire: Wire) -> None:
    phone = Peerphone(wire)
    leg = talk(phone)
    hold(phone, leg)
    wire.advance(2 * HALF + 1)
    assert [invite.body for invite in phone.requests("INVITE")] == [HELD, HELD]
    assert wire.of(Reanswered) == 2 * [Reanswered(leg, ANSWER, 200)]


def test_a_session_agreed_on_before_the_answer_is_repeated(wire: Wire) -> None:
    """The 200 after a reliable 183 says nothing of the session (RFC 6337)."""
    phone = Peerphone(wire)
    phone.invite(lines=[("Require", "100rel")])
    leg: str = wire.events[-1].leg  # type: ignore[union-attr]
    wire.do(wire.agent.progress, leg, SDP)
    rseq = phone.response("INVITE").header("RSeq")
    phone.request("PRACK", tag=leg, lines=[("RAck", f"{rseq} 1 INVITE")])
    wire.do(wire.agent.accept, leg, SDP)
    assert phone.response("INVITE").body == b""
    phone.ack()
    wire.advance(HALF + 1)
    assert [invite.body for invite in phone.requests("INVITE")] == [SDP]
    assert not wire.of(Ended)


@pytest.mark.parametrize("transport", ["TCP", "TLS"])
def test_over_a_connection_refreshes_go_back_by_it(wire: Wire, transport: str) -> None:
    phone = Peerphone(wire, address=Peer("10.0.0.1", 5060, transport))  # type: ignore[arg-type]
    phone.contact = f"<sip:777123456@10.0.0.1:5060;transport={transport.lower()}>"
    talk(phone)
    wire.advance(2 * HALF + 1)
    assert len(phone.requests("INVITE")) == 2
    assert {sent.destination for sent in wire.sent} == {Peer("10.0.0.1", 5060, transport)}  # type: ignore[arg-type]
    assert not wire.of(Ended)


@pytest.mark.parametrize("status", [302, 401, 403, 405, 486, 488, 491, 500, 501, 503, 603])
@pytest.mark.parametrize("lines", [(), (UPDATES,), (TIMER,), (UPDATES, TIMER)])
def test_any_refusal_shows_that_somebody_is_there(
    wire: Wire, status: int, lines: tuple[tuple[str, str], ...]
) -> None:
    phone = Peerphone(wire, *[status] * 999)
    phone.answer_with = status
    talk(phone, *lines)
    wire.advance(5 * INTERVAL)
    assert not wire.of(Ended)
    sent = asked(phone, "UPDATE") + asked(phone, "INVITE")
    assert max(b - a for a, b in pairwise(sorted(sent))) == pytest.approx(HALF, abs=10)
    assert len(sent) <= 20  # at a bad time each is tried twice


@pytest.mark.parametrize("status", [405, 501])
def test_an_update_that_is_listed_and_not_taken_gives_way_to_a_reinvite(wire: Wire, status: int) -> None:
    phone = Peerphone(wire)
    phone.answer_with = status
    talk(phone, UPDATES)
    wire.advance(3 * HALF + 1)
    assert (len(phone.requests("UPDATE")), len(phone.requests("INVITE"))) == (1, 3)
    phone.answer_with = 200


@pytest.mark.parametrize(("lines", "method"), [((UPDATES,), "UPDATE"), ((), "INVITE")])
def test_a_refresh_that_crosses_theirs_is_sent_again_soon(
    wire: Wire, lines: tuple[tuple[str, str], ...], method: str
) -> None:
    phone = Peerphone(wire, 491)
    phone.answer_with, began = 491, wire.now
    talk(phone, *lines)
    wire.advance(HALF + 1)
    phone.answer_with = 200
    wire.advance(HALF + 10)
    again = HALF + INTERVAL / 45
    assert [at - began for at in asked(phone, method)] == pytest.approx([HALF, again, again + HALF])


def test_one_that_would_cross_their_open_reinvite_waits_for_its_end(wire: Wire) -> None:
    phone = Peerphone(wire)
    leg = talk(phone)
    wire.advance(HALF - 1)
    phone.request("INVITE", tag=leg, body=HOLD)
    wire.advance(3)
    assert not phone.requests("INVITE")
    wire.do(wire.agent.accept, leg, HELD)  # which begins the session anew
    phone.ack()
    wire.advance(HALF - 1)
    assert not phone.requests("INVITE")
    wire.advance(2)
    assert [invite.body for invite in phone.requests("INVITE")] == [HELD]


def test_what_the_caller_sends_itself_puts_the_next_refresh_off(wire: Wire) -> None:
    phone = Phone(wire)
    leg = talk(phone, UPDATES)
    for _ in range(4):
        wire.advance(HALF - 1)
        phone.request("UPDATE", tag=leg)
        assert phone.response("UPDATE").header("Session-Expires") == "300;refresher=uas"
    assert not phone.requests("UPDATE")


def test_another_session_of_ours_is_repeated_from_then_on(wire: Wire) -> None:
    phone = Peerphone(wire)
    leg = talk(phone)
    wire.advance(HALF - 1)
    wire.do(wire.agent.reinvite, leg, OFFER)
    wire.advance(HALF + 1)
    assert [invite.body for invite in phone.requests("INVITE")] == [OFFER, OFFER]


def test_a_transfer_goes_on_while_the_session_is_refreshed(wire: Wire) -> None:
    phone = Phone(wire)
    leg = talk(phone, UPDATES)
    wire.advance(HALF - 1)
    wire.do(wire.agent.refer, leg, "800")
    wire.advance(2)
    assert len(phone.requests("UPDATE")) == 1
    phone.request(
        "NOTIFY", tag=leg, body=b"SIP/2.0 200 OK", kind="message/sipfrag", lines=[("Event", "refer")]
    )
    assert wire.of(TransferReported) == [TransferReported(leg, 200)]
    assert not wire.of(Ended)


def test_a_side_that_knows_of_timers_is_asked_for_one_and_may_take_it_over(wire: Wire) -> None:
    """Section 9: "uas", and Require, as it says that it understands."""
    phone = Peerphone(wire)
    phone.lines = ["Session-Expires: 300;refresher=uas", "Require: timer"]  # now the phone
    talk(phone, TIMER)
    answered = phone.response("INVITE")
    assert (answered.header("Session-Expires"), answered.header("Require")) == ("300;refresher=uas", "timer")
    began = wire.now
    wire.advance(HALF + END + 1)
    assert len(phone.requests("INVITE")) == 1
    assert [bye.at - began for bye in phone.requests("BYE")] == pytest.approx([HALF + END])


# A caller that is gone


@pytest.mark.parametrize("lines", [(), (UPDATES,), (TIMER,)])
def test_a_call_on_hold_whose_phone_has_vanished_is_ended(
    wire: Wire, lines: tuple[tuple[str, str], ...]
) -> None:
    phone = Peerphone(wire, *[None] * 99)
    leg = talk(phone, *lines)
    hold(phone, leg)
    phone.answer_with, began = None, wire.now
    wire.advance(INTERVAL)
    assert wire.of(Ended) == [Ended(leg, Cause.NOT_REFRESHED)]
    assert phone.requests("BYE")[0].at - began == pytest.approx(HALF + 32)  # 64*T1 after the first try


@pytest.mark.parametrize("status", [408, 481])
@pytest.mark.parametrize("lines", [(), (UPDATES,), (TIMER,)])
def test_a_refresh_that_finds_no_call_ends_it_at_once(
    wire: Wire, status: int, lines: tuple[tuple[str, str], ...]
) -> None:
    """RFC 4028 section 10; a proxy says 408 for a phone that does not answer it."""
    phone = Peerphone(wire, status)
    leg = talk(phone, *lines)
    phone.answer_with, began = status, wire.now
    wire.advance(HALF + 1)
    assert wire.of(Ended) == [Ended(leg, Cause.NOT_REFRESHED)]
    assert [bye.at - began for bye in phone.requests("BYE")] == pytest.approx([HALF])


def test_the_shortest_interval_ends_a_call_after_a_minute(wire: Wire) -> None:
    wire.agent = UserAgent(lambda source: LINE, lambda: f"{next(tokens):016x}", session_expires=90)
    tokens = count(1)
    phone = Phone(wire)
    talk(phone, UPDATES)
    phone.answer_with, began = None, wire.now
    wire.advance(90)
    assert [asked(phone, method)[0] - began for method in ("UPDATE", "BYE")] == pytest.approx([45, 60])


def test_where_nothing_gets_out_it_is_tried_until_the_session_would_end(wire: Wire) -> None:
    """A connection that is lost may be made anew; a 503 of our own is no answer of theirs."""
    phone = Phone(wire, Peer("10.0.0.1", 5060, "TCP"))
    phone.contact = "<sip:777123456@10.0.0.1:5060;transport=tcp>"
    leg = talk(phone, UPDATES)
    wire.closed.add(phone.address)
    began = wire.now
    wire.advance(END - 1)
    tries = [sent.at - began for sent in wire.sent if sent.data.startswith(b"UPDATE ")]
    assert tries == pytest.approx([HALF + INTERVAL / 45 * n for n in range(len(tries))])
    assert len(tries) > 10 and not wire.of(Ended)
    wire.advance(1)
    assert wire.of(Ended) == [Ended(leg, Cause.NOT_REFRESHED)]


def test_a_connection_that_comes_back_in_time_keeps_the_call(wire: Wire) -> None:
    phone = Phone(wire, Peer("10.0.0.1", 5060, "TCP"))
    phone.contact = "<sip:777123456@10.0.0.1:5060;transport=tcp>"
    talk(phone, UPDATES)
    wire.closed.add(phone.address)
    wire.advance(HALF + 30)
    wire.closed.clear()
    wire.advance(INTERVAL)
    assert not wire.of(Ended)
    assert len(phone.requests("UPDATE")) >= 2


# What it costs


def test_calls_wait_in_one_queue_and_ring_one_alarm(wire: Wire) -> None:
    for _ in range(200):
        talk(Phone(wire), UPDATES)
    wire.advance(40)  # what is left of their INVITEs
    assert len(wire.agent._alarms._heap) == 1
    wire.advance(HALF)
    assert sum(sent.data.startswith(b"UPDATE ") for sent in wire.sent) == 200
