"""Session timers at their shortest (90 s, RFC 4028 section 4) in real time: a minute, so all at once."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import peer_required
from peers.asterisk import start_asterisk
from peers.baresip import Baresip
from peers.line import PLAIN_PHONE, Line
from peers.process import until
from peers.scenario import (
    ack,
    answer,
    bye,
    invite,
    offer,
    pause,
    receive,
    receive_request,
    request,
    write_scenario,
)
from peers.sipp import Outcome, Sipp

TRUNK = """
[infoline](+)
timers=required
timers_sess_expires=90
"""
UNTIMED = """
[infoline](+)
timers=no
"""
TIMER = "Supported: timer"
OPENED = (receive(100, optional=True), receive(200, rrs=True), ack())
HELD = (
    invite(), *OPENED, pause(0.5),
    request("INVITE", 2, body=offer("sendonly", 2)), receive(100, optional=True), receive(200), ack(2),
)  # fmt: skip


def seconds_between(outcome: Outcome, method: str) -> float:
    """From the line's 200 to its first request of this method."""
    return outcome.requests(method, received=True)[0].at - outcome.received(200, "INVITE")[0].at


@pytest.mark.interop
def test_sessions_are_refreshed_by_us_by_the_pbx_or_ended(
    open_line: Callable[..., Line], sipp: Callable[..., Sipp], tmp_path: Path
) -> None:
    """Four calls: we refresh after 45 s, by UPDATE or INVITE; nobody does, BYE after 60 s; Asterisk does."""
    peer_required("asterisk")
    line = open_line(media_more='silent_after = "5 min"', wait="1 min")
    given, kept = "Session-Expires: 90;refresher=uas", "Session-Expires: 90;refresher=uac"
    ours = write_scenario(
        tmp_path, "ours",
        invite(TIMER, "Allow: INVITE, ACK, BYE, UPDATE", given), *OPENED,
        receive_request("UPDATE", 50), answer(200, "OK", "Require: timer", kept),
        pause(18), bye(2),
    )  # fmt: skip
    reinvited = write_scenario(
        tmp_path, "reinvited",
        invite(TIMER, "Allow: INVITE, ACK, BYE", given), *OPENED,
        receive_request("INVITE", 50), answer(180, "Ringing"), pause(1),
        answer(200, "OK", "Require: timer", kept, body=offer(version=2)), receive_request("ACK"),
        pause(18), bye(2),
    )  # fmt: skip
    nobodys = write_scenario(
        tmp_path, "nobodys",
        invite(TIMER, kept), *OPENED, receive_request("BYE", 65), answer(200, "OK"),
    )  # fmt: skip
    pbx = start_asterisk(line.address, more={"pjsip.conf": TRUNK})
    try:
        pbx.cli("pjsip set logger on")
        callers = {"ours": sipp(), "reinvited": sipp(), "nobody's": sipp(), "the PBX's": sipp(number="6001")}
        at_work = {
            "ours": callers["ours"].start(ours, line.address, seconds=80),
            "reinvited": callers["reinvited"].start(reinvited, line.address, seconds=80),
            "nobody's": callers["nobody's"].start(nobodys, line.address, seconds=80),
            "the PBX's": callers["the PBX's"].start(
                "pbx_minute", ("127.0.0.1", pbx.sip_port), login=("6001", "change-me-6001"), seconds=80
            ),
        }
        outcomes = {name: callers[name].outcome(process, 90) for name, process in at_work.items()}
        messages = pbx.messages()
    finally:
        pbx.stop()
    for outcome in outcomes.values():
        assert outcome.code == 0, outcome.explain()
    assert seconds_between(outcomes["ours"], "UPDATE") == pytest.approx(45, abs=1)
    asked = outcomes["ours"].requests("UPDATE", received=True)[0]
    assert asked.header("Session-Expires") == ["90;refresher=uac"]
    assert outcomes["ours"].requests("BYE", received=True) == []
    assert seconds_between(outcomes["reinvited"], "INVITE") == pytest.approx(45, abs=1)
    offered = outcomes["reinvited"].requests("INVITE", received=True)
    assert [m.header("Session-Expires") for m in offered] == [["90;refresher=uac"]]
    assert seconds_between(outcomes["nobody's"], "BYE") == pytest.approx(60, abs=1)
    refresh = [m for m in messages if m.header("Session-Expires") and "UPDATE" in m.header("CSeq")[0]]
    assert [(m.received, m.start.split()[0]) for m in refresh] == [(False, "UPDATE"), (True, "SIP/2.0")]
    assert outcomes["the PBX's"].requests("BYE", received=True) == []


@pytest.mark.interop
def test_phones_without_session_timers_are_asked_and_one_that_vanished_on_hold_is_missed(
    open_line: Callable[..., Line], sipp: Callable[..., Sipp], tmp_path: Path
) -> None:
    """Four on hold: one answers our INVITE, one refuses it, one knows no such call, and one has gone."""
    line = open_line(sip_more='session_expires = "90 s"', wait="1 min")
    asked = (*HELD, receive_request("INVITE", 50))
    stays = (receive_request("ACK"), pause(18), bye(3))
    scenarios = {
        "answers": (*asked, answer(200, "OK", body=offer("sendonly", 2)), *stays),
        "refuses": (*asked, answer(488, "Not Acceptable Here"), *stays),
        "forgot": (
            *asked, answer(481, "No Such Call"), receive_request("ACK"), receive_request("BYE"),
            answer(200, "OK"),
        ),
        "vanished": HELD,
    }  # fmt: skip
    callers = {name: sipp(number=f"77712345{n}") for n, name in enumerate(scenarios)}
    at_work = {
        name: callers[name].start(write_scenario(tmp_path, name, *steps), line.address, seconds=80)
        for name, steps in scenarios.items()
    }
    outcomes = {name: callers[name].outcome(process, 90) for name, process in at_work.items()}
    for outcome in outcomes.values():
        assert outcome.code == 0, outcome.explain()
    for name in ("answers", "refuses", "forgot"):
        described = [m.text.partition("\n\n")[2].strip() for m in outcomes[name].received(200, "INVITE")]
        (refresh,) = outcomes[name].requests("INVITE", received=True)
        assert refresh.text.partition("\n\n")[2].strip() == described[1] != described[0]
        assert "a=recvonly" in described[1]
        assert refresh.at - outcomes[name].received(200, "INVITE")[1].at == pytest.approx(45, abs=1)
    until(lambda: line.log().count("call ended") == 4, 5, line.log)
    assert line.log().count("session expired") == 2


@pytest.mark.interop
def test_a_pbx_without_timers_baresip_and_pyvoip_take_our_refresh_without_harm(
    open_line: Callable[..., Line],
    sipp: Callable[..., Sipp],
    baresip: Callable[..., Baresip],
) -> None:
    """A call whose refresh at 45 s has no good answer would end at 60 s; the PBX lists UPDATE."""
    peer_required("asterisk")
    line = open_line(
        sip_more='session_expires = "90 s"\ndigests = ["MD5"]',
        media_more='silent_after = "5 min"',
        wait="1 min",
    )
    pbx = start_asterisk(line.address, more={"pjsip.conf": UNTIMED})
    try:
        pbx.cli("pjsip set logger on")
        caller = sipp(number="6001")
        process = caller.start(
            "pbx_minute", ("127.0.0.1", pbx.sip_port), login=("6001", "change-me-6001"), seconds=80
        )
        with baresip(line.address, PLAIN_PHONE) as phone:
            phone.wait_till_registered()
            phone.dial("4488")
            asked = ("probe", "4488", "--from", "777123456", "--no-compare", "--json")
            probed = line.ivr(*asked, "--wait", "55", "--limit", "70")
            phone.listen(3)
            phone.hang_up()
        outcome = caller.outcome(process, 90)
        messages = pbx.messages()
    finally:
        pbx.stop()
    assert outcome.code == 0, outcome.explain()
    refresh = [m for m in messages if m.header("Session-Expires") and "UPDATE" in m.header("CSeq")[0]]
    assert [(m.received, m.start.split()[0]) for m in refresh] == [(True, "UPDATE")]
    assert outcome.requests("BYE", received=True) == []
    assert json.loads(probed)["ok"]
    until(lambda: line.log().count("call ended") == 3, 5, line.log)
    assert "session expired" not in line.log()
