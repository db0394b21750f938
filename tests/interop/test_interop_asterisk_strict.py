"""A PBX that insists: 100rel and session timers required, only 2xx to OPTIONS, media of its own or not."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import peer_required
from peers.asterisk import Asterisk, start_asterisk
from peers.ear import Ear
from peers.line import Line, start_line
from peers.process import until
from peers.scenario import (
    ack,
    answer,
    bye,
    challenged,
    invite,
    offer,
    pause,
    receive,
    receive_request,
    refused_ack,
    write_scenario,
)
from peers.sipp import Message, Sipp

# one trunk and one phone for each way; the last one lets the phone and the line talk to each other directly
CONFIGURATION = """
[strict](line)
aors=infoline
100rel=required
timers=required
timers_sess_expires=90

[eager](line)
aors=infoline
100rel=yes
timers=always
timers_sess_expires=90

[plain](line)
aors=infoline
100rel=no
timers=no

[direct](line)
aors=infoline
direct_media=yes

[watched](line)
aors=watched

[watched]
type=aor
contact=sip:{host}:{port}
qualify_frequency=1
qualify_timeout=1
qualify_2xx_only=yes
"""
PHONE = """
[{name}](phone)
auth={name}
callerid="{name}" <777123456>
direct_media={direct}
set_var=INFOLINE_TRUNK={trunk}

[{name}](phone-password)
username={name}
password={name}
"""
TRUNKS = {"6011": "strict", "6012": "eager", "6013": "plain", "6014": "direct"}


@dataclass(frozen=True, slots=True)
class Strict:
    """The PBX, the line it calls, and another one that only OPTIONS go to."""

    pbx: Asterisk
    line: Line
    watched: Line


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Strict]:
    peer_required("line")
    peer_required("asterisk")
    folder = tmp_path_factory.mktemp
    line = start_line(folder("ringing"), sip_more='answer_after = "1 s"')
    watched = start_line(folder("watched"))
    host, port = watched.address
    text = CONFIGURATION.format(host=host, port=port) + "".join(
        PHONE.format(name=name, trunk=trunk, direct="yes" if trunk == "direct" else "no")
        for name, trunk in TRUNKS.items()
    )
    pbx = start_asterisk(line.address, more={"pjsip.conf": text})
    pbx.cli("pjsip set logger on")
    yield Strict(pbx, line, watched)
    pbx.stop()
    watched.process.stop()
    line.stop()


def called(
    strict: Strict, sipp: Callable[..., Sipp], trunk: str, scenario: str | Path = "pbx_short"
) -> tuple[list[Message], list[int], Sipp]:
    """What the PBX and the line said to each other in one call, and the ports the phone heard speech from."""
    phone = next(name for name, of in TRUNKS.items() if of == trunk)
    before = len(strict.pbx.messages())
    caller = sipp(number=phone)
    with Ear(caller.media_port) as ear:
        outcome = caller.play(scenario, ("127.0.0.1", strict.pbx.sip_port), login=(phone, phone))
    assert outcome.code == 0, outcome.explain() + strict.pbx.process.said()[-6000:]
    between = [m for m in strict.pbx.messages()[before:] if f":{caller.sip_port}" not in m.text]
    return between, sorted({packet.source for packet in ear.packets}), caller


def first(messages: list[Message], start: str, method: str) -> Message:
    """The first message with this beginning and CSeq method."""
    found = [m for m in messages if m.start.startswith(start) and m.header("CSeq")[0].endswith(f" {method}")]
    assert found, f"no {start} of {method} in {[(m.received, m.start) for m in messages]}"
    return found[0]


@pytest.mark.interop
@pytest.mark.parametrize(("trunk", "header"), [("strict", "Require"), ("eager", "Supported")])
def test_the_pbx_acknowledges_our_ringing_by_prack(
    strict: Strict, sipp: Callable[..., Sipp], trunk: str, header: str
) -> None:
    """RFC 3262: 100rel=required sends Require, 100rel=yes Supported; either way 180 with RSeq, PRACK, 200."""
    messages, _, _ = called(strict, sipp, trunk)
    assert "100rel" in ", ".join(first(messages, "INVITE", "INVITE").header(header))
    ring = first(messages, "SIP/2.0 180", "INVITE")
    prack = first(messages, "PRACK", "PRACK")
    assert prack.header("RAck")[0].split()[0] == ring.header("RSeq")[0]
    assert first(messages, "SIP/2.0 200", "PRACK").received


@pytest.mark.interop
def test_without_100rel_there_is_no_prack_and_without_timers_the_line_will_refresh(
    strict: Strict, sipp: Callable[..., Sipp]
) -> None:
    messages, _, _ = called(strict, sipp, "plain")
    assert first(messages, "SIP/2.0 180", "INVITE").header("RSeq") == []
    answered = first(messages, "SIP/2.0 200", "INVITE")
    assert answered.header("Session-Expires") == ["300;refresher=uas"]
    assert answered.header("Require") == []
    assert [m.start for m in messages if m.start.startswith("PRACK")] == []


@pytest.mark.interop
@pytest.mark.parametrize("trunk", ["strict", "eager"])
def test_the_session_timer_is_agreed_on(strict: Strict, sipp: Callable[..., Sipp], trunk: str) -> None:
    """RFC 4028 section 9, table 2: the PBX leaves the choice to us, so it refreshes; and it believes so."""
    messages, _, _ = called(strict, sipp, trunk)
    invited = first(messages, "INVITE", "INVITE")
    assert invited.header("Session-Expires")[0].split(";")[0] == "90"
    assert ("timer" in ", ".join(invited.header("Require"))) == (trunk == "strict")
    answered = first(messages, "SIP/2.0 200", "INVITE")
    assert answered.header("Session-Expires") == ["90;refresher=uac"]
    assert "timer" in answered.header("Require")[0]


@pytest.mark.interop
def test_speech_goes_through_the_pbx_where_direct_media_is_off(
    strict: Strict, sipp: Callable[..., Sipp]
) -> None:
    messages, sources, _ = called(strict, sipp, "plain")
    assert len(sources) == 1 and not strict.line.speaks_from(sources[0])
    assert len([m for m in messages if m.start.startswith("INVITE")]) == 1, "the PBX moved the media"


@pytest.mark.interop
def test_a_pbx_that_takes_itself_out_of_the_media_moves_our_speech_to_the_phone(
    strict: Strict, sipp: Callable[..., Sipp], tmp_path: Path
) -> None:
    """direct_media=yes: a re-INVITE with the phone's address, and the phone then hears the line itself."""
    phone = write_scenario(
        tmp_path, "moved",
        invite(), receive(100, optional=True), challenged(), refused_ack(3),
        invite("[authentication]", cseq=2), receive(100, optional=True), receive(180, optional=True),
        receive(200, rrs=True), ack(2), receive_request("INVITE"), answer(200, "OK", body=offer(version=2)),
        receive_request("ACK"), pause(1.5), bye(3),
    )  # fmt: skip
    messages, sources, caller = called(strict, sipp, "direct", phone)
    moved = [
        m for m in messages if m.start.startswith("INVITE") and f"m=audio {caller.media_port} " in m.text
    ]
    assert moved, "the PBX did not try; the test shows nothing"
    assert any(strict.line.speaks_from(port) for port in sources), f"speech came from {sources}"


@pytest.mark.interop
def test_a_line_that_drains_is_unavail_to_the_pbx_and_its_calls_go_on(
    strict: Strict, sipp: Callable[..., Sipp], tmp_path: Path
) -> None:
    """qualify: Avail while OPTIONS get 2xx; 503 once it is told to end, and till its last call has."""

    def status() -> str:
        return strict.pbx.contact("watched")

    until(lambda: status() == "Avail", 5, status)
    caller = sipp()
    file = write_scenario(
        tmp_path, "drained",
        invite(), receive(100, optional=True), receive(200, rrs=True), ack(), pause(4), bye(2),
    )  # fmt: skip
    talking = caller.start(file, strict.watched.address)
    talking.wait_for(lambda: "ACK sip" in caller.said_so_far())
    strict.watched.process.ask_to_stop()
    until(lambda: status() == "Unavail", 4, status)
    assert strict.watched.process.alive
    outcome = caller.outcome(talking)
    assert outcome.code == 0, outcome.explain()
    until(lambda: not strict.watched.process.alive, 5, strict.watched.log)
