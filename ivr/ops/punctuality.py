"""The metronome's counts come in; once a minute in which ticks came late, the watcher is told so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from ivr.call.events import MediaLate, Watcher

__all__ = ["Counts", "tell_when_late"]

_EVERY = 60.0  # seconds
_SHARE = 0.001  # of the ticks; fewer late ones no caller's jitter buffer lets through


class Counts(Protocol):
    """How a clock has kept its time so far."""

    @property
    def beats(self) -> int:
        """Beats there have been."""

    @property
    def late(self) -> int:
        """Those that began more than one interval behind."""

    @property
    def skipped(self) -> int:
        """Beats left out after a long delay."""


def tell_when_late(counts: Counts, watch: Watcher) -> Callable[[], None]:
    """Look every minute, in the running loop; gives what ends it."""
    loop = asyncio.get_running_loop()
    waiting: list[asyncio.TimerHandle] = []
    told = [0, 0, 0]

    def look() -> None:
        now = [counts.beats, counts.late, counts.skipped]
        ticks, late, skipped = (new - old for new, old in zip(now, told, strict=True))
        told[:] = now
        if skipped or late > ticks * _SHARE:
            watch(MediaLate(ticks, late, skipped))

        waiting[:] = [loop.call_later(_EVERY, look)]

    waiting.append(loop.call_later(_EVERY, look))
    return lambda: waiting[0].cancel()
