"""The way of messages: Via, rport, Record-Route, Contact, and phones behind an address translator."""

from __future__ import annotations

import pytest
from phone import LINE, SDP, Phone
from wire import Address, Wire

from ivr.peer import Peer

PROXY = ("10.0.0.5", 5060)
NATTED = ("10.0.0.1", 41234)
VIAS = [
    "SIP/2.0/UDP 10.0.0.6:5062;branch=z9hG4bKb;x=1",
    "SIP / 2.0 / TCP pbx1 ;branch=z9hG4bKc, SIP/2.0/UDP h",
]


def last(wire: Wire) -> tuple[Address, bytes]:
    return wire.sent[-1].destination, wire.sent[-1].data


def our_bye(wire: Wire, leg: str) -> tuple[Address, str, list[str]]:
    """Where our BYE goes, its Request-URI and its Route values."""
    wire.do(wire.agent.hang_up, leg)
    destination, data = last(wire)
    start, *lines = data.decode().split("\r\n")
    assert start.startswith("BYE ")
    return destination, start.split(" ")[1], [line[7:] for line in lines if line.startswith("Route: ")]


def talk(wire: Wire, phone: Phone, source: Address | None = None, **more: object) -> str:
    """A call whose datagrams come from ``source``, whatever they say."""
    phone.fresh()
    seen = source or phone.address
    wire.send(phone.build("INVITE", body=SDP, **more), seen)  # type: ignore[arg-type]
    wire.advance(0)
    leg: str = wire.events[-1].leg
    wire.do(wire.agent.accept, leg, SDP)
    wire.send(phone.build("ACK", tag=leg, branch="z9hG4bKack", cseq=phone.cseq), seen)
    wire.advance(0)
    return leg


def test_every_via_goes_back_in_its_order(wire: Wire, phone: Phone) -> None:
    phone.request("OPTIONS", vias=VIAS)
    first, *others = phone.response("OPTIONS").all("Via")
    assert others == VIAS
    branch = f"branch={phone.branch}"
    assert first == f"SIP/2.0/UDP 10.0.0.1:5060;{branch};rport=5060;received=10.0.0.1"


def test_the_vias_of_one_line_stay_together(wire: Wire, phone: Phone) -> None:
    data = phone.build("OPTIONS", branch="z9hG4bKx").replace(b";rport", b", SIP/2.0/UDP h;branch=z9hG4bKy")
    phone.cseq = 1
    phone.say(data.replace(b"CSeq: 0", b"CSeq: 1"))
    assert phone.response("OPTIONS").header("Via").endswith(", SIP/2.0/UDP h;branch=z9hG4bKy")


@pytest.mark.parametrize(
    ("rport", "said", "seen", "back_to", "stamped"),
    [
        (";rport", "192.168.1.9:5060", NATTED, NATTED, "rport=41234;received=10.0.0.1"),
        (";rport=9", "10.0.0.1:5060", NATTED, NATTED, "rport=41234;received=10.0.0.1"),
        ("", "192.168.1.9:5070", NATTED, ("10.0.0.1", 5070), "received=10.0.0.1"),
        ("", "phone.example.com", NATTED, ("10.0.0.1", 5060), "received=10.0.0.1"),
        (";received=6.6.6.6", "h", ("10.0.0.1", 5060), ("10.0.0.1", 5060), "received=10.0.0.1"),
        ("", "10.0.0.1:5060", NATTED, ("10.0.0.1", 5060), ""),
        (";maddr=6.6.6.6", "10.0.0.1:5060", ("10.0.0.1", 5060), ("10.0.0.1", 5060), "maddr=6.6.6.6"),
    ],
)  # fmt: skip
def test_answers_go_back_to_where_the_request_came_from(
    wire: Wire, phone: Phone, rport: str, said: str, seen: Address, back_to: Address, stamped: str
) -> None:
    """Section 18.2.2 and RFC 3581 section 4; never to an address that only the message names."""
    phone.rport, phone.name = rport, said
    phone.fresh()
    wire.send(phone.build("OPTIONS"), seen)
    wire.advance(0)
    destination, data = last(wire)
    assert destination == Peer(*back_to)
    via = data.decode().split("\r\n")[1]
    assert via.partition(phone.branch)[2].lstrip(";") == stamped


def test_a_via_of_another_transport_is_answered_where_it_came_from(wire: Wire, phone: Phone) -> None:
    phone.fresh()
    phone.say(phone.build("OPTIONS").replace(b"SIP/2.0/UDP", b"SIP/2.0/UNKNOWN"))
    assert phone.response("OPTIONS").status == 200
    assert phone.response("OPTIONS").header("Via").startswith("SIP/2.0/UNKNOWN 10.0.0.1")


def test_one_branch_of_two_senders_is_two_transactions(wire: Wire, phone: Phone) -> None:
    """Section 17.2.3: the sent-by is part of the match."""
    other = Phone(wire, ("10.0.0.2", 5060))
    for caller in (phone, other):
        caller.say(caller.build("OPTIONS", branch="z9hG4bKsame"))
    assert phone.statuses() == other.statuses() == [200]


LOOSE = ["<sip:10.0.0.5;lr;x=1>", '"edge" <sip:10.0.0.6:5062;lr>']


def test_record_route_goes_back_as_it_came_and_is_our_route(wire: Wire, phone: Phone) -> None:
    """Sections 12.1.1 and 12.2.1.1."""
    leg = talk(wire, phone, PROXY, vias=VIAS, lines=[("Record-Route", route) for route in LOOSE])
    answer = next(sent.data for sent in wire.sent if b" 200 OK" in sent.data).decode()
    assert [line[14:] for line in answer.split("\r\n") if line.startswith("Record-Route: ")] == LOOSE
    destination, uri, routes = our_bye(wire, leg)
    assert destination == Peer(*PROXY)
    assert uri == "sip:777123456@10.0.0.1:5060"
    assert routes == LOOSE


def test_record_routes_of_one_line_are_taken_apart_for_our_route(wire: Wire, phone: Phone) -> None:
    leg = talk(wire, phone, PROXY, lines=[("Record-Route", ", ".join(LOOSE))])
    answer = next(sent.data for sent in wire.sent if b" 200 OK" in sent.data).decode()
    assert f"Record-Route: {', '.join(LOOSE)}\r\n" in answer
    assert our_bye(wire, leg)[2] == LOOSE


def test_a_180_has_the_record_routes_too(wire: Wire, phone: Phone) -> None:
    phone.invite(lines=[("Record-Route", route) for route in LOOSE])
    wire.do(wire.agent.ring, wire.events[-1].leg)  # type: ignore[union-attr]
    assert phone.response("INVITE").all("Record-Route") == LOOSE


def test_a_strict_router_gets_its_own_uri_and_the_target_comes_last(wire: Wire, phone: Phone) -> None:
    """Section 12.2.1.1: "the first URI in the route set does not contain the lr parameter"."""
    lines = [("Record-Route", "<sip:10.0.0.5:5070;user=x>"), ("Record-Route", "<sip:10.0.0.6;lr>")]
    destination, uri, routes = our_bye(wire, talk(wire, phone, PROXY, lines=lines))
    assert destination == Peer("10.0.0.5", 5070)
    assert uri == "sip:10.0.0.5:5070;user=x"
    assert routes == ["<sip:10.0.0.6;lr>", "<sip:777123456@10.0.0.1:5060>"]


def test_a_record_route_of_noise_is_refused_before_there_is_a_call(wire: Wire, phone: Phone) -> None:
    """Our BYE could not be routed."""
    phone.invite(lines=[("Record-Route", "<<>>")])
    assert phone.statuses() == [400]
    assert wire.events == []
    phone.ack()


def test_a_request_of_ours_has_all_a_request_needs(wire: Wire, phone: Phone) -> None:
    wire.do(wire.agent.hang_up, phone.talk())
    bye = phone.requests("BYE")[0]
    assert bye.header("From") == f"{phone.to};tag={wire.events[0].leg}"
    assert bye.header("To") == phone.from_
    assert (bye.header("Call-ID"), bye.header("CSeq")) == (phone.call_id, "1 BYE")
    assert bye.header("Max-Forwards") == "70"
    assert bye.header("Via").startswith(f"SIP/2.0/UDP {LINE};branch=z9hG4bK")


def test_the_contact_is_the_request_uri_letter_by_letter(wire: Wire, phone: Phone) -> None:
    """But for its headers, which no Request-URI may have (section 19.1.1)."""
    phone.contact = '"J" <SIP:%6aana;x=%20:pw@10.0.0.1:5060;ob;Y=1?Subject=hello>;expires=60'
    wire.do(wire.agent.hang_up, phone.talk())
    assert phone.requests("BYE")[0].start == "BYE SIP:%6aana;x=%20:pw@10.0.0.1:5060;ob;Y=1 SIP/2.0"


@pytest.mark.parametrize(
    ("contact", "seen", "vias", "goes_to"),
    [
        ("10.0.0.1:5099", ("10.0.0.1", 5060), [], ("10.0.0.1", 5099)),
        ("10.0.0.8", ("10.0.0.1", 5060), [], ("10.0.0.8", 5060)),  # a PBX may hear elsewhere than it speaks
        ("pbx1", ("10.0.0.1", 5060), [], ("10.0.0.1", 5060)),  # names are not resolved here
        ("192.168.1.9:5060", ("93.184.216.34", 41234), [], ("93.184.216.34", 41234)),  # NAT: it believes both
        (
            "192.168.1.9:5060",
            ("93.184.216.34", 41234),
            VIAS,
            ("192.168.1.9", 5060),
        ),  # there is a proxy for it
        ("999.1.1.1", ("10.0.0.1", 5060), [], ("10.0.0.1", 5060)),
    ],
)
def test_where_our_requests_go(
    wire: Wire, phone: Phone, contact: str, seen: Address, vias: list[str], goes_to: Address
) -> None:
    phone.contact = f"<sip:777@{contact}>"
    if contact.startswith("192"):
        phone.name = contact
    assert our_bye(wire, talk(wire, phone, seen, vias=vias))[0] == Peer(*goes_to)


def test_a_reinvite_from_a_new_port_of_the_translator_moves_our_bye(wire: Wire, phone: Phone) -> None:
    phone.name, phone.contact = "192.168.1.9:5060", "<sip:777@192.168.1.9:5060>"
    leg = talk(wire, phone, ("93.184.216.34", 41234))
    phone.fresh()
    wire.send(phone.build("INVITE", tag=leg, body=SDP), ("93.184.216.34", 50000))
    wire.advance(0)
    wire.do(wire.agent.accept, leg, SDP)
    assert our_bye(wire, leg)[0] == Peer("93.184.216.34", 50000)


@pytest.mark.parametrize(
    ("to", "back"),
    [
        ("sip:4488@h;user=phone", "sip:4488@h;user=phone;tag="),
        ("<sip:4488@h;user=phone>", "<sip:4488@h;user=phone>;tag="),
        ('"a;tag=b" <sip:4488@h;tag=c> ; x=1 ;', '"a;tag=b" <sip:4488@h;tag=c> ; x=1;tag='),
        ("tel:4488", "tel:4488;tag="),
    ],
)
def test_our_tag_goes_to_the_header_and_not_to_the_uri(wire: Wire, phone: Phone, to: str, back: str) -> None:
    phone.to = to
    phone.request("OPTIONS")
    assert phone.response("OPTIONS").header("To").startswith(back)
    phone.invite()
    leg = wire.events[-1].leg  # type: ignore[union-attr]
    wire.do(wire.agent.accept, leg, SDP)
    assert phone.response("INVITE").header("To") == f"{back}{leg}"
    phone.say(phone.build("ACK", branch="z9hG4bKack").replace(to.encode(), f"{back}{leg}".encode()))
    wire.do(wire.agent.hang_up, leg)
    assert phone.requests("BYE")[0].header("From") == f"{back}{leg}"
