"""The line as an extension of a PBX: registered, kept so, and gone again (RFC 3261 section 10.2)."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pbx import Pbx, challenge, proves, register, settings, told
from phone import LINE
from wire import Wire

from ivr.sip.bindings import pause, refresh_after
from ivr.sip.events import Registered, RegistrationFailed

CONTACT = f"<sip:infoline@{LINE}>"


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
