"""What happens on a call in, instructions for the hall out: the walk through a plan, without clock or I/O.

::

    Ready --start--> Saying --spoken | key*--> next step
                     Asking --spoken--> Listening --waited--> Asking again, or the give_up step
                        `--key--> next step <--key--'
                     LookingUp --looked_up--> the outcome's step
                     Transferring --transferred--> the connected or the failed step
    any step that hangs up --> Ended

Every input is defined in every state. What comes late, twice or after the end is absorbed: it gives no
instruction and changes nothing.

**Keys.** A key during a question answers it and cuts it short. A key during an interruptible ``say``
(marked * above) ends it, and with it the further ones up to the next question or look-up; the key is kept
for that question. During ``must_hear`` speech and during a look-up a key is kept and nothing stops. A
question that finds a kept key takes it as its answer without being spoken. At most ``MOST_KEPT`` keys are
kept, the earliest. A key that leads nowhere throws away the keys kept behind it: they were meant for
questions the caller will not meet now. A transfer throws them away too, and keys during it are the other
side's.

**Facts** last for the whole call; a look-up that is asked again first takes back all it had given.
"""

from __future__ import annotations

from collections import deque
from typing import assert_never

from ivr.flow.instructions import (
    Facts,
    HangUp,
    Instruction,
    Listen,
    LookUp,
    Speak,
    StopListening,
    StopSpeaking,
    Transfer,
)
from ivr.flow.plan import KEYS, AskStep, HangUpStep, LookUpStep, Plan, SayStep, Step, TransferStep
from ivr.flow.states import Asking, Ended, Listening, LookingUp, Ready, Saying, State, Transferring

__all__ = ["LONGEST_RUN", "MOST_KEPT", "Walk"]

MOST_KEPT = 32
"""Keys kept ahead: more than any menu is deep, few enough that a stuck key costs nothing."""

LONGEST_RUN = 100
"""Steps without an answer from the caller, after which the line hangs up. The checker finds such plans."""

_Onward = str | list[Instruction]  # the next step's name, or what the hall has to do before there is one


class Walk:
    """One call's way through one plan. Every input returns what the hall is to do now, in this order."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._state: State = Ready()
        self._at = plan.line.start
        self._turn = 0
        self._run = 0
        self._hurried = False
        self._kept: deque[str] = deque()
        self._facts: dict[str, tuple[str, object]] = {}  # fact -> (the look-up that gave it, its value)

    @property
    def state(self) -> State:
        """Where the walk stands: for tests and for showing live calls."""
        return self._state

    @property
    def at(self) -> str:
        """The name of the step the call is in."""
        return self._at

    @property
    def ended(self) -> bool:
        """Whether the line has hung up."""
        return isinstance(self._state, Ended)

    def start(self) -> list[Instruction]:
        """The call has been answered."""
        return self._go(self._plan.line.start) if isinstance(self._state, Ready) else []

    def key_pressed(self, digit: str) -> list[Instruction]:
        """The caller pressed a key: 0-9, ``*``, ``#``, A-D. Anything else is absorbed."""
        if len(digit) != 1 or (digit := digit.upper()) not in KEYS:
            return []
        match self._state:
            case Saying(step):
                self._keep(digit)
                if step.must_hear:
                    return []
                self._hurried = True
                return [StopSpeaking(), *self._go(step.then)]
            case Asking(step) as asking:
                if step.must_hear:
                    self._keep(digit)
                    return []
                return [StopSpeaking(), *self._go(self._answer(asking, digit))]
            case Listening(asking):
                return [StopListening(), *self._go(self._answer(asking, digit))]
            case LookingUp():
                self._keep(digit)
                return []
            case Ready() | Transferring() | Ended():
                return []
            case other:
                assert_never(other)

    def spoken(self, turn: int | None = None) -> list[Instruction]:
        """All of a ``Speak`` has been heard. ``turn`` is that ``Speak``'s; None means the latest."""
        if self._late(turn):
            return []
        match self._state:
            case Saying(step):
                return self._go(step.then)
            case Asking(step) as asking:
                if self._kept:
                    return self._go(self._answer(asking, self._kept.popleft()))
                self._state = Listening(asking)
                return [Listen(step.wait, self._next_turn())]
            case Ready() | Listening() | LookingUp() | Transferring() | Ended():
                return []
            case other:
                assert_never(other)

    def waited(self, turn: int | None = None) -> list[Instruction]:
        """The timer of a ``Listen`` ran out. ``turn`` is that ``Listen``'s; None means the latest."""
        if self._late(turn):
            return []
        match self._state:
            case Listening(Asking(step, silences, wrong_keys)):
                return self._go(
                    self._again(Asking(step, silences + 1, wrong_keys), silences + 1, step.silence)
                )
            case Ready() | Saying() | Asking() | LookingUp() | Transferring() | Ended():
                return []
            case other:
                assert_never(other)

    def looked_up(self, outcome: str, facts: Facts, turn: int | None = None) -> list[Instruction]:
        """The accounts answered. An outcome the plan does not name counts as ``unavailable``.

        Where the plan does not name that either, the line hangs up; the checker lets no such plan pass.
        """
        if self._late(turn):
            return []
        match self._state:
            case LookingUp(step):
                known = {fact: value for fact, value in self._facts.items() if value[0] != step.look_up}
                if outcome in step.outcomes:
                    known |= {fact: (step.look_up, value) for fact, value in facts.items()}
                self._facts = known
                to = step.outcomes.get(outcome) or step.outcomes.get("unavailable")
                return self._go(to if to is not None else self._hang_up())
            case Ready() | Saying() | Asking() | Listening() | Transferring() | Ended():
                return []
            case other:
                assert_never(other)

    def transferred(self, succeeded: bool, turn: int | None = None) -> list[Instruction]:
        """The other side answered, or could not be reached."""
        if self._late(turn):
            return []
        match self._state:
            case Transferring(step):
                return self._go(step.connected if succeeded else step.failed)
            case Ready() | Saying() | Asking() | Listening() | LookingUp() | Ended():
                return []
            case other:
                assert_never(other)

    def _go(self, onward: _Onward) -> list[Instruction]:
        """Enter step after step until the hall has something to do."""
        while isinstance(onward, str):
            self._run += 1
            onward = self._enter(onward) if self._run <= LONGEST_RUN else self._hang_up()
        return onward

    def _enter(self, name: str) -> _Onward:
        step: Step = self._plan.steps[name]
        self._at = name
        match step:
            case SayStep():
                if self._hurried and not step.must_hear:
                    return step.then
                self._state = Saying(step)
                return [self._speak(step.texts, step.must_hear)]
            case AskStep():
                self._hurried = False
                if self._kept:
                    return self._answer(Asking(step), self._kept.popleft())
                return self._ask(Asking(step))
            case LookUpStep():
                self._hurried = False
                self._state = LookingUp(step)
                return [LookUp(step.look_up, self._next_turn())]
            case TransferStep():
                self._hurried = False
                self._kept.clear()
                self._state = Transferring(step)
                return [Transfer(step.target, self._next_turn())]
            case HangUpStep():
                return self._hang_up()
            case other:
                assert_never(other)

    def _answer(self, asked: Asking, key: str) -> _Onward:
        self._run = 0
        if (to := asked.step.keys.get(key)) is not None:
            return to
        self._kept.clear()
        wrong_keys = asked.wrong_keys + 1
        return self._again(Asking(asked.step, asked.silences, wrong_keys), wrong_keys, asked.step.wrong_key)

    def _again(self, asking: Asking, failures: int, words: tuple[str, ...]) -> _Onward:
        if failures >= asking.step.tries:
            return asking.step.give_up
        return self._ask(asking, words[failures - 1 : failures])

    def _ask(self, asking: Asking, before: tuple[str, ...] = ()) -> list[Instruction]:
        self._state = asking
        return [self._speak(before + asking.step.texts, asking.step.must_hear)]

    def _speak(self, texts: tuple[str, ...], must_hear: bool) -> Speak:
        facts = {fact: value for fact, (_, value) in self._facts.items()}
        return Speak(
            tuple((text, facts) for text in texts), self._plan.line.language, not must_hear, self._next_turn()
        )

    def _hang_up(self) -> list[Instruction]:
        self._state = Ended()
        return [HangUp()]

    def _keep(self, digit: str) -> None:
        if len(self._kept) < MOST_KEPT:
            self._kept.append(digit)

    def _late(self, turn: int | None) -> bool:
        return turn is not None and turn != self._turn

    def _next_turn(self) -> int:
        self._turn += 1
        return self._turn
