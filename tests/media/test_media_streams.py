"""Rows that leave together are laid out once: drawn calls that come, go, change, pause and move."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from memory_wire import Bench, Sent, agreed

from ivr.media.clip import Clip
from ivr.media.rtp import Packet

VERBS = ("open", "close", "ptime", "hold", "resume", "move", "play", "late", "wait")
STEP = st.tuples(
    st.sampled_from(VERBS), st.integers(0, 7), st.sampled_from((10, 20, 30, 60)), st.integers(1, 17)
)


class Caller:
    """One call of the drawn ones and what its packets must be like."""

    numbers = itertools.count(1)

    def __init__(self, bench: Bench) -> None:
        self.bench, self.at = bench, (f"192.0.2.{next(self.numbers) % 250}", 4000)
        self.send, self.ptime, self.stream = True, 20, bench.plane.open(agreed(*self.at))
        self.places, self.closed = [self.at], 0

    def agree(self) -> None:
        self.bench.plane.redirect(self.stream, agreed(*self.at, ptime_ms=self.ptime, send=self.send))

    def obey(self, verb: str, ptime: int) -> None:
        if verb == "ptime":
            self.ptime = ptime
        elif verb in ("hold", "resume"):
            self.send = verb == "resume"
        elif verb == "move":
            self.at = (f"198.51.100.{next(self.numbers) % 250}", 4000)
            self.places.append(self.at)
        self.agree()

    def packets(self, since: int = 0) -> list[Sent]:
        return [one for one in self.bench.sent(self.stream, since) if one.to in self.places]


@settings(max_examples=200, deadline=None)
@given(st.lists(STEP, min_size=8, max_size=30))
def test_every_stream_keeps_its_own_numbers_clock_and_pace(steps):
    bench, ended = Bench(), []
    up = [Caller(bench) for _ in range(8)]
    for verb, which, ptime, ticks in steps:
        if verb == "open" or not up:
            up.append(Caller(bench))
        elif verb == "close":
            ended.append(up.pop(which % len(up)))
            bench.plane.close(ended[-1].stream)
            ended[-1].closed = bench.number
        elif verb == "play":
            clip = Clip.from_pcm(np.full(ptime * 80, 500, np.int16))
            bench.plane.play(up[which % len(up)].stream, [clip], "said")
        elif verb == "late":
            bench.number += ticks
        elif verb != "wait":
            up[which % len(up)].obey(verb, ptime)
        began = bench.number
        bench.run(ticks)
        for caller in up:
            sent, period = caller.packets(began + 12), caller.ptime // 5
            assert {len(one.packet.payload) for one in sent} <= {caller.ptime * 8}
            assert {one.to for one in sent} <= {caller.at}
            if caller.send and ticks > 12:
                assert len(sent) in (left := (ticks - 12) // period, left + 1)
            elif not caller.send:
                assert not sent
    assert not any(caller.packets(caller.closed) for caller in ended)
    for caller in up + ended:
        sent = caller.packets()
        for one, then in itertools.pairwise(sent):
            assert (then.packet.sequence - one.packet.sequence) & 0xFFFF == 1
            assert (then.packet.timestamp - one.packet.timestamp) & 0xFFFFFFFF == (then.tick - one.tick) * 40
            assert then.packet.ssrc == one.packet.ssrc


def test_a_caller_heard_elsewhere_is_sent_there_at_once():
    bench = Bench()
    stream = bench.plane.open(agreed())
    bench.run(20)
    for number in range(3):
        bench.hear(stream, Packet(8, number, number * 160, 7, False, bytes(160)), ("192.0.2.1", 4100))
    bench.run(1)
    since = bench.number
    bench.run(8)
    assert [one.to for one in bench.sent(stream, since)] == [("192.0.2.1", 4100)] * 2


def test_a_thousand_streams_leave_in_four_even_groups_that_stay_so():
    bench = Bench()
    streams = [bench.plane.open(agreed(f"10.0.{n >> 8}.{n & 255}")) for n in range(1000)]
    bench.settle()
    for stream in streams[::3]:
        bench.plane.close(stream)
    again = [bench.plane.open(agreed(f"10.1.{n >> 8}.{n & 255}")) for n in range(300)]
    bench.settle()
    since = bench.number + 4
    bench.run(24)
    groups = Counter(one.tick for one in bench.sent(again[0], since) if one.tick > since)
    assert sum(groups.values()) == 5 * (1000 - 334 + 300)
    assert max(groups.values()) - min(groups.values()) <= 1


@pytest.mark.parametrize("ticks", range(8, 16))
def test_a_caller_who_changes_to_the_packet_time_of_others_joins_them(ticks):
    bench = Bench()
    callers = [Caller(bench) for _ in range(8)]
    bench.run(8)
    for caller in callers[:4]:
        caller.obey("ptime", 40)
    bench.run(ticks)
    for caller in callers[4:]:
        caller.obey("ptime", 40)
    bench.run(8)
    since = bench.number
    bench.run(16)
    assert [len(caller.packets(since)) for caller in callers] == [2] * 8
