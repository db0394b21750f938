"""SIPp and a softphone by TCP and TLS, straight to the line."""

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import peer_required
from peers.baresip import Baresip
from peers.certificates import Certificates
from peers.ear import Ear
from peers.line import PLAIN_PHONE, Line
from peers.scenario import (
    DEAF,
    ack,
    answer,
    bye,
    cancel,
    info,
    invite,
    pause,
    receive,
    receive_request,
    refused_ack,
    write_scenario,
)
from peers.sipp import Sipp
from sentences import CREDIT, PHONES_CREDIT, hears

Caller = Callable[..., Sipp]


def test_the_credit_is_heard_over_tcp(streams_line: Line, sipp: Caller, tmp_path: Path) -> None:
    """RFC 3261 section 18: our Contact says TCP too, so that ACK and BYE come by it."""
    peer_required("raw sockets")
    file = write_scenario(
        tmp_path, "tcp",
        invite(), receive(100, optional=True), receive(200, rrs=True), ack(), pause(1),
        info("2", 2), receive(200), pause(6.5), bye(3),
    )  # fmt: skip
    caller = sipp(transport="t1")
    with Ear(caller.media_port) as ear:
        outcome = caller.play(file, streams_line.address)
    assert outcome.code == 0, outcome.explain()
    answers = outcome.received(200, "INVITE")
    assert len(answers) == 1
    assert ";transport=tcp" in answers[0].header("Contact")[0].lower()
    assert hears(streams_line, ear.audio(), CREDIT, tmp_path).correlation > 0.9


def test_a_hundred_calls_each_by_a_connection_of_its_own(streams_line: Line, sipp: Caller) -> None:
    outcome = sipp(transport="tn").play("call_short", streams_line.address, calls=100, rate=20)
    assert outcome.code == 0, outcome.explain()
    assert len({bye.header("Call-ID")[0] for bye in outcome.received(200, "BYE")}) == 100


def test_a_hundred_calls_by_one_connection(streams_line: Line, sipp: Caller) -> None:
    outcome = sipp(transport="t1").play("call_short", streams_line.address, calls=100, rate=20)
    assert outcome.code == 0, outcome.explain()
    assert len({bye.header("Call-ID")[0] for bye in outcome.received(200, "BYE")}) == 100


def test_the_lines_own_requests_come_by_the_callers_connection(
    streams_line: Line, sipp: Caller, tmp_path: Path
) -> None:
    """RFC 5923: the Contact names a port where nobody listens, as that of a phone behind NAT does."""
    file = write_scenario(
        tmp_path, "tcp_refer",
        invite(contact=DEAF), receive(100, optional=True), receive(200, rrs=True), ack(), pause(0.3),
        info("0", 2), receive(200), receive_request("REFER", 12), answer(603, "Decline"), pause(0.5), bye(3),
    )  # fmt: skip
    outcome = sipp(transport="t1").play(file, streams_line.address)
    assert outcome.code == 0, outcome.explain()
    assert "SIP/2.0/TCP" in outcome.requests("REFER", received=True)[0].header("Via")[0]


def test_a_call_is_cancelled_over_tcp(open_line: Callable[..., Line], sipp: Caller, tmp_path: Path) -> None:
    line = open_line(sip_more='answer_after = "5 s"')
    file = write_scenario(
        tmp_path, "tcp_cancel",
        invite(), receive(100, optional=True), receive(180), pause(0.8),
        cancel(4), receive(200), receive(487), refused_ack(7),
    )  # fmt: skip
    outcome = sipp(transport="t1").play(file, line.address)
    assert outcome.code == 0, outcome.explain()
    assert len(outcome.received(180, "INVITE")) == 1


@pytest.mark.parametrize("transport", ["tcp", "tls"])
def test_a_softphone_registers_and_hears_its_credit(
    streams_line: Line,
    certificates: Certificates,
    baresip: Callable[..., Baresip],
    tmp_path: Path,
    transport: str,
) -> None:
    server = streams_line.tls if transport == "tls" else streams_line.address
    with baresip(server, PLAIN_PHONE, transport=transport, ca=certificates.ca) as phone:
        phone.wait_till_registered()
        phone.dial("4488")
        phone.listen(1)
        phone.press("2")
        phone.listen(6)
        phone.hang_up()
        found = hears(streams_line, phone.heard(), PHONES_CREDIT, tmp_path)
    assert found.correlation > 0.9, f"the credit was not heard: {found}\n{streams_line.log()[-2000:]}"
