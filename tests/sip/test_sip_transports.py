"""TCP, TLS and IPv6: what is not sent again, which connection takes answers and requests, what names us."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from phone import SDP, Phone
from wire import Wire

from ivr.peer import Datagram, Peer, Target, Transport
from ivr.sip.events import Cause, Ended
from ivr.sip.message import Request, parse
from ivr.sip.transport import is_host, next_hop, reply_address, stamp_via, via_line
from ivr.sip.uri import Uri

CONNECTION = Peer("10.0.0.1", 41000, "TCP")
LISTENS = Peer("10.0.0.1", 5070, "TCP")


def tcp_phone(wire: Wire, connection: Peer = CONNECTION, listens: int = 5070, wish: str = ";alias") -> Phone:
    """A phone that has connected to us and listens itself as well."""
    phone = Phone(wire, connection)
    phone.name = f"{connection.host}:{listens}"
    phone.rport = wish
    phone.contact = f"<sip:777@{phone.name};transport={connection.transport.lower()}>"
    return phone


def datagrams(wire: Wire, act: Callable[[], None]) -> list[Datagram]:
    """What the agent gives out while something is done, with its spare addresses."""
    given: list[Datagram] = []
    take = wire.agent.datagrams_to_send

    def taken() -> list[Datagram]:
        fresh = take()
        given.extend(fresh)
        return fresh

    wire.agent.datagrams_to_send = taken  # type: ignore[method-assign]
    act()
    del wire.agent.datagrams_to_send
    return given


# What is not sent again (sections 17.1.2.2, 17.2.1 and 17.2.2)


@pytest.mark.parametrize("transport", ["TCP", "TLS"])
def test_a_refusal_goes_out_once_and_waits_for_its_ack(wire: Wire, transport: Transport) -> None:
    phone = tcp_phone(wire, CONNECTION._replace(transport=transport))
    phone.invite()
    wire.do(wire.agent.refuse, wire.events[-1].leg, 486)  # type: ignore[union-attr]
    wire.advance(31)
    assert phone.statuses() == [486]
    assert wire.agent.transactions == 1
    phone.ack()
    assert wire.agent.transactions == 0  # timer I is zero


def test_a_refusal_without_an_ack_is_forgotten_after_timer_h(wire: Wire) -> None:
    phone = tcp_phone(wire)
    phone.invite()
    wire.do(wire.agent.refuse, wire.events[-1].leg, 486)  # type: ignore[union-attr]
    wire.advance(32)
    assert (phone.statuses(), wire.agent.transactions) == ([486], 0)


def test_over_udp_a_refusal_is_resent_until_its_ack(wire: Wire, phone: Phone) -> None:
    phone.invite()
    wire.do(wire.agent.refuse, wire.events[-1].leg, 302)  # type: ignore[union-attr]
    wire.advance(8)
    assert phone.statuses() == [302] * 5  # after 0, 0.5, 1.5, 3.5 and 7.5 s
    phone.ack()
    wire.advance(4)
    assert phone.statuses() == [302] * 5


def test_the_2xx_is_resent_over_tcp_too(wire: Wire) -> None:
    """Section 13.3.1.4: "even if the transport is reliable": a proxy on the way may lose it."""
    phone = tcp_phone(wire)
    phone.invite()
    leg = wire.events[-1].leg  # type: ignore[union-attr]
    wire.do(wire.agent.accept, leg, SDP)
    wire.advance(1.6)
    assert phone.statuses() == [200] * 3
    phone.ack()
    wire.advance(10)
    assert phone.statuses() == [200] * 3
    assert not wire.of(Ended)


def test_a_request_of_ours_goes_out_once_and_is_given_up_by_timer_f(wire: Wire) -> None:
    phone = tcp_phone(wire)
    leg = phone.talk()
    phone.answer_with = None
    wire.do(wire.agent.hang_up, leg)
    wire.advance(31)
    assert len(phone.requests("BYE")) == 1
    wire.advance(1.1)
    assert wire.agent.legs == 0


def test_an_answered_request_leaves_nothing_behind(wire: Wire) -> None:
    """Timers J and K are zero."""
    phone = tcp_phone(wire)
    phone.request("OPTIONS")
    assert wire.agent.transactions == 0
    wire.do(wire.agent.hang_up, phone.talk())
    wire.advance(32)  # the INVITE's timer L
    assert (wire.agent.legs, wire.agent.transactions) == (0, 0)


@pytest.mark.parametrize("refused", [True, False])
def test_a_cancel_by_tcp_is_served_as_by_udp(wire: Wire, refused: bool) -> None:
    phone = tcp_phone(wire)
    phone.invite()
    leg = wire.events[-1].leg  # type: ignore[union-attr]
    if refused:
        wire.do(wire.agent.refuse, leg, 486)
    phone.cancel()
    assert phone.statuses("CANCEL") == [200]
    assert phone.statuses("INVITE") == [486 if refused else 487]
    assert [event.cause for event in wire.of(Ended)] == [Cause.REFUSED if refused else Cause.CANCELLED]
    phone.ack()


# Where answers go (section 18.2.2)


@pytest.mark.parametrize(
    ("transport", "via", "port"),
    [("TCP", "10.0.0.1:5070", 5070), ("TCP", "phone.example.com", 5060), ("TLS", "192.168.1.9", 5061)],
)
def test_an_answer_goes_by_the_connection_or_else_to_the_port_of_the_via(
    wire: Wire, transport: Transport, via: str, port: int
) -> None:
    connection = CONNECTION._replace(transport=transport)
    phone = tcp_phone(wire, connection)
    phone.name = via
    given = datagrams(wire, lambda: phone.request("OPTIONS"))
    assert [(d.destination, d.spare) for d in given] == [(connection, Peer("10.0.0.1", port, transport))]
    bad = datagrams(wire, lambda: phone.request("OPTIONS", version="SIP/7.0"))
    assert [(d.destination, d.spare) for d in bad] == [(connection, Peer("10.0.0.1", port, transport))]


def test_over_udp_there_is_no_other_way_back(wire: Wire, phone: Phone) -> None:
    assert [d.spare for d in datagrams(wire, lambda: phone.request("OPTIONS"))] == [None]


# RFC 5118, RFC 3261 section 25.1


def options(via: str) -> Request:
    text = f"OPTIONS sip:a@b SIP/2.0\r\nVia: {via};branch=z9hG4bK1\r\n\r\n"
    request = parse(text.encode())
    assert isinstance(request, Request)
    return request


@pytest.mark.parametrize(
    ("via", "source", "received"),
    [
        ("[2001:DB8:0::9:1]", "2001:db8::9:1", None),
        ("[2001:db8::9:2]:5062", "2001:db8::9:1", "2001:db8::9:1"),
        ("[2001:db8::9:1];received=[2001:db8::7]", "2001:db8::9:1", "2001:db8::9:1"),
        ("[fe80::1]", "fe80::1%eth0", None),
        ("phone.example.com", "fe80::1%eth0", "fe80::1"),
        ("10.0.0.1", "10.0.0.1", None),
        ("10.0.0.1;received=6.6.6.6", "10.0.0.1", "10.0.0.1"),
    ],
)
def test_received_is_an_address_without_brackets_and_zone(
    via: str, source: str, received: str | None
) -> None:
    request = options(f"SIP/2.0/UDP {via}")
    stamp_via(request, Peer(source, 5060))
    assert request.via.params.get("received") == received
    assert request.via.host == via.partition(";")[0].removesuffix(":5062")


def test_an_answer_over_ipv6_goes_to_the_address_and_the_port_of_the_via() -> None:
    assert reply_address(options("SIP/2.0/UDP [2001:db8::2]:5062"), Peer("2001:db8::1", 4)) == (
        Peer("2001:db8::1", 5062),
        None,
    )


def test_our_via_tells_the_transport_and_what_may_come_back_by_it() -> None:
    assert via_line(Peer("10.0.0.1", 5060), "10.0.0.9:5060", "z9hG4bKb") == (
        "SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKb;rport"
    )
    assert via_line(Peer("2001:db8::1", 5061, "TLS"), "[2001:db8::9]:5061", "z9hG4bKb") == (
        "SIP/2.0/TLS [2001:db8::9]:5061;branch=z9hG4bKb;alias"
    )


@pytest.mark.parametrize(
    ("written", "host", "same"),
    [
        ("[::ffff:10.0.0.1]", "::ffff:a00:1", True),
        ("[::1]", "::2", False),
        ("[:::]", "::2", False),
        ("pbx", "::2", False),
        ("10.0.0.1", "::2", False),
    ],
)
def test_an_address_is_known_in_any_spelling(written: str, host: str, same: bool) -> None:
    assert is_host(written, host) == same


@pytest.mark.parametrize(
    ("uri", "hop"),
    [
        ("sip:a@10.0.0.8", Peer("10.0.0.8", 5060)),
        ("sip:a@10.0.0.8;transport=TCP", Peer("10.0.0.8", 5060, "TCP")),
        ("sip:a@10.0.0.8;transport=tls", Peer("10.0.0.8", 5061, "TLS")),
        ("sips:a@10.0.0.8", Peer("10.0.0.8", 5061, "TLS")),
        ("sips:a@10.0.0.8:9;transport=tcp", Peer("10.0.0.8", 9, "TLS")),
        ("sips:a@10.0.0.8;transport=udp", None),
        ("sip:a@10.0.0.8;transport=sctp", None),
        ("sip:a@[2001:DB8::1]:5070", Peer("2001:db8::1", 5070)),
        ("sip:a@[::zz]", None),
        ("sip:a@[1::2::3]", None),
        ("sip:a@pbx1", Target("pbx1")),
        ("sip:a@pbx1:5070;transport=udp", Target("pbx1", 5070, "UDP")),
        ("sips:a@pbx1", Target("pbx1", None, "TLS", True)),
        ("sip:a@pbx1;maddr=10.0.0.8", Peer("10.0.0.8", 5060)),
        ("tel:+420777123456", None),
    ],
)
def test_where_a_uri_leads(uri: str, hop: Peer | Target | None) -> None:
    try:
        assert next_hop(Uri.parse(uri)) == hop
    except ValueError:
        assert hop is None


# What names us (section 12.1.1)


@pytest.mark.parametrize(
    ("transport", "uri", "routes", "contact", "ours"),
    [
        ("UDP", "sip:4488@h", [], "sip:777@10.0.0.1", "<sip:10.0.0.9:5060>"),
        ("TCP", "sip:4488@h", [], "sip:777@10.0.0.1;transport=tcp", "<sip:10.0.0.9:5060;transport=tcp>"),
        ("TLS", "sip:4488@h", [], "sip:777@10.0.0.1;transport=tls", "<sip:10.0.0.9:5060;transport=tls>"),
        ("TLS", "sips:4488@h", [], "sip:777@10.0.0.1", "<sips:10.0.0.9:5060>"),
        ("TLS", "sip:4488@h", [], "sips:777@10.0.0.1", "<sips:10.0.0.9:5060>"),
        ("TLS", "sip:4488@h", ["<sips:10.0.0.5;lr>"], "sip:777@10.0.0.1", "<sips:10.0.0.9:5060>"),
        (
            "TLS",
            "sip:4488@h",
            ["<sip:10.0.0.5;lr>"],
            "sips:777@10.0.0.1",
            "<sip:10.0.0.9:5060;transport=tls>",
        ),
    ],
)
def test_our_contact_says_how_we_are_reached(
    wire: Wire, transport: Transport, uri: str, routes: list[str], contact: str, ours: str
) -> None:
    phone = Phone(wire, CONNECTION._replace(transport=transport))
    phone.contact = f"<{contact}>"
    phone.invite(uri=uri, lines=[("Record-Route", route) for route in routes])
    wire.do(wire.agent.ring, wire.events[-1].leg)  # type: ignore[union-attr]
    assert phone.response("INVITE").header("Contact") == ours


# By which connection our requests go (RFC 5923)


def our_bye(wire: Wire, leg: str) -> Datagram:
    return next(
        d for d in datagrams(wire, lambda: wire.do(wire.agent.hang_up, leg)) if d.data.startswith(b"BYE ")
    )


def test_an_alias_brings_our_bye_back_by_its_connection(wire: Wire) -> None:
    phone = tcp_phone(wire)
    bye = our_bye(wire, phone.talk())
    assert (bye.destination, bye.spare) == (CONNECTION, LISTENS)
    (heard,) = phone.requests("BYE")
    assert heard.header("Via").startswith("SIP/2.0/TCP 10.0.0.9:5060;branch=z9hG4bK")
    assert heard.header("Via").endswith(";alias")


def test_a_connection_that_is_gone_is_replaced_by_one_to_where_the_phone_listens(wire: Wire) -> None:
    phone = tcp_phone(wire)
    leg = phone.talk()
    wire.closed.add(CONNECTION)
    wire.listen(LISTENS, phone.hear)
    wire.do(wire.agent.hang_up, leg)
    assert len(phone.requests("BYE")) == 1
    assert wire.agent.legs == 0


PROXIED = ["SIP/2.0/UDP 10.0.0.7;branch=z9hG4bKp"]


@pytest.mark.parametrize(
    ("wish", "vias", "contact", "to", "spare"),
    [
        ("", [], "10.0.0.1:5070;transport=tcp", CONNECTION, LISTENS),  # a phone that calls directly
        ("", PROXIED, "10.0.0.1:5070;transport=tcp", LISTENS, None),
        (";alias", PROXIED, "10.0.0.1:5070;transport=tcp", CONNECTION, LISTENS),
        (";alias", PROXIED, "10.0.0.1:5071;transport=tcp", Peer("10.0.0.1", 5071, "TCP"), None),
        (";alias", [], "10.0.0.2:5070;transport=tcp", Peer("10.0.0.2", 5070, "TCP"), None),
        (";alias", [], "10.0.0.1:5070", Peer("10.0.0.1", 5070), None),
        (";alias", [], "10.0.0.1:5070;transport=tls", Peer("10.0.0.1", 5070, "TLS"), None),
    ],
)
def test_a_connection_serves_whoever_it_came_from_and_nobody_else(
    wire: Wire, wish: str, vias: list[str], contact: str, to: Peer, spare: Peer | None
) -> None:
    phone = tcp_phone(wire, wish=wish)
    phone.contact = f"<sip:777@{contact}>"
    phone.invite(vias=vias)
    leg = wire.events[-1].leg  # type: ignore[union-attr]
    wire.do(wire.agent.accept, leg, SDP)
    phone.ack()
    bye = our_bye(wire, leg)
    assert (bye.destination, bye.spare) == (to, spare)


def test_a_proxy_with_an_alias_gets_our_bye_by_its_connection(wire: Wire) -> None:
    phone = tcp_phone(wire)
    phone.invite(vias=PROXIED, lines=[("Record-Route", "<sip:10.0.0.1:5070;transport=tcp;lr>")])
    leg = wire.events[-1].leg  # type: ignore[union-attr]
    wire.do(wire.agent.accept, leg, SDP)
    phone.ack()
    bye = our_bye(wire, leg)
    assert (bye.destination, bye.spare) == (CONNECTION, LISTENS)


def test_a_phone_behind_nat_hears_us_by_the_connection_it_made(wire: Wire) -> None:
    connection = Peer("93.184.216.34", 41234, "TCP")
    phone = tcp_phone(wire, connection, wish="")
    phone.name, phone.contact = "192.168.1.9:5060", "<sip:777@192.168.1.9:5060;transport=tcp>"
    bye = our_bye(wire, phone.talk())
    assert (bye.destination, bye.spare) == (connection, None)
