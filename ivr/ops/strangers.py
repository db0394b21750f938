"""The media's counts of packets dropped come in; once a minute in which they grew, the watcher is told so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from ivr.call.events import MediaDropped, Watcher

__all__ = ["tell_of_strangers"]

_EVERY = 60.0  # seconds


def tell_of_strangers(counts: Callable[[], Mapping[str, int]], watch: Watcher) -> Callable[[], None]:
    """Look every minute, in the running loop; gives what ends it. ``counts`` as ``Plane.counts``."""
    loop = asyncio.get_running_loop()
    waiting: list[asyncio.TimerHandle] = []
    told = dict(counts())

    def look() -> None:
        now = dict(counts())
        strangers, malformed = (now[name] - told[name] for name in ("strangers", "malformed"))
        told.update(now)
        if strangers or malformed:
            watch(MediaDropped(strangers, malformed))
        waiting[:] = [loop.call_later(_EVERY, look)]

    waiting.append(loop.call_later(_EVERY, look))
    return lambda: waiting[0].cancel()
