"""A step's name or a caller's key in, the instructions up to the next thing to wait for out.

The inside of :class:`ivr.flow.walk.Walk`: the walk says which input means something in which state, this
says what follows from it. No clock, no I/O.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import assert_never

from ivr.flow.digits import Keyed, after_key
from ivr.flow.instructions import (
    HangUp,
    Identify,
    Instruction,
    Listen,
    LookUp,
    Pace,
    Speak,
    TellTime,
    Transfer,
)
from ivr.flow.known import Texts
from ivr.flow.plan import Plan
from ivr.flow.states import (
    Asking,
    AskingDigits,
    Ended,
    Identifying,
    Listening,
    LookingUp,
    ReadingDigits,
    ReadingTheClock,
    Ready,
    Saying,
    State,
    Transferring,
)
from ivr.flow.steps import (
    ANY_KEY,
    RESUME,
    AskStep,
    HangUpStep,
    HoursStep,
    IdentifyStep,
    LanguageStep,
    LookUpStep,
    ReadStep,
    RepeatStep,
    SayStep,
    Sentence,
    TransferStep,
    WhenStep,
)
from ivr.flow.telling import Telling
from ivr.flow.typed_ahead import TypedAhead

__all__ = ["LONGEST_RUN", "Onward", "Progress"]

LONGEST_RUN = 100
"""Steps without an answer from the caller, after which the line hangs up. The checker finds such plans."""

_NO_SECRETS: Mapping[str, str] = MappingProxyType({})

Onward = str | list[Instruction]
"""The next step's name, or what the hall has to do before there is one."""


class Progress:
    """Where one call stands in its plan, and what takes it further."""

    __slots__ = (
        "_last_look_up", "_run", "at", "hurried", "keys", "plan", "refusals", "secrets", "state", "telling",
        "turn",
    )  # fmt: skip

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.state: State = Ready()
        self.at = plan.line.start
        self.turn = 0
        self.keys = TypedAhead()
        self.telling = Telling(plan.line)
        self.secrets: Mapping[str, str] = _NO_SECRETS
        self.refusals = 0
        self.hurried = False
        self._run = 0
        self._last_look_up: str | None = None

    def go(self, onward: Onward) -> list[Instruction]:
        """Enter step after step until the hall has something to do."""
        while isinstance(onward, str):
            self._run += 1
            name = onward if onward != RESUME else self._last_look_up
            onward = self._enter(name) if name and self._run <= LONGEST_RUN else self.hang_up()
        return onward

    def hang_up(self) -> list[Instruction]:
        """The call is over; nothing of what was keyed in is kept."""
        self.state = Ended()
        self.forget_secrets()
        self.keys.clear()
        return [HangUp()]

    def forget_secrets(self) -> None:
        """Keep nothing of what was keyed in to be compared."""
        self.secrets = _NO_SECRETS

    def _enter(self, name: str) -> Onward:
        step = self.plan.steps[name]
        self.at = name
        match step:
            case SayStep():
                if self.hurried and not step.must_hear:
                    return step.then
                return self._say(self.telling.answer(step.texts), step.then, step.must_hear)
            case RepeatStep():
                said = () if self.hurried else self.telling.last_answer
                return self._say(said, step.then, pace="slow" if step.pace == "slower" else "normal")
            case WhenStep():
                return step.yes if self.telling.holds(step.fact) else step.no
            case LanguageStep():
                self.telling.switch(step.language)
                return step.then
            case HangUpStep():
                return self.hang_up()
            case _:
                self.hurried = False
                return self._enter_and_wait(step)

    def _enter_and_wait(
        self, step: AskStep | ReadStep | LookUpStep | IdentifyStep | HoursStep | TransferStep
    ) -> Onward:
        """Enter a step that the caller or another room has to answer."""
        match step:
            case AskStep():
                key = self.keys.take()
                return self._ask(Asking(step)) if key is None else self.answer(Asking(step), key)
            case ReadStep():
                return self._take_digits(AskingDigits(step))
            case LookUpStep():
                self._last_look_up = step.name
                self.state = LookingUp(step)
                return [LookUp(step.look_up, self._next_turn(), step.trust)]
            case IdentifyStep():
                return self._identify(step)
            case HoursStep():
                self.state = ReadingTheClock(step)
                return [TellTime(self._next_turn())]
            case TransferStep():
                self.keys.clear()
                return self._transfer(step)
            case other:
                assert_never(other)

    def _identify(self, step: IdentifyStep) -> Onward:
        """Have what was keyed in compared; a call that has no tries left is not asked about again."""
        account, pin = (self.secrets.get(name, "") for name in (step.account, step.pin))
        kept = {name: keyed for name, keyed in self.secrets.items() if name not in (step.account, step.pin)}
        self.secrets = kept or _NO_SECRETS
        if self.refusals >= step.tries:
            self.keys.clear()
            return step.no_tries_left
        self.state = Identifying(step)
        return [Identify(account, pin, self._next_turn())]

    def _transfer(self, step: TransferStep) -> Onward:
        """Hand over; a number that has not been set fails at once."""
        target = self.telling.known.facts.get(step.target) if step.by_fact else step.target
        if not isinstance(target, str) or not (bare := "".join(target.split())):
            return step.failed
        self.state = Transferring(step)
        return [Transfer(bare, self._next_turn())]

    def _say(self, said: Texts, then: str, must_hear: bool = False, pace: Pace = "normal") -> Onward:
        if not said:
            return then
        self.state = Saying(then, must_hear)
        return [self._speak(said, must_hear, pace)]

    def _speak(self, said: Texts, must_hear: bool, pace: Pace = "normal") -> Speak:
        return Speak(said, self.telling.language, not must_hear, self._next_turn(), pace)

    def _next_turn(self) -> int:
        self.turn += 1
        return self.turn

    # A question and its key

    def answer(self, asked: Asking, key: str) -> Onward:
        """The caller answers a question."""
        self._run = 0
        self.telling.asked()
        keys = asked.step.keys
        if (to := keys.get(key) or keys.get(ANY_KEY)) is not None:
            return to
        self.keys.clear()
        wrong_keys = asked.wrong_keys + 1
        return self.again(Asking(asked.step, asked.silences, wrong_keys), wrong_keys, asked.step.wrong_key)

    def again(self, asking: Asking, failures: int, words: tuple[Sentence, ...]) -> Onward:
        """Put a question once more, with the words for this failure before it, or give up."""
        if failures >= asking.step.tries:
            return asking.step.give_up
        return self._ask(asking, words[failures - 1 : failures])

    def heard_out(self, asking: Asking) -> Onward:
        """A question has been put: take the key that waits for it, or wait for one."""
        if (key := self.keys.take()) is not None:
            return self.answer(asking, key)
        self.state = Listening(asking)
        return [Listen(asking.step.wait, self._next_turn())]

    def _ask(self, asking: Asking, before: tuple[Sentence, ...] = ()) -> Onward:
        again = asking.silences + asking.wrong_keys > 0
        said = self.telling.chosen(before + self.telling.question(asking.step, again))
        if not said:
            return self.heard_out(asking)
        self.state = asking
        return [self._speak(said, asking.step.must_hear)]

    # A number and its digits

    def key_in(self, reading: ReadingDigits, key: str) -> Onward | None:
        """What follows a key of a number; None where the key means nothing."""
        keyed, digits = after_key(reading.asked.step, reading.digits, key)
        match keyed:
            case Keyed.NOTHING:
                return None
            case Keyed.MORE | Keyed.AFRESH:
                return self.read_on(ReadingDigits(reading.asked, digits))
            case _:
                return self.number(ReadingDigits(reading.asked, digits), keyed)

    def read_on(self, reading: ReadingDigits) -> list[Instruction]:
        """Wait for the first digit, or for the next one."""
        self.state = reading
        step = reading.asked.step
        return [Listen(step.next_wait if reading.digits else step.wait, self._next_turn())]

    def number(self, reading: ReadingDigits, keyed: Keyed) -> Onward:
        """No more digits come: the number is whole, asked for again, or not wanted."""
        self._run = 0
        asked, step = reading.asked, reading.asked.step
        if keyed is Keyed.BACK and step.back is not None:
            return step.back
        if keyed is Keyed.TOO_SHORT:
            self.keys.clear()
            too_short = asked.too_short + 1
            return self.again_digits(AskingDigits(step, asked.silences, too_short), too_short, step.too_short)
        self.secrets = {**self.secrets, step.into: reading.digits}
        if keyed is Keyed.FULL:
            self.keys.number_ended_itself()
        return step.then

    def again_digits(self, asking: AskingDigits, failures: int, words: tuple[Sentence, ...]) -> Onward:
        """Ask for a number once more, with the words for this failure before it, or give up."""
        if failures >= asking.step.tries:
            return asking.step.give_up
        return self._ask_digits(asking, words[failures - 1 : failures])

    def _take_digits(self, asking: AskingDigits) -> Onward:
        """Begin a number with what has been typed ahead; where that is nothing, ask for it."""
        self.telling.asked()
        digits = ""
        while (key := self.keys.take()) is not None:
            keyed, digits = after_key(asking.step, digits, key)
            if keyed not in (Keyed.MORE, Keyed.AFRESH, Keyed.NOTHING):
                return self.number(ReadingDigits(asking, digits), keyed)
        return self.read_on(ReadingDigits(asking, digits)) if digits else self._ask_digits(asking)

    def _ask_digits(self, asking: AskingDigits, before: tuple[Sentence, ...] = ()) -> Onward:
        said = self.telling.chosen(before + asking.step.texts)
        if not said:
            return self.read_on(ReadingDigits(asking))
        self.state = asking
        return [self._speak(said, must_hear=False)]
