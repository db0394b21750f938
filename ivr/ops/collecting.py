"""An open line comes in, a garbage collector that never holds up its calls goes out."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable

__all__ = ["collect_when_idle"]

_LOOK = 10.0  # seconds between looks whether anybody calls
_MOST = 2_000_000  # objects made and kept since the last collection: some 300 MiB, far beyond what calls hold


def collect_when_idle(busy: Callable[[], bool]) -> Callable[[], None]:
    """Collect while nobody calls, in the running loop; gives what undoes it.

    Python's collector stops the whole process, speech included, for as long as it takes to look at every
    object: a quarter of a second with four hundred calls up. A call leaves it nothing to do: all of it goes
    when the last reference does. So it has its turn when the line is idle, and while calls are up only where
    something has grown beyond what calls could explain. What was made before the line opened lives as long
    as it does, and is not looked at again.
    """
    loop = asyncio.get_running_loop()
    gc.collect()
    gc.freeze()
    gc.disable()

    waiting: list[asyncio.TimerHandle] = []

    def look() -> None:
        made = gc.get_count()[0]
        if made and (made > _MOST or not busy()):
            gc.collect()
        waiting[:] = [loop.call_later(_LOOK, look)]

    def undo() -> None:
        waiting[0].cancel()
        gc.enable()
        gc.unfreeze()

    waiting.append(loop.call_later(_LOOK, look))
    return undo
