"""Requests inside a dialog: BYE, re-INVITE, INFO, OPTIONS, and what belongs to no dialog of ours."""

from __future__ import annotations

import pytest
from phone import SDP, Phone
from wire import Wire

from ivr.sip.dtmf_info import read_key
from ivr.sip.events import Cause, Confirmed, Ended, InfoReceived, Invited, Reinvited, TransferReported

HELD = SDP + b"a=sendonly\r\n"


def ended(wire: Wire) -> list[Cause]:
    return [event.cause for event in wire.of(Ended)]


def reinvite(phone: Phone, leg: str, body: bytes = HELD, **more: object) -> None:
    phone.request("INVITE", tag=leg, body=body, **more)


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
    assert ended(wire) == [Cause.CALLER_HUNG_UP]


def test_a_bye_of_an_early_dialog_ends_the_invite_too(wire: Wire, phone: Phone) -> None:
    """Section 15: a caller may send BYE on what a 180 has begun."""
    phone.invite()
    leg = wire.of(Invited)[0].leg
    wire.do(wire.agent.ring, leg)
    phone.request("BYE", tag=leg)
    assert phone.statuses() == [180, 200, 487]
    assert ended(wire) == [Cause.CALLER_HUNG_UP]
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
    assert ended(wire) == [Cause.LINE_HUNG_UP]
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
    assert ended(wire) == [Cause.LINE_HUNG_UP]
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
    assert ended(wire) == []
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
    assert ended(wire) == []
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
    assert ended(wire) == [Cause.CALLER_HUNG_UP]


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


def notify(
    phone: Phone, leg: str, body: bytes, state: str = "active;expires=60", event: str = "refer"
) -> None:
    lines = [("Event", event), ("Subscription-State", state)]
    phone.request("NOTIFY", tag=leg, body=body, kind="message/sipfrag;version=2.0", lines=lines)


def reported(wire: Wire) -> list[int]:
    return [event.status for event in wire.of(TransferReported)]


def transferred(wire: Wire, phone: Phone, target: str = "800123456", answer: int | None = 202) -> str:
    phone.answer_with = answer
    leg = phone.talk()
    wire.do(wire.agent.refer, leg, target)
    phone.answer_with = 200
    return leg


def test_a_transfer_that_succeeds(wire: Wire, phone: Phone) -> None:
    leg = transferred(wire, phone)
    refer = phone.requests("REFER")[0]
    assert refer.header("Refer-To") == "<sip:800123456@10.0.0.1:5060>"
    assert refer.header("Referred-By") == refer.header("Contact") == "<sip:10.0.0.9:5060>"
    notify(phone, leg, b"SIP/2.0 100 Trying")
    notify(phone, leg, b"SIP/2.0 180 Ringing\r\n")
    assert reported(wire) == []
    notify(phone, leg, b"SIP/2.0 200 OK", "terminated;reason=noresource")
    assert reported(wire) == [200]
    assert phone.statuses("NOTIFY") == [200, 200, 200]
    wire.advance(60)
    assert reported(wire) == [200]


@pytest.mark.parametrize(
    ("body", "state", "status"),
    [
        (b"SIP/2.0 486 Busy Here", "terminated", 486),
        (b"sip/2.0  603 Declined", "active", 603),
        (b"SIP/2.0 100 Trying", "terminated;reason=giveup", 408),
        (b"", "terminated", 408),
    ],
)
def test_a_transfer_that_fails(wire: Wire, phone: Phone, body: bytes, state: str, status: int) -> None:
    leg = transferred(wire, phone)
    notify(phone, leg, body, state)
    notify(phone, leg, b"SIP/2.0 200 OK", "terminated")  # late, and not believed
    assert reported(wire) == [status]
    assert phone.statuses("NOTIFY") == [200, 200]


@pytest.mark.parametrize(
    "body", [b"SIP/2.0 " + b"9" * 5000, b"HTTP/1.1 200 OK", b"\xff\xfe", b"SIP/2.0 2000 x"]
)
def test_a_status_line_that_is_none_tells_nothing(wire: Wire, phone: Phone, body: bytes) -> None:
    leg = transferred(wire, phone)
    notify(phone, leg, body)
    assert phone.statuses("NOTIFY") == [200]
    assert reported(wire) == []


def test_a_refused_transfer(wire: Wire, phone: Phone) -> None:
    leg = transferred(wire, phone, answer=603)
    assert reported(wire) == [603]
    assert wire.agent.legs == 1
    wire.do(wire.agent.refer, leg, "800")  # it may be tried again
    assert len(phone.requests("REFER")) == 2


def test_a_transfer_that_nobody_answers(wire: Wire, phone: Phone) -> None:
    transferred(wire, phone, answer=None)
    phone.answer_with = None
    wire.advance(40)
    assert reported(wire) == [408]
    assert wire.agent.legs == 1


def test_a_transfer_without_news_is_given_up(wire: Wire, phone: Phone) -> None:
    transferred(wire, phone)
    wire.advance(29.9)
    assert reported(wire) == []
    wire.advance(0.1)
    assert reported(wire) == [408]


def test_nothing_is_told_of_a_transfer_after_the_end(wire: Wire, phone: Phone) -> None:
    leg = transferred(wire, phone)
    phone.answer_with = None
    wire.do(wire.agent.hang_up, leg)
    wire.advance(100)
    assert reported(wire) == []
    assert isinstance(wire.events[-1], Ended)


def test_a_refer_still_open_when_we_hang_up_does_not_end_the_bye(wire: Wire, phone: Phone) -> None:
    transferred(wire, phone, answer=None)
    phone.answer_with = None
    wire.advance(20)
    wire.do(wire.agent.hang_up, wire.of(Invited)[0].leg)
    wire.advance(15)  # the REFER's timer F
    assert wire.agent.legs == 1
    wire.advance(17)
    assert wire.agent.legs == 0


def test_news_of_a_transfer_nobody_asked_for_is_481(wire: Wire, phone: Phone) -> None:
    leg = phone.talk()
    notify(phone, leg, b"SIP/2.0 200 OK")
    assert phone.statuses("NOTIFY") == [481]
    assert reported(wire) == []


def test_news_of_anything_else_is_489(wire: Wire, phone: Phone) -> None:
    leg = transferred(wire, phone)
    notify(phone, leg, b"", event="presence")
    assert phone.response("NOTIFY").status == 489
    assert phone.response("NOTIFY").header("Allow-Events") == "refer"


@pytest.mark.parametrize("target", ["1\r\nX-Injected: yes", "1>,<sip:2@h", '1"@evil', "1@evil;x", "č 1"])
def test_a_transfer_target_cannot_write_headers(wire: Wire, phone: Phone, target: str) -> None:
    transferred(wire, phone, target)
    refer = phone.requests("REFER")[0]
    assert refer.all("X-Injected") == []
    value = refer.header("Refer-To")
    assert value.startswith(("<sip:1", "<sip:%C4%8D%201"))
    assert value.endswith("@10.0.0.1:5060>")
    assert value.count("@") == value.count("<") == value.count('"') + 1 == 1


def test_a_leg_that_rings_cannot_be_transferred(wire: Wire, phone: Phone) -> None:
    phone.invite()
    wire.do(wire.agent.refer, wire.of(Invited)[0].leg, "800")
    assert wire.sent == []
