"""``bench.soak``: callers drawn from a seed, a line's log read as it grows, and what is called wrong."""

from __future__ import annotations

import json
import os
import random
import socket
from pathlib import Path

import pytest

from bench.soak.drawn import LONGEST_STAY, Drawn, Ending, Hold, draw
from bench.soak.held import Held, held_by
from bench.soak.messages import reply
from bench.soak.network import Network
from bench.soak.phone import Call, Desk
from bench.soak.phones import Tally
from bench.soak.record import Record
from bench.soak.verdict import Allowed, growth, queued, settled, wrongs
from bench.soak.voice import Voice

NUMBERS = ["777123456", "772000412"]


def calls(seed: int, count: int = 2000) -> list[Drawn]:
    return [draw(seed, turn % 50, turn // 50, NUMBERS, 20) for turn in range(count)]


def held(mib: list[float], **more: int) -> list[Held]:
    numbers = {"threads": 12, "descriptors": 40, "udp": 10, "children": 2} | more
    return [Held(5.0 * (turn + 1), one, **numbers) for turn, one in enumerate(mib)]


def sound() -> Tally:
    return Tally(begun=10, answered=10, over=10)


def record(tmp_path: Path, *lines: dict[str, object] | str) -> Record:
    log = tmp_path / "log"
    text = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    log.write_text("".join(f"{line}\n" for line in text))
    read = Record(log)
    read.read()
    return read


def entry(event: str, second: int, **more: object) -> dict[str, object]:
    return {
        "event": event, "level": "info", "timestamp": f"2026-11-22T12:00:{second:02}.5Z", **more
    }  # fmt: skip


def test_the_calls_of_a_seed_are_the_same_each_time_and_of_another_seed_others() -> None:
    assert calls(1) == calls(1)
    assert not {call.name for call in calls(1)} & {call.name for call in calls(2)}


def test_calls_end_in_every_way_and_keys_fall_within_the_call() -> None:
    drawn = calls(7)
    assert {call.ending for call in drawn} == set(Ending)
    assert all(press.after < max(call.lasts, 0.1) for call in drawn for press in call.keys)
    assert {call.ending for call in drawn if call.holds} == set(Ending)
    vanish = [call for call in drawn if call.ending is Ending.VANISHES and call.lasts > 1]
    held = [call for call in vanish if call.holds and 1 <= call.holds.after <= call.lasts]
    assert 0.3 < len(held) / len(vanish) < 0.7
    assert max(call.lasts for call in drawn) <= LONGEST_STAY
    ended = [call.lasts for call in drawn if call.ending is Ending.HANGS_UP]
    assert 18 < sum(ended) / len(ended) < 22


def test_the_network_loses_as_much_as_it_should() -> None:
    network = Network(0.01, 3)
    lost = sum(network.loses() for _ in range(100_000))
    assert 800 < lost < 1200
    assert (network.lost, network.carried) == (lost, 100_000 - lost)


def test_a_call_that_began_and_did_not_end_stands_and_has_an_age(tmp_path: Path) -> None:
    read = record(
        tmp_path,
        "The line is open",
        entry("call began", 0, call="a"),
        entry("call began", 2, call="b"),
        entry("call ended", 9, call="b", why="caller hung up"),
    )
    assert (read.begun, read.ended, read.standing, read.oldest) == (2, 1, 1, 9.0)
    assert read.causes == {"caller hung up": 1}
    assert read.problems == 0


def test_a_log_is_read_on_from_where_it_stood_and_half_a_line_waits(tmp_path: Path) -> None:
    read = record(tmp_path, entry("call began", 0, call="a"))
    ended = json.dumps(entry("call ended", 1, call="a", why="caller hung up"))
    with (tmp_path / "log").open("a") as log:
        log.write(ended[:30])
        log.flush()
        read.read()
        assert read.standing == 1
        log.write(ended[30:] + "\n")
    read.read()
    assert read.standing == 0


@pytest.mark.parametrize(
    "line",
    [
        {**entry("fault", 1, where="media", exception="ValueError"), "level": "error"},
        "Traceback (most recent call last):",
        entry("call ended", 1, call="never began", why="caller hung up"),
    ],
)
def test_what_a_line_must_not_say_is_a_problem(tmp_path: Path, line: dict[str, object] | str) -> None:
    assert record(tmp_path, line).problems == 1


def test_a_line_that_stays_as_it_is_has_nothing_wrong(tmp_path: Path) -> None:
    chance = random.Random(1)
    moments = held([150 + 20 * turn / 120 if turn < 120 else 170 + chance.random() for turn in range(360)])
    assert len(settled(moments)) == 241
    assert not list(wrongs(moments, moments[-1], sound(), record(tmp_path), Allowed()))


def test_memory_that_grows_all_the_time_is_told_with_how_much(tmp_path: Path) -> None:
    moments = held([150 + turn / 10 for turn in range(360)])
    assert growth(settled(moments)) == pytest.approx(72)
    assert list(wrongs(moments, moments[-1], sound(), record(tmp_path), Allowed())) == [
        "memory grew by 24.0 MiB after the warm-up"
    ]


def test_the_sentences_of_the_first_minutes_are_no_leak(tmp_path: Path) -> None:
    moments = held([150 + turn for turn in range(24)])
    assert not list(wrongs(moments, moments[-1], sound(), record(tmp_path), Allowed()))
    faster = held([150 + 4 * turn for turn in range(24)])
    (told,) = wrongs(faster, faster[-1], sound(), record(tmp_path), Allowed())
    assert told.startswith("memory grew by 6")


def test_a_line_that_waits_for_a_core_half_of_the_time_is_told_apart() -> None:
    moments = [Held(5.0 * turn, 170, 12, 40, 10, 2, turn, 2.5 * turn) for turn in range(9)]
    assert queued(moments) == 0.5
    assert queued(moments[:1]) == 0


@pytest.mark.parametrize("name", ["threads", "descriptors", "udp"])
def test_what_is_not_given_back_is_told_by_name(tmp_path: Path, name: str) -> None:
    moments = held([170.0] * 360)
    (after,) = held([170.0], **{name: 60})
    (told,) = wrongs(moments, after, sound(), record(tmp_path), Allowed())
    assert told.startswith(f"{name} went from ")


def test_stuck_refused_and_failed_calls_are_told(tmp_path: Path) -> None:
    tally = sound()
    tally.failed["its BYE had no answer"] = 2
    read = record(tmp_path, entry("call began", 0, call="a"), entry("call refused", 7, status=503))
    moments = held([170.0] * 9)
    assert list(wrongs(moments, moments[-1], tally, read, Allowed())) == [
        "2 calls failed: its BYE had no answer",
        "the line refused 1 calls",
        "1 calls are stuck in the line, the oldest for 7 s",
    ]


def test_few_calls_may_be_told_to_try_later_and_not_many(tmp_path: Path) -> None:
    began = [entry("call began", 0, call=str(turn)) for turn in range(150)]
    ended = [entry("call ended", 1, call=str(turn), why="caller hung up") for turn in range(150)]
    late = {**entry("look-up failed", 1, look_up="credit"), "level": "error"}
    moments = held([170.0] * 9)
    once, twice = record(tmp_path, *began, late, *ended), record(tmp_path, *began, late, late, *ended)
    assert (once.late, once.problems) == (1, 0)
    assert not list(wrongs(moments, moments[-1], sound(), once, Allowed()))
    assert list(wrongs(moments, moments[-1], sound(), twice, Allowed())) == [
        "2 look-ups or sentences came too late"
    ]


def test_a_line_that_died_is_not_sound(tmp_path: Path) -> None:
    assert list(wrongs(held([170.0]), None, Tally(), record(tmp_path), Allowed())) == [
        "no call was answered",
        "the line was gone before the end",
    ]


def test_sockets_of_a_process_are_counted() -> None:
    before = held_by(os.getpid(), 0)
    with socket.socket(type=socket.SOCK_DGRAM) as one, socket.socket(type=socket.SOCK_DGRAM) as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        after = held_by(os.getpid(), 1)
    assert (after.udp - before.udp, after.descriptors - before.descriptors) == (2, 2)
    assert after.mib > 1
    assert after.threads >= 1


class Later:
    """Virtual time: alarms ring when ``run`` is told how far to go."""

    def __init__(self) -> None:
        self.now, self.sent = 0.0, list[str]()
        self.over: list[str] = []
        self._alarms: list[Alarm] = []

    def later(self, seconds: float, work: object) -> Alarm:
        self._alarms.append(Alarm(self.now + seconds, work))
        return self._alarms[-1]

    def run(self, until: float) -> None:
        while due := [one for one in self._alarms if one.live and one.at <= until]:
            first = min(due, key=lambda one: one.at)
            self._alarms.remove(first)
            self.now = first.at
            first.work()  # type: ignore[operator]
        self.now = until


class Alarm:
    def __init__(self, at: float, work: object) -> None:
        self.at, self.work, self.live = at, work, True

    def cancel(self) -> None:
        self.live = False


def caller(ending: Ending, lasts: float, holds: Hold | None = None) -> tuple[Call, Later]:
    drawn = Drawn("soak-1", NUMBERS[0], "PCMA", True, True, False, True, holds, (), lasts, ending)
    world, voice = Later(), Voice(drawn, "127.0.0.1", Network(0, 1))
    desk = Desk(
        ("127.0.0.1", 5060), ("127.0.0.1", 5062), lambda: world.now, world.later,  # type: ignore[arg-type]
        lambda data: world.sent.append(data.decode().partition(" ")[0]),
        lambda call, reason: world.over.append(reason), 12.0, 62.0,
    )  # fmt: skip
    return Call(drawn, voice, voice.port, desk), world


def response(status: str, cseq: str, body: str = "") -> bytes:
    return f"SIP/2.0 {status}\r\nTo: <sip:4488@line>;tag=1\r\nCSeq: {cseq}\r\n\r\n{body}".encode()


SDP = "v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 40000 RTP/AVP 8\r\n"


def test_an_invite_without_any_answer_is_repeated_and_given_up_after_32_seconds() -> None:
    call, world = caller(Ending.HANGS_UP, 100)
    call.begin()
    world.run(60)
    call.voice.close()
    assert world.sent == ["INVITE"] * 7
    assert world.over == ["its INVITE had no answer"]


def test_a_bye_is_repeated_until_it_is_answered() -> None:
    call, world = caller(Ending.HANGS_UP, 3)
    call.begin()
    call.receive(response("200 OK", "1 INVITE", SDP))
    call.receive(response("200 OK", "1 INVITE", SDP))
    world.run(5)
    call.receive(response("200 OK", "2 BYE"))
    world.run(90)
    call.voice.close()
    assert world.sent == ["INVITE", "ACK", "ACK", "BYE", "BYE", "BYE"]
    assert world.over == [""]


def test_a_caller_who_holds_asks_twice_and_says_nothing_meanwhile() -> None:
    call, world = caller(Ending.HANGS_UP, 10, Hold(1, 2))
    call.begin()
    call.receive(response("200 OK", "1 INVITE", SDP))
    world.run(1.4)
    assert not call.talking
    call.receive(response("200 OK", "2 INVITE", SDP))
    world.run(3.2)
    assert call.talking
    call.receive(response("491 Request Pending", "3 INVITE"))
    world.run(9)
    call.voice.close()
    assert world.sent == ["INVITE", "ACK", "INVITE", "ACK", "INVITE", "ACK"]
    assert not world.over


@pytest.mark.parametrize(("bye_comes", "becomes"), [(True, ""), (False, "its hold got 481")])
def test_a_hold_that_gets_481_is_the_lines_fault_unless_its_bye_was_lost_and_comes_again(
    bye_comes: bool, becomes: str
) -> None:
    """RFC 5407 section 3.2: the caller's re-INVITE crosses the line's BYE."""
    call, world = caller(Ending.HANGS_UP, 100, Hold(1, 90))
    call.begin()
    call.receive(response("200 OK", "1 INVITE", SDP))
    world.run(1.1)
    call.receive(response("481 Call Does Not Exist", "2 INVITE"))
    world.run(2)
    assert world.over == []
    if bye_comes:
        call.receive(b"BYE sip:soak SIP/2.0\r\nTo: <sip:soak>\r\nCSeq: 1 BYE\r\n\r\n")
    world.run(40)
    call.voice.close()
    assert world.over == [becomes]


def test_hold_and_resume_are_asked_for_one_after_the_other() -> None:
    """RFC 3261 section 14.1: no new INVITE while another one is in progress."""
    call, world = caller(Ending.HANGS_UP, 100, Hold(1, 0.2))
    call.begin()
    call.receive(response("200 OK", "1 INVITE", SDP))
    world.run(1.4)
    assert world.sent == ["INVITE", "ACK", "INVITE"]
    call.receive(response("200 OK", "2 INVITE", SDP))
    world.run(2)
    call.receive(response("200 OK", "3 INVITE", SDP))
    world.run(20)
    call.voice.close()
    assert world.sent == ["INVITE", "ACK", "INVITE", "ACK", "INVITE", "ACK"]
    assert call.talking


@pytest.mark.parametrize(("holds", "gone"), [(None, 3 + 12), (Hold(2, 90), 3 + 62)])
def test_one_who_vanishes_answers_nothing_and_is_over_when_the_line_must_have_missed_it(
    holds: Hold | None, gone: float
) -> None:
    call, world = caller(Ending.VANISHES, 3, holds)
    call.begin()
    call.receive(response("200 OK", "1 INVITE", SDP))
    world.run(2.1)
    call.receive(response("200 OK", "2 INVITE", SDP))
    world.run(4)
    call.receive(b"INVITE sip:soak SIP/2.0\r\nTo: <sip:soak>\r\nCSeq: 1 INVITE\r\n\r\n")
    world.run(gone - 0.1)
    assert world.over == []
    call.voice.listen()
    call.voice.heard = 1
    world.run(gone + 0.1)
    call.voice.close()
    assert world.over == [""]
    assert set(world.sent) == {"INVITE", "ACK"}


def test_the_lines_own_invite_is_answered_with_the_session_as_it_is() -> None:
    call, world = caller(Ending.HANGS_UP, 10)
    call.begin()
    call.receive(response("200 OK", "1 INVITE", SDP))
    call.receive(b"INVITE sip:soak SIP/2.0\r\nTo: <sip:soak>\r\nCSeq: 1 INVITE\r\n\r\n")
    call.voice.close()
    assert world.sent == ["INVITE", "ACK", "SIP/2.0"]
    answer = reply(b"INVITE sip:soak SIP/2.0\r\nCSeq: 1 INVITE\r\n\r\n", "200 OK", ("h", 9), SDP)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert body == SDP.encode()
    assert f"Content-Length: {len(SDP)}".encode() in head and b"CSeq: 1 INVITE\r\n" in head


def test_reports_are_whole_words_and_name_their_length() -> None:
    drawn = Drawn("soak-1", "", "PCMA", False, True, True, True, None, (), 9, Ending.HANGS_UP)
    with socket.socket(type=socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))
        line.settimeout(5)
        voice = Voice(drawn, "127.0.0.1", Network(0, 1))
        voice.reach(*line.getsockname())
        for _ in range(250):
            voice.tick()
        packets = [line.recv(2048) for _ in range(4)]
        voice.close()
    (report,) = [packet for packet in packets if packet[1] == 200]
    first = 4 + 4 * int.from_bytes(report[2:4])
    assert (first, report[first + 1]) == (52, 202)
    assert len(report) == first + 4 + 4 * int.from_bytes(report[first + 2 : first + 4])


def test_a_call_is_cancelled_and_where_the_200_crosses_it_hung_up() -> None:
    call, world = caller(Ending.CANCELS, 0.2)
    call.begin()
    call.receive(response("180 Ringing", "1 INVITE"))
    world.run(0.3)
    call.receive(response("200 OK", "1 INVITE", SDP))
    call.receive(response("200 OK", "2 BYE"))
    call.voice.close()
    assert world.sent == ["INVITE", "CANCEL", "ACK", "BYE"]
    assert world.over == [""]


def test_a_line_that_does_not_give_up_on_a_missing_ack_has_failed() -> None:
    call, world = caller(Ending.NEVER_ACKS, 3)
    call.begin()
    call.receive(response("200 OK", "1 INVITE", SDP))
    world.run(60)
    call.voice.close()
    assert world.sent == ["INVITE"]
    assert world.over == ["the line waits for an ACK for ever"]


def test_an_answered_caller_who_hears_nothing_has_failed() -> None:
    call, world = caller(Ending.HANGS_UP, 8)
    call.begin()
    call.receive(response("200 OK", "1 INVITE", SDP))
    world.run(8)
    call.receive(response("200 OK", "2 BYE"))
    call.voice.close()
    assert world.over == ["heard nothing"]
