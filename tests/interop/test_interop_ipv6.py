"""SIPp over IPv6, signalling and speech, by UDP and TCP."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import peer_required
from peers.ear import Ear
from peers.line import Line
from peers.scenario import ack, bye, info, invite, keys, offer, pause, receive, request, write_scenario
from peers.sipp import Sipp
from sentences import CREDIT, hears


@pytest.mark.parametrize("transport", [pytest.param("u1", id="UDP"), pytest.param("t1", id="TCP")])
def test_a_caller_over_ipv6_presses_2_and_hears_the_credit(
    streams_line: Line, sipp: Callable[..., Sipp], tmp_path: Path, transport: str
) -> None:
    """RFC 4566 section 5.7 (IP6 in c=), RFC 5118 section 4.5 (brackets in URIs and Via)."""
    peer_required("raw sockets")
    file = write_scenario(
        tmp_path, "ipv6",
        invite(), receive(100, optional=True), receive(200, rrs=True), ack(), pause(1.5), keys("2"), pause(7),
        bye(2),
    )  # fmt: skip
    caller = sipp(transport=transport, host="::1")
    with Ear(caller.media_port, "::1") as ear:
        outcome = caller.play(file, ("::1", streams_line.address[1]))
    assert outcome.code == 0, outcome.explain()
    answered = outcome.received(200, "INVITE")[0]
    assert "c=IN IP6 ::1" in answered.text
    assert f"sip:[::1]:{streams_line.address[1]}" in answered.header("Contact")[0]
    assert hears(streams_line, ear.audio(), CREDIT, tmp_path).correlation > 0.9


def test_hold_and_resume_over_ipv6(streams_line: Line, sipp: Callable[..., Sipp], tmp_path: Path) -> None:
    peer_required("raw sockets")
    file = write_scenario(
        tmp_path, "ipv6_hold",
        invite(), receive(100, optional=True), receive(200, rrs=True), ack(), pause(1),
        request("INVITE", 2, body=offer("sendonly", 2)), receive(200, rrs=True), ack(2), pause(1.5),
        request("INVITE", 3, body=offer("sendrecv", 3)), receive(200, rrs=True), ack(3), pause(1), bye(4),
    )  # fmt: skip
    caller = sipp(host="::1")
    with Ear(caller.media_port, "::1") as ear:
        outcome = caller.play(file, ("::1", streams_line.address[1]))
    assert outcome.code == 0, outcome.explain()
    assert 50 * 1.6 < len(ear.packets) < 50 * 2.4, "it spoke to a caller on hold, or not to one who came back"
    assert {(b.sequence - a.sequence) & 0xFFFF for a, b in pairwise(ear.packets)} == {1}


def test_the_lines_own_requests_find_their_way_over_ipv6(
    streams_line: Line, sipp: Callable[..., Sipp]
) -> None:
    """REFER to the Contact of the caller, and BYE when it has been taken."""
    caller = sipp(host="::1")
    outcome = caller.play("transfer_done", ("::1", streams_line.address[1]))
    assert outcome.code == 0, outcome.explain()
    refer = outcome.requests("REFER", received=True)[0]
    assert refer.start.startswith(f"REFER sip:777123456@[::1]:{caller.sip_port}")


def test_speech_goes_by_ipv4_where_only_signalling_came_by_ipv6(
    streams_line: Line, sipp: Callable[..., Sipp], tmp_path: Path
) -> None:
    """As a phone asks for that stands behind a front of both versions."""
    peer_required("raw sockets")
    body = offer().replace("IN IP[media_ip_type] [media_ip]", "IN IP4 127.0.0.1")
    file = write_scenario(
        tmp_path, "mixed",
        invite(body=body), receive(100, optional=True), receive(200, rrs=True), ack(), pause(1),
        info("2", 2), receive(200), pause(6.5), bye(3),
    )  # fmt: skip
    caller = sipp(host="::1")
    with Ear(caller.media_port, "127.0.0.1") as ear:
        outcome = caller.play(file, ("::1", streams_line.address[1]))
    assert outcome.code == 0, outcome.explain()
    assert "c=IN IP4 127.0.0.1" in outcome.received(200, "INVITE")[0].text
    assert hears(streams_line, ear.audio(), CREDIT, tmp_path).correlation > 0.9
