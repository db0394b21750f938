"""Calls come in with how long each may last; those that reach it are hung up: one timer for all alike."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import takewhile

__all__ = ["LongestCalls"]


class LongestCalls:
    """The calls of one line by their limit: of those with the same, the first to begin is the first to end.

    A timer of its own would be a twentieth of what a call takes of memory.
    """

    def __init__(self, end: Callable[[str], None]) -> None:
        """``end`` is given the leg of a call that has lasted as long as it may."""
        self._end = end
        self._loop = asyncio.get_running_loop()
        self._until: dict[float, dict[str, float]] = {}
        self._timers: dict[float, asyncio.TimerHandle] = {}

    def begin(self, leg: str, seconds: float) -> None:
        """A call begins, to last so long at the most."""
        self._until.setdefault(seconds, {})[leg] = self._loop.time() + seconds
        self._look(seconds)

    def forget(self, leg: str, seconds: float) -> None:
        """It is over, or has never begun."""
        until = self._until.get(seconds, {})
        if until.pop(leg, None) is not None and not until:
            del self._until[seconds]
            self._timers.pop(seconds).cancel()

    def _look(self, seconds: float) -> None:
        """Have a timer for the first of them; where that one has gone, it rings for nobody."""
        until = self._until[seconds]
        if not until:
            del self._until[seconds]
        elif seconds not in self._timers:
            first = next(iter(until.values()))
            self._timers[seconds] = self._loop.call_at(first, self._ring, seconds)

    def _ring(self, seconds: float) -> None:
        del self._timers[seconds]
        now, until = self._loop.time(), self._until[seconds]
        over = list(takewhile(lambda leg: until[leg] <= now, until))
        for leg in over:
            del until[leg]
            self._loop.call_soon(self._end, leg)
        self._look(seconds)
