"""The line behind a real Kamailio with the configuration of ``kamailio-conf/``."""

from collections.abc import Callable
from pathlib import Path

from conftest import peer_required
from peers.kamailio import Kamailio, start_kamailio
from peers.line import Line
from peers.process import free_port, until
from peers.scenario import keys
from peers.sipp import Message, Sipp
from sentences import CREDIT, spoken_by
from together import ALIKE, call_that_listens, play_till_heard

Caller = Callable[..., Sipp]


def front(message: Message, kamailio: Kamailio) -> bool:
    """Whether a request came through Kamailio: it has put its Via on top of the line's own."""
    vias = message.header("Via")
    return len(vias) == 2 and f":{kamailio.sip_port};" in vias[0]


def test_the_call_stays_in_the_path_by_record_route(line: Line, kamailio: Kamailio, sipp: Caller) -> None:
    """RFC 3261 section 12.1.1: the 200 carries Record-Route back, ACK and BYE follow it."""
    peer_required("raw sockets")
    call = play_till_heard(
        call_that_listens(sipp(), keys("2")),
        line.address,
        spoken_by(line, CREDIT),
        through=("127.0.0.1", kamailio.sip_port),
    )
    assert call.outcome.code == 0, call.outcome.explain()
    answers = call.outcome.received(200, "INVITE")
    assert len(answers) == 1, "the ACK did not reach the line: it sent the 200 again"
    assert f":{kamailio.sip_port};lr" in answers[0].header("Record-Route")[0]
    assert f":{line.address[1]}" in answers[0].header("Contact")[0]
    assert call.found.correlation > ALIKE


def test_the_lines_own_bye_goes_through_the_proxy(line: Line, kamailio: Kamailio, sipp: Caller) -> None:
    """RFC 3261 section 12.2.1.1: the line keeps the route set and uses it for its own requests."""
    peer_required("raw sockets")
    outcome = sipp().play("line_hangs_up", line.address, through=("127.0.0.1", kamailio.sip_port))
    assert outcome.code == 0, outcome.explain()
    assert all(front(bye, kamailio) for bye in outcome.requests("BYE", received=True)), outcome.explain()


def test_hold_and_resume_through_the_proxy(line: Line, kamailio: Kamailio, sipp: Caller) -> None:
    outcome = sipp().play("hold", line.address, through=("127.0.0.1", kamailio.sip_port))
    assert outcome.code == 0, outcome.explain()


def test_a_refusal_comes_back_through_the_proxy(line: Line, kamailio: Kamailio, sipp: Caller) -> None:
    outcome = sipp().play("refused", line.address, dial="9999", through=("127.0.0.1", kamailio.sip_port))
    assert outcome.code == 0, outcome.explain()


def test_a_node_that_is_full_hands_the_call_to_the_next(
    line: Line, open_line: Callable[..., Line], sipp: Caller, tmp_path: Path
) -> None:
    """Twenty calls over two nodes, one of which takes a single call: none of them fails."""
    peer_required("kamailio")
    small = open_line(sip_more="max_calls = 1")
    kamailio = start_kamailio([small.address, line.address], tmp_path)
    try:
        outcome = sipp().play(
            "call_short", line.address, calls=20, rate=10, through=("127.0.0.1", kamailio.sip_port)
        )
    finally:
        kamailio.stop()
    assert outcome.code == 0, outcome.explain()
    nodes = {
        answer.header("Contact")[0].split(":")[2].split(">")[0] for answer in outcome.received(200, "INVITE")
    }
    assert nodes == {str(small.address[1]), str(line.address[1])}


def test_a_dead_node_is_left_out(line: Line, sipp: Caller, tmp_path: Path) -> None:
    """Ten calls over the line and a port where nobody is: all are answered, and the port is left out."""
    peer_required("kamailio")
    nobody = free_port()
    kamailio = start_kamailio([("127.0.0.1", nobody), line.address], tmp_path)
    try:
        outcome = sipp().play("call_short", line.address, calls=10, through=("127.0.0.1", kamailio.sip_port))
        dead, alive = f"sip:127.0.0.1:{nobody}", f"sip:127.0.0.1:{line.address[1]}"
        until(lambda: kamailio.nodes() == {dead: "IP", alive: "AP"}, 10, lambda: str(kamailio.nodes()))
    finally:
        kamailio.stop()
    assert outcome.code == 0, outcome.explain()


def test_a_bye_of_no_call_is_481_at_the_front(line: Line, kamailio: Kamailio, sipp: Caller) -> None:
    outcome = sipp().play("bye_unknown", line.address, through=("127.0.0.1", kamailio.sip_port))
    assert outcome.code == 0, outcome.explain()


def test_the_front_complains_of_nothing(kamailio: Kamailio) -> None:
    assert [text for text in ("ERROR", "CRITICAL") if text in kamailio.process.said()] == []
