"""SIPp as a caller who uses what a dialog can do: 100rel, UPDATE, late offers, CANCEL at every state."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import peer_required
from peers.ear import Ear
from peers.line import Line, start_line
from peers.scenario import (
    ack,
    bye,
    cancel,
    info,
    invite,
    note,
    offer,
    pause,
    receive,
    refused_ack,
    request,
    write_scenario,
)
from peers.sipp import Sipp
from sentences import CREDIT, hears

Caller = Callable[..., Sipp]
REQUIRED = "Require: 100rel"
PRACK = "RAck: [$rseq] 1 INVITE"


@pytest.fixture(scope="module")
def ringing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """A line that rings for two seconds before it answers."""
    peer_required("line")
    running = start_line(tmp_path_factory.mktemp("ringing"), sip_more='answer_after = "2 s"')
    yield running
    running.stop()


@pytest.mark.parametrize("header", [REQUIRED, "Supported: 100rel"])
def test_a_180_is_sent_reliably_until_its_prack(
    ringing: Line, sipp: Caller, tmp_path: Path, header: str
) -> None:
    """RFC 3262 section 3: the same RSeq at T1 and twice that, nothing after the PRACK but the 200."""
    late = write_scenario(
        tmp_path, "prack",
        invite(header), receive(100, optional=True), note(180, "rseq", "RSeq", "[0-9]+"), pause(0.8),
        request("PRACK", 2, PRACK), receive(200), receive(200, rrs=True), ack(), pause(0.2), bye(3),
    )  # fmt: skip
    outcome = sipp().play(late, ringing.address)
    assert outcome.code == 0, outcome.explain()
    rings = outcome.received(180, "INVITE")
    assert {ring.header("RSeq")[0] for ring in rings} == {rings[0].header("RSeq")[0]}
    assert all("100rel" in ring.header("Require")[0] for ring in rings)
    assert [later.at - rings[0].at for later in rings] == pytest.approx([0, 0.5], abs=0.15)
    assert outcome.received(200, "PRACK")[0].at < outcome.received(200, "INVITE")[0].at


def test_a_caller_without_100rel_hears_a_plain_ring_once(ringing: Line, sipp: Caller, tmp_path: Path) -> None:
    plain = write_scenario(
        tmp_path, "plain",
        invite(), receive(100, optional=True), receive(180), receive(200, rrs=True), ack(), bye(2),
    )  # fmt: skip
    outcome = sipp().play(plain, ringing.address)
    assert outcome.code == 0, outcome.explain()
    (ring,) = outcome.received(180, "INVITE")
    assert ring.header("RSeq") == ring.header("Require") == []


def test_an_update_puts_the_call_on_hold_and_takes_it_back(line: Line, sipp: Caller, tmp_path: Path) -> None:
    """RFC 3311 section 5.2: answered in its own 200, no ACK; one without an offer changes nothing."""
    peer_required("raw sockets")
    held = write_scenario(
        tmp_path, "update",
        invite(), receive(100, optional=True), receive(200, rrs=True), ack(), pause(1),
        request("UPDATE", 2, body=offer("sendonly", 2)), receive(200, rrs=True), pause(2),
        request("UPDATE", 3), receive(200), pause(0.2),
        request("UPDATE", 4, body=offer("sendrecv", 3)), receive(200, rrs=True), pause(1.5),
        bye(5),
    )  # fmt: skip
    caller = sipp()
    with Ear(caller.media_port) as ear:
        outcome = caller.play(held, line.address)
    assert outcome.code == 0, outcome.explain()
    hold, empty, resume = (answer.text for answer in outcome.received(200, "UPDATE"))
    assert "a=recvonly" in hold
    assert "v=0" not in empty
    assert "a=recvonly" not in resume and "a=inactive" not in resume
    steps = [(b.timestamp - a.timestamp) & 0xFFFFFFFF for a, b in pairwise(ear.packets)]
    assert 50 * 2 < len(ear.packets) < 50 * 3.2, "it spoke to a caller on hold, or not to one who came back"
    assert max(steps) < 8000 * 5


def test_a_late_offer_is_ours_and_its_answer_comes_with_the_ack(
    line: Line, sipp: Caller, tmp_path: Path
) -> None:
    """RFC 3264 section 4, RFC 3261 section 13.2.1: what the caller picks of our offer is what it hears.

    The key travels as INFO: SIPp sends events as 96 whatever was offered.
    """
    peer_required("raw sockets")
    late = write_scenario(
        tmp_path, "late_offer",
        invite(body=""), receive(100, optional=True), receive(200, rrs=True), ack(body=offer()), pause(1.5),
        info("2", 2), receive(200), pause(7),
        request("INVITE", 3), receive(100, optional=True), receive(200, rrs=True),
        ack(3, body=offer("sendonly", 2)), pause(0.3), bye(4),
    )  # fmt: skip
    caller = sipp(codec=(0, "PCMU"))
    with Ear(caller.media_port) as ear:
        outcome = caller.play(late, line.address)
    assert outcome.code == 0, outcome.explain()
    offers = [answer.text for answer in outcome.received(200, "INVITE")]
    assert all("m=audio" in text and "PCMA/8000" in text for text in offers), "no offer in the 200"
    assert {packet.payload_type for packet in ear.packets} == {0}
    assert hears(line, ear.audio(), CREDIT, tmp_path).correlation > 0.9


def test_a_late_offer_beside_100rel_required_is_answered_without_a_ring(
    ringing: Line, sipp: Caller, tmp_path: Path
) -> None:
    """RFC 3262 section 5: the first reliable response would have to bring our offer, so there is none."""
    late = write_scenario(
        tmp_path, "late_reliable",
        invite(REQUIRED, body=""), receive(100, optional=True), receive(200, rrs=True),
        ack(body=offer()), pause(0.5), bye(2),
    )  # fmt: skip
    outcome = sipp().play(late, ringing.address)
    assert outcome.code == 0, outcome.explain()
    assert "m=audio" in outcome.received(200, "INVITE")[0].text


@pytest.mark.parametrize("pracked", [False, True], ids=["before its PRACK", "after its PRACK"])
def test_a_call_cancelled_while_it_rings_reliably_is_487(
    ringing: Line, sipp: Caller, tmp_path: Path, pracked: bool
) -> None:
    first = [invite(REQUIRED), receive(100, optional=True), note(180, "rseq", "RSeq", "[0-9]+")]
    known = [request("PRACK", 2, PRACK), receive(200)] if pracked else [pause(0.1)]
    back = len(first) + len(known)
    # what the scenario has to look at so that SIPp does not call the variable unused
    look = ['<nop><action><log message="RSeq [$rseq]"/></action></nop>']
    file = write_scenario(
        tmp_path, "cancelled",
        *first, *known, cancel(back), receive(200), receive(487), refused_ack(back + 3), *look,
    )  # fmt: skip
    outcome = sipp().play(file, ringing.address)
    assert outcome.code == 0, outcome.explain()
    assert len(outcome.received(487, "INVITE")) == 1
    assert outcome.received(200, "INVITE") == []


@pytest.mark.parametrize("acked", [False, True], ids=["before the ACK", "after the ACK"])
def test_a_cancel_after_the_answer_changes_nothing(
    line: Line, sipp: Caller, tmp_path: Path, acked: bool
) -> None:
    """RFC 3261 section 9.2: "no effect on the processing of the original request"."""
    asked = [cancel(3), receive(200)]
    file = write_scenario(
        tmp_path, "too_late",
        invite(), receive(100, optional=True), receive(200, rrs=True),
        *([ack(), cancel(4), receive(200)] if acked else [*asked, ack()]), pause(0.3), bye(2),
    )  # fmt: skip
    outcome = sipp().play(file, line.address)
    assert outcome.code == 0, outcome.explain()
    assert outcome.received(487, "INVITE") == []
    assert outcome.received(200, "CANCEL")
