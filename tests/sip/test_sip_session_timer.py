"""Session timers (RFC 4028): who refreshes, how often, and the end of a session nobody refreshes."""

from __future__ import annotations

from itertools import product

import pytest
from phone import SDP, Phone
from wire import Wire

from ivr.sip.events import Cause, Ended, Invited

TIMER = ("Supported", "timer")
UPDATES = ("Allow", "INVITE, ACK, BYE, CANCEL, UPDATE")


def expires(value: str) -> tuple[str, str]:
    return "Session-Expires", value


def talk(wire: Wire, phone: Phone, *lines: tuple[str, str]) -> str:
    phone.invite(lines=lines)
    leg: str = wire.events[-1].leg
    wire.do(wire.agent.accept, leg, SDP)
    phone.ack()
    return leg


def answer(phone: Phone, request: int, status: int, *lines: str) -> None:
    """Answer our UPDATE of this index, with header lines."""
    update = phone.requests("UPDATE")[request]
    echoed = [f"{n}: {v}" for n, v in update.lines if n in ("Via", "From", "To", "Call-ID", "CSeq")]
    text = "\r\n".join([f"SIP/2.0 {status} Reason", *echoed, *lines, "Content-Length: 0", "", ""])
    phone.wire.send(text.encode(), phone.address)
    phone.wire.advance(0)


# What is agreed


@pytest.mark.parametrize(
    ("lines", "agreed", "required"),
    [
        ([], ["1800;refresher=uas"], []),
        ([TIMER], ["1800;refresher=uas"], ["timer"]),
        ([("Min-SE", "2400")], ["2400;refresher=uas"], []),
        ([expires("1800"), TIMER], ["1800;refresher=uac"], ["timer"]),
        ([expires("1800;refresher=uac"), TIMER], ["1800;refresher=uac"], ["timer"]),
        ([expires("1800;x=y; Refresher = UAS"), TIMER, UPDATES], ["1800;refresher=uas"], ["timer"]),
        ([("x", "90"), ("k", "timer, 100rel")], ["90;refresher=uac"], ["timer"]),
        ([expires("1800"), ("Require", "timer")], ["1800;refresher=uac"], ["timer"]),
        ([expires("1800"), UPDATES], ["1800;refresher=uas"], []),
        ([expires("1800")], ["1800;refresher=uas"], []),
        ([expires("1800;refresher=uas"), TIMER], ["1800;refresher=uas"], ["timer"]),
        ([expires("60")], ["90;refresher=uas"], []),
        ([expires("3600"), TIMER], ["1800;refresher=uac"], ["timer"]),
        ([expires("3600"), TIMER, ("Min-SE", "2400")], ["2400;refresher=uac"], ["timer"]),
    ],
)
def test_the_2xx_says_who_refreshes_by_table_2(
    wire: Wire, phone: Phone, lines: list[tuple[str, str]], agreed: list[str], required: list[str]
) -> None:
    talk(wire, phone, *lines)
    response = phone.response("INVITE")
    assert (response.all("Session-Expires"), response.all("Require")) == (agreed, required)
    assert "timer" in response.header("Supported")


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
@pytest.mark.parametrize("inside", [True, False])
def test_too_small_an_interval_is_422_with_ours(wire: Wire, phone: Phone, method: str, inside: bool) -> None:
    """Section 6: the 422 names the smallest interval we take."""
    leg = phone.talk() if inside else ""
    before = len(wire.events)
    phone.request(method, tag=leg, body=SDP, lines=[expires("89"), TIMER])
    refused = phone.response(method)
    assert (refused.status, refused.header("Min-SE")) == (422, "90")
    assert len(wire.events) == before
    if method == "INVITE":
        phone.ack()


@pytest.mark.parametrize(
    ("name", "value"),
    list(
        product(
            ["Session-Expires", "Min-SE"], ["", "x", "-90", "90 90", "99999999999", "9999999999", "90,90"]
        )
    ),
)
def test_a_value_that_is_no_interval_is_400(wire: Wire, phone: Phone, name: str, value: str) -> None:
    phone.invite(lines=[(name, value), TIMER])
    assert phone.statuses() == [400]
    phone.ack()
    assert not wire.of(Invited)


# The other side refreshes


@pytest.mark.parametrize(("interval", "end"), [(90, 60), (96, 64), (180, 148), (1800, 1768)])
def test_a_call_that_is_not_refreshed_ends_before_its_session(
    wire: Wire, phone: Phone, interval: int, end: int
) -> None:
    """Section 10: a BYE, the lesser of 32 seconds and a third of the interval before the end."""
    leg = talk(wire, phone, expires(str(interval)), TIMER)
    began = wire.now
    wire.advance(interval)
    assert [bye.at - began for bye in phone.requests("BYE")] == pytest.approx([end])
    assert wire.of(Ended) == [Ended(leg, Cause.NOT_REFRESHED)]
    assert not phone.requests("UPDATE")


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
def test_a_refreshed_call_goes_on(wire: Wire, phone: Phone, method: str) -> None:
    leg = talk(wire, phone, expires("90"), TIMER)
    for _ in range(5):
        wire.advance(45)
        body = SDP if method == "INVITE" else b""
        phone.request(method, tag=leg, body=body, lines=[expires("90;refresher=uac"), TIMER])
        if body:
            wire.do(wire.agent.accept, leg, SDP)
            phone.ack()
        assert phone.response(method).header("Session-Expires") == "90;refresher=uac"
    began = wire.now
    wire.advance(90)
    assert [bye.at - began for bye in phone.requests("BYE")] == pytest.approx([60])


def test_a_refused_refresh_refreshes_nothing(wire: Wire, phone: Phone) -> None:
    """Section 10 counts from the last 2xx."""
    leg = talk(wire, phone, expires("90"), TIMER)
    wire.advance(45)
    phone.request("INVITE", tag=leg, body=SDP, lines=[expires("90"), TIMER])
    wire.do(wire.agent.refuse, leg, 488)
    phone.ack()
    wire.advance(15)
    assert wire.causes() == [Cause.NOT_REFRESHED]


def test_a_refresh_without_an_interval_leaves_the_next_to_us(wire: Wire, phone: Phone) -> None:
    leg = talk(wire, phone, expires("90"), TIMER, UPDATES)
    began = wire.now
    phone.request("UPDATE", tag=leg)
    assert phone.response("UPDATE").header("Session-Expires") == "1800;refresher=uas"
    wire.advance(1000)
    assert [update.at - began for update in phone.requests("UPDATE")] == pytest.approx([900])
    assert not wire.of(Ended)


# We refresh


def test_we_refresh_at_half_time_with_an_update(wire: Wire, phone: Phone) -> None:
    phone.answer_with = None
    talk(wire, phone, expires("100;refresher=uas"), TIMER, UPDATES)
    began = wire.now
    for n in range(3):
        wire.advance(50)
        assert len(phone.requests("UPDATE")) == n + 1
        update = phone.requests("UPDATE")[n]
        assert update.at - began == pytest.approx(50 * (n + 1))
        assert update.header("Session-Expires") == "100;refresher=uac"
        assert update.header("Supported") == "timer"
        assert (update.header("Contact"), update.body) == ("<sip:10.0.0.9:5060>", b"")
        answer(phone, n, 200, "Session-Expires: 100;refresher=uac", "Require: timer")
    assert not wire.of(Ended)
    phone.answer_with = 200


def test_the_other_side_may_take_over(wire: Wire, phone: Phone) -> None:
    phone.answer_with = None
    talk(wire, phone, expires("100;refresher=uas"), TIMER, UPDATES)
    wire.advance(50)
    answer(phone, 0, 200, "Session-Expires: 90;refresher=uas")
    wire.advance(59)
    assert len(phone.requests("UPDATE")) == 1
    phone.answer_with = 200
    wire.advance(1)
    # Section 7.2: its "uas" is whoever answered the UPDATE, so the refresh is theirs and did not come.
    assert wire.causes() == [Cause.NOT_REFRESHED]


def test_after_a_2xx_without_an_interval_we_go_on_at_our_own(wire: Wire, phone: Phone) -> None:
    talk(wire, phone, expires("100;refresher=uas"), TIMER, UPDATES)
    began = wire.now
    wire.advance(2000)
    assert [update.at - began for update in phone.requests("UPDATE")] == pytest.approx([50, 950, 1850])
    assert not wire.of(Ended)


@pytest.mark.parametrize("status", [408, 481])
def test_a_refresh_that_finds_no_call_ends_it(wire: Wire, phone: Phone, status: int) -> None:
    """RFC 3261 section 12.2.1.2."""
    phone.answer_with = None
    talk(wire, phone, expires("100;refresher=uas"), TIMER, UPDATES)
    wire.advance(50)
    answer(phone, 0, status)
    assert wire.causes() == [Cause.NOT_REFRESHED]
    phone.answer_with = 200


def test_a_refresh_nobody_answers_ends_the_call(wire: Wire, phone: Phone) -> None:
    phone.answer_with = None
    talk(wire, phone, expires("1800;refresher=uas"), TIMER, UPDATES)
    wire.advance(900 + 31.9)
    assert not wire.of(Ended)
    wire.advance(0.2)
    assert wire.causes() == [Cause.NOT_REFRESHED]


@pytest.mark.parametrize("status", [491, 500, 503])
def test_a_refresh_at_a_bad_time_is_tried_again_and_the_end_is_not_put_off(
    wire: Wire, phone: Phone, status: int
) -> None:
    phone.answer_with = status
    talk(wire, phone, expires("90;refresher=uas"), TIMER, UPDATES)
    began = wire.now
    wire.advance(70)
    assert [update.at - began for update in phone.requests("UPDATE")][:3] == pytest.approx([45, 47, 49])
    assert [bye.at - began for bye in phone.requests("BYE")] == pytest.approx([60])


def test_a_refused_refresh_is_not_repeated(wire: Wire, phone: Phone) -> None:
    phone.answer_with = 488
    talk(wire, phone, expires("90;refresher=uas"), TIMER, UPDATES)
    wire.advance(100)
    assert len(phone.requests("UPDATE")) == 1
    assert wire.causes() == [Cause.NOT_REFRESHED]


def test_a_422_to_our_refresh_lengthens_the_interval_once(wire: Wire, phone: Phone) -> None:
    """Section 7.3, and section 7.4: the Min-SE learned goes into what follows."""
    phone.answer_with = None
    talk(wire, phone, expires("100;refresher=uas"), TIMER, UPDATES)
    wire.advance(50)
    answer(phone, 0, 422, "Min-SE: 300")
    longer = phone.requests("UPDATE")[1]
    assert (longer.header("Session-Expires"), longer.header("Min-SE")) == ("300;refresher=uac", "300")
    answer(phone, 1, 422, "Min-SE: 300")
    assert len(phone.requests("UPDATE")) == 2
    phone.answer_with = 200


@pytest.mark.parametrize("line", ["Session-Expires: soon", "Contact: <<>", "Min-SE: x"])
def test_noise_in_the_answer_to_a_refresh_keeps_the_timer(wire: Wire, phone: Phone, line: str) -> None:
    phone.answer_with = None
    talk(wire, phone, expires("100;refresher=uas"), TIMER, UPDATES)
    wire.advance(50)
    answer(phone, 0, 422 if "Min-SE" in line else 200, line)
    phone.answer_with = 200
    wire.advance(100)
    assert len(phone.requests("UPDATE")) + len(phone.requests("BYE")) == 2


def test_an_answer_to_a_refresh_after_the_end_is_nothing(wire: Wire, phone: Phone) -> None:
    phone.answer_with = None
    leg = talk(wire, phone, expires("100;refresher=uas"), TIMER, UPDATES)
    wire.advance(50)
    wire.do(wire.agent.hang_up, leg)
    answer(phone, 0, 200, "Session-Expires: 100;refresher=uac")
    assert wire.causes() == [Cause.LINE_HUNG_UP]
    phone.answer_with = 200
