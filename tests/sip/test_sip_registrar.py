"""Softphones that register: challenges, answers, bindings and their end (RFC 3261 section 10.3, RFC 7616)."""

from __future__ import annotations

import hashlib
import re

import pytest
from phone import Heard, Phone
from wire import Wire

from ivr.peer import Peer
from ivr.sip.digest import Authenticator, read_parameters
from ivr.sip.registration import Registrar

HASHES = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}
URI = "sip:10.0.0.9"


@pytest.fixture
def jana(wire: Wire) -> Phone:
    phone = Phone(wire, user="jana")
    phone.to = "<sip:jana@10.0.0.9>"
    return phone


def challenge(phone: Phone, algorithm: str = "MD5") -> dict[str, str]:
    values = phone.response("REGISTER").all("WWW-Authenticate")
    return next(p for p in map(read_parameters, values) if p["algorithm"] == algorithm)


def authorization(
    given: dict[str, str], user: str = "jana", password: str = "heslo", count: int = 1, qop: bool = True
) -> str:
    """The client's side of RFC 7616 section 3.4.1, written from the RFC."""

    def h(text: str) -> str:
        return HASHES[given["algorithm"]](text.encode()).hexdigest()

    a1, a2 = h(f"{user}:{given['realm']}:{password}"), h(f"REGISTER:{URI}")
    middle = f":{count:08x}:c0ffee:auth" if qop else ""
    response = h(f"{a1}:{given['nonce']}{middle}:{a2}")
    tail = f', qop=auth, nc={count:08x}, cnonce="c0ffee"' if qop else ""
    return (
        f'Digest username="{user}", realm="{given["realm"]}", nonce="{given["nonce"]}", uri="{URI}", '
        f'response="{response}", algorithm={given["algorithm"]}{tail}'
    )


def register(phone: Phone, *lines: tuple[str, str], auth: str = "", uri: str = URI) -> Heard:
    given = [("Authorization", auth)] if auth else []
    phone.request("REGISTER", uri=uri, lines=[*lines, *given])
    return phone.response("REGISTER")


def log_in(phone: Phone, *lines: tuple[str, str], user: str = "jana", password: str = "heslo") -> Heard:
    register(phone, *lines)
    return register(phone, *lines, auth=authorization(challenge(phone), user, password))


def bound(answer: Heard) -> list[str]:
    assert answer.status == 200
    return [re.sub(r";expires=\d+", "", value) for value in answer.all("Contact")]


def test_the_stronger_challenge_comes_first(wire: Wire, jana: Phone) -> None:
    """RFC 8760 section 2.4."""
    answer = register(jana)
    assert answer.status == 401
    challenges = [read_parameters(value) for value in answer.all("WWW-Authenticate")]
    assert [p["algorithm"] for p in challenges] == ["SHA-256", "MD5"]
    assert all((p["realm"], p["qop"]) == ("infoline", "auth") and "stale" not in p for p in challenges)


@pytest.mark.parametrize("algorithm", HASHES)
@pytest.mark.parametrize("qop", [True, False])
def test_the_right_password_registers(
    wire: Wire, jana: Phone, registrar: Registrar, algorithm: str, qop: bool
) -> None:
    register(jana)
    answer = register(jana, auth=authorization(challenge(jana, algorithm), qop=qop))
    assert answer.all("Contact") == ["<sip:jana@10.0.0.1:5060>;expires=3600"]
    assert registrar.user_at(jana.address, wire.now) == "jana"
    assert registrar.user_at(Peer("10.0.0.1", 5061), wire.now) is None


@pytest.mark.parametrize(
    ("user", "password"), [("jana", "Heslo"), ("jana", ""), ("nobody", "heslo"), ("nobody", "")]
)
def test_a_wrong_password_is_challenged_again(
    wire: Wire, jana: Phone, registrar: Registrar, user: str, password: str
) -> None:
    answer = log_in(jana, user=user, password=password)
    assert answer.status == 401
    assert all("stale" not in read_parameters(value) for value in answer.all("WWW-Authenticate"))
    assert registrar.user_at(jana.address, wire.now) is None


def test_an_old_nonce_is_stale_and_the_next_try_is_good(wire: Wire, jana: Phone) -> None:
    register(jana)
    old = challenge(jana)
    wire.advance(301)
    answer = register(jana, auth=authorization(old))
    assert answer.status == 401
    assert challenge(jana)["stale"] == "true"
    assert register(jana, auth=authorization(challenge(jana))).status == 200


def test_a_nonce_count_is_used_once(wire: Wire, jana: Phone) -> None:
    """RFC 7616 section 3.4: a sniffed answer cannot be played again; the phone itself counts on."""
    register(jana)
    given = challenge(jana)
    assert register(jana, auth=authorization(given)).status == 200
    assert register(jana, auth=authorization(given)).status == 401
    assert challenge(jana)["stale"] == "true"
    assert register(jana, auth=authorization(given, count=3)).status == 200
    assert register(jana, auth=authorization(given, count=2)).status == 401


def test_two_challenges_of_one_second_are_two_nonces(wire: Wire, jana: Phone) -> None:
    """Else a phone without qop could not register twice in a second."""
    register(jana)
    first = challenge(jana)
    register(jana)
    assert challenge(jana)["nonce"] != first["nonce"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('nonce="', 'nonce="0'),
        ('nonce="', 'nonce="é'),
        ("nc=00000001", "nc=zzz"),
        ("nc=00000001", "nc=-1"),
        ("nc=00000001", "nc=" + "f" * 100),
        ("qop=auth", "qop=auth-int"),
        ("algorithm=MD5", "algorithm=SHA-512-256"),
        ('response="', 'response="é'),
        ("Digest", "Basic"),
        ('uri="sip:10.0.0.9"', 'uri="sip:other"'),
        ('realm="infoline"', 'realm="another"'),
        (', cnonce="c0ffee"', ""),
    ],
)
def test_a_proof_that_was_tampered_with_is_no_proof(
    wire: Wire, jana: Phone, registrar: Registrar, old: str, new: str
) -> None:
    register(jana)
    good = authorization(challenge(jana))
    assert old in good
    assert register(jana, auth=good.replace(old, new)).status == 401
    assert registrar.user_at(jana.address, wire.now) is None


@pytest.mark.parametrize("nonce", ["é", "5f-0.é", "-1-0.x", "5f-0." + "0" * 32, ""])
def test_a_nonce_we_never_gave_is_stale_even_with_the_right_password(
    wire: Wire, jana: Phone, nonce: str
) -> None:
    register(jana)
    given = challenge(jana) | {"nonce": nonce}
    assert register(jana, auth=authorization(given)).status == 401


def test_a_realm_may_hold_quotes() -> None:
    door = Authenticator('the "line"', b"seal", {})
    assert read_parameters(door.challenges("10.0.0.1", 0)[0])["realm"] == 'the "line"'


def test_anothers_address_is_403(wire: Wire, jana: Phone, registrar: Registrar) -> None:
    """Section 10.3, step 4."""
    jana.to = "<sip:petr@10.0.0.9>"
    assert log_in(jana).status == 403
    assert registrar.binding("petr", wire.now) is None


def test_a_repeated_register_gets_the_same_answer(wire: Wire, jana: Phone) -> None:
    log_in(jana)
    jana.again()
    assert jana.statuses() == [401, 200, 200]


def test_a_binding_ends_with_its_time(wire: Wire, jana: Phone, registrar: Registrar) -> None:
    log_in(jana, ("Expires", "120"))
    wire.advance(119)
    assert registrar.user_at(jana.address, wire.now) == "jana"
    wire.advance(1)
    assert registrar.user_at(jana.address, wire.now) is None


@pytest.mark.parametrize(
    ("expires", "given"), [("60", 60), ("99999", 3600), ("soon", 3600), ("9" * 40, 3600), ("-5", 3600)]
)
def test_how_long_is_ours_to_say(wire: Wire, jana: Phone, expires: str, given: int) -> None:
    assert log_in(jana, ("Expires", expires)).header("Contact").endswith(f";expires={given}")


def test_the_contacts_own_time_goes_before_the_headers(wire: Wire, jana: Phone) -> None:
    jana.contact += ";expires=90"
    assert log_in(jana, ("Expires", "200")).header("Contact").endswith(";expires=90")


def test_too_short_a_time_is_423(wire: Wire, jana: Phone, registrar: Registrar) -> None:
    answer = log_in(jana, ("Expires", "59"))
    assert (answer.status, answer.header("Min-Expires")) == (423, "60")
    assert registrar.binding("jana", wire.now) is None


def test_a_query_lists_and_changes_nothing(wire: Wire, jana: Phone) -> None:
    log_in(jana)
    contact, jana.contact = jana.contact, ""
    wire.advance(100)
    answer = log_in(jana)
    assert answer.header("Contact") == f"{contact};expires=3500"


def test_expires_0_removes_the_phone_that_says_so_and_no_other(
    wire: Wire, jana: Phone, registrar: Registrar
) -> None:
    log_in(jana)
    contact, jana.contact = jana.contact, "<sip:jana@10.0.0.2>"
    assert bound(log_in(jana, ("Expires", "0"))) == [contact]
    jana.contact = contact
    assert bound(log_in(jana, ("Expires", "0"))) == []
    assert registrar.user_at(jana.address, wire.now) is None


def test_a_star_removes_everything(wire: Wire, jana: Phone) -> None:
    """Section 10.3, step 6."""
    log_in(jana)
    jana.contact = "*"
    assert bound(log_in(jana, ("Expires", "0"))) == []


@pytest.mark.parametrize(("contact", "expires"), [("*", "60"), ("*, <sip:jana@10.0.0.1>", "0")])
def test_a_star_with_anything_else_is_400(wire: Wire, jana: Phone, contact: str, expires: str) -> None:
    jana.contact = contact
    assert log_in(jana, ("Expires", expires)).status == 400


def test_a_register_that_comes_late_is_500(wire: Wire, jana: Phone) -> None:
    """Section 10.3, step 7: of one Call-ID, the higher CSeq is the later word."""
    jana.cseq = 10
    log_in(jana)
    register(jana)
    jana.cseq = 4
    contact, jana.contact = jana.contact, "<sip:jana@10.0.0.2>"
    assert register(jana, auth=authorization(challenge(jana))).status == 500
    jana.cseq, jana.contact = 20, ""
    assert bound(log_in(jana)) == [contact]


def test_a_contact_of_noise_is_400_and_leaves_nothing(wire: Wire, jana: Phone) -> None:
    jana.contact = "<noise"
    assert log_in(jana).status == 400


def test_a_phone_that_moves_is_found_at_its_new_place(wire: Wire, jana: Phone, registrar: Registrar) -> None:
    log_in(jana)
    moved = Phone(wire, ("10.0.0.2", 5060), "jana")
    moved.to = jana.to
    log_in(moved)
    assert registrar.user_at(jana.address, wire.now) is None
    assert registrar.user_at(moved.address, wire.now) == "jana"
