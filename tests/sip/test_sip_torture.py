"""All 49 messages of RFC 4475, each thrown at a user agent, each met with what the RFC gives."""

from __future__ import annotations

import re

import pytest
from phone import Heard, read
from test_sip_registrar import authorization
from torture import invalid, ipv6, semantics, valid
from torture.case import ACCEPTED, DROPPED, Case
from wire import Wire

from ivr.sip.digest import Authenticator, read_parameters
from ivr.sip.events import Invited
from ivr.sip.registration import Registrar

RFC_4475 = (*valid.CASES, *invalid.CASES, *semantics.CASES)
STRANGER = ("192.0.2.77", 5060)


def marked(cases: tuple[Case, ...]) -> list[object]:
    return [
        pytest.param(
            case,
            id=str(case),
            marks=[pytest.mark.xfail(strict=True, reason=case.open_to)] if case.open_to else [],
        )
        for case in cases
    ]


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
    assert sum(bool(case.open_to) for case in (*RFC_4475, *ipv6.CASES)) <= 2


@pytest.mark.parametrize("case", marked(RFC_4475))
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
