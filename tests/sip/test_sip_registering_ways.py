"""A registration on its way: redirections, proxies, names and transports, and taking it back."""

from __future__ import annotations

import pytest
from pbx import PBX, Answer, Pbx, challenge, proves, register, settings, told
from phone import LINE, SDP, Phone
from wire import Wire

from ivr.peer import Peer, Target
from ivr.sip.bindings import Registration
from ivr.sip.events import Registered, Unregistered
from ivr.sip.uri import Uri

CONTACT = f"<sip:infoline@{LINE}>"


@pytest.mark.parametrize("status", [300, 301, 302])
def test_a_redirection_is_followed_with_the_same_address_of_record(wire: Wire, status: int) -> None:
    """Section 8.1.3.4; the first Contact is the preferred one where none has a q."""
    Pbx(wire, (status, ["Contact: <sip:who@10.0.0.3:5070>, <sip:10.0.0.4>"]))
    other = Pbx(wire, challenge(), at=Peer("10.0.0.3", 5070))
    register(wire)
    assert [message.start for message in other.heard] == ["REGISTER sip:10.0.0.3:5070 SIP/2.0"] * 2
    assert other.heard[0].header("To") == "<sip:infoline@10.0.0.2>"
    assert told(wire) == [Registered("pbx", 3600)]
    assert wire.agent.registrars.at("10.0.0.3") == ("pbx",)


def test_a_proof_for_one_registrar_is_not_shown_to_the_next(wire: Wire) -> None:
    pbx = Pbx(wire, challenge())
    register(wire)
    other = Pbx(wire, at=Peer("10.0.0.3", 5060))
    pbx.answers = [(302, ["Contact: <sip:10.0.0.3>"])]
    wire.advance(3300)
    assert [message.all("Authorization") for message in other.heard] == [[]]


def test_a_registrar_we_were_sent_to_that_fails_us_is_left_for_the_one_in_the_settings(wire: Wire) -> None:
    pbx = Pbx(wire, (302, ["Contact: <sip:10.0.0.3>"]))
    other = Pbx(wire, (200, []), (503, []), at=Peer("10.0.0.3", 5060))
    register(wire)
    wire.advance(3600)
    assert (len(pbx.heard), len(other.heard)) == (2, 2)
    assert told(wire) == [Registered("pbx", 3600)]


def test_a_305_names_a_proxy_on_the_way(wire: Wire) -> None:
    Pbx(wire, (305, ["Contact: <sip:10.0.0.3>"]))
    proxy = Pbx(wire, at=Peer("10.0.0.3", 5060))
    register(wire)
    (heard,) = proxy.heard
    assert (heard.start, heard.header("Route")) == ("REGISTER sip:10.0.0.2 SIP/2.0", "<sip:10.0.0.3;lr>")


def test_two_registrars_that_name_each_other_are_left_alone(wire: Wire) -> None:
    one, other = Pbx(wire), Pbx(wire, at=Peer("10.0.0.3", 5060))
    one.usual = lambda message: (302, ["Contact: <sip:10.0.0.3>"])
    other.usual = lambda message: (302, ["Contact: <sip:10.0.0.2>"])
    register(wire)
    assert len(one.heard) + len(other.heard) == 6
    assert told(wire)[0].status == 302
    one.usual = one.bind
    wire.advance(60)
    assert told(wire)[1:] == [Registered("pbx", 3600)]


@pytest.mark.parametrize("lines", [[], ["Contact: <tel:+420>"], ["Contact: <<"], ["Contact: *"]])
def test_a_redirection_to_nowhere_is_a_failure(wire: Wire, lines: list[str]) -> None:
    Pbx(wire, (302, lines))
    register(wire)
    assert told(wire)[0].status == 302


def test_a_password_that_goes_by_tls_is_not_redirected_to_the_open(wire: Wire) -> None:
    Pbx(wire, (302, ["Contact: <sip:10.0.0.3>"]), at=Peer("10.0.0.2", 5061, "TLS"))
    open_one = Pbx(wire, at=Peer("10.0.0.3", 5060))
    register(wire, settings("sip:10.0.0.2;transport=tls"))
    assert open_one.heard == []
    assert told(wire)[0].status == 302


def test_an_outbound_proxy_is_on_the_way_to_a_registrar_elsewhere(wire: Wire) -> None:
    proxy = Pbx(wire, at=Peer("10.0.0.5", 5080))
    register(wire, settings("sip:example.com", proxy="sip:10.0.0.5:5080"))
    (heard,) = proxy.heard
    assert heard.start == "REGISTER sip:example.com SIP/2.0"
    assert heard.header("Route") == "<sip:10.0.0.5:5080;lr>"
    assert heard.header("To") == "<sip:infoline@example.com>"


@pytest.mark.parametrize(
    ("registrar", "at", "contact"),
    [
        ("sip:10.0.0.2;transport=tcp", Peer("10.0.0.2", 5060, "TCP"), f"<sip:infoline@{LINE};transport=tcp>"),
        ("sip:10.0.0.2;transport=tls", Peer("10.0.0.2", 5061, "TLS"), f"<sip:infoline@{LINE};transport=tls>"),
        ("sips:10.0.0.2", Peer("10.0.0.2", 5061, "TLS"), f"<sips:infoline@{LINE}>"),
        ("sip:[2001:db8::2]", Peer("2001:db8::2", 5060), CONTACT),
    ],
)
def test_the_contact_says_by_which_transport_we_are_reached(
    wire: Wire, registrar: str, at: Peer, contact: str
) -> None:
    pbx = Pbx(wire, at=at)
    register(wire, settings(registrar))
    assert pbx.heard[0].header("Contact") == contact
    assert wire.agent.registrars.at(at.host) == ("pbx",)
    assert told(wire) == [Registered("pbx", 3600)]


def test_a_name_is_looked_up_and_its_next_address_tried(wire: Wire) -> None:
    """RFC 3263 section 4.3. Calls may come from any of them."""
    wire.names["pbx.example.com"] = [Peer("10.0.0.3", 5060), PBX]
    pbx = Pbx(wire)
    register(wire, settings("sip:pbx.example.com"))
    wire.advance(40)
    assert pbx.heard[0].start == "REGISTER sip:pbx.example.com SIP/2.0"
    assert told(wire) == [Registered("pbx", 3600)]
    at = wire.agent.registrars.at
    assert (at("10.0.0.2"), at("10.0.0.3"), at("10.0.0.4")) == (("pbx",), ("pbx",), ())
    wire.names["pbx.example.com"] = [Peer("10.0.0.2", 5060)]
    wire.advance(3600)
    assert (at("10.0.0.2"), at("10.0.0.3")) == (("pbx",), ())


def test_a_name_that_leads_nowhere_is_told_and_tried_again(wire: Wire) -> None:
    register(wire, settings("sip:pbx.example.com"))
    assert told(wire)[0].status == 503
    assert wire.looked_up == [Target("pbx.example.com")]
    wire.names["pbx.example.com"] = [PBX]
    pbx = Pbx(wire)
    wire.advance(60)
    assert len(pbx.heard) == 1
    assert told(wire)[1:] == [Registered("pbx", 3600)]


def test_a_registrar_that_cannot_be_reached_is_told_at_once(wire: Wire) -> None:
    closed = Peer("10.0.0.2", 5060, "TCP")
    wire.closed.add(closed)
    register(wire, settings("sip:10.0.0.2;transport=tcp"))
    assert (told(wire)[0].status, told(wire)[0].reason) == (503, "cannot be reached")
    wire.closed.clear()
    Pbx(wire, at=closed)
    wire.advance(60)
    assert told(wire)[1:] == [Registered("pbx", 3600)]


def test_leaving_removes_our_binding_and_no_other(wire: Wire) -> None:
    """Section 10.2.2."""
    pbx = Pbx(wire, challenge())
    register(wire)
    pbx.usual = lambda message: (200, [])
    pbx.answers = [challenge(nonce="n2")]
    wire.do(wire.agent.registrars.leave)
    asked, again = pbx.heard[2:]
    assert (asked.header("Expires"), asked.header("Contact")) == ("0", CONTACT)
    assert (proves(asked, "line", "tajné")["nc"], proves(again, "line", "tajné")["nonce"]) == (
        "00000002",
        "n2",
    )
    assert told(wire)[1:] == [Unregistered("pbx", True)]
    assert wire.agent.registrars.live == 0
    wire.do(wire.agent.registrars.leave)
    wire.advance(7200)
    assert len(pbx.heard) == 4


def test_leaving_waits_for_the_answer_that_is_due(wire: Wire) -> None:
    """Section 10.2: no new REGISTER before the last one is answered."""
    pbx = Pbx(wire, None)
    register(wire)
    wire.do(wire.agent.registrars.leave)
    assert [message.header("Expires") for message in pbx.heard] == ["3600"]
    wire.advance(1)
    assert [message.header("Expires") for message in pbx.heard] == ["3600", "3600", "0"]
    assert told(wire)[-1] == Unregistered("pbx", True)


@pytest.mark.parametrize("answer", [(403, []), challenge(), None, (500, ["Retry-After: 5"])])
def test_leaving_ends_whatever_the_registrar_says(wire: Wire, answer: Answer | None) -> None:
    pbx = Pbx(wire)
    register(wire)
    pbx.usual = lambda message: answer
    wire.do(wire.agent.registrars.leave)
    wire.advance(40)
    assert told(wire)[1:] == [Unregistered("pbx", False)]
    assert wire.agent.registrars.live == 0


def test_leaving_a_registrar_that_never_bound_us_asks_nothing(wire: Wire) -> None:
    pbx = Pbx(wire, (403, []))
    register(wire)
    wire.do(wire.agent.registrars.leave)
    wire.advance(7200)
    assert len(pbx.heard) == 1
    assert told(wire)[1:] == [Unregistered("pbx", True)]


def test_a_nat_on_the_way_is_kept_open_while_we_are_registered(wire: Wire) -> None:
    pbx = Pbx(wire)
    register(wire, settings(keep_alive=30.0))
    wire.advance(301)
    assert pbx.keep_alives == 10
    wire.do(wire.agent.registrars.leave)
    wire.advance(301)
    assert pbx.keep_alives == 10


def test_a_realm_that_took_the_password_gets_it_in_calls_too(wire: Wire) -> None:
    """Section 22.2: a proxy of the trunk's may challenge our BYE."""

    class Challenging(Phone):
        def reply(self, request: object, status: int) -> None:
            if "Authorization" in dict(request.lines):  # type: ignore[attr-defined]
                super().reply(request, status)  # type: ignore[arg-type]
            else:
                pbx.say(request, *challenge())  # type: ignore[arg-type]

    pbx = Pbx(wire, challenge())
    register(wire)
    phone = Challenging(wire)
    wire.do(wire.agent.hang_up, phone.talk())
    _first, second = phone.requests("BYE")
    proves(second, "line", "tajné")
    assert wire.agent.legs == 0


def test_two_registrations_at_one_pbx_do_not_mix(wire: Wire) -> None:
    pbx = Pbx(wire)
    register(wire)
    other = Registration("second", Uri.parse("sip:10.0.0.2"), "night", "night", "noc", expires=600)
    register(wire, other)
    assert wire.agent.registrars.at("10.0.0.2") == ("pbx", "second")
    assert [m.header("To") for m in pbx.heard] == ["<sip:infoline@10.0.0.2>", "<sip:night@10.0.0.2>"]
    assert pbx.heard[0].header("Call-ID") != pbx.heard[1].header("Call-ID")
    assert told(wire) == [Registered("pbx", 3600), Registered("second", 600)]


def test_a_password_is_in_no_text_of_its_registration() -> None:
    assert "tajné" not in repr(settings())


def test_calls_go_on_beside_a_registration(wire: Wire) -> None:
    Pbx(wire)
    register(wire)
    phone = Phone(wire)
    phone.invite(SDP, uri=f"sip:infoline@{LINE}")
    assert wire.events[-1].called.user == "infoline"
