"""Calls by SIPp, somebody else's caller, to the running line."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import peer_required
from listening import find, signal_to_noise
from peers.ear import Ear
from peers.line import Line
from peers.scenario import info, keys, receive, request
from peers.sipp import Sipp
from sentences import CREDIT, hears, hears_prompt, prompt, spoken_by
from together import ALIKE, call_that_listens, play_together

Caller = Callable[..., Sipp]
LAWS = [pytest.param((8, "PCMA"), id="A-law"), pytest.param((0, "PCMU"), id="mu-law")]
WAYS = {
    "RFC 4733": [keys("2")],
    "INFO dtmf-relay": [info("2", 2), receive(200)],
    "INFO dtmf": [request("INFO", 2, "Content-Type: application/dtmf", body="2"), receive(200)],
}


def test_key_2_reads_the_credit_by_either_law_and_each_way_a_key_travels(line: Line, sipp: Caller) -> None:
    """CP-10, six calls at once."""
    peer_required("raw sockets")
    plans = {
        f"{way}, {codec[1]}": call_that_listens(sipp(codec=codec), *press)
        for way, press in WAYS.items()
        for codec in ((8, "PCMA"), (0, "PCMU"))
    }
    calls = play_together(plans, line.address, spoken_by(line, CREDIT))
    for name, call in calls.items():
        assert call.outcome.code == 0, f"{name}: {call.outcome.explain()}"
        assert call.payload_types == {plans[name].caller.codec[0]}, name
        assert call.found.correlation > ALIKE, (
            f"{name}: the credit was not heard: {call.found}\n{line.log()[-2000:]}"
        )


@pytest.mark.parametrize("codec", LAWS)
def test_the_answer_comes_within_200_ms_and_the_welcome_in_its_law_at_once(
    line: Line, sipp: Caller, codec: tuple[int, str]
) -> None:
    """RFC 3551 section 4.5.14: decoded by somebody else's G.711, only quantisation is left of the noise."""
    peer_required("raw sockets")
    caller = sipp(codec=codec)
    with Ear(caller.media_port) as ear:
        outcome = caller.play("call_short", line.address)
    assert outcome.code == 0, outcome.explain()
    asked = outcome.requests("INVITE", received=False)[0]
    answered = outcome.received(200, "INVITE")[0]
    assert answered.at - asked.at < 0.2
    source = prompt(line, "welcome")[: 8000 * 3 // 2]
    found = find(ear.audio(), source)
    assert found.offset_s < 0.2
    assert found.correlation > 0.99
    assert signal_to_noise(ear.audio(), source) > 30


def test_the_stream_is_one_packet_every_20_ms_without_gaps(line: Line, sipp: Caller) -> None:
    """RFC 3550 section 5.1, RFC 3551 section 4.2: sequence by one, timestamp by 160 while it speaks."""
    peer_required("raw sockets")
    caller = sipp()
    with Ear(caller.media_port) as ear:
        caller.play("call_short", line.address)
    speech = ear.packets
    assert len({packet.ssrc for packet in speech}) == 1
    assert {len(packet.payload) for packet in speech} == {160}
    steps = {(b.sequence - a.sequence) & 0xFFFF for a, b in pairwise(speech)}
    assert steps == {1}
    ticks = {(b.timestamp - a.timestamp) & 0xFFFFFFFF for a, b in pairwise(speech)}
    assert all(tick % 160 == 0 for tick in ticks)


def test_a_late_ack_has_the_200_sent_again_until_it_comes(brisk_line: Line, sipp: Caller) -> None:
    """RFC 3261 section 13.3.1.4: after T1, then doubled; none once the ACK is there."""
    outcome = sipp().play("lost_ack", brisk_line.address)
    assert outcome.code == 0, outcome.explain()
    times = [answer.at for answer in outcome.received(200, "INVITE")]
    acked = outcome.requests("ACK", received=False)[0].at
    steps = [later - times[0] for later in times if later < acked]
    assert steps == pytest.approx([0, 0.1, 0.3, 0.7, 1.5], abs=0.09)
    assert [time for time in times if time > acked + 0.1] == []


def test_without_any_ack_the_line_gives_up_after_64_t1_with_bye(brisk_line: Line, sipp: Caller) -> None:
    """RFC 3261 section 13.3.1.4: 6.4 s where T1 is 100 ms."""
    outcome = sipp().play("no_ack", brisk_line.address)
    assert outcome.code == 0, outcome.explain()
    answers = outcome.received(200, "INVITE")
    bye = outcome.requests("BYE", received=True)[0]
    assert len(answers) == 7
    assert bye.at - answers[0].at == pytest.approx(6.4, abs=0.5)


def test_options_is_answered_with_what_the_line_takes(line: Line, sipp: Caller) -> None:
    """RFC 3261 section 11.2."""
    outcome = sipp().play("options", line.address)
    assert outcome.code == 0, outcome.explain()
    allowed = ", ".join(outcome.received(200, "OPTIONS")[0].header("Allow"))
    assert {"INVITE", "ACK", "BYE", "CANCEL", "OPTIONS"} <= set(allowed.replace(" ", "").split(","))


def test_hold_and_resume_by_each_way_a_phone_knows(line: Line, sipp: Caller) -> None:
    """RFC 3264 section 8.4, and the 0.0.0.0 of RFC 2543: no speech is sent while held."""
    peer_required("raw sockets")
    caller = sipp()
    with Ear(caller.media_port) as ear:
        outcome = caller.play("hold", line.address)
    assert outcome.code == 0, outcome.explain()
    answers = [answer.text for answer in outcome.received(200, "INVITE")]
    directions = [
        next((d for d in ("sendonly", "recvonly", "inactive") if f"a={d}" in text), "sendrecv")
        for text in answers
    ]
    assert directions[:5] == ["sendrecv", "recvonly", "sendrecv", "inactive", "sendrecv"]
    assert directions[6] == "sendrecv"
    versions = [text.split("o=")[1].split()[2] for text in answers]
    assert len({text.split("o=")[1].split()[1] for text in answers}) == 1, "the session's id changed"
    assert [int(v) for v in versions] == sorted(int(v) for v in versions)
    assert len(ear.packets) < 50 * 5.2, "it spoke to a caller who was on hold"
    assert len(ear.packets) > 50 * 2, "it did not speak again to a caller who came back"


def test_a_caller_who_hangs_up_while_it_rings_gets_487(open_line: Callable[..., Line], sipp: Caller) -> None:
    """RFC 3261 section 9.2, with a line that rings for a while first (``answer_after``)."""
    outcome = sipp().play("cancel", open_line(sip_more='answer_after = "5 s"').address)
    assert outcome.code == 0, outcome.explain()
    assert outcome.received(200, "CANCEL")
    assert outcome.received(487, "INVITE")


def test_three_wrong_keys_end_with_goodbye_and_the_lines_own_bye(line: Line, sipp: Caller) -> None:
    peer_required("raw sockets")
    caller = sipp()
    with Ear(caller.media_port) as ear:
        outcome = caller.play("line_hangs_up", line.address)
    assert outcome.code == 0, outcome.explain()
    assert outcome.requests("BYE", received=True)
    said = [hears_prompt(line, ear.audio(), text, 1.0) for text in ("wrong-key-1", "wrong-key-2", "goodbye")]
    assert [found.correlation > 0.9 for found in said] == [True, True, True], said
    assert said == sorted(said, key=lambda found: found.offset_s)


def test_a_hundred_calls_at_twenty_a_second_and_none_fails(line: Line, sipp: Caller) -> None:
    outcome = sipp().play("call_short", line.address, calls=100, rate=20)
    assert outcome.code == 0, outcome.explain()
    assert len({bye.header("Call-ID")[0] for bye in outcome.received(200, "BYE")}) == 100
    ended = [text for text in line.log().splitlines() if "call ended" in text][-100:]
    sent = [int(text.split(" sent=")[1].split()[0]) for text in ended]
    assert min(sent) > 80, f"two seconds are 100 packets, not {sorted(sent)[:10]}"


def test_a_number_that_is_no_line_of_ours_is_404(line: Line, sipp: Caller) -> None:
    outcome = sipp().play("refused", line.address, dial="9999")
    assert outcome.code == 0, outcome.explain()


def test_an_offer_without_a_codec_of_ours_is_488(line: Line, sipp: Caller) -> None:
    outcome = sipp().play("no_codec", line.address)
    assert outcome.code == 0, outcome.explain()


def test_a_bye_of_no_call_is_481(line: Line, sipp: Caller) -> None:
    outcome = sipp().play("bye_unknown", line.address)
    assert outcome.code == 0, outcome.explain()


def test_a_call_too_many_is_503_and_told_when_to_try_again(
    open_line: Callable[..., Line], sipp: Caller
) -> None:
    small = open_line(sip_more="max_calls = 1")
    first = sipp()
    holds = first.start("call_short", small.address)
    holds.wait_for(lambda: "ACK sip" in first.said_so_far())
    outcome = sipp().play("full", small.address)
    assert outcome.code == 0, outcome.explain()
    assert outcome.received(503, "INVITE")[0].header("Retry-After")
    assert first.outcome(holds).code == 0


def test_a_refused_transfer_is_told_and_the_call_goes_on(line: Line, sipp: Caller, tmp_path: Path) -> None:
    """CP-02, RFC 3515 section 2.4.2: REFER names the operator; after 603 the caller may ask for credit."""
    peer_required("raw sockets")
    caller = sipp()
    with Ear(caller.media_port) as ear:
        outcome = caller.play("transfer_refused", line.address)
    assert outcome.code == 0, outcome.explain()
    refer = outcome.requests("REFER", received=True)[0]
    assert "sip:474770601@" in refer.header("Refer-To")[0]
    said = [hears_prompt(line, ear.audio(), text, 1.5) for text in ("transferring", "transfer-failed")]
    said.append(hears(line, ear.audio(), CREDIT, tmp_path))
    assert [found.correlation > 0.9 for found in said] == [True, True, True], said
    assert said == sorted(said, key=lambda found: found.offset_s)


def test_after_a_transfer_the_line_leaves(line: Line, sipp: Caller) -> None:
    """RFC 3515 section 2.4.5: BYE once NOTIFY says 200, not at 202 and not at 100."""
    outcome = sipp().play("transfer_done", line.address)
    assert outcome.code == 0, outcome.explain()
    told = outcome.requests("NOTIFY", received=False)[-1]
    assert outcome.requests("BYE", received=True)[0].at > told.at
