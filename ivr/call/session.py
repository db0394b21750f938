"""One call: what the caller does in, what the walk says next out to media, accounts, speech and SIP."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, assert_never

from ivr.accounts.callers import Caller
from ivr.accounts.service import Accounts
from ivr.call.events import Fault, LookUpFailed, SentenceFailed, Watcher
from ivr.call.speaker import Speaker
from ivr.errors import InfolineError
from ivr.flow import (
    HangUp,
    Identify,
    Instruction,
    Listen,
    LookUp,
    Plan,
    Speak,
    StopListening,
    StopSpeaking,
    TellTime,
    Transfer,
    Walk,
)
from ivr.media.clip import Clip
from ivr.media.events import Stream
from ivr.media.plane import Plane

__all__ = ["BEFORE_ANSWER", "Desk", "Session"]

BEFORE_ANSWER = "before the answer"
"""The mark of what is said in early media."""

_BRIDGE_AFTER = 0.5  # seconds of waiting before the caller hears "one moment"


@dataclass(frozen=True, slots=True)
class Desk:
    """What every call works with: the rooms, the clock, and the two SIP verbs a call may use.

    ``hang_up`` takes the leg and why, empty where the dialplan says so; ``refer`` the leg and the number.
    """

    plane: Plane
    accounts: Accounts
    clock: Callable[[], datetime]
    hang_up: Callable[[str, str], None]
    refer: Callable[[str, str], None]
    watch: Watcher


class Session:
    """A call between its ACK and its end. It lives in the event loop's thread.

    Nothing that goes wrong in it leaves it: a bug is told as ``Fault`` and ends this call.
    """

    def __init__(
        self, leg: str, plan: Plan, caller: Caller, stream: Stream, speaker: Speaker, desk: Desk
    ) -> None:
        self.leg, self.plan, self.stream = leg, plan, stream
        self._caller, self._speaker, self._desk = caller, speaker, desk
        self._walk = Walk(plan)
        self._loop = asyncio.get_running_loop()
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._bridge: asyncio.TimerHandle | None = None
        self._bridged = False
        self._limit: asyncio.TimerHandle | None = None
        self._transfer_turn: int | None = None
        self._over = False
        self.begun = False

    @property
    def step(self) -> str:
        """The step of the dialplan that the call stands in."""
        return self._walk.at

    @property
    def speaks_first(self) -> bool:
        """Whether the line has something to say before it answers."""
        return self._ready(self.plan.line.before_answer) is not None

    # What happens on the call

    def announce(self) -> None:
        """Say it: the caller hears us, and has not been answered. The plane tells its end by its mark."""
        clip = self._ready(self.plan.line.before_answer)
        said = [clip] if clip is not None else []
        self._desk.plane.play(self.stream, said, BEFORE_ANSWER, interruptible=False)

    def begin(self) -> None:
        """The caller can hear us."""
        if self._over:
            return
        self.begun = True
        self._limit = self._loop.call_later(self.plan.line.longest_call, self._hang_up, "longest call")
        self._carry_out(self._walk.start)

    def press(self, key: str) -> None:
        """The caller pressed a key."""
        self._carry_out(self._walk.key_pressed, key)

    def played(self, mark: object) -> None:
        """The plane has sent the last packet of what was played under a mark."""
        if isinstance(mark, int):
            self._carry_out(self._walk.spoken, mark)

    def transfer_reported(self, succeeded: bool) -> None:
        """The transfer came to an end."""
        turn, self._transfer_turn = self._transfer_turn, None
        if turn is not None:
            self._carry_out(self._walk.transferred, succeeded, turn)

    def end(self) -> None:
        """The call is over: nothing of it goes on."""
        self._over = True
        for handle in (self._timer, self._bridge, self._limit):
            if handle is not None:
                handle.cancel()
        if self._task is not None:
            self._task.cancel()

    # What the walk asks for

    def _carry_out(self, tell: Callable[..., Sequence[Instruction]], *what: object) -> None:
        """Tell the walk, and do what it says."""
        try:
            for instruction in tell(*what):
                if not self._over:
                    self._do(instruction)
        except Exception as error:
            self._fail(error)

    def _do(self, instruction: Instruction) -> None:
        match instruction:
            case Speak():
                if not self._say_at_once(instruction):
                    self._start(self._speak(instruction))
            case StopSpeaking():
                self._stop_task()
                self._silence_ends()
                self._desk.plane.stop(self.stream)
            case Listen(seconds, turn):
                self._timer = self._loop.call_later(seconds, self._carry_out, self._walk.waited, turn)
            case StopListening():
                if self._timer is not None:
                    self._timer.cancel()
            case LookUp() | Identify() | TellTime():
                self._ask_rooms(instruction)
            case Transfer(target, turn):
                self._silence_ends()
                self._transfer_turn = turn
                self._desk.refer(self.leg, target)
            case HangUp():
                self._hang_up("")
            case other:
                assert_never(other)

    def _ask_rooms(self, instruction: LookUp | Identify | TellTime) -> None:
        match instruction:
            case LookUp(_, turn, "pin"):
                self._carry_out(self._walk.looked_up, "not_proven", {}, turn)
            case LookUp(name, turn):
                self._start(self._look_up(name, turn))
            case Identify(_, _, turn):
                self._carry_out(self._walk.identified, "unavailable", {}, turn)
            case TellTime(turn):
                self._carry_out(self._walk.time_is, self._desk.clock(), turn)

    def _say_at_once(self, speak: Speak) -> bool:
        """Play sentences that are all made already; False where one is still to be made."""
        clips = [self._speaker.ready(speak.language, text) for text in speak.text_ids]
        ready = [clip for clip in clips if clip is not None]
        if len(ready) < len(clips):
            return False
        self._stop_task()
        self._silence_ends()
        self._desk.plane.play(self.stream, ready, speak.turn, speak.interruptible)
        return True

    async def _speak(self, speak: Speak) -> None:
        """Have all sentences made at once, and play each as soon as those before it are on their way.

        Where one cannot be spoken, the line's words for that take its place and that of all behind it: half
        an answer may be a wrong one.
        """
        making = [
            asyncio.create_task(self._speaker.clip(speak.language, text, facts))
            for text, facts in speak.texts
        ]
        try:
            for text, task in zip(speak.text_ids, making, strict=True):
                clip = await self._made(text, task)
                self._silence_ends()
                said = clip or self._ready(self.plan.line.trouble)
                if said is not None:
                    self._desk.plane.play(self.stream, [said], None, speak.interruptible)
                if clip is None:
                    break
            self._desk.plane.play(self.stream, [], speak.turn, speak.interruptible)  # only its mark
        finally:
            for task in making:
                task.cancel()

    async def _made(self, text: str, task: asyncio.Task[Clip]) -> Clip | None:
        try:
            return await task
        except InfolineError as error:
            self._desk.watch(SentenceFailed(self.leg, text, str(error)))
            return None

    async def _look_up(self, name: str, turn: int) -> None:
        accounts = self._desk.accounts.of(self.plan.line.operator)
        finding = await accounts.look_up(name, self._caller, self._desk.clock())
        if finding.reason:
            self._desk.watch(LookUpFailed(self.leg, name, finding.reason))
        self._task = None  # this one: what follows may start another
        self._carry_out(self._walk.looked_up, finding.outcome, finding.facts, turn)

    # Small works

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin something that the caller waits for."""
        self._stop_task()
        if self._bridge is None and not self._bridged:
            self._bridge = self._loop.call_later(_BRIDGE_AFTER, self._say_one_moment)
        self._task = self._loop.create_task(work)
        self._task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._fail(error)

    def _stop_task(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _say_one_moment(self) -> None:
        self._bridge, self._bridged = None, True
        clip = self._ready(self.plan.line.one_moment)
        if clip is not None:
            self._desk.plane.play(self.stream, [clip])

    def _silence_ends(self) -> None:
        """The caller hears an answer, or has stopped waiting for one: the next wait is a new one."""
        if self._bridge is not None:
            self._bridge.cancel()
        self._bridge, self._bridged = None, False

    def _ready(self, text: str | None) -> Clip | None:
        return self._speaker.ready(self.plan.line.language, text) if text else None

    def _fail(self, error: BaseException) -> None:
        self._desk.watch(Fault(f"call {self.leg}", error))
        self._hang_up("fault")

    def _hang_up(self, why: str) -> None:
        if not self._over:
            self._desk.hang_up(self.leg, why)
