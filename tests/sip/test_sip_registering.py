"""The line as an extension of a PBX: registered, kept so, and gone again (RFC 3261 section 10.2)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pbx import PBX, Answer, Pbx, challenge, proves
from phone import LINE, SDP, Phone
from wire import Wire

from ivr.peer import Peer, Target
from ivr.sip.agent import UserAgent
from ivr.sip.bindings import Registration, pause, refresh_after
from ivr.sip.events import Registered, RegistrationFailed, Unregistered
from ivr.sip.uri import Uri

CONTACT = f"<sip:infoline@{LINE}>"


def settings(registrar: str = "sip:10.0.0.2", proxy: str = "", **more: object) -> Registration:
    way = Uri.parse(proxy) if proxy else None
    return Registration("pbx", Uri.parse(registrar), "infoline", "line", "tajné", proxy=way, **more)  # type: ignore[arg-type]


@pytest.fixture
def wire() -> Iterator[Wire]:
    tokens = count(1)
    made = Wire(UserAgent(lambda peer: LINE, lambda: f"{next(tokens):016x}"))
    yield made
    made.do(made.agent.registrars.leave)
    made.end_everything()
    agent = made.agent
    assert (agent.legs, agent.transactions, agent.registrars.live, agent.next_timeout()) == (0, 0, 0, None)


def register(wire: Wire, registration: Registration | None = None) -> None:
    wire.do(wire.agent.registrars.register, registration or settings())


def told(wire: Wire) -> list[object]:
    return [e for e in wire.events if isinstance(e, Registered | RegistrationFailed | Unregistered)]


def test_a_register_says_who_where_and_for_how_long(wire: Wire) -> None:
    pbx = Pbx(wire)
    register(wire, settings("sip:10.0.0.2;transport=udp"))
    (first,) = pbx.heard
    assert first.start == "REGISTER sip:10.0.0.2;transport=udp SIP/2.0"
    assert first.header("To") == "<sip:infoline@10.0.0.2>"
    assert first.header("From").startswith("<sip:infoline@10.0.0.2>;tag=")
    assert (first.header("Contact"), first.header("Expires")) == (CONTACT, "3600")
    assert first.header("Via").startswith(f"SIP/2.0/UDP {LINE};branch=z9hG4bK")
    assert (first.header("Max-Forwards"), first.all("Authorization")) == ("70", [])
    assert told(wire) == [Registered("pbx", 3600)]


def test_it_is_refreshed_before_it_runs_out_under_one_call_id_with_rising_numbers(wire: Wire) -> None:
    """Section 10.2.4."""
    pbx = Pbx(wire)
    register(wire)
    wire.advance(2 * 3600)
    assert pbx.times == [1000, 1000 + 3240, 1000 + 6480]
    assert len({message.header("Call-ID") for message in pbx.heard}) == 1
    assert len({message.header("From") for message in pbx.heard}) == 1
    assert [message.header("CSeq") for message in pbx.heard] == [f"{n} REGISTER" for n in (1, 2, 3)]
    assert told(wire) == [Registered("pbx", 3600)]


@pytest.mark.parametrize(
    ("lines", "seconds"),
    [
        ([f"Contact: {CONTACT};expires=600"], 600),
        ([f"Contact: <sip:other@10.0.0.8>;expires=9, {CONTACT};expires=600;q=1"], 600),
        (["Contact: <sip:infoline@10.0.0.8:5060>;expires=60", f"Contact: {CONTACT};expires=600"], 600),
        (["Contact: <sip:infoline@192.0.2.9:1024;ob>;expires=600"], 600),  # as the PBX sees it
        ([f"Contact: {CONTACT}", "Expires: 600"], 600),
        (["Expires: 600"], 600),
        (["Contact: <sip:other@10.0.0.8>;expires=9", "Expires: 600"], 600),
        (["Contact: *", "Contact: <<noise"], 3600),
        ([f"Contact: {CONTACT};expires=soon"], 3600),
        ([], 3600),
    ],
)
def test_the_200_says_for_how_long_our_own_binding_holds(wire: Wire, lines: list[str], seconds: int) -> None:
    pbx = Pbx(wire, (200, lines))
    register(wire)
    wire.advance(seconds)
    assert told(wire) == [Registered("pbx", seconds)]
    assert pbx.times[:2] == [1000, 1000 + refresh_after(seconds)]


@given(st.integers(1, 100_000))
def test_a_refresh_leaves_time_for_a_second_try_where_there_is_any(seconds: int) -> None:
    after = refresh_after(seconds)
    assert seconds / 2 <= after <= seconds * 0.9
    assert seconds - after >= min(64, seconds / 2)


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256", "SHA-512-256"])
@pytest.mark.parametrize(("status", "header"), [(401, "Authorization"), (407, "Proxy-Authorization")])
def test_a_challenge_is_answered_with_the_password(
    wire: Wire, algorithm: str, status: int, header: str
) -> None:
    pbx = Pbx(wire, challenge(algorithm=algorithm, status=status))
    register(wire)
    p = proves(pbx.heard[1], "line", "tajné", header)
    assert (p["algorithm"], p["nc"]) == (algorithm, "00000001")
    assert told(wire) == [Registered("pbx", 3600)]


def test_of_several_challenges_the_topmost_that_we_can_do_is_answered(wire: Wire) -> None:
    """RFC 8760 section 2.4."""
    lines = [challenge(algorithm=name)[1][0] for name in ("SHA-1024", "SHA-512-256", "SHA-256", "MD5")]
    pbx = Pbx(wire, (401, lines))
    register(wire)
    assert proves(pbx.heard[1], "line", "tajné")["algorithm"] == "SHA-512-256"


def test_a_refresh_answers_the_known_nonce_ahead_and_counts_its_uses(wire: Wire) -> None:
    """RFC 7616 section 3.4: nc. A nonce grown old costs one more round trip."""
    stale = challenge(nonce="n2", rest=', qop="auth", stale=TRUE')
    pbx = Pbx(wire, challenge())
    register(wire)
    wire.advance(3600)
    pbx.answers = [stale]
    wire.advance(3600)
    proofs = [proves(message, "line", "tajné") for message in pbx.heard[1:]]
    assert [(p["nonce"], p["nc"]) for p in proofs] == [
        ("n1", "00000001"), ("n1", "00000002"), ("n1", "00000003"), ("n2", "00000001")
    ]  # fmt: skip
    assert len({p["cnonce"] for p in proofs}) == 4
    assert told(wire) == [Registered("pbx", 3600)]


def test_a_new_nonce_that_is_not_called_stale_is_answered_on_a_refresh(wire: Wire) -> None:
    pbx = Pbx(wire, challenge())
    register(wire)
    pbx.answers = [challenge(nonce="n2")]
    wire.advance(3600)
    assert proves(pbx.heard[-1], "line", "tajné")["nonce"] == "n2"
    assert told(wire) == [Registered("pbx", 3600)]


def test_a_proxy_and_the_registrar_behind_it_each_get_their_proof(wire: Wire) -> None:
    pbx = Pbx(wire, challenge(realm="edge", status=407), challenge())
    register(wire)
    assert proves(pbx.heard[2], "line", "tajné")["realm"] == "pbx"
    assert proves(pbx.heard[2], "line", "tajné", "Proxy-Authorization")["realm"] == "edge"
    assert told(wire) == [Registered("pbx", 3600)]


def test_a_wrong_password_is_told_once_and_tried_slowly(wire: Wire) -> None:
    """Section 22.3: not again with credentials that were just refused."""
    pbx = Pbx(wire)
    pbx.usual = lambda message: challenge(nonce=f"n{len(pbx.heard)}")
    register(wire)
    (failed,) = told(wire)
    assert (failed.status, failed.reason) == (401, "the password was not taken")
    assert 900 <= failed.again_in <= 1800
    wire.advance(4 * 3600)
    assert told(wire) == [failed]
    rounds = pbx.times[::2]
    assert pbx.times == sorted(rounds * 2)
    assert all(900 <= later - earlier <= 1800 for earlier, later in pairwise(rounds))


def test_a_registrar_that_calls_every_nonce_stale_is_left_alone(wire: Wire) -> None:
    pbx = Pbx(wire)
    pbx.usual = lambda message: challenge(nonce=f"n{len(pbx.heard)}", rest=", stale=true")
    register(wire)
    assert len(pbx.heard) == 4
    assert told(wire)[0].status == 401


@pytest.mark.parametrize(
    "lines",
    [[], ["WWW-Authenticate: Basic realm=pbx"], challenge(algorithm="MD6")[1], challenge(status=407)[1]],
)
def test_a_challenge_that_nobody_can_answer_is_a_refusal(wire: Wire, lines: list[str]) -> None:
    pbx = Pbx(wire, (401, lines))
    register(wire)
    assert len(pbx.heard) == 1
    assert told(wire)[0].reason == "a challenge that cannot be answered"


def test_an_interval_too_brief_is_asked_for_longer_and_kept_so(wire: Wire) -> None:
    """Section 10.2.8."""
    pbx = Pbx(wire, challenge(), (423, ["Min-Expires: 7200"]), challenge(nonce="n2"))
    register(wire)
    wire.advance(7000)
    assert [message.header("Expires") for message in pbx.heard] == ["3600", "3600", "7200", "7200", "7200"]
    assert told(wire) == [Registered("pbx", 7200)]


@pytest.mark.parametrize("lines", [[], ["Min-Expires: 3600"], ["Min-Expires: much"]])
def test_a_423_that_asks_for_nothing_more_is_a_failure(wire: Wire, lines: list[str]) -> None:
    pbx = Pbx(wire, (423, lines))
    register(wire)
    assert len(pbx.heard) == 1
    assert told(wire)[0].status == 423


def test_a_registrar_that_is_never_content_is_not_asked_for_ever(wire: Wire) -> None:
    pbx = Pbx(wire)
    pbx.usual = lambda message: (423, [f"Min-Expires: {int(message.header('Expires')) + 1}"])
    register(wire)
    assert len(pbx.heard) == 6
    assert told(wire)[0].status == 423


@pytest.mark.parametrize("status", [404, 480, 486, 500, 503, 600])
def test_retry_after_is_kept(wire: Wire, status: int) -> None:
    pbx = Pbx(wire, (status, ["Retry-After: 300 (at lunch);duration=60"]))
    register(wire)
    (failed,) = told(wire)
    assert (failed.status, failed.reason) == (status, "Word")
    assert 300 <= failed.again_in <= 330
    wire.advance(400)
    assert pbx.times == [1000, 1000 + failed.again_in]
    assert told(wire)[1:] == [Registered("pbx", 3600)]


def test_a_registrar_that_says_next_year_is_asked_tomorrow(wire: Wire) -> None:
    Pbx(wire, (503, ["Retry-After: 31536000"]))
    register(wire)
    assert 86400 <= told(wire)[0].again_in <= 95040


def test_trouble_is_met_with_pauses_that_double_to_half_an_hour(wire: Wire) -> None:
    """RFC 5626 section 4.5."""
    pbx = Pbx(wire)
    pbx.usual = lambda message: (500, [])
    register(wire)
    wire.advance(24 * 3600)
    waits = [later - earlier for earlier, later in zip(pbx.times, pbx.times[1:], strict=False)]
    longest = [60.0 * 2**n for n in range(5)] + [1800.0] * (len(waits) - 5)
    assert all(most / 2 <= wait <= most for wait, most in zip(waits, longest, strict=True))
    assert len(told(wire)) == 1
    pbx.usual = pbx.bind
    wire.advance(1800)
    assert told(wire)[1:] == [Registered("pbx", 3600)]


@given(st.integers(1, 5000), st.text("0123456789abcdef", min_size=16, max_size=16))
def test_a_pause_is_half_to_all_of_the_longest(failures: int, token: str) -> None:
    assert min(1800, 30 * 2 ** min(failures, 20)) / 2 <= pause(failures, token) <= 1800


def test_two_agents_that_failed_together_do_not_come_back_together() -> None:
    pauses = [pause(3, f"{n:016x}") for n in range(100)]
    assert max(pauses) - min(pauses) > 100


def test_a_registrar_that_is_silent_is_tried_until_it_answers(wire: Wire) -> None:
    pbx = Pbx(wire)
    pbx.usual = lambda message: None
    register(wire)
    wire.advance(40)
    assert told(wire) == [RegistrationFailed("pbx", 408, "no answer", told(wire)[0].again_in)]
    pbx.usual = pbx.bind
    wire.advance(60)
    assert told(wire)[1:] == [Registered("pbx", 3600)]


def test_a_binding_stands_until_it_runs_out_when_a_refresh_is_not_answered(wire: Wire) -> None:
    pbx = Pbx(wire)
    register(wire)
    pbx.usual = lambda message: None
    wire.advance(3599)
    assert told(wire) == [Registered("pbx", 3600)]
    assert len({message.header("CSeq") for message in pbx.heard}) >= 3
    wire.advance(2)
    (lost,) = told(wire)[1:]
    assert (lost.status, lost.reason) == (408, "the binding ran out")
    wire.advance(3600)
    assert told(wire)[2:] == []


def test_a_refused_refresh_ends_the_binding_at_once(wire: Wire) -> None:
    pbx = Pbx(wire)
    register(wire)
    pbx.answers = [(403, [])]
    wire.advance(3300)
    assert [type(event) for event in told(wire)] == [Registered, RegistrationFailed]
    assert told(wire)[1].status == 403
    wire.advance(1800)
    assert told(wire)[2:] == [Registered("pbx", 3600)]


def test_a_200_that_lists_us_for_no_time_is_no_registration(wire: Wire) -> None:
    Pbx(wire, (200, [f"Contact: {CONTACT};expires=0"]))
    register(wire)
    assert isinstance(told(wire)[0], RegistrationFailed)


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
