"""Who is let in: limits, proofs of callers and lock-out, as they are seen on the wire."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count

import pytest
from phone import LINE, SDP, Heard, Phone
from test_sip_registrar import authorization, challenge, log_in, register
from wire import Wire

from ivr.sip.agent import UserAgent
from ivr.sip.digest import Authenticator, Verdict, digest_response, read_parameters
from ivr.sip.events import Invited
from ivr.sip.guard import Guard
from ivr.sip.registration import Registrar
from ivr.sip.sources import FREE_FAILURES, Rates, Sources

TRUNK = ("192.0.2.99", 5060)
BUSY = 5000.0, 5100.0  # from when until when the machine has no time for new calls


@pytest.fixture
def door() -> Authenticator:
    return Authenticator("infoline", b"seal", {"jana": "heslo"})


@pytest.fixture
def guard(wire: Wire) -> Guard:
    return wire.agent._guard  # type: ignore[return-value]


@pytest.fixture
def wire() -> Iterator[Wire]:
    tokens = count(1)
    sources = Sources(
        lambda host: Rates(100, 4, trunk=True) if host == TRUNK[0] else Rates(3, 50, trunk=False)
    )
    door = Authenticator("infoline", b"seal", {"jana": "heslo", "petr": "jine"}, failed=sources.failed)
    registrar = Registrar(door)
    guard = Guard(sources, door, registrar.user_at, 7.0, lambda now: BUSY[0] < now < BUSY[1])
    agent = UserAgent(lambda source: LINE, lambda: f"{next(tokens):016x}", registrar=registrar, guard=guard)
    made = Wire(agent)
    yield made
    made.end_everything()
    assert (agent.legs, agent.transactions, agent.next_timeout()) == (0, 0, None)


@pytest.fixture
def jana(wire: Wire) -> Phone:
    phone = Phone(wire, user="jana")
    phone.to = "<sip:jana@10.0.0.9>"
    return phone


@pytest.fixture
def trunk(wire: Wire) -> Phone:
    return Phone(wire, TRUNK)


def proof(challenged: Heard, user: str = "jana", password: str = "heslo") -> tuple[str, str]:
    """The client's answer to an INVITE's challenge (RFC 7616 section 3.4.1)."""
    p = read_parameters(challenged.all("WWW-Authenticate")[0])
    p |= {"uri": f"sip:4488@{LINE}", "qop": "auth", "nc": "00000001", "cnonce": "c0ffee"}
    response = digest_response(p["algorithm"], user, p["realm"], password, "INVITE", p)
    return "Authorization", (
        f'Digest username="{user}", realm="{p["realm"]}", nonce="{p["nonce"]}", uri="{p["uri"]}", qop=auth, '
        f'nc=00000001, cnonce="c0ffee", response="{response}", algorithm={p["algorithm"]}'
    )


def without_nonce(answer: Heard) -> list[tuple[str, str]]:
    """An answer's lines without what differs from request to request."""
    told = []
    for name, value in answer.lines:
        if name == "WWW-Authenticate":
            p = read_parameters(value)
            value = f"{sorted(p)} {p['realm']} {p['algorithm']} {len(p['nonce']) > 30}"
        if name not in ("Via", "From", "To", "Call-ID", "CSeq"):
            told.append((name, value))
    return told


def test_a_trunk_calls_without_a_proof(wire: Wire, trunk: Phone) -> None:
    trunk.talk()
    assert [event.user for event in wire.of(Invited)] == [None]


def test_a_registered_phone_calls_without_a_further_proof(wire: Wire, jana: Phone) -> None:
    log_in(jana)
    jana.to = f"<sip:4488@{LINE}>"
    jana.talk()
    assert [event.user for event in wire.of(Invited)] == ["jana"]


def test_any_other_caller_is_challenged_and_let_in_with_the_password(wire: Wire, jana: Phone) -> None:
    jana.invite()
    assert jana.statuses() == [401]
    assert not wire.of(Invited)
    assert wire.agent.transactions == 0
    jana.ack()
    jana.invite(lines=[proof(jana.response("INVITE"))])
    (invited,) = wire.of(Invited)
    assert (invited.user, invited.called.user) == ("jana", "4488")
    wire.do(wire.agent.accept, invited.leg, SDP)
    jana.ack()


def test_a_challenge_says_nothing_of_the_number_dialled_or_the_user_named(wire: Wire, jana: Phone) -> None:
    """Numbers of ours and others, users of ours and others, right and wrong ways to ask."""
    answers = []
    for nth, (number, user) in enumerate([("4488", "jana"), ("9999", "jana"), ("4488", "x"), ("jana", "x")]):
        phone = Phone(wire, (f"10.0.1.{nth}", 5060))
        phone.invite(uri=f"sip:{number}@{LINE}")
        phone.invite(uri=f"sip:{number}@{LINE}", lines=[proof(phone.response("INVITE"), user, "wrong")])
        answers += [without_nonce(answer) for answer in phone.heard]
    assert all(answer == answers[0] for answer in answers)
    for nth, user in enumerate(["jana", "x"]):
        phone = Phone(wire, (f"10.0.2.{nth}", 5060), user)
        phone.to = f"<sip:{user}@10.0.0.9>"
        log_in(phone, user=user, password="wrong")
        answers += [without_nonce(answer) for answer in phone.heard]
        phone.request("OPTIONS", uri=f"sip:{user}@{LINE}")
        assert phone.response("OPTIONS").status == 200
    assert all(answer == answers[0] for answer in answers)


def test_a_copy_of_an_invite_is_answered_alike_and_not_counted(wire: Wire, trunk: Phone) -> None:
    trunk.invite()
    for _ in range(300):
        trunk.again()
    assert len(wire.of(Invited)) == 1
    assert wire.agent._guard is not None
    assert wire.agent._guard.refused == 0


def test_calls_over_the_limit_get_503_with_retry_after_and_leave_nothing(
    wire: Wire, jana: Phone, guard: Guard
) -> None:
    for _ in range(10):
        jana.invite()
    assert jana.statuses() == [401] * 6 + [503] * 4
    assert jana.heard[-1].header("Retry-After") == "1"
    assert (wire.agent.transactions, guard.refused) == (0, 4)
    wire.advance(1)
    jana.invite()
    assert jana.statuses()[-1] == 401


def test_registrations_over_the_limit_get_503(wire: Wire, trunk: Phone) -> None:
    assert [register(trunk).status for _ in range(10)] == [401] * 8 + [503] * 2


def test_what_belongs_to_a_call_has_no_limit(wire: Wire, trunk: Phone) -> None:
    leg = trunk.talk()
    for _ in range(250):
        trunk.invite(tag=leg)
        wire.do(wire.agent.accept, leg, SDP)
        trunk.ack()
    assert 503 not in trunk.statuses()


def test_overload_refuses_new_calls_and_only_those(wire: Wire, trunk: Phone, guard: Guard) -> None:
    leg = trunk.talk()
    wire.advance(BUSY[0] - wire.now + 1)
    other = Phone(wire, ("192.0.2.99", 5070))
    other.invite()
    assert (other.statuses(), other.heard[0].header("Retry-After")) == ([503], "7")
    other.ack()
    trunk.invite(tag=leg)
    wire.do(wire.agent.accept, leg, SDP)
    trunk.ack()
    trunk.request("BYE", tag=leg)
    assert trunk.statuses() == [200, 200, 200]
    assert register(other).status == 401
    wire.advance(BUSY[1] - BUSY[0])
    other.talk()


def fail(phone: Phone, times: int, user: str = "jana") -> None:
    for _ in range(times):
        log_in(phone, user=user, password="wrong")


@pytest.mark.parametrize("user", ["jana", "nobody"])
def test_after_a_few_wrong_passwords_nothing_is_heard_not_even_the_right_one(
    wire: Wire, jana: Phone, guard: Guard, user: str
) -> None:
    fail(jana, FREE_FAILURES + 1, user)
    heard = len(jana.heard)
    for method in ("REGISTER", "INVITE", "OPTIONS"):
        jana.request(method)
    assert (len(jana.heard), guard.locked_out) == (heard, 3)
    other = Phone(wire, ("10.0.0.2", 5060), "petr")
    other.to = "<sip:petr@10.0.0.9>"
    assert log_in(other, user="petr", password="jine").status == 200
    wire.advance(10.1)
    assert log_in(jana).status == 200


def test_wrong_proofs_of_callers_count_as_well(wire: Wire, jana: Phone, guard: Guard) -> None:
    for _ in range(FREE_FAILURES + 1):
        wire.advance(1)
        jana.invite()
        jana.invite(lines=[proof(jana.response("INVITE"), password="wrong")])
    heard = len(jana.heard)
    jana.invite()
    assert (len(jana.heard), guard.locked_out) == (heard, 1)


def test_a_trunk_that_guesses_passwords_is_silenced_for_registrations_alone(
    wire: Wire, trunk: Phone, guard: Guard
) -> None:
    for _ in range(FREE_FAILURES + 1):
        wire.advance(2)
        fail(trunk, 1)
    heard = len(trunk.heard)
    trunk.request("REGISTER")
    assert (len(trunk.heard), guard.locked_out) == (heard, 1)
    trunk.talk()


def test_nobody_can_have_another_locked_out(wire: Wire, jana: Phone, guard: Guard) -> None:
    """Who writes another's source address sees no challenge; one made for himself is not good there."""
    forger = Phone(wire, ("10.0.0.66", 5060))
    register(forger)
    stolen = authorization(challenge(forger), password="wrong")
    for _ in range(50):
        register(jana, auth=stolen)
        assert read_parameters(jana.response("REGISTER").all("WWW-Authenticate")[0])["stale"] == "true"
        wire.advance(1)
    assert log_in(jana).status == 200


def test_a_captured_proof_is_stale_when_it_comes_again_from_the_same_place_or_another(
    wire: Wire, jana: Phone
) -> None:
    register(jana)
    captured = authorization(challenge(jana))
    assert register(jana, auth=captured).status == 200
    again = Phone(wire, ("10.0.0.66", 5060))
    for phone in (jana, again):
        assert register(phone, auth=captured).status == 401
        assert challenge(phone)["stale"] == "true"


@pytest.mark.parametrize("password", ["heslo", "wrong"])
def test_a_nonce_that_is_not_good_tells_nothing_of_the_password(
    wire: Wire, jana: Phone, password: str
) -> None:
    register(jana)
    made_up = challenge(jana) | {"nonce": "5f-0." + "0" * 32}
    assert register(jana, auth=authorization(made_up, password=password)).status == 401
    assert challenge(jana)["stale"] == "true"


def test_a_used_nonce_that_is_forgotten_is_not_good_again(
    door: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ivr.sip.digest._REMEMBERED", 3)
    proofs = [authorization(read_parameters(door.challenges("10.0.0.1", 1000)[-1])) for _ in range(8)]
    for sent in proofs:
        assert door.verify(sent, "REGISTER", "10.0.0.1", 1001) == (Verdict.GOOD, "jana")
    assert {door.verify(sent, "REGISTER", "10.0.0.1", 1002)[0] for sent in proofs} == {Verdict.STALE}


def test_an_unknown_user_and_a_wrong_password_take_the_same_time(door: Authenticator) -> None:
    """The quickest of many runs each, within a third: no work is left out for either."""
    given = read_parameters(door.challenges("10.0.0.1", 1000)[-1])
    tries = {user: authorization(given, user, "wrong") for user in ("jana", "anna")}
    took: dict[str, float] = dict.fromkeys(tries, 1.0)
    for _ in range(3000):
        for user, sent in tries.items():
            began = time.perf_counter()
            verdict, _ = door.verify(sent, "REGISTER", "10.0.0.1", 1001)
            took[user] = min(took[user], time.perf_counter() - began)
            assert verdict is Verdict.BAD
    assert 0.75 < took["jana"] / took["anna"] < 1.33
