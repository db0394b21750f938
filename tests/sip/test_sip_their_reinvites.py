"""Re-INVITEs and INFO of the caller's: hold, resume, crossings, keys."""

from __future__ import annotations

import pytest
from phone import SDP, Phone
from wire import Wire

from ivr.sip.dtmf_info import read_key
from ivr.sip.events import Cause, Confirmed, InfoReceived, Invited, Reinvited

HELD = SDP + b"a=sendonly\r\n"


def reinvite(phone: Phone, leg: str, body: bytes = HELD, **more: object) -> None:
    phone.request("INVITE", tag=leg, body=body, **more)


def test_hold_and_resume(wire: Wire, phone: Phone) -> None:
    leg = phone.talk()
    for body in (HELD, SDP):
        reinvite(phone, leg, body)
        assert wire.events[-1] == Reinvited(leg, body, phone.address)
        wire.do(wire.agent.accept, leg, body)
        answer = phone.response("INVITE")
        assert (answer.status, answer.body) == (200, body)
        phone.ack()
        assert wire.events[-1] == Confirmed(leg, None)
    wire.advance(40)
    assert phone.statuses("INVITE") == [200, 200, 200]
    assert wire.agent.legs == 1


def test_a_reinvite_without_an_offer_gets_ours_and_the_ack_answers_it(wire: Wire, phone: Phone) -> None:
    leg = phone.talk()
    reinvite(phone, leg, b"")
    assert wire.events[-1] == Reinvited(leg, None, phone.address)
    wire.do(wire.agent.accept, leg, SDP)
    phone.ack(HELD)
    assert wire.events[-1] == Confirmed(leg, HELD)


def test_a_refused_reinvite_leaves_the_call(wire: Wire, phone: Phone) -> None:
    """Section 14.2; and what it would have moved stays where it was (RFC 6141 section 4.6)."""
    leg = phone.talk()
    phone.contact = "<sip:elsewhere@10.0.0.77:5077>"
    reinvite(phone, leg)
    wire.do(wire.agent.refuse, leg, 488)
    assert phone.statuses("INVITE") == [200, 488]
    phone.ack()
    assert wire.causes() == []
    wire.do(wire.agent.hang_up, leg)
    assert phone.requests("BYE")[0].start == "BYE sip:777123456@10.0.0.1:5060 SIP/2.0"


def test_an_accepted_reinvite_moves_the_other_side(wire: Wire, phone: Phone) -> None:
    leg = phone.talk()
    moved = Phone(wire, ("10.0.0.77", 5077))
    phone.contact = moved.contact
    reinvite(phone, leg)
    wire.do(wire.agent.accept, leg, SDP)
    phone.ack()
    wire.do(wire.agent.hang_up, leg)
    assert len(moved.requests("BYE")) == 1


def test_a_second_reinvite_while_the_first_is_open_is_500(wire: Wire, phone: Phone) -> None:
    """Section 14.2."""
    leg = phone.talk()
    reinvite(phone, leg)
    first = phone.branch
    reinvite(phone, leg, SDP)
    answer = phone.response("INVITE")
    assert answer.status == 500
    assert 0 <= int(answer.header("Retry-After")) <= 10
    phone.say(phone.build("ACK", tag=leg))
    assert len(wire.of(Reinvited)) == 1
    wire.do(wire.agent.accept, leg, SDP)
    assert first in phone.response("INVITE").header("Via")
    phone.ack()


def test_an_invite_inside_a_dialog_that_still_rings_is_500(wire: Wire, phone: Phone) -> None:
    phone.invite()
    leg = wire.of(Invited)[0].leg
    reinvite(phone, leg)
    assert phone.statuses() == [500]
    phone.ack()
    assert wire.agent.legs == 1


def test_a_reinvite_that_overtakes_its_ack_is_served(wire: Wire, phone: Phone) -> None:
    """RFC 5407 section 3.1.4: the offer was answered in the 200. The later ACK stops both 200."""
    phone.invite()
    leg = wire.of(Invited)[0].leg
    wire.do(wire.agent.accept, leg, SDP)
    reinvite(phone, leg)
    wire.do(wire.agent.accept, leg, SDP)
    wire.advance(0.5)
    assert phone.statuses("INVITE") == [200] * 4
    phone.ack()
    wire.advance(100)
    assert phone.statuses("INVITE") == [200] * 4
    assert wire.agent.legs == 1


def test_a_reinvite_while_our_own_offer_is_open_is_491(wire: Wire, phone: Phone) -> None:
    phone.invite(b"")
    leg = wire.of(Invited)[0].leg
    wire.do(wire.agent.accept, leg, SDP)
    answered = phone.build("ACK", tag=leg, body=SDP, branch="z9hG4bKfirst")
    reinvite(phone, leg)
    assert phone.statuses("INVITE")[-1] == 491
    phone.ack()
    phone.say(answered)
    assert wire.events[-1] == Confirmed(leg, SDP)


def test_a_cancelled_reinvite_leaves_the_call(wire: Wire, phone: Phone) -> None:
    leg = phone.talk()
    reinvite(phone, leg)
    phone.cancel()
    assert phone.statuses("INVITE") == [200, 487]
    phone.ack()
    assert wire.causes() == []
    wire.do(wire.agent.accept, leg, SDP)
    assert phone.statuses("INVITE") == [200, 487]


def test_a_late_cancel_of_the_first_invite_does_not_meet_the_second(wire: Wire, phone: Phone) -> None:
    leg = phone.talk()
    late = phone.build("CANCEL")
    reinvite(phone, leg)
    phone.say(late)
    assert phone.statuses("CANCEL") == [200]
    wire.do(wire.agent.accept, leg, SDP)
    assert phone.statuses("INVITE") == [200, 200]
    phone.ack()


def test_a_bye_answers_the_open_reinvite_too(wire: Wire, phone: Phone) -> None:
    """Section 15.1.2."""
    leg = phone.talk()
    reinvite(phone, leg)
    phone.request("BYE", tag=leg)
    assert [(m.method, m.status) for m in phone.heard[1:]] == [("BYE", 200), ("INVITE", 487)]
    assert wire.causes() == [Cause.CALLER_HUNG_UP]


def test_hanging_up_answers_the_open_reinvite_too(wire: Wire, phone: Phone) -> None:
    leg = phone.talk()
    reinvite(phone, leg)
    wire.do(wire.agent.hang_up, leg)
    assert phone.statuses("INVITE") == [200, 487]
    assert len(phone.requests("BYE")) == 1


def test_a_reinvite_with_a_bad_contact_is_400_and_changes_nothing(wire: Wire, phone: Phone) -> None:
    leg = phone.talk()
    phone.contact = "<nonsense"
    reinvite(phone, leg)
    assert phone.statuses("INVITE") == [200, 400]
    phone.ack()
    assert wire.of(Reinvited) == []


# INFO and OPTIONS


@pytest.mark.parametrize(
    ("kind", "body", "key"),
    [
        ("application/dtmf-relay", b"Signal=5\r\nDuration=160\r\n", "5"),
        ("application/dtmf-relay", b"Signal= *\r\nDuration= 250\r\n", "*"),
        ("application/dtmf-relay", b"Duration=100\nsignal=d", "D"),
        ("application/dtmf-relay", b"Signal=11\r\n", "#"),
        ("application/dtmf-relay", b"Signal=16\r\n", None),
        ("application/dtmf-relay", b"Signal=\r\n5\r\n", None),
        ("application/dtmf-relay", b"5", None),
        ("application/dtmf", b"5", "5"),
        ("application/dtmf", b" #\r\n", "#"),
        ("application/dtmf", b"10", "*"),
        ("Application/DTMF; charset=x", b"0", "0"),
        ("application/dtmf", b"55", None),
        ("application/dtmf", b"\xff", None),
        ("application/dtmf", "٥".encode(), None),
    ],
)
def test_a_key_pressed_by_info(wire: Wire, phone: Phone, kind: str, body: bytes, key: str | None) -> None:
    leg = phone.talk()
    phone.request("INFO", tag=leg, body=body, kind=kind)
    assert phone.statuses("INFO") == [200]
    event = wire.events[-1]
    assert isinstance(event, InfoReceived)
    assert read_key(event.content_type, event.body) == key


def test_a_repeated_info_is_one_key(wire: Wire, phone: Phone) -> None:
    leg = phone.talk()
    phone.request("INFO", tag=leg, body=b"5", kind="application/dtmf")
    phone.again()
    assert phone.statuses("INFO") == [200, 200]
    assert len(wire.of(InfoReceived)) == 1


def test_an_info_of_another_type_is_415(wire: Wire, phone: Phone) -> None:
    leg = phone.talk()
    phone.request("INFO", tag=leg, body=b"<xml/>", kind="application/media_control+xml")
    assert phone.response("INFO").status == 415
    assert "application/dtmf-relay" in phone.response("INFO").header("Accept")


def test_an_empty_info_is_answered_and_means_nothing(wire: Wire, phone: Phone) -> None:
    """RFC 2976's keep-alive."""
    leg = phone.talk()
    phone.request("INFO", tag=leg)
    assert phone.statuses("INFO") == [200]
    assert wire.of(InfoReceived) == []


def test_a_body_of_sixty_thousand_line_ends_is_read_once() -> None:
    assert read_key("application/dtmf-relay", b"\n" * 60_000 + b"signal=" + b" " * 5_000 + b"x") is None


@pytest.mark.parametrize("inside", [False, True])
def test_options_tells_what_the_line_can_do(wire: Wire, phone: Phone, inside: bool) -> None:
    """Section 11.2."""
    phone.request("OPTIONS", tag=phone.talk() if inside else "")
    answer = phone.response("OPTIONS")
    assert answer.status == 200
    for method in ("INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "INFO", "NOTIFY"):
        assert method in answer.header("Allow").split(", ")
    assert "application/sdp" in answer.header("Accept")
    assert answer.tag


# REFER and NOTIFY (RFC 3515)
