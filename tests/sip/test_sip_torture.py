"""All 49 messages of RFC 4475, each thrown at a user agent, each met with what the RFC gives."""

from __future__ import annotations

import re

import pytest
from phone import Heard, read
from test_sip_registrar import authorization
from torture import invalid, ipv6, semantics, valid
from torture.case import ACCEPTED, DROPPED, Case
from torture.valid import SIGNATURE
from wire import Wire

from ivr.sip.digest import Authenticator, read_parameters
from ivr.sip.events import Invited
from ivr.sip.headers import Address, Via
from ivr.sip.message import Request, Response, parse
from ivr.sip.registration import Registrar
from ivr.sip.uri import Uri

RFC_4475 = (*valid.CASES, *invalid.CASES, *semantics.CASES)
STRANGER = ("192.0.2.77", 5060)


def named(name: str) -> Case:
    return next(case for case in (*RFC_4475, *ipv6.CASES) if case.name == name)


@pytest.fixture
def registrar() -> Registrar:
    users = {case.user: "heslo" for case in (*RFC_4475, *ipv6.CASES) if case.user}
    return Registrar(Authenticator("infoline", b"seal", users))


def throw(wire: Wire, data: bytes) -> list[Heard]:
    """Put it on the wire from an address none of its headers names; gives the final answers."""
    before = len(wire.sent)
    wire.send(data, STRANGER)
    wire.advance(0)
    return [m for m in (read(sent.data, sent.at) for sent in wire.sent[before:]) if m.status >= 200]


def log_in(data: bytes, challenged: Heard, user: str) -> bytes:
    """The same REGISTER again with an answer to the challenge: a new branch, the next CSeq."""
    given = read_parameters(challenged.all("WWW-Authenticate")[-1])
    line = f"\r\nAuthorization: {authorization(given, user)}\r\n".encode()
    again = re.sub(rb"CSeq: (\d+)", lambda m: b"CSeq: %d" % (int(m[1]) + 1), data, count=1)
    again = again.replace(b"branch=z9hG4bK", b"branch=z9hG4bKagain", 1)
    return again.replace(b"\r\n", line, 1)


def answers(wire: Wire, case: Case) -> list[Heard]:
    heard = throw(wire, case.data)
    if case.user:
        assert [m.status for m in heard] == [401]
        heard = throw(wire, log_in(case.data, heard[0], case.user))
    return heard


def outcome(wire: Wire, case: Case) -> int:
    heard = answers(wire, case)
    if wire.of(Invited):
        assert not heard
        return ACCEPTED
    if not heard:
        assert not wire.events
        return DROPPED
    (only,) = heard
    return only.status


def test_the_rfc_has_49_messages() -> None:
    assert len({case.name for case in RFC_4475}) == 49


@pytest.mark.parametrize("case", RFC_4475, ids=str)
def test_a_torture_message_is_met_with_what_the_rfc_gives(wire: Wire, case: Case) -> None:
    assert outcome(wire, case) in case.verdicts


@pytest.mark.parametrize("case", RFC_4475, ids=str)
def test_a_torture_message_leaves_nothing_when_nobody_acts_on_it(wire: Wire, case: Case) -> None:
    """The fixture hangs up whatever came of it; then no leg, transaction or timer may be left."""
    throw(wire, case.data)
    wire.advance(60)
    throw(wire, case.data)


@pytest.mark.parametrize("case", RFC_4475, ids=str)
def test_a_torture_message_cut_anywhere_does_no_harm(wire: Wire, case: Case) -> None:
    for end in range(0, len(case.data), 37):
        throw(wire, case.data[:end])


def test_the_tortuous_invite_is_read_as_it_was_meant() -> None:
    request = parse(named("wsinv").data)
    assert isinstance(request, Request)
    assert (request.to.uri.user, request.to.tag, request.from_.tag) == ("vivekg", "1918181833n", "98asjd8")
    assert request.from_.name == r"J Rosenberg \\\""
    assert (request.cseq.number, request.cseq.method) == (9, "INVITE")
    assert request.headers.first("subject") == ""
    assert request.headers.first("newfangledheader") == "newfangled value continued newfangled value"
    assert request.headers.first("unknownheaderwithunusualvalue") == ";;,,;;,;"
    vias = [Via.parse(value) for value in request.headers.all("via")]
    assert [(via.transport, via.host, via.branch) for via in vias] == [
        ("UDP", "192.0.2.2", "390skdjuw"),
        ("TCP", "spindle.example.com", "z9hG4bK9ikj8"),
        ("UDP", "192.168.255.111", "z9hG4bK30239"),
    ]
    (contact,) = request.contacts
    assert contact.params == {"newparam": "newvalue", "secondparam": None, "q": "0.33"}
    (route,) = request.headers.all("route")
    assert Address.parse(route).uri.params == {"lr": None, "unknownwith": "value", "unknown-no-value": None}


def test_strange_but_allowed_letters_are_kept() -> None:
    request = parse(named("intmeth").data)
    assert isinstance(request, Request)
    request.check()
    assert request.method == request.cseq.method == "!interesting-Method0123456789_*+`.%indeed'~"
    assert (
        Uri.parse(request.uri).user
        == request.to.uri.user
        == "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*"
    )
    assert request.from_.name == "token1~` token2'+_ token3*%!.-"
    assert request.from_.params == {"fromparam''~+*_!.-%": '"работающий"', "tag": "_token~1'+`*%!-."}
    assert request.call_id == "intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{"


def test_an_escape_is_resolved_once_and_only_in_uris(wire: Wire) -> None:
    throw(wire, named("esc01").data)
    (invited,) = wire.of(Invited)
    assert invited.called.user == "sips:user@example.com"
    assert invited.from_.uri.user == "I have spaces"
    request = parse(named("esc01").data)
    assert (request.to.uri.user, request.contacts[0].uri.user) == ("user", "caller")
    assert request.contacts[0].uri.params == {"lr": None, "name": "value%41"}
    request = parse(named("esc02").data)
    assert (request.to.name, [contact.uri.user for contact in request.contacts]) == (
        "%Z%45",
        ["alias1", "alias3"],
    )


def test_an_escaped_null_does_not_shorten_a_name(wire: Wire, registrar: Registrar) -> None:
    case = named("escnull")
    request = parse(case.data)
    assert request.to.uri.user == "null-\0-null"
    assert [contact.uri.user for contact in request.contacts] == ["\0", "\0\0"]
    assert [m.status for m in answers(wire, case)] == [200]
    binding = registrar.binding("null-\0-null", wire.now)
    assert binding is not None
    assert str(binding.contact) == "sip:%00%00@host5.example.com"


def test_what_follows_the_body_in_a_datagram_is_noise(wire: Wire) -> None:
    (answer,) = answers(wire, named("dblreq"))
    assert answer.method == "REGISTER"
    assert not wire.events


def test_a_semicolon_in_a_user_part_belongs_to_it() -> None:
    request = parse(named("semiuri").data)
    assert isinstance(request, Request)
    assert Uri.parse(request.uri).user == "user;par=u@example.net"
    assert Uri.parse("sip:+420777;isub=1@h").user == "+420777"


def test_a_body_with_nulls_is_framed_by_its_length() -> None:
    request = parse(named("mpart01").data + b"noise")
    assert SIGNATURE in request.body
    assert request.body.endswith(b"--7a9cbec02ceef655--\r\n")


def test_a_reason_phrase_may_be_anything_or_nothing() -> None:
    reasons = [parse(named(name).data) for name in ("unreason", "noreason")]
    assert [r.reason for r in reasons if isinstance(r, Response)] == [
        "= 2**3 * 5**2 но сто девяносто девять - простое",
        "",
    ]


@pytest.mark.parametrize(
    ("name", "header", "value"),
    [
        ("intmeth", "Allow", "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, NOTIFY"),
        ("mpart01", "Allow", "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, NOTIFY"),
        ("bext01", "Unsupported", "nothingsupportsthis, nothingsupportsthiseither"),
        ("invut", "Accept", "application/sdp"),
        ("regaut01", "WWW-Authenticate", "Digest "),
    ],
)
def test_a_refusal_says_what_would_have_been_taken(wire: Wire, name: str, header: str, value: str) -> None:
    (refusal,) = answers(wire, named(name))
    assert refusal.all(header)[0].startswith(value)


def test_a_response_returns_every_via_in_its_order(wire: Wire) -> None:
    (answer,) = answers(wire, named("transports"))
    branches = [Via.parse(value).branch for value in answer.all("Via")]
    assert [branch.removeprefix("z9hG4bK") for branch in branches] == [
        "kdjuw", "klasjdhf", "2980unddj", "asd0f3en", "0a9idfnee",
    ]  # fmt: skip
    throw(wire, named("longreq").data)
    wire.do(wire.agent.ring, wire.events[-1].leg)
    assert len(read(wire.sent[-1].data, wire.now).all("Via")) == 34


def test_headers_in_a_request_uri_are_left_behind(wire: Wire) -> None:
    throw(wire, named("escruri").data)
    (invited,) = wire.of(Invited)
    assert str(invited.called) == "sip:user@example.com"


@pytest.mark.parametrize(
    ("name", "contact"),
    [
        ("cparam01", "<sip:+19725552222@gw1.example.net>"),
        ("cparam02", "<sip:+19725552222@gw1.example.net;unknownparam>"),
        ("regescrt", "<sip:user@example.com?Route=%3Csip:sip.example.com%3E>"),
    ],
)
def test_a_binding_is_listed_with_its_uri_parameters_and_no_other(
    wire: Wire, name: str, contact: str
) -> None:
    (answer,) = answers(wire, named(name))
    assert answer.header("Contact").partition(";expires=")[0] == contact


@pytest.mark.parametrize(
    ("value", "outcomes"),
    [
        ("SIP/2.0/UDP h;;branch=x", [400]),
        ("SIP/2.0/UDP h;branch=x,", [400]),
        ("SIP/2.0/UDP h;branch=x ; ", [400]),
        ('SIP/2.0/UDP h;x=";;,,"', [200]),
        (",SIP/2.0/UDP h", []),  # the place of the topmost, which says where to answer, is empty
        ("\r\nVia: SIP/2.0/UDP h", []),
    ],
)
def test_a_separator_in_a_via_separates_something(wire: Wire, value: str, outcomes: list[int]) -> None:
    old = b"SIP/2.0/UDP funky.example.com;branch=z9hG4bKkdjuw"
    heard = throw(wire, named("lwsdisp").data.replace(old, value.encode()))
    assert [m.status for m in heard] == outcomes


def test_two_requests_with_a_bare_cookie_are_not_taken_for_one(wire: Wire) -> None:
    case = named("badbranch")
    assert outcome(wire, case) == outcome(wire, case) == 400
    assert wire.agent.transactions == 0


@pytest.mark.parametrize("accept", ["application/sdp", "text/plain, Application/SDP;level=1", "*/*"])
def test_an_invite_that_takes_sdp_is_accepted(wire: Wire, accept: str) -> None:
    throw(wire, named("sdp01").data.replace(b"text/nobodyKnowsThis", accept.encode()))
    assert wire.of(Invited)


def test_a_client_of_rfc_2543_is_called_back_at_its_from(wire: Wire) -> None:
    """It has no Contact, no branch and no tag; it is answered, acknowledges and hears our BYE."""
    invite = named("inv2543").data
    throw(wire, invite)
    (invited,) = wire.of(Invited)
    wire.do(wire.agent.accept, invited.leg, b"v=0\r\n")
    ok = read(wire.sent[-1].data, wire.now)
    assert ok.status == 200
    throw(
        wire,
        invite.replace(b"INVITE", b"ACK").replace(
            b"user=phone\r\nCall", f"user=phone;tag={ok.tag}\r\nCall".encode()
        ),
    )
    wire.do(wire.agent.hang_up, invited.leg)
    bye = read(wire.sent[-1].data, wire.now)
    assert bye.start == "BYE sip:UserB@example.com;maddr=ss1.example.com SIP/2.0"  # the strict router's turn
    assert bye.header("Route") == "<sip:+13035551111@ift.client.example.net;user=phone>"
    assert bye.header("To") == "<sip:+13035551111@ift.client.example.net;user=phone>"


@pytest.mark.parametrize("value", ["value%41", "a;b=c", 'q"<>', "ž", "[::1]:5060", None])
def test_a_uri_made_here_escapes_its_parameters(value: str | None) -> None:
    made = Uri("sip", "4488", "10.0.0.9", None, {"na;me": value})
    assert Uri.parse(str(made)) == made
