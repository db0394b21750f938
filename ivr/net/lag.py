"""How late the event loop is: its beats in, seconds of delay out, for whoever takes on no more work then."""

from __future__ import annotations

import asyncio

__all__ = ["LoopLag"]

_BEAT = 0.1  # seconds between looks; to be woken costs as much as three packets of speech
_FADES = 0.5  # of a delay is still told a beat later


class LoopLag:
    """Asks the loop for a beat every 100 ms and sees how late each comes.

    A beat that is overdue counts before it has come: what waited in the sockets while the loop was held up is
    read before the loop gets to its timers.
    """

    def __init__(self) -> None:
        self._lately = 0.0
        self._due: float | None = None
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin to look, in the running loop."""
        if self._timer is None:
            self._set(asyncio.get_running_loop())

    def stop(self) -> None:
        """Look no more; harmless when not running."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._due = None
        self._lately = 0.0

    def seconds(self, now: float) -> float:
        """The delay at a time of the loop's clock: of the beat that is due, or of late if that is more."""
        overdue = 0.0 if self._due is None else now - self._due
        return max(self._lately, overdue)

    def _beat(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._due is not None:
            self._lately = max(loop.time() - self._due, self._lately * _FADES)
        self._set(loop)

    def _set(self, loop: asyncio.AbstractEventLoop) -> None:
        self._due = loop.time() + _BEAT
        self._timer = loop.call_at(self._due, self._beat, loop)
