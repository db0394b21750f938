"""Transfers: REFER, its NOTIFYs and what the hall hears of them (RFC 3515)."""

from __future__ import annotations

import pytest
from phone import SDP, Phone
from wire import Wire

from ivr.sip.events import Ended, Invited, TransferReported

HELD = SDP + b"a=sendonly\r\n"


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
