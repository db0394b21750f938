"""The garbage collector has its turn while nobody calls."""

import asyncio
import gc
import weakref

import pytest
from still_loop import StillLoop

from ivr.ops.collecting import collect_when_idle


class Ring:
    """Holds itself: only the collector frees it."""

    def __init__(self) -> None:
        self.next = self


@pytest.fixture
def runner():
    with asyncio.Runner(loop_factory=StillLoop) as made:
        yield made
    gc.enable()
    gc.unfreeze()


def test_a_cycle_waits_while_there_are_calls_and_is_freed_when_there_are_none(runner):
    calls = 1

    async def later() -> None:
        runner.get_loop().now += 11
        for _ in range(3):
            await asyncio.sleep(0)

    async def look() -> None:
        nonlocal calls
        undo = collect_when_idle(lambda: calls > 0)
        ring = weakref.ref(Ring())
        await later()
        assert ring() is not None
        calls = 0
        await later()
        assert ring() is None
        undo()
        assert gc.isenabled()

    runner.run(look())
