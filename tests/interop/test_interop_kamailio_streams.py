"""The line behind a Kamailio that callers reach by TCP and TLS; it reaches the line by UDP or TCP."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import peer_required
from peers.baresip import Baresip
from peers.certificates import Certificates
from peers.kamailio import Kamailio, start_kamailio
from peers.line import Line
from peers.process import until
from peers.scenario import (
    DEAF,
    ack,
    answer,
    bye,
    info,
    invite,
    pause,
    receive,
    receive_request,
    write_scenario,
)
from peers.sipp import Sipp
from sentences import CREDIT, hears

CALLER = ("777123456", "none")


@pytest.fixture(scope="module", params=["udp", "tcp"])
def front(
    request: pytest.FixtureRequest,
    streams_line: Line,
    certificates: Certificates,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Kamailio]:
    """The front by all transports; it reaches the line by the one of the parameter."""
    peer_required("kamailio")
    folder = tmp_path_factory.mktemp("front")
    running = start_kamailio([streams_line.address], folder, by=request.param, certificates=certificates)
    yield running
    running.stop()


@pytest.mark.interop
def test_a_caller_by_tls_hears_the_credit_through_the_front(
    streams_line: Line,
    front: Kamailio,
    certificates: Certificates,
    baresip: Callable[..., Baresip],
    tmp_path: Path,
) -> None:
    """The front speaks TLS, the line behind it does not; ACK and BYE find their way by both Record-Routes."""
    ended = streams_line.log().count("call ended")
    with baresip(
        ("127.0.0.1", front.tls_port), CALLER, transport="tls", ca=certificates.ca, registers=False
    ) as phone:
        phone.dial("4488")
        phone.listen(1)
        phone.press("2")
        phone.listen(6)
        phone.hang_up()
        found = hears(streams_line, phone.heard(), CREDIT, tmp_path)
    assert found.correlation > 0.9, f"the credit was not heard: {found}\n{streams_line.log()[-2000:]}"
    until(lambda: streams_line.log().count("call ended") > ended, 3, streams_line.log)


@pytest.mark.interop
def test_the_lines_refer_and_bye_come_back_by_the_callers_connection(
    streams_line: Line, front: Kamailio, sipp: Callable[..., Sipp], tmp_path: Path
) -> None:
    """To the front by its Record-Routes, and on by the connection: the Contact's port is nobody's."""
    file = write_scenario(
        tmp_path, "front_tcp",
        invite(contact=DEAF), receive(100, optional=True), receive(200, rrs=True), ack(), pause(0.3),
        info("0", 2), receive(200), receive_request("REFER", 12), answer(603, "Decline"), pause(0.5), bye(3),
    )  # fmt: skip
    outcome = sipp(transport="t1").play(file, ("127.0.0.1", front.sip_port))
    assert outcome.code == 0, outcome.explain()
    routes = ",".join(outcome.received(200, "INVITE")[0].header("Record-Route"))
    assert "transport=tcp" in routes
    refer = outcome.requests("REFER", received=True)[0]
    vias = refer.header("Via")
    assert len(vias) == 2, "the REFER went past the front"
    assert f"SIP/2.0/TCP 127.0.0.1:{front.sip_port};" in vias[0]


@pytest.mark.interop
def test_the_front_by_tcp_and_tls_complains_of_nothing(front: Kamailio) -> None:
    assert [text for text in ("ERROR", "CRITICAL") if text in front.process.said()] == []
