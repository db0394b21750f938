"""The torture messages with more harm done to them: whatever comes of it, no exception and nothing left."""

from __future__ import annotations

from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st
from phone import LINE
from torture import invalid, ipv6, semantics, valid
from wire import Wire

from ivr.sip.agent import UserAgent
from ivr.sip.digest import Authenticator
from ivr.sip.registration import Registrar

MESSAGES = [case.data for part in (valid, invalid, semantics, ipv6) for case in part.CASES]
HARM = [
    *(bytes([byte]) for byte in b',;:<>"\\\n\r \t=[]@\0%?*0'),
    b"\r\n", b"\r\n ", b"\r\nVia: ", b"\r\nVia: ,", b"\r\nTo: ", b";tag=",
    b"\xff", b"\xed\xa0\x80", b"9" * 20, b"",
]  # fmt: skip


@st.composite
def harmed(draw: st.DrawFn) -> bytes:
    """One of the messages with up to four places overwritten, filled in or cut out."""
    data = bytearray(draw(st.sampled_from(MESSAGES)))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        data[start : start + draw(st.integers(0, 8))] = draw(st.sampled_from(HARM))
    return bytes(data)


@given(st.lists(harmed(), min_size=1, max_size=3))
@settings(max_examples=1000, deadline=None)
def test_no_harm_done_to_a_torture_message_harms_the_line(messages: list[bytes]) -> None:
    tokens = count(1)
    registrar = Registrar(Authenticator("infoline", b"seal", {"user": "heslo"}))
    wire = Wire(UserAgent(lambda source: LINE, lambda: f"{next(tokens):016x}", registrar=registrar))
    for data in messages:
        wire.send(data, ("192.0.2.77", 5060))
    wire.advance(1)
    wire.end_everything()
    assert (wire.agent.legs, wire.agent.transactions, wire.agent.next_timeout()) == (0, 0, None)
