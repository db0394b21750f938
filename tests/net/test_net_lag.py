"""The delay of the event loop: none while it is free, told at once when it was held up, forgotten soon."""

from __future__ import annotations

import asyncio
import time

from still_loop import StillLoop

from ivr.net.lag import LoopLag


async def pass_time(loop: StillLoop, *steps: float) -> None:
    for step in steps:
        loop.now += step
        for _ in range(3):
            await asyncio.sleep(0)


def test_a_loop_that_keeps_its_time_has_no_delay() -> None:
    async def run() -> None:
        loop, lag = asyncio.get_running_loop(), LoopLag()
        assert isinstance(loop, StillLoop)
        assert lag.seconds(loop.time()) == 0.0
        lag.start()
        lag.start()
        await pass_time(loop, *[0.1] * 10)
        assert lag.seconds(loop.time()) < 0.001
        lag.stop()
        lag.stop()
        await pass_time(loop, 5)
        assert lag.seconds(loop.time()) == 0.0

    with asyncio.Runner(loop_factory=StillLoop) as runner:
        runner.run(run())


def test_a_delay_is_told_before_the_beat_has_come_and_fades_when_it_is_over() -> None:
    async def run() -> None:
        loop, lag = asyncio.get_running_loop(), LoopLag()
        assert isinstance(loop, StillLoop)
        lag.start()
        loop.now += 0.4
        assert abs(lag.seconds(loop.time()) - 0.3) < 1e-6, "before the loop has had a turn"
        await pass_time(loop, 0)
        assert abs(lag.seconds(loop.time()) - 0.3) < 1e-6
        await pass_time(loop, *[0.1] * 2)
        assert 0.05 < lag.seconds(loop.time()) < 0.1
        await pass_time(loop, *[0.1] * 10)
        assert lag.seconds(loop.time()) < 0.001
        lag.stop()

    with asyncio.Runner(loop_factory=StillLoop) as runner:
        runner.run(run())


async def test_work_that_blocks_a_real_loop_is_seen_as_such() -> None:
    loop, lag = asyncio.get_running_loop(), LoopLag()
    lag.start()
    ends = time.monotonic() + 0.35
    while time.monotonic() < ends:
        pass
    assert lag.seconds(loop.time()) > 0.2
    lag.stop()
