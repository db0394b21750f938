"""One call: what the caller does in, what the walk says next out to media, accounts, speech and SIP."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, assert_never

from ivr.accounts.callers import Caller
from ivr.call.desk import Desk
from ivr.call.edition import Edition
from ivr.call.enquiries import Enquiries
from ivr.call.events import LanguageChanged
from ivr.call.speaking import Speaking
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
from ivr.media.events import Stream

__all__ = ["Session"]


class Session:
    """A call between its ACK and its end. It lives in the event loop's thread.

    Nothing that goes wrong in it leaves it: a bug is told as ``Fault`` and ends this call.
    """

    __slots__ = (
        "_desk", "_dialled", "_enquiries", "_facts", "_over", "_task", "_timer", "_transfer_turn",
        "_walk", "begun", "leg", "plan", "speaking",
    )  # fmt: skip

    def __init__(
        self, leg: str, plan: Plan, caller: Caller, stream: Stream, edition: Edition, desk: Desk
    ) -> None:
        """``edition`` is the one that ``plan`` is of, and ``caller`` says what was dialled."""
        self.leg, self.plan = leg, plan
        self._desk, self._dialled, self._facts = desk, caller.dialled, edition.facts
        self._walk = Walk(plan)
        accounts = desk.accounts.of(plan.line.operator)
        self._enquiries = Enquiries(leg, caller, accounts, desk.clock, desk.watch)
        self.speaking = Speaking(leg, stream, edition.speaker, edition.line_for(caller.dialled), desk)
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._transfer_turn: int | None = None
        self._over = False
        self.begun = False

    @property
    def step(self) -> str:
        """The step of the dialplan that the call stands in."""
        return self._walk.at

    # What happens on the call

    def begin(self) -> None:
        """The caller can hear us."""
        if self._over:
            return
        self.begun = True
        self._desk.longest.begin(self.leg, self.plan.line.longest_call)
        self._carry_out(self._walk.start, self._dialled, self._facts)

    def press(self, key: str) -> None:
        """The caller pressed a key."""
        self._carry_out(self._walk.key_pressed, key)

    def played(self, mark: object) -> None:
        """The plane has sent the last packet of what was played under a mark."""
        if isinstance(mark, int):
            self._carry_out(self._walk.spoken, mark)
        else:
            self.speaking.played(mark)

    def transfer_reported(self, succeeded: bool) -> None:
        """The transfer came to an end."""
        turn, self._transfer_turn = self._transfer_turn, None
        if turn is not None:
            self._carry_out(self._walk.transferred, succeeded, turn)

    def end(self) -> None:
        """The call is over: nothing of it goes on."""
        self._over = True
        if self._timer is not None:
            self._timer.cancel()
        self._desk.longest.forget(self.leg, self.plan.line.longest_call)
        self._stop_task()
        self.speaking.end()

    # What the walk asks for

    def _carry_out(self, tell: Callable[..., Sequence[Instruction]], *what: object) -> None:
        """Tell the walk, and do what it says."""
        try:
            instructions = tell(*what)
            if self.speaking.language != self._walk.language:
                self.speaking.language = self._walk.language
                self._desk.watch(LanguageChanged(self.leg, self._walk.language))
            for instruction in instructions:
                if not self._over:
                    self._do(instruction)
        except Exception as error:
            self._failed(error)

    def _do(self, instruction: Instruction) -> None:
        match instruction:
            case Speak():
                self._stop_task()
                self.speaking.say(instruction)
            case StopSpeaking():
                self._stop_task()
                self.speaking.stop()
            case Listen(seconds, turn):
                self._timer = self._desk.later(seconds, self._carry_out, self._walk.waited, turn)
            case StopListening():
                if self._timer is not None:
                    self._timer.cancel()
            case LookUp() | Identify():
                self._ask(instruction)
            case TellTime(turn):
                self._carry_out(self._walk.time_is, self._desk.clock(), turn)
            case Transfer(target, turn):
                self.speaking.end()
                self._transfer_turn = turn
                self._desk.refer(self.leg, target)
            case HangUp():
                self._desk.hang_up(self.leg, "")
            case other:
                assert_never(other)

    def _ask(self, asked: LookUp | Identify) -> None:
        match asked:
            case LookUp():
                outcome = self._enquiries.answer_at_once(asked)
                if outcome is not None:
                    self._carry_out(self._walk.looked_up, outcome, {}, asked.turn)
                else:
                    self._start(self._look_up(asked))
            case Identify():
                self._start(self._identify(asked))

    async def _look_up(self, asked: LookUp) -> None:
        outcome, facts = await self._enquiries.look_up(asked)
        self._task = None  # this one: what follows may start another
        self._carry_out(self._walk.looked_up, outcome, facts, asked.turn)

    async def _identify(self, asked: Identify) -> None:
        outcome, facts = await self._enquiries.identify(asked)
        self._task = None
        self._carry_out(self._walk.identified, outcome, facts, asked.turn)

    # Small works

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin something that the caller waits for."""
        self._stop_task()
        self.speaking.wait()
        self._task = self._desk.loop.create_task(work)
        self._task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._failed(error)

    def _stop_task(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _failed(self, error: BaseException) -> None:
        if not self._over:
            self._desk.failed(self.leg, error)
