"""What every call works with, in one value: the rooms, the clock, and the verbs it may use on the line."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from datetime import datetime

from ivr.accounts.service import Accounts
from ivr.call.events import Fault, Watcher
from ivr.call.longest import LongestCalls
from ivr.media.shards import AnyPlane

__all__ = ["Desk"]


@dataclass(frozen=True, slots=True)
class Desk:
    """One for all calls of a line, so that none has to keep any of it.

    ``hang_up`` takes the leg and why, empty where the dialplan says so; ``refer`` the leg and the number.
    After ``bridge_after`` seconds a caller who waits is told so.
    """

    plane: AnyPlane
    accounts: Accounts
    clock: Callable[[], datetime]
    hang_up: Callable[[str, str], None]
    refer: Callable[[str, str], None]
    watch: Watcher
    bridge_after: float
    longest: LongestCalls
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    _context: Context = field(default_factory=copy_context)

    def later(self, seconds: float, then: Callable[..., None], *what: object) -> asyncio.TimerHandle:
        """Do something after so many seconds, unless it is taken back."""
        return self.loop.call_later(seconds, then, *what, context=self._context)

    def failed(self, leg: str, error: BaseException) -> None:
        """A bug costs the call in which it shows, and no other."""
        self.watch(Fault(f"call {leg}", error))
        self.hang_up(leg, "fault")
