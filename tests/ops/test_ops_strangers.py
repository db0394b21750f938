"""Whoever operates the line is told of media packets that were nobody's, at most once a minute."""

import asyncio

from still_loop import StillLoop

from ivr.call.events import LineEvent, MediaDropped
from ivr.ops.strangers import tell_of_strangers


async def minute(loop: StillLoop) -> None:
    loop.now += 60.001
    for _ in range(3):
        await asyncio.sleep(0)


def test_a_minute_in_which_packets_were_dropped_is_told_and_one_without_is_not():
    async def run() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, StillLoop)
        counts, told = {"strangers": 5, "malformed": 0, "rtcp": 0}, list[LineEvent]()
        end = tell_of_strangers(lambda: counts, told.append)
        await minute(loop)
        assert told == []
        counts.update(strangers=12, rtcp=900)
        await minute(loop)
        assert told == [MediaDropped(strangers=7, malformed=0)]
        counts.update(malformed=2)
        await minute(loop)
        await minute(loop)
        assert told[1:] == [MediaDropped(strangers=0, malformed=2)]
        end()
        assert [timer for timer in loop._scheduled if not timer.cancelled()] == []

    with asyncio.Runner(loop_factory=StillLoop) as runner:
        runner.run(run())
