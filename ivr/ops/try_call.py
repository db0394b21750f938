"""``ivr try``: a line, a caller and keys in, the call as it would go out, without a telephone."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, assert_never

from ivr.flow import (
    Facts,
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
from ivr.flow.states import ReadingDigits

__all__ = ["HANG_UP", "SILENCE", "Answers", "Said", "Trial", "as_lines", "try_call"]

SILENCE = ","
"""Among the keys: the caller lets this wait pass."""

HANG_UP = "."
"""Among the keys: the caller hangs up."""

Words = Callable[[str, str, Facts], str]
"""Language, text and facts to the sentence in words."""


class Answers(Protocol):
    """Who answers what the walk asks, as :class:`ivr.call.enquiries.Enquiries` does."""

    def answer_at_once(self, asked: LookUp) -> str | None:
        """The outcome, where the accounts need not be asked."""

    async def look_up(self, asked: LookUp) -> tuple[str, Facts]:
        """The outcome and its facts."""

    async def identify(self, asked: Identify) -> tuple[str, Facts]:
        """``proven``, ``refused`` or ``unavailable``, and what is known of who has been proven."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A call to be tried.

    ``dialled`` is the number as it was called; ``keys`` are pressed one whenever the line waits, and then
    the caller stays silent, unless the last one is :data:`HANG_UP`; ``connected`` is what becomes of a
    transfer; ``now`` is what the clock says, and ``facts`` what the settings do.
    """

    plan: Plan
    dialled: str
    keys: str = field(repr=False)
    words: Words
    answers: Answers
    now: datetime
    connected: bool = True
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Said:
    """One line of the transcript: who (``line``, ``caller``, ``system``) and what."""

    who: str
    what: str


async def try_call(trial: Trial) -> list[Said]:
    """Walk one call to its end; a line that never hangs up on a silent caller is refused by the checker."""
    return await _Trying(trial).run()


class _Trying:
    def __init__(self, trial: Trial) -> None:
        self._trial, self._walk = trial, Walk(trial.plan)
        self._keys = deque(trial.keys)
        self._heard: list[Said] = []
        self._language = trial.plan.line.called(trial.dialled).language

    async def run(self) -> list[Said]:
        line = self._trial.plan.line.called(self._trial.dialled)
        if line.before_answer is not None:
            self._hear("line", self._trial.words(self._language, line.before_answer, {}))
            self._hear("system", "answers")
        pending: deque[Instruction] = deque(self._walk.start(self._trial.dialled, self._trial.facts))
        while pending:
            pending.extend(await self._do(pending.popleft()))
            if self._walk.language != self._language:
                self._language = self._walk.language
                self._hear("system", f"goes on in {self._language}")
        return self._heard

    async def _do(self, told: Instruction) -> Sequence[Instruction]:
        answers, now = self._trial.answers, self._trial.now
        match told:
            case Speak():
                self._heard += self._sentences(told)
                return self._walk.spoken(told.turn)
            case Listen():
                return self._listen(told)
            case LookUp():
                at_once = answers.answer_at_once(told)
                outcome, facts = (at_once, {}) if at_once else await answers.look_up(told)
                self._hear("system", f"looks up {told.name}: {outcome}")
                return self._walk.looked_up(outcome, facts, told.turn)
            case Identify():
                outcome, facts = await answers.identify(told)
                self._hear("system", f"compares account and PIN: {outcome}")
                return self._walk.identified(outcome, facts, told.turn)
            case TellTime():
                self._hear("system", f"reads the clock: {now:%a %Y-%m-%d %H:%M %Z}")
                return self._walk.time_is(now, told.turn)
            case Transfer():
                end = "connected" if self._trial.connected else "failed"
                self._hear("system", f"transfers to {told.target}: {end}")
                return self._walk.transferred(self._trial.connected, told.turn)
            case HangUp():
                self._hear("system", "hangs up")
                return []
            case StopSpeaking() | StopListening():
                return []
            case other:
                assert_never(other)

    def _listen(self, told: Listen) -> Sequence[Instruction]:
        key = self._keys.popleft() if self._keys else SILENCE
        if key == HANG_UP:
            self._hear("caller", "hangs up")
            return []
        if key == SILENCE:
            self._hear("caller", f"is silent for {told.seconds:g} s")
            return self._walk.waited(told.turn)
        self._press(key)
        return self._walk.key_pressed(key)

    def _press(self, key: str) -> None:
        """Note a key; the digits of a number stand together, a star for each."""
        if not (isinstance(self._walk.state, ReadingDigits) and key.isdigit()):
            self._hear("caller", f"presses {key}")
        elif self._walk.state.digits:
            self._heard[-1] = Said("caller", f"{self._heard[-1].what}*")
        else:
            self._hear("caller", "keys in *")

    def _sentences(self, speak: Speak) -> Iterator[Said]:
        slowly = "(slowly) " if speak.pace == "slow" else ""
        for language, text, facts in speak.said:
            yield Said("line", slowly + self._trial.words(language, text, facts))

    def _hear(self, who: str, what: str) -> None:
        self._heard.append(Said(who, what))


def as_lines(said: Sequence[Said]) -> list[str]:
    """The transcript as it is printed."""
    return [f"{one.who:>6}  {one.what}" for one in said]
