"""Which ticks the plane asks for: few for few streams, and never one too few."""

from __future__ import annotations

import itertools
import random
from collections import Counter

import pytest
from memory_wire import PHONE, Bench, agreed, noise, spoken

from ivr.media.clip import Clip


def bursts(bench: Bench, since: int) -> dict[int, int]:
    """How many packets left at each of the four places of 20 ms."""
    ticks = Counter(one.tick for wire in bench.wires.values() for one in wire.sent if one.tick > since)
    return {tick % 4: count for tick, count in ticks.items()}


@pytest.mark.parametrize(
    ("streams", "expected"),
    [
        (99, {0: 99}),
        (150, {0: 100, 2: 50}),
        (200, {0: 100, 2: 100}),
        (260, {0: 100, 2: 100, 1: 30, 3: 30}),
        (1200, {0: 300, 1: 300, 2: 300, 3: 300}),
    ],
)
def test_streams_leave_in_as_many_groups_as_there_are_bursts(streams, expected):
    bench = Bench(ports=[20000], burst=100)
    for port in range(2000, 2000 + streams):
        bench.plane.open(agreed(port=port))
    bench.settle()
    since = bench.number
    bench.run_wanted(40)
    assert bursts(bench, since) == expected


def test_few_streams_want_one_tick_in_20_ms_and_none_at_all_no_more():
    bench = Bench()
    bench.run_wanted(4)
    before = bench.ticks
    bench.run_wanted(200)
    assert bench.ticks - before == 50
    for port in range(2000, 2020):
        bench.plane.open(agreed(port=port))
    bench.settle()
    bench.run_wanted(4)
    before, since = bench.ticks, bench.number
    bench.run_wanted(200)
    assert bench.ticks - before == 50
    assert {len(bench.to(("192.0.2.1", port), since)) for port in range(2000, 2020)} == {50}


def test_streams_of_every_packet_time_leave_at_the_ticks_wanted_as_at_all_of_them():
    sent = []
    for wanted in (False, True):
        bench = Bench(chance=random.Random(4))
        for turn, ptime in enumerate((10, 20, 30, 40, 50, 60)):
            stream = bench.plane.open(agreed(port=3000 + turn, ptime_ms=ptime), silence=turn % 2 == 0)
            bench.plane.play(stream, [Clip.from_pcm(noise(7 + turn)), Clip.from_pcm(noise(3))])
        (bench.run_wanted if wanted else bench.run)(200)
        assert len(bench.played) == 6
        sent.append([(one.tick, one.to, one.packet) for wire in bench.wires.values() for one in wire.sent])
    assert sent[0] == sent[1]


@pytest.mark.parametrize("ptime", [10, 20, 30, 60])
@pytest.mark.parametrize("moment", range(4))
def test_a_key_stops_speech_within_two_frames_though_ticks_are_few(ptime, moment):
    bench = Bench()
    stream = bench.plane.open(agreed(ptime_ms=ptime))
    bench.plane.play(stream, [Clip.from_pcm(noise(200))], "menu")
    bench.run_wanted(100 + moment)
    pressed = bench.number
    bench.press(stream, "2", PHONE, 5000)
    bench.run_wanted(60)
    assert bench.digits == [(stream, "2")]
    assert sum(len(one.packet.payload) for one in spoken(bench.sent(stream, pressed))) <= 320
    assert [one.arrived_at - (1000 + pressed * 0.005) for one in bench.events[:1]] <= [0.020001]


def test_when_the_crowd_has_left_ticks_are_few_again():
    bench = Bench(ports=[20000], burst=10)
    crowd = [bench.plane.open(agreed(port=port)) for port in range(2000, 2040)]
    bench.run_wanted(40)
    for stream in crowd:
        bench.plane.close(stream)
    bench.run_wanted(1)
    for port in range(3000, 3009):
        bench.plane.open(agreed(port=port))
    bench.run_wanted(8)
    before, since = bench.ticks, bench.number
    bench.run_wanted(40)
    assert bench.ticks - before == 10
    assert bursts(bench, since) == {0: 9}


def test_ticks_missed_while_few_are_wanted_lose_no_timestamp():
    bench = Bench()
    stream = bench.plane.open(agreed())
    bench.run_wanted(40)
    bench.number += 30
    bench.run_wanted(40)
    sent = bench.sent(stream)
    for a, b in itertools.pairwise(sent):
        assert (b.packet.timestamp - a.packet.timestamp) % 2**32 == (b.tick - a.tick) * 40
    assert max(b.tick - a.tick for a, b in itertools.pairwise(sent)) <= 36


def test_a_crowd_that_comes_at_once_is_let_in_over_several_ticks_and_nobody_else_waits():
    bench = Bench(ports=[20000])
    steady = bench.plane.open(agreed(port=999))
    bench.run_wanted(40)
    crowd = [bench.plane.open(agreed(port=2000 + turn)) for turn in range(1000)]
    for stream in crowd:
        bench.plane.play(stream, [Clip.from_pcm(noise(2))], stream)
    while bench.plane.waiting == 3000:
        bench.run_wanted(1)
    for left in range(3000 - 64, 0, -64):
        assert bench.plane.waiting == left
        bench.run_wanted(1)
    bench.run_wanted(60)
    assert sorted(stream.slot for stream in bench.played) == sorted(stream.slot for stream in crowd)
    for stream in crowd:
        bench.plane.close(stream)
    bench.settle()
    bench.run_wanted(20)
    sent = bench.to(("192.0.2.1", 999))
    assert {b.tick - a.tick for a, b in itertools.pairwise(sent)} == {4}
    assert (bench.plane.streams, bench.plane.statistics(steady).sent) == (1, len(sent))
