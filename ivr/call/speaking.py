"""Sentences to say in, clips in their order out to the plane; a caller who waits too long hears so.

::

    a wait begins --bridge_after--> "one moment" --the answer is there--> said right behind it
          `--the answer is there--> said at once, and no such words

A wait is one for the caller: a slow store and then a slow voice are bridged once, and so is a sentence that
is still being made when the one before it has been said.
"""

from __future__ import annotations

import asyncio

from ivr.call.desk import Desk
from ivr.call.events import SentenceFailed
from ivr.call.speaker import Speaker
from ivr.errors import InfolineError
from ivr.flow import Line, Speak
from ivr.media.clip import Clip
from ivr.media.events import Stream

__all__ = ["BEFORE_ANSWER", "Speaking"]

BEFORE_ANSWER = "before the answer"
"""The mark of what is said in early media."""


class Speaking:
    """What one call says. Sentences of the line's own are in ``language``, the one the call has come to."""

    __slots__ = (
        "_bridge", "_bridged", "_desk", "_leg", "_line", "_part", "_speaker", "_stream", "_task", "language",
    )  # fmt: skip

    def __init__(self, leg: str, stream: Stream, speaker: Speaker, line: Line, desk: Desk) -> None:
        """``line`` is as it is for the number that was called."""
        self._leg, self._desk = leg, desk
        self._stream, self._speaker, self._line = stream, speaker, line
        self.language = line.language
        self._task: asyncio.Task[None] | None = None
        self._part: object | None = None  # the mark of a sentence behind which others are being made
        self._bridge: asyncio.TimerHandle | None = None
        self._bridged = False

    @property
    def speaks_first(self) -> bool:
        """Whether the line has something to say before it answers."""
        return self._ready(self._line.before_answer) is not None

    def announce(self) -> None:
        """Say it. The plane tells its end by its mark."""
        clip = self._ready(self._line.before_answer)
        said = [clip] if clip is not None else []
        self._desk.plane.play(self._stream, said, BEFORE_ANSWER, interruptible=False)

    def say(self, speak: Speak) -> None:
        """Say this, and nothing that was still being made; the plane tells its end by the turn."""
        self._stop_making()
        clips = [self._speaker.ready(language, text, speak.pace) for language, text, _ in speak.said]
        ready = [clip for clip in clips if clip is not None]
        if len(ready) == len(clips):
            self._answer_begins()
            self._desk.plane.play(self._stream, ready, speak.turn, speak.interruptible)
            return
        self.wait()
        self._task = self._desk.loop.create_task(self._make(speak))
        self._task.add_done_callback(self._made_all)

    def stop(self) -> None:
        """Fall silent at once; what is still being made is given up."""
        self.end()
        self._desk.plane.stop(self._stream)

    def end(self) -> None:
        """Nothing of it goes on, but for what the plane has."""
        self._stop_making()
        self._answer_begins()

    def played(self, mark: object) -> None:
        """The plane has sent the last packet of what was played under a mark."""
        if mark is not None and mark is self._part:
            self.wait()

    def wait(self) -> None:
        """The caller has begun to wait, or waits on."""
        if self._bridge is None and not self._bridged:
            self._bridge = self._desk.later(self._desk.bridge_after, self._say_one_moment)

    async def _make(self, speak: Speak) -> None:
        """Have all sentences made at once, and play each as soon as those before it are on their way.

        Where one cannot be spoken, the line's words for that take its place and that of all behind it: half
        an answer may be a wrong one.
        """
        making = [
            asyncio.create_task(self._speaker.clip(language, text, facts, speak.pace, place))
            for place, (language, text, facts) in enumerate(speak.said)
        ]
        try:
            for text, task in zip(speak.text_ids, making, strict=True):
                clip = await self._made(text, task)
                self._answer_begins()
                said = clip or self._ready(self._line.trouble)
                self._part = None if clip is None or task is making[-1] else object()
                if said is not None:
                    self._desk.plane.play(self._stream, [said], self._part, speak.interruptible)
                if clip is None:
                    break
            self._desk.plane.play(self._stream, [], speak.turn, speak.interruptible)  # only its mark
        finally:
            for task in making:
                task.cancel()

    async def _made(self, text: str, task: asyncio.Task[Clip]) -> Clip | None:
        try:
            return await task
        except InfolineError as error:
            self._desk.watch(SentenceFailed(self._leg, text, str(error)))
            return None

    def _made_all(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._desk.failed(self._leg, error)

    def _stop_making(self) -> None:
        self._part = None
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _say_one_moment(self) -> None:
        self._bridge, self._bridged = None, True
        clip = self._ready(self._line.one_moment)
        if clip is not None:
            self._desk.plane.play(self._stream, [clip])

    def _answer_begins(self) -> None:
        """The caller hears an answer, or has stopped waiting for one: the next wait is a new one."""
        if self._bridge is not None:
            self._bridge.cancel()
        self._bridge, self._bridged = None, False

    def _ready(self, text: str | None) -> Clip | None:
        return self._speaker.ready(self.language, text) if text else None
