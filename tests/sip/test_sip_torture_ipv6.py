"""The messages of RFC 5118: IPv6 references in URIs, Vias, Contacts and bodies, from a peer on IPv6."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest
from phone import read
from test_sip_torture import log_in
from torture.case import ACCEPTED, DROPPED, Case
from torture.ipv6 import CASES
from wire import Wire

from ivr.sip.agent import UserAgent
from ivr.sip.digest import Authenticator
from ivr.sip.events import Invited
from ivr.sip.headers import Via
from ivr.sip.message import Request, parse
from ivr.sip.registration import Registrar
from ivr.sip.uri import Uri

PEER = ("2001:db8::9:1", 5060)


@pytest.fixture
def registrar() -> Registrar:
    return Registrar(Authenticator("infoline", b"seal", {"user": "heslo"}))


@pytest.fixture
def wire(registrar: Registrar) -> Iterator[Wire]:
    """A line that is itself reached by IPv6."""
    tokens = count(1)
    made = Wire(
        UserAgent(lambda source: "[2001:db8::10]:5060", lambda: f"{next(tokens):016x}", registrar=registrar)
    )
    yield made
    made.end_everything()
    assert (made.agent.legs, made.agent.transactions, made.agent.next_timeout()) == (0, 0, None)


def throw(wire: Wire, data: bytes) -> list[int]:
    before = len(wire.sent)
    wire.send(data, PEER)
    wire.advance(0)
    return [m.status for m in (read(sent.data, sent.at) for sent in wire.sent[before:]) if m.status >= 200]


def request(name: str) -> Request:
    read_one = parse(next(case.data for case in CASES if case.name == name))
    assert isinstance(read_one, Request)
    read_one.check()
    return read_one


def test_the_rfc_has_ten_sections_and_twelve_messages() -> None:
    assert (len({case.section for case in CASES}), len({case.name for case in CASES})) == (10, 12)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_message_with_ipv6_is_met_with_what_the_rfc_gives(wire: Wire, case: Case) -> None:
    statuses = throw(wire, case.data)
    if case.user:
        assert statuses == [401]
        statuses = throw(wire, log_in(case.data, read(wire.sent[-1].data, wire.now), case.user))
    if wire.of(Invited):
        assert statuses == []
        statuses = [ACCEPTED]
    assert (statuses or [DROPPED])[0] in case.verdicts
    assert len(statuses) < 2


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_answer_to_a_peer_on_ipv6_goes_back_to_it(wire: Wire, case: Case) -> None:
    """RFC 3261 18.2.1: the address it came from is told in ``received``, which has no brackets (25.1)."""
    throw(wire, case.data)
    for invited in wire.of(Invited):
        wire.do(wire.agent.refuse, invited.leg, 486)
    assert wire.sent
    for sent in wire.sent:
        assert sent.destination[0] == PEER[0]
        top = Via.parse(read(sent.data, sent.at).all("Via")[0])
        assert top.params.get("received", top.host.strip("[]")) == PEER[0]


@pytest.mark.parametrize(
    ("name", "host", "port"),
    [
        ("ipv6-good", "[2001:db8::10]", None),
        ("port-ambiguous", "[2001:db8::10:5070]", None),
        ("port-unambiguous", "[2001:db8::10]", 5070),
        ("two-colons", "[2001:db8::192.0.2.1]", None),
    ],
)
def test_a_port_stands_behind_the_brackets(name: str, host: str, port: int | None) -> None:
    uri = Uri.parse(request(name).uri)
    assert (uri.host, uri.port) == (host, port)


@pytest.mark.parametrize(
    ("name", "vias", "received"),
    [
        ("received-with-delimiters", [("[2001:db8::9:1]", None)], "[2001:db8::9:255]"),
        ("received-without-delimiters", [("[2001:db8::9:1]", None)], "2001:db8::9:255"),
        (
            "mixed-addresses-in-vias",
            [("[2001:db8::9:1]", 6050), ("192.0.2.1", None), ("[2001:db8::9:255]", None)],
            "192.0.2.200",
        ),
        ("ipv4-mapped", [("[::ffff:192.0.2.10]", 19823), ("[::ffff:192.0.2.2]", None)], None),
    ],
)
def test_addresses_of_both_kinds_are_read_in_vias(
    name: str, vias: list[tuple[str, int | None]], received: str | None
) -> None:
    read_vias = [Via.parse(value) for value in request(name).headers.all("via")]
    assert [(via.host, via.port) for via in read_vias] == vias
    assert read_vias[-1].params.get("received") == received


@pytest.mark.parametrize("name", ["ipv6-in-sdp", "mixed-addresses-in-sdp", "ipv4-mapped"])
def test_an_offer_with_ipv6_reaches_the_hall_as_it_came(wire: Wire, name: str) -> None:
    sent = request(name)
    throw(wire, next(case.data for case in CASES if case.name == name))
    (invited,) = wire.of(Invited)
    assert invited.offer == sent.body


def test_a_call_from_ipv6_is_answered_acknowledged_and_ended_by_us(wire: Wire) -> None:
    invite = next(case.data for case in CASES if case.name == "ipv6-in-sdp")
    throw(wire, invite)
    (invited,) = wire.of(Invited)
    wire.do(wire.agent.accept, invited.leg, b"v=0\r\n")
    ok = read(wire.sent[-1].data, wire.now)
    assert ok.header("Contact") == "<sip:[2001:db8::10]:5060>"
    ack = invite.replace(b"INVITE", b"ACK").replace(b"z9hG4bKas3", b"z9hG4bKack")
    throw(wire, ack.replace(b"To: sip:user@[2001:db8::10]", f"To: {ok.header('To')}".encode()))
    wire.do(wire.agent.hang_up, invited.leg)
    bye = read(wire.sent[-1].data, wire.now)
    assert bye.start == "BYE sip:caller@[2001:db8::20] SIP/2.0"
    assert bye.header("Via").startswith("SIP/2.0/UDP [2001:db8::10]:5060;branch=")
