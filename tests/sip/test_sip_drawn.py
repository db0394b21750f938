"""Drawn bytes: whatever comes, nothing raises, and nothing is left of it."""

from __future__ import annotations

import re
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st
from malformed import DATAGRAMS, datagram
from phone import LINE, SDP, Phone
from wire import Wire

from ivr.sip.agent import UserAgent
from ivr.sip.digest import Authenticator
from ivr.sip.events import Ended, Event, Invited, Reinvited
from ivr.sip.registration import Registrar


def new_wire() -> Wire:
    tokens = count(1)
    registrar = Registrar(Authenticator("infoline", b"seal", {"jana": "heslo"}))
    return Wire(UserAgent(lambda source: LINE, lambda: f"{next(tokens):016x}", registrar=registrar))


OUR_TAG = f"{1:016x}"  # what the first leg of a new wire gets
GOOD = new_wire()
CALL = Phone(GOOD)
CALL.fresh()
SEEDS = [
    *(datagram(name, "10.0.0.1") for name in DATAGRAMS if len(DATAGRAMS[name]) < 5000),
    *(CALL.build(method, body=SDP) for method in ("INVITE", "CANCEL", "OPTIONS", "REGISTER")),
    *(
        CALL.build(method, tag=OUR_TAG, cseq=n, branch=f"z9hG4bK{n}", body=body, kind=kind, lines=lines)
        for n, (method, body, kind, lines) in enumerate(
            [
                ("ACK", SDP, "application/sdp", []),
                ("INVITE", SDP, "application/sdp", [("Record-Route", "<sip:10.0.0.5;lr>, <sip:10.0.0.6>")]),
                ("INFO", b"Signal=5\r\nDuration=160\r\n", "application/dtmf-relay", []),
                ("NOTIFY", b"SIP/2.0 200 OK", "message/sipfrag", [("Event", "refer")]),
                ("REGISTER", b"", "", [("Authorization", 'Digest username="jana", nonce="1-0.x", nc=1')]),
                ("BYE", b"", "", []),
            ],
            start=1,
        )
    ),
]  # fmt: skip
SPLINTERS = [
    b"\r", b"\n", b"\r\n", b"\r\n\r\n", b" ", b"\t", b"\0", b"\xff", b"\xc3\xa9", b'"', b"\\", b"<", b">",
    b";", b",", b":", b"@", b"=", b"%", b"%0d%0a", b"*", b";tag=", b";tag=0000000000000001", b";lr",
    b"SIP/2.0", b"-1", b"99999999999", b"z9hG4bK",
    b"Contact: ", b"\r\nRecord-Route: ", b"\r\nTo: <sip:a@b>", b"\r\n ",
]  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A seed with a few pieces cut out, put in, doubled or taken from another."""
    data = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(0, 4))):
        at, length = draw(st.integers(0, len(data))), draw(st.integers(0, 30))
        match draw(st.integers(0, 3)):
            case 0:
                data = data[:at] + data[at + length :]
            case 1:
                data = data[:at] + draw(st.sampled_from(SPLINTERS)) + data[at:]
            case 2:
                data = data[:at] + data[at : at + length] * draw(st.sampled_from([2, 3, 50])) + data[at:]
            case _:
                other = draw(st.sampled_from(SEEDS))
                data = data[:at] + other[draw(st.integers(0, len(other))) :]
    return data


HEADER = re.compile(rb"[A-Za-z0-9\-.!%*_+`'~]+: [^\r\n]*")


def well_made(data: bytes) -> bool:
    """A start line, header lines, as many octets as said, and no line end but CRLF."""
    head, _, body = data.partition(b"\r\n\r\n")
    start, *lines = head.split(b"\r\n")
    said = [line for line in lines if line.startswith(b"Content-Length: ")]
    right = said == [b"Content-Length: %d" % len(body)]
    return right and b"\r" not in start and b"\n" not in start and all(map(HEADER.fullmatch, lines))


@settings(max_examples=400)
@given(st.lists(mutated(), min_size=1, max_size=6), st.booleans())
def test_no_bytes_raise_and_none_leave_a_call(datagrams: list[bytes], talking: bool) -> None:
    """What we send in return is well made, whatever it was made from."""
    wire = new_wire()

    def hall(event: Event) -> None:
        if isinstance(event, Invited | Reinvited):
            wire.agent.ring(event.leg, wire.now)
            wire.agent.accept(event.leg, SDP, wire.now)
            wire.agent.refer(event.leg, "800", wire.now)

    wire.hall = hall
    if talking:
        phone = Phone(wire)
        phone.call_id, phone.from_, phone.tag = CALL.call_id, CALL.from_, CALL.tag
        phone.invite()
        phone.ack()
    for data in datagrams:
        wire.send(data, ("10.0.0.1", 5060))
        wire.advance(0.2)
    wire.end_everything()
    assert (wire.agent.legs, wire.agent.transactions, wire.agent.next_timeout()) == (0, 0, None)
    assert len(wire.of(Ended)) == len(wire.of(Invited))
    for sent in wire.sent:
        assert well_made(sent.data), sent.data


def test_every_malformed_datagram_is_answered_once_or_dropped() -> None:
    for name in DATAGRAMS:
        wire = new_wire()
        wire.send(datagram(name, "10.0.0.1"), ("10.0.0.1", 5060))
        wire.advance(0)
        finals = [sent for sent in wire.sent if not sent.data.startswith(b"SIP/2.0 1")]
        assert len(finals) + len(wire.of(Invited)) <= 1, name
        assert all(well_made(sent.data) for sent in finals), name
        wire.end_everything()
        assert (wire.agent.legs, wire.agent.transactions) == (0, 0), name
