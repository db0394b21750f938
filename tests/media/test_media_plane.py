"""The plane in virtual time: timing, speech, codecs and slots."""

from __future__ import annotations

import contextlib
import itertools
import random
from collections import Counter

import numpy as np
import pytest
from memory_wire import PHONE, Bench, agreed, noise, spoken

from ivr.media.clip import Clip
from ivr.media.g711 import encode
from ivr.media.ports import NoPortFree


def heard(sent, codec="PCMA") -> bytes:
    return b"".join(one.packet.payload for one in sent)


def test_a_clip_is_sent_whole_in_order_and_then_silence():
    bench = Bench()
    stream = bench.plane.open(agreed())
    pcm = noise(10)
    bench.plane.play(stream, [Clip.from_pcm(pcm)], "welcome")
    bench.run_ms(400)
    sent = bench.sent(stream)
    assert len(sent) == 20
    assert heard(sent[:10]) == encode(pcm, "PCMA").tobytes()
    assert heard(sent[10:]) == b"\xd5" * 1600
    assert bench.played == ["welcome"]
    assert {one.to for one in sent} == {PHONE}


def test_packets_leave_every_20_ms_with_growing_sequence_and_timestamp():
    bench = Bench(chance=random.Random(1))
    stream = bench.plane.open(agreed())
    bench.run_ms(1000)
    sent = bench.sent(stream)
    assert {b.tick - a.tick for a, b in itertools.pairwise(sent)} == {4}
    assert {(b.packet.sequence - a.packet.sequence) % 65536 for a, b in itertools.pairwise(sent)} == {1}
    assert {(b.packet.timestamp - a.packet.timestamp) % 2**32 for a, b in itertools.pairwise(sent)} == {160}
    assert len({one.packet.ssrc for one in sent}) == 1


@pytest.mark.parametrize("ptime", [10, 20, 30, 40, 50, 60])
def test_every_packet_time_carries_the_clip_whole(ptime):
    bench = Bench()
    stream = bench.plane.open(agreed(ptime_ms=ptime))
    pcm = noise(9)
    bench.plane.play(stream, [Clip.from_pcm(pcm)])
    bench.run_ms(600)
    sent = bench.sent(stream)
    assert {len(one.packet.payload) for one in sent} == {ptime * 8}
    assert {b.tick - a.tick for a, b in itertools.pairwise(sent)} == {ptime // 5}
    whole = heard(sent)
    assert whole[: 9 * 160] == encode(pcm, "PCMA").tobytes()
    assert set(whole[9 * 160 :]) == {0xD5}


def test_queued_clips_follow_each_other_without_a_gap():
    bench = Bench()
    stream = bench.plane.open(agreed(codec="PCMU", payload_type=0))
    first, second, third = noise(3, 1), noise(2, 2), noise(4, 3)
    bench.plane.play(stream, [Clip.from_pcm(first), Clip.from_pcm(second)], 1)
    bench.plane.play(stream, [Clip.from_pcm(third)], 2)
    bench.run_ms(300)
    whole = encode(np.concatenate([first, second, third]), "PCMU").tobytes()
    assert heard(bench.sent(stream)[:9]) == whole
    assert [one.packet.marker for one in bench.sent(stream)[:9]] == [True] + [False] * 8
    assert bench.played == [1, 2]


def test_a_clip_that_ends_inside_a_frame_is_filled_up_with_silence():
    clip = Clip.from_pcm(noise(1.5))
    assert clip.size == 320
    assert set(clip.octets("PCMA")[240:].tolist()) == {0xD5}
    assert clip.seconds == 0.04


def test_an_empty_play_is_played_at_once():
    bench = Bench()
    stream = bench.plane.open(agreed())
    bench.plane.play(stream, [], "nothing")
    bench.plane.play(stream, [Clip.from_pcm(np.zeros(0, np.int16))], "empty")
    bench.run()
    assert bench.played == ["nothing", "empty"]


def test_samples_of_another_shape_make_no_clip():
    with pytest.raises(ValueError, match="int16"):
        Clip.from_pcm(np.zeros(160, np.float32))  # type: ignore[arg-type]


def test_without_comfort_silence_time_goes_on_and_speech_begins_with_a_marker():
    bench = Bench()
    stream = bench.plane.open(agreed(), silence=False)
    bench.plane.play(stream, [Clip.from_pcm(noise(3))])
    bench.run_ms(200)
    assert len(bench.sent(stream)) == 3
    bench.plane.play(stream, [Clip.from_pcm(noise(2))])
    bench.run_ms(100)
    before, after = bench.sent(stream)[2:4]
    assert after.packet.marker
    assert (after.packet.sequence - before.packet.sequence) % 65536 == 1
    assert (after.packet.timestamp - before.packet.timestamp) % 2**32 == (after.tick - before.tick) * 40


def test_speech_after_comfort_silence_begins_with_a_marker():
    bench = Bench()
    stream = bench.plane.open(agreed())
    bench.run_ms(100)
    bench.plane.play(stream, [Clip.from_pcm(noise(2)), Clip.from_pcm(noise(2, 2))])
    bench.run_ms(200)
    marked = [place for place, one in enumerate(bench.sent(stream)) if one.packet.marker]
    assert marked == [0, 5]


def test_stop_ends_speech_within_two_frames():
    bench = Bench()
    stream = bench.plane.open(agreed())
    bench.plane.play(stream, [Clip.from_pcm(noise(100))], "long")
    bench.plane.play(stream, [Clip.from_pcm(noise(100))], "longer")
    bench.run_ms(200)
    asked = bench.number
    bench.plane.stop(stream)
    bench.run_ms(200)
    assert len(spoken(bench.sent(stream, asked))) <= 2
    assert bench.stopped == ["long", "longer"]
    assert bench.played == []


def test_a_key_stops_what_may_be_interrupted_within_two_frames():
    bench = Bench()
    stream = bench.plane.open(agreed())
    bench.plane.play(stream, [Clip.from_pcm(noise(100))], "menu")
    bench.run_ms(200)
    pressed = bench.number
    bench.press(stream, "2", PHONE, 5000)
    bench.run_ms(200)
    assert len(spoken(bench.sent(stream, pressed))) <= 2
    assert bench.digits == [(stream, "2")]
    assert bench.stopped == ["menu"]


def test_a_key_does_not_stop_what_must_be_heard_but_what_waits_behind_it():
    bench = Bench()
    stream = bench.plane.open(agreed())
    bench.plane.play(stream, [Clip.from_pcm(noise(20))], "law", interruptible=False)
    bench.plane.play(stream, [Clip.from_pcm(noise(20))], "menu")
    bench.run_ms(100)
    bench.press(stream, "2", PHONE, 5000)
    bench.run_ms(900)
    assert bench.played == ["law"]
    assert bench.stopped == ["menu"]
    assert len(spoken(bench.sent(stream))) == 20


def test_speech_begins_as_soon_as_the_other_side_is_known():
    bench = Bench()
    stream = bench.plane.open(signalling_ip="192.0.2.1")
    bench.plane.play(stream, [Clip.from_pcm(noise(5))], "welcome")
    bench.run_ms(200)
    assert bench.sent(stream) == []
    bench.plane.redirect(stream, agreed(), "192.0.2.1")
    bench.run_ms(200)
    assert len(spoken(bench.to(PHONE))) == 5
    assert bench.played == ["welcome"]


def test_on_hold_speech_stands_still_and_goes_on_after_it():
    bench = Bench()
    stream = bench.plane.open(agreed())
    pcm = noise(20)
    bench.plane.play(stream, [Clip.from_pcm(pcm)], "credit")
    bench.run_ms(100)
    bench.plane.redirect(stream, agreed(send=False))
    bench.run_ms(1000)
    held = bench.sent(stream)
    assert len(held) == 5
    bench.plane.redirect(stream, agreed())
    bench.run_ms(400)
    sent = bench.sent(stream)
    assert heard(sent[:20]) == encode(pcm, "PCMA").tobytes()
    assert sent[5].packet.marker
    assert (sent[5].packet.timestamp - sent[4].packet.timestamp) % 2**32 == (sent[5].tick - sent[4].tick) * 40
    assert bench.played == ["credit"]


def test_a_new_codec_goes_on_in_the_middle_of_the_clip():
    bench = Bench()
    stream = bench.plane.open(agreed())
    pcm = noise(10)
    bench.plane.play(stream, [Clip.from_pcm(pcm)])
    bench.run_ms(100)
    bench.plane.redirect(stream, agreed(port=4010, codec="PCMU", payload_type=0))
    bench.run_ms(100)
    assert heard(bench.to(PHONE)) == encode(pcm[: 5 * 160], "PCMA").tobytes()
    assert heard(bench.to(("192.0.2.1", 4010))) == encode(pcm[5 * 160 :], "PCMU").tobytes()
    assert {one.packet.payload_type for one in bench.to(("192.0.2.1", 4010))} == {0}


def test_ticks_left_out_lose_no_timestamp_and_make_no_burst():
    bench = Bench(ports=[20000], burst=10)
    streams = [bench.plane.open(agreed(port=port)) for port in range(1000, 1040)]
    bench.run(8)
    bench.number += 101
    bench.run(40)
    wire = bench.wires[20000]
    assert max(Counter(one.tick for one in wire.sent).values()) == 10
    for place in range(len(streams)):
        sent = bench.to(("192.0.2.1", 1000 + place))
        for a, b in itertools.pairwise(sent):
            assert (b.packet.timestamp - a.packet.timestamp) % 2**32 == (b.tick - a.tick) * 40
            assert (b.packet.sequence - a.packet.sequence) % 65536 == 1


def test_a_tick_that_failed_is_treated_as_one_left_out():
    bench = Bench()
    stream = bench.plane.open(agreed())
    bench.run_ms(100)

    def broken(*_):
        raise OSError("the network is gone")

    wire = bench.wires[stream.port]
    send, wire.send = wire.send, broken  # type: ignore[method-assign]
    for _ in range(4):
        with contextlib.suppress(OSError):
            bench.run()
    wire.send = send  # type: ignore[method-assign]
    since = bench.number
    bench.run_ms(100)
    assert len(bench.sent(stream, since)) == 5


def test_two_thousand_streams_each_say_their_own():
    bench = Bench(ports=[20000])
    clips = [Clip.from_pcm(noise(3, seed)) for seed in range(40)]
    draw = random.Random(3)
    said = {}
    for port in range(2000, 4000):
        stream = bench.plane.open(agreed(port=port))
        chosen = [draw.randrange(40), draw.randrange(40)]
        said[port] = chosen
        bench.plane.play(stream, [clips[place] for place in chosen], port)
    bench.settle()
    bench.run_ms(160)
    by_port: dict[int, list] = {}
    for one in bench.wires[20000].sent:
        by_port.setdefault(one.to[1], []).append(one)
    for port, chosen in said.items():
        expected = b"".join(clips[place].octets("PCMA")[:480].tobytes() for place in chosen)
        assert heard(spoken(by_port[port])[:6]) == expected
    assert sorted(bench.played) == sorted(said)
    assert len({one.packet.ssrc for one in bench.wires[20000].sent}) == 2000


def test_a_row_is_used_again_and_nothing_of_the_old_call_is_left():
    bench = Bench(ports=[20000], capacity=1)
    first = bench.plane.open(agreed(ptime_ms=60))
    bench.plane.play(first, [Clip.from_pcm(noise(50))], "old")
    bench.run_ms(100)
    bench.press(first, "1", PHONE, 1)
    bench.run_ms(20)
    assert bench.plane.close(first).received == 7
    with pytest.raises(NoPortFree):
        bench.plane.open(agreed(port=4002))
    bench.run()
    bench.events.clear()
    since = bench.number
    second = bench.plane.open(agreed(port=4002))
    assert (second.slot, bench.plane.statistics(second).received) == (first.slot, 0)
    bench.run_ms(100)
    assert {one.to for one in bench.sent(second, since)} == {("192.0.2.1", 4002)}
    assert spoken(bench.sent(second, since)) == []
    assert len(bench.sent(second, since)) == 5
    assert bench.events == []
    assert bench.plane.statistics(second).sent == 5


def test_verbs_on_a_closed_stream_do_nothing():
    bench = Bench()
    stream = bench.plane.open(agreed())
    bench.run_ms(20)
    assert bench.plane.close(stream).sent == 1
    bench.plane.play(stream, [Clip.from_pcm(noise(1))])
    bench.plane.stop(stream)
    bench.plane.redirect(stream, agreed())
    assert bench.plane.close(stream).sent == 0
    bench.run_ms(100)
    assert len(bench.sent(stream)) == 1
    assert bench.events == []
    assert bench.plane.streams == 0


def test_a_stream_opened_and_closed_between_two_ticks_sends_nothing():
    bench = Bench()
    stream = bench.plane.open(agreed())
    bench.plane.play(stream, [Clip.from_pcm(noise(5))])
    bench.plane.close(stream)
    bench.run_ms(100)
    assert bench.sent(stream) == []


def test_calls_come_and_go_between_ticks_without_disturbing_the_others():
    bench = Bench(ports=[20000])
    steady = bench.plane.open(agreed(port=999))
    draw, others = random.Random(5), []
    for port in range(2000, 2400):
        others.append(bench.plane.open(agreed(port=port)))
        if len(others) > 50:
            bench.plane.close(others.pop(draw.randrange(len(others))))
        bench.run()
    sent = bench.to(("192.0.2.1", 999))
    assert {b.tick - a.tick for a, b in itertools.pairwise(sent)} == {4}
    assert bench.plane.statistics(steady).sent == len(sent) == 100


def test_shutdown_closes_every_socket():
    bench = Bench()
    for _ in range(3):
        bench.plane.open(agreed())
    bench.plane.shutdown()
    assert len(bench.wires) == 3
    assert all(wire.closed for wire in bench.wires.values())
