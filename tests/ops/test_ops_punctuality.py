"""Whoever operates the line is told of ticks that came late, at most once a minute."""

import asyncio

import pytest
from still_loop import StillLoop

from ivr.call.events import LineEvent, MediaLate
from ivr.net.metronome import Timetable
from ivr.ops.punctuality import tell_when_late


@pytest.fixture
def runner():
    with asyncio.Runner(loop_factory=StillLoop) as made:
        yield made


async def minute(timetable: Timetable, delays: dict[int, float]) -> None:
    """A minute of beats, some of them late, and the moment after it."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, StillLoop)
    now, until = loop.now, loop.now + 60
    for beat in range(12_000):
        now += max(timetable.wait(now), 0.0) + delays.get(beat, 0.0)
        if now >= until:
            break
        timetable.beat(now)
    loop.now = until + 0.001
    for _ in range(3):
        await asyncio.sleep(0)


def test_a_minute_with_late_ticks_is_told_and_one_without_is_not(runner):
    async def run() -> None:
        loop = asyncio.get_running_loop()
        timetable, told = Timetable(loop.time(), 0.005), list[LineEvent]()
        end = tell_when_late(timetable, told.append)
        await minute(timetable, {})
        assert told == []
        await minute(timetable, {100: 0.012, 5000: 0.004})
        assert told == []  # one in twelve thousand
        await minute(timetable, dict.fromkeys(range(300, 12_000, 600), 0.006))
        (event,) = told
        assert isinstance(event, MediaLate)
        assert (event.late, event.skipped) == (20, 0)
        assert 11_900 < event.ticks <= 12_000
        end()
        assert len(told) == 1

    runner.run(run())


def test_ticks_left_out_are_told_however_few(runner):
    async def run() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, StillLoop)
        timetable, told = Timetable(loop.time(), 0.005), list[LineEvent]()
        end = tell_when_late(timetable, told.append)
        await minute(timetable, {7000: 0.5})
        assert [(event.late > 0, event.skipped) for event in told if isinstance(event, MediaLate)] == [
            (True, 100)
        ]
        end()
        loop.now += 100
        await asyncio.sleep(0)
        assert len(told) == 1
        assert [timer for timer in loop._scheduled if not timer.cancelled()] == []

    runner.run(run())
