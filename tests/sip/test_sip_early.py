"""Early media: 183 with SDP, plainly and reliably, and offers before the answer (RFC 3262, 3311, 6337)."""

from __future__ import annotations

import pytest
from phone import SDP, Heard, Phone
from wire import Wire

from ivr.sip.events import Cause, Confirmed, Ended, Invited, Progressed, Reinvited

ABLE = ("Supported", "100rel")
NEEDS = ("Require", "100rel")
OURS = SDP.replace(b"10.0.0.1", b"10.0.0.9")
HELD = SDP + b"a=sendonly\r\n"


def early(wire: Wire, phone: Phone, *lines: tuple[str, str], body: bytes = SDP) -> str:
    phone.invite(body=body, lines=lines)
    leg: str = wire.of(Invited)[-1].leg
    wire.do(wire.agent.progress, leg, OURS)
    return leg


def progress(phone: Phone) -> list[Heard]:
    return [m for m in phone.heard if m.status == 183]


def prack(phone: Phone, leg: str, body: bytes = b"", kind: str = "application/sdp") -> None:
    last = [m for m in phone.heard if m.all("RSeq")][-1]
    phone.request("PRACK", tag=leg, body=body, kind=kind, lines=[("RAck", f"{last.header('RSeq')} 1 INVITE")])


def test_a_plain_183_carries_the_answer_and_the_200_the_same(wire: Wire, phone: Phone) -> None:
    """RFC 3261 section 13.2.1: "the same exact answer"."""
    leg = early(wire, phone)
    (sent,) = progress(phone)
    assert (sent.body, sent.header("Content-Type"), sent.all("Require")) == (OURS, "application/sdp", [])
    assert (sent.tag, sent.header("Contact")) == (leg, "<sip:10.0.0.9:5060>")
    assert wire.of(Progressed) == [Progressed(leg, None)]
    assert [event.reliable for event in wire.of(Invited)] == [False]
    wire.do(wire.agent.accept, leg, OURS)
    assert phone.response("INVITE").body == OURS
    phone.ack()
    assert wire.of(Confirmed) == [Confirmed(leg, None)]


@pytest.mark.parametrize("line", [ABLE, NEEDS])
def test_a_reliable_183_is_resent_until_its_prack_and_the_200_says_nothing_of_the_session(
    wire: Wire, phone: Phone, line: tuple[str, str]
) -> None:
    leg = early(wire, phone, line)
    wire.advance(1.6)
    assert [m.body for m in progress(phone)] == [OURS, OURS, OURS]
    assert progress(phone)[0].header("Require") == "100rel"
    assert not wire.of(Progressed)
    prack(phone, leg)
    assert wire.of(Progressed) == [Progressed(leg, None)]
    wire.advance(20)
    assert len(progress(phone)) == 3
    wire.do(wire.agent.accept, leg, OURS)
    answer = phone.response("INVITE")
    assert (answer.status, answer.body, answer.all("Content-Type")) == (200, b"", [])
    phone.ack()
    assert wire.of(Confirmed) == [Confirmed(leg, None)]
    assert not wire.of(Reinvited)


def test_no_200_before_the_prack_of_a_183(wire: Wire, phone: Phone) -> None:
    """RFC 3262 section 3: it "MUST NOT send a final response until those ... are acknowledged"."""
    leg = early(wire, phone, ABLE)
    wire.do(wire.agent.accept, leg, OURS)
    assert 200 not in phone.statuses("INVITE")
    prack(phone, leg)
    assert phone.statuses("PRACK") == [200]
    assert phone.response("INVITE").status == 200
    phone.ack()
    assert len(wire.of(Confirmed)) == 1


@pytest.mark.parametrize("ending", ["CANCEL", "BYE", "refuse", "hang up", "silence"])
def test_a_200_that_waits_for_its_prack_goes_with_the_call(wire: Wire, phone: Phone, ending: str) -> None:
    leg = early(wire, phone, NEEDS)
    wire.do(wire.agent.accept, leg, OURS)
    match ending:
        case "CANCEL":
            phone.cancel()
        case "BYE":
            phone.request("BYE", tag=leg)
        case "refuse":
            wire.do(wire.agent.refuse, leg, 486)
        case "hang up":
            wire.do(wire.agent.hang_up, leg)
        case _:
            wire.advance(33)
            assert wire.of(Ended) == [Ended(leg, Cause.NO_PRACK)]
    prack(phone, leg)
    assert 200 not in phone.statuses("INVITE")
    assert len(wire.of(Ended)) == 1


def test_our_offer_goes_in_the_183_and_its_answer_comes_in_the_prack(wire: Wire, phone: Phone) -> None:
    """RFC 3262 section 5, RFC 6337 section 2.1, pattern 4."""
    leg = early(wire, phone, NEEDS, body=b"")
    assert wire.of(Invited)[0].reliable
    assert progress(phone)[0].body == OURS
    phone.request("UPDATE", tag=leg, body=HELD)
    assert phone.statuses("UPDATE") == [491]
    prack(phone, leg, SDP)
    assert wire.of(Progressed) == [Progressed(leg, SDP)]
    wire.do(wire.agent.accept, leg, OURS)
    assert phone.response("INVITE").body == b""
    phone.ack()
    assert wire.of(Confirmed) == [Confirmed(leg, None)]


def test_a_prack_without_the_answer_to_our_offer_is_told_as_empty(wire: Wire, phone: Phone) -> None:
    leg = early(wire, phone, ABLE, body=b"")
    prack(phone, leg)
    assert wire.of(Progressed) == [Progressed(leg, b"")]


@pytest.mark.parametrize("lines", [[], [("Supported", "timer")]])
def test_our_offer_is_not_sent_where_it_could_be_lost(
    wire: Wire, phone: Phone, lines: list[tuple[str, str]]
) -> None:
    leg = early(wire, phone, *lines, body=b"")
    assert phone.statuses() == []
    assert not wire.of(Progressed)
    wire.do(wire.agent.accept, leg, OURS)
    assert phone.response("INVITE").body == OURS
    phone.ack(body=SDP)
    assert wire.of(Confirmed) == [Confirmed(leg, SDP)]


def test_a_183_waits_for_the_prack_of_the_180_and_counts_on(wire: Wire, phone: Phone) -> None:
    """RFC 3262 section 3: the first must be acknowledged before a second; each RSeq one greater."""
    phone.invite(lines=[ABLE])
    leg = wire.of(Invited)[0].leg
    wire.do(wire.agent.ring, leg)
    wire.do(wire.agent.progress, leg, OURS)
    assert progress(phone) == []
    prack(phone, leg)
    first, second = (int(m.header("RSeq")) for m in phone.heard if m.all("RSeq"))
    assert second == first + 1
    prack(phone, leg)
    assert wire.of(Progressed) == [Progressed(leg, None)]
    wire.do(wire.agent.accept, leg, OURS)
    phone.ack()


@pytest.mark.parametrize("method", ["UPDATE", "PRACK"])
def test_an_offer_before_the_answer_is_answered_once_the_first_is(
    wire: Wire, phone: Phone, method: str
) -> None:
    """RFC 3311 section 5.1 and RFC 3262 section 5."""
    leg = early(wire, phone, ABLE)
    if method == "UPDATE":
        prack(phone, leg)
        phone.request("UPDATE", tag=leg, body=HELD)
    else:
        prack(phone, leg, HELD)
    assert wire.of(Reinvited) == [Reinvited(leg, HELD, phone.address)]
    assert 200 not in phone.statuses("INVITE")
    wire.do(wire.agent.accept, leg, OURS)
    answer = phone.response(method)
    assert (answer.status, answer.body) == (200, OURS)
    wire.do(wire.agent.accept, leg, OURS)
    assert phone.response("INVITE").body == b""
    phone.ack()


def test_an_offer_that_is_refused_leaves_the_early_session(wire: Wire, phone: Phone) -> None:
    leg = early(wire, phone, ABLE)
    prack(phone, leg)
    phone.request("UPDATE", tag=leg, body=HELD)
    phone.request("UPDATE", tag=leg, body=SDP)
    phone.request("UPDATE", tag=leg)
    wire.do(wire.agent.refuse, leg, 488)
    assert phone.statuses("UPDATE") == [500, 500, 488]
    assert not wire.of(Ended)
    wire.do(wire.agent.accept, leg, OURS)
    phone.ack()


def test_a_held_200_waits_for_the_offer_in_the_prack_as_well(wire: Wire, phone: Phone) -> None:
    leg = early(wire, phone, ABLE)
    wire.do(wire.agent.accept, leg, OURS)
    prack(phone, leg, HELD)
    assert 200 not in phone.statuses("INVITE")
    wire.do(wire.agent.accept, leg, OURS)
    assert [phone.response(method).status for method in ("PRACK", "INVITE")] == [200, 200]
    phone.ack()


@pytest.mark.parametrize("ending", ["CANCEL", "BYE", "hang up"])
def test_an_offer_that_waits_ends_with_the_call(wire: Wire, phone: Phone, ending: str) -> None:
    leg = early(wire, phone, ABLE)
    prack(phone, leg)
    invite = phone.branch, phone.cseq
    phone.request("UPDATE", tag=leg, body=HELD)
    if ending == "CANCEL":
        phone.branch, phone.cseq = f"z9hG4bK{phone.tag}.1", 1
        phone.cancel()
        phone.branch, phone.cseq = invite
    elif ending == "BYE":
        phone.request("BYE", tag=leg)
    else:
        wire.do(wire.agent.hang_up, leg)
    assert phone.statuses("UPDATE") == [487]
    assert len(wire.of(Ended)) == 1


def test_an_offer_in_an_update_after_a_plain_183_is_500(wire: Wire, phone: Phone) -> None:
    """RFC 3311 section 5.2: the answer has not arrived for certain, so the first offer is still open."""
    leg = early(wire, phone)
    phone.request("UPDATE", tag=leg, body=HELD)
    assert phone.statuses("UPDATE") == [500]
    wire.do(wire.agent.accept, leg, OURS)
    phone.ack()


def test_a_prack_of_a_180_may_not_offer_and_of_strange_content_is_415(wire: Wire, phone: Phone) -> None:
    phone.invite(lines=[ABLE])
    leg = wire.of(Invited)[0].leg
    wire.do(wire.agent.ring, leg)
    prack(phone, leg, SDP)
    prack(phone, leg, b"x", "text/plain")
    assert phone.statuses("PRACK") == [400, 415]
    wire.advance(0.6)
    assert phone.statuses("INVITE") == [180, 180]


def test_progress_of_a_call_that_talks_or_is_gone_does_nothing(wire: Wire, phone: Phone) -> None:
    leg = phone.talk()
    wire.do(wire.agent.progress, leg, OURS)
    wire.do(wire.agent.progress, "nobody", OURS)
    assert progress(phone) == []
