"""A clock comes in, beats with absolute deadlines go out: the thread that drives the media."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

__all__ = ["Metronome", "Timetable"]


class Timetable:
    """When each beat is due, with the time handed in.

    Beats stand on a grid that never drifts. A late beat is made up for at twice the pace, so that what has
    piled up does not leave as one burst; a delay over ``give_up`` is not made up for: the beats under it
    are left out and the numbers jump, since nobody plays audio that old.

        on time   |1   |2   |3   |4   |5   |6   |7
        delayed   |1   |2       |3  |4 |5 |6   |7      late: 3, 4

    Beats that nobody wants are passed over, and what comes behind them keeps its distance.
    """

    def __init__(self, start: float, interval: float, give_up: float = 0.2) -> None:
        """Beat 0 is due at ``start``; all times in seconds of one monotonic clock."""
        self._start, self._interval, self._give_up = start, interval, give_up
        self._next, self._last, self._step = 0, start - interval, 1
        self.beats = 0
        self.late = 0
        self.skipped = 0

    def wait(self, now: float) -> float:
        """Seconds until the next beat; zero or less when it is due."""
        due = self._start + self._next * self._interval
        return max(due, self._last + self._step * self._interval / 2) - now

    def beat(self, now: float) -> int:
        """The number of the beat that begins now."""
        self.beats += 1
        behind = now - (self._start + self._next * self._interval)
        if behind > self._interval:
            self.late += 1
        if behind > self._give_up:
            left_out = int(behind / self._interval)
            self.skipped += left_out
            self._next += left_out
        self._last, self._step = now, 1
        self._next += 1
        return self._next - 1

    def pass_over(self, until: int) -> None:
        """Let the next beat be this one, if it is not that far yet."""
        if until > self._next:
            self._step += until - self._next
            self._next = until


class Metronome:
    """Calls ``beat(number, now)`` in a thread of its own until stopped.

    A beat gives the number of the one it wants next, or None for the very next. An exception in a beat is
    handed to ``failed`` and the next beat comes all the same. Who needs beats to be punctual beside busy
    Python threads shortens ``sys.setswitchinterval``.
    """

    def __init__(
        self,
        beat: Callable[[int, float], int | None],
        interval: float = 0.005,
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        self._beat, self._interval, self._failed = beat, interval, failed
        self._running = False
        self._thread: threading.Thread | None = None
        self._timetable = Timetable(0.0, interval)

    @property
    def beats(self) -> int:
        """How many there have been."""
        return self._timetable.beats

    @property
    def late(self) -> int:
        """Beats that began more than one interval behind their time."""
        return self._timetable.late

    @property
    def skipped(self) -> int:
        """Beats left out after a long delay."""
        return self._timetable.skipped

    def start(self) -> None:
        """Begin to beat; the first beat is number 0."""
        if self._thread is not None:
            raise RuntimeError("the metronome is already running")
        self._running = True
        self._timetable = Timetable(time.monotonic(), self._interval)
        self._thread = threading.Thread(target=self._run, name="metronome", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the current beat and wait for it; harmless when not running."""
        self._running = False
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        timetable = self._timetable
        while self._running:
            wait = timetable.wait(time.monotonic())
            if wait > 0:
                time.sleep(wait)
            now = time.monotonic()
            number = timetable.beat(now)
            try:
                wanted = self._beat(number, now)
            except Exception as error:
                if self._failed is not None:
                    self._failed(error)
                continue
            if wanted is not None:
                timetable.pass_over(wanted)
