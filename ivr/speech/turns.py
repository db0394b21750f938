"""Who asks for a voice's process in, whose turn it is out: whoever has to be heard first.

::

    place 0  the caller hears nothing until it is said            due now
    place 1  the sentence before it is being said meanwhile       due two seconds later
    place n                                                       due 2n seconds later

Nobody waits for ever: what was due earlier comes before everything that is asked for later.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from typing import Generic, TypeVar

__all__ = ["Turns"]

_SENTENCE = 2.0  # s: a short one; a voice that comes too early is no harm

Worker = TypeVar("Worker")


class Turns(Generic[Worker]):
    """Workers that are free, or those who wait for one."""

    def __init__(self) -> None:
        self._free: list[Worker] = []
        self._waiting: list[tuple[float, int, asyncio.Future[Worker]]] = []
        self._asked = itertools.count()

    async def take(self, place: int = 0) -> Worker:
        """A worker, when it is this one's turn. ``place``: sentences of the same answer that come before."""
        if self._free:
            return self._free.pop(0)
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[Worker] = loop.create_future()
        heapq.heappush(self._waiting, (loop.time() + place * _SENTENCE, next(self._asked), turn))
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.give(turn.result())
            raise

    def give(self, worker: Worker) -> None:
        """A worker is free: it goes to whoever is due first, if anybody waits."""
        while self._waiting:
            _, _, turn = heapq.heappop(self._waiting)
            if not turn.done():
                turn.set_result(worker)
                return
        self._free.append(worker)
