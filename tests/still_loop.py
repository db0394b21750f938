"""An event loop with a clock that only a test moves; files, threads and processes go on as ever."""

from __future__ import annotations

import asyncio


class StillLoop(asyncio.SelectorEventLoop):
    """Its time stands still: a test adds to ``now``."""

    now = 1000.0

    def time(self) -> float:
        return self.now
