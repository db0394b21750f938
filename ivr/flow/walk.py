"""What happens on a call in, instructions for the hall out: the walk through a plan, without clock or I/O.

::

    Ready --start--> Saying --spoken | key*--> next step
                     Asking --spoken--> Listening --waited--> Asking again, or the give_up step
                        `--key--> next step <--key--'
                     AskingDigits --spoken--> ReadingDigits --key--> ReadingDigits, or the next step
                        `--key--> ReadingDigits    `--waited--> next step, AskingDigits again, or give_up
                     LookingUp --looked_up--> the outcome's step
                     Identifying --identified--> proven, refused, no_tries_left or unavailable
                     ReadingTheClock --time_is--> the open desk's step, or closed
                     Transferring --transferred--> the connected or the failed step
    any step that hangs up --> Ended

Every input is defined in every state. What comes late, twice or after the end is absorbed: it gives no
instruction and changes nothing.

**Keys.** A key during a question answers it and cuts it short. A key during an interruptible ``say``
(marked * above) ends it, and with it the further ones up to the next question or look-up; the key is kept
for that question. During ``must_hear`` speech and while the accounts or the clock are asked a key is kept
and nothing stops. A question that finds a kept key takes it as its answer without being spoken, and digits
flow on from one question to the next. At most ``MOST_KEPT`` keys are kept, the earliest. A key that leads
nowhere and a number that is too short throw away the keys kept behind them: they were meant for questions
the caller will not meet now. A transfer throws them away too, and keys during it are the other side's. A
``#`` behind a number that has ended itself is part of it, up to the end of the next question.

**Facts** last for the whole call; a look-up that is asked again first takes back all it had given, and a
proof takes back what look-ups gave before it: that may have been somebody else's. **Digits** are kept as
secrets under the name they were read into, and forgotten once they have been compared.
"""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from ivr.flow.digits import after_pause
from ivr.flow.hours import opening
from ivr.flow.instructions import Facts, Instruction, StopListening, StopSpeaking
from ivr.flow.plan import Plan
from ivr.flow.progress import LONGEST_RUN, Progress
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
from ivr.flow.steps import KEYS
from ivr.flow.typed_ahead import MOST_KEPT

__all__ = ["LONGEST_RUN", "MOST_KEPT", "Walk"]


class Walk:
    """One call's way through one plan. Every input returns what the hall is to do now, in this order."""

    __slots__ = ("_call",)

    def __init__(self, plan: Plan) -> None:
        self._call = Progress(plan)

    @property
    def state(self) -> State:
        """Where the walk stands: for tests and for showing live calls."""
        return self._call.state

    @property
    def at(self) -> str:
        """The name of the step the call is in."""
        return self._call.at

    @property
    def language(self) -> str:
        """The language that the line speaks on this call now."""
        return self._call.telling.language

    @property
    def ended(self) -> bool:
        """Whether the line has hung up."""
        return isinstance(self._call.state, Ended)

    def start(self, dialled: str = "", facts: Facts | None = None) -> list[Instruction]:
        """The call has been answered.

        ``dialled`` is the number as it was called, which decides where and in which language the call
        begins; ``facts`` are known from its start, such as those of the settings.
        """
        if not isinstance(self._call.state, Ready):
            return []
        line = self._call.plan.line.called(dialled)
        self._call.telling.language = line.language
        self._call.telling.known.begin(facts or {})
        return self._call.go(line.start)

    def key_pressed(self, digit: str) -> list[Instruction]:
        """The caller pressed a key: 0-9, ``*``, ``#``, A-D. Anything else is absorbed."""
        if len(digit) != 1 or (digit := digit.upper()) not in KEYS:
            return []
        if self._call.keys.closes_number(digit) and not isinstance(self._call.state, Listening):
            return []
        match self._call.state:
            case Saying(then, must_hear):
                self._call.keys.keep(digit)
                if must_hear:
                    return []
                self._call.hurried = True
                return [StopSpeaking(), *self._call.go(then)]
            case Asking(step) as asking:
                if step.must_hear:
                    self._call.keys.keep(digit)
                    return []
                return [StopSpeaking(), *self._call.go(self._call.answer(asking, digit))]
            case Listening(asking):
                return [StopListening(), *self._call.go(self._call.answer(asking, digit))]
            case AskingDigits() as asking_digits:
                onward = self._call.key_in(ReadingDigits(asking_digits), digit)
                return [] if onward is None else [StopSpeaking(), *self._call.go(onward)]
            case ReadingDigits() as reading:
                onward = self._call.key_in(reading, digit)
                return [] if onward is None else [StopListening(), *self._call.go(onward)]
            case LookingUp() | Identifying() | ReadingTheClock():
                self._call.keys.keep(digit)
                return []
            case Ready() | Transferring() | Ended():
                return []
            case other:
                assert_never(other)

    def spoken(self, turn: int | None = None) -> list[Instruction]:
        """All of a ``Speak`` has been heard. ``turn`` is that ``Speak``'s; None means the latest."""
        if self._late(turn):
            return []
        match self._call.state:
            case Saying(then):
                return self._call.go(then)
            case Asking() as asking:
                return self._call.go(self._call.heard_out(asking))
            case AskingDigits() as asking_digits:
                return self._call.read_on(ReadingDigits(asking_digits))
            case _:
                return []

    def waited(self, turn: int | None = None) -> list[Instruction]:
        """The timer of a ``Listen`` ran out. ``turn`` is that ``Listen``'s; None means the latest."""
        if self._late(turn):
            return []
        match self._call.state:
            case Listening(Asking(step, silences, wrong_keys)):
                return self._call.go(
                    self._call.again(Asking(step, silences + 1, wrong_keys), silences + 1, step.silence)
                )
            case ReadingDigits(AskingDigits(step, silences, too_short), ""):
                asking = AskingDigits(step, silences + 1, too_short)
                return self._call.go(self._call.again_digits(asking, silences + 1, step.silence))
            case ReadingDigits(asking, digits) as reading:
                return self._call.go(self._call.number(reading, after_pause(asking.step, digits)))
            case _:
                return []

    def looked_up(self, outcome: str, facts: Facts, turn: int | None = None) -> list[Instruction]:
        """The accounts answered. An outcome the plan does not name counts as ``unavailable``.

        Where the plan does not name that either, the line hangs up; the checker lets no such plan pass. A
        fact that is given as None is unknown from now on.
        """
        if self._late(turn) or not isinstance(self._call.state, LookingUp):
            return []
        step = self._call.state.step
        self._call.telling.known.give(f"look_up {step.look_up}", facts if outcome in step.outcomes else {})
        to = step.outcomes.get(outcome) or step.outcomes.get("unavailable")
        return self._call.go(to if to is not None else self._call.hang_up())

    def identified(self, outcome: str, facts: Facts, turn: int | None = None) -> list[Instruction]:
        """What was keyed in is ``proven``, ``refused`` or ``unavailable``; anything else counts as the last.

        Refusals count for the whole call; when no tries are left, nothing is compared any more.
        """
        if self._late(turn) or not isinstance(self._call.state, Identifying):
            return []
        step = self._call.state.step
        self._call.forget_secrets()
        if outcome == "refused":
            self._call.keys.clear()
            self._call.refusals += 1
            return self._call.go(step.refused if self._call.refusals < step.tries else step.no_tries_left)
        if outcome != "proven":
            return self._call.go(step.unavailable)
        known = self._call.telling.known
        known.take_back(*(f"look_up {look_up.look_up}" for look_up in self._call.plan.look_ups))
        known.give("identify", facts)
        return self._call.go(step.proven)

    def time_is(self, now: datetime, turn: int | None = None) -> list[Instruction]:
        """The clock says ``now``, an aware moment."""
        if self._late(turn) or not isinstance(self._call.state, ReadingTheClock):
            return []
        step = self._call.state.step
        found = opening(self._call.plan.hours[step.hours], now)
        self._call.telling.known.give(f"hours {step.hours}", found.facts(now))
        return self._call.go(step.open.get(found.state or "", step.closed))

    def transferred(self, succeeded: bool, turn: int | None = None) -> list[Instruction]:
        """The other side answered, or could not be reached."""
        if self._late(turn) or not isinstance(self._call.state, Transferring):
            return []
        step = self._call.state.step
        return self._call.go(step.connected if succeeded else step.failed)

    def _late(self, turn: int | None) -> bool:
        return turn is not None and turn != self._call.turn
