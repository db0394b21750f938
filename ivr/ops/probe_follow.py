"""A recorded call and the dialplan in; what should have been heard, sentence by sentence, and was, out.

The walk is taken again with the keys that were pressed. Its clock is the recording: each sentence is looked
for where the one before it ended, and where it is found the walk's time is set.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from ivr.flow.instructions import (
    Facts,
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
from ivr.flow.plan import Plan
from ivr.flow.walk import Walk
from ivr.ops.probe_call import RATE, ProbedCall, Samples
from ivr.ops.probe_hearing import Place, locate

__all__ = ["ENOUGH", "WORD", "Begun", "Followed", "Heard", "LooksUp", "Says", "follow"]

ENOUGH = 0.9  # correlation from which a sentence counts as heard
WORD = 0.6  # and that of its least alike half second: one wrong figure falls below, a lost packet does not
LATE = 3.0  # seconds a sentence may come later than the one before it ended: look-up and voice
EARLY = 0.3  # seconds it may come earlier: the silence at the end of a sentence
SHORTEST = 0.4  # seconds of a sentence that was cut short from which it can be told

Says = Callable[[str, str, Facts, Pace], Awaitable[tuple[str, Samples]]]
"""A language, a text's name, facts and pace to its words and their sound."""
LooksUp = Callable[[str], Awaitable[tuple[str, Facts]]]
"""A look-up's name to its outcome and facts, for the caller of this call."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One sentence that the line should have said: at (seconds since the answer), its words, how alike it is
    on the whole and in its least alike half second.

    ``whole`` is False where a key or the end of the call cut it short; the part before that was compared.
    """

    at: float
    words: str
    alike: float
    worst: float
    whole: bool = True

    @property
    def good(self) -> bool:
        """Whether it was heard."""
        return self.alike >= ENOUGH and self.worst >= WORD


@dataclass(frozen=True, slots=True)
class Followed:
    """All sentences in their order, and whether the line was to end the call itself where it ended."""

    sentences: tuple[Heard, ...]
    line_hangs_up: bool


@dataclass(frozen=True, slots=True)
class Begun:
    """What a call began with: the number as it was dialled, the facts of the settings, and when it was."""

    dialled: str = ""
    facts: Facts = field(default_factory=dict)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))


async def follow(
    plan: Plan, call: ProbedCall, keys: str, says: Says, looks_up: LooksUp, begun: Begun | None = None
) -> Followed:
    """Take the walk of one call again. ``keys`` are the digits in the order of ``call.keys``.

    It ends where an account and a PIN are compared: to ask the accounts again would count a refusal twice.
    """
    return await _Following(plan, call, keys, says, looks_up, begun or Begun()).run()


class _Following:
    def __init__(
        self, plan: Plan, call: ProbedCall, keys: str, says: Says, looks_up: LooksUp, begun: Begun
    ) -> None:
        self._walk, self._call, self._says, self._looks_up = Walk(plan), call, says, looks_up
        self._begun = begun
        self._keys = deque(zip(call.keys, keys, strict=False))
        self._clock = call.began
        self._lost = False  # the sentence before was not found, so that the next may be anywhere
        self._heard: list[Heard] = []

    async def run(self) -> Followed:
        todo = deque(self._walk.start(self._begun.dialled, self._begun.facts))
        while todo and self._clock < self._call.ended_at:
            match todo.popleft():
                case HangUp():
                    return Followed(tuple(self._heard), line_hangs_up=True)
                case Transfer() | Identify():  # what comes then is not the line's, or cannot be told
                    return Followed(tuple(self._heard), line_hangs_up=self._call.ended_by == "line")
                case Speak() as speak:
                    todo.extend(await self._speak(speak))
                case Listen() as listen:
                    todo.extend(self._listen(listen))
                case LookUp(_, turn, "pin"):
                    todo.extend(self._walk.looked_up("not_proven", {}, turn))
                case TellTime(turn):
                    todo.extend(self._walk.time_is(self._begun.now, turn))
                case LookUp() as look_up:
                    todo.extend(self._walk.looked_up(*await self._looks_up(look_up.name), look_up.turn))
                case _:  # an end of speaking or listening, which the recording knows already
                    continue
        return Followed(tuple(self._heard), line_hangs_up=any(isinstance(step, HangUp) for step in todo))

    def _listen(self, listen: Listen) -> list[Instruction]:
        until = self._clock + listen.seconds
        if self._keys and self._keys[0][0] <= until + EARLY:
            at, key = self._keys.popleft()
            self._clock = max(self._clock, at)
            return self._walk.key_pressed(key)
        self._clock = until
        return self._walk.waited(listen.turn) if until < self._call.ended_at else []

    async def _speak(self, speak: Speak) -> list[Instruction]:
        for language, text, facts in speak.said:
            words, sound = await self._says(language, text, facts, speak.pace)
            found = self._start_of(sound)
            start = self._clock if found is None else found
            end = start + len(sound) / RATE
            while self._keys and self._keys[0][0] < end:
                at, key = self._keys.popleft()
                onward = self._walk.key_pressed(key)
                if onward:
                    self._judge(words, sound, start, at)
                    self._clock, self._lost = at, False
                    return onward
            self._judge(words, sound, start, end)
            self._lost = found is None
            if not self._lost:
                self._clock = end
            if end > self._call.ended_at:
                return []
        return self._walk.spoken(speak.turn)

    def _start_of(self, sound: Samples) -> float | None:
        """Where a sentence begins: by its first second, so that it is found where it is cut short."""
        place = self._find(sound[: round(1.2 * RATE)])
        return self._seconds(place.start) if place.alike > 0.6 else None

    def _judge(self, words: str, sound: Samples, start: float, until: float) -> None:
        """Compare what there was time for; too little of it, and nobody could say."""
        until = min(until, self._call.ended_at)
        part = sound[: max(0, round((until - start) * RATE))]
        whole = len(part) >= len(sound) - round(EARLY * RATE)
        if whole or len(part) >= SHORTEST * RATE:
            found = self._find(part)
            likeness = round(found.alike, 3), round(found.worst, 3)
            self._heard.append(Heard(round(start, 2), words, *likeness, whole))

    def _find(self, sound: Samples) -> Place:
        """Where a sound is, near the clock; what lies behind is nobody's sentence any more."""
        begin = max(0, self._sample(self._clock - EARLY))
        end = len(self._call.sound) if self._lost else begin + len(sound) + round((LATE + EARLY) * RATE)
        found = locate(self._call.sound[begin:end], sound)
        return replace(found, start=begin + found.start)

    def _sample(self, seconds: float) -> int:
        return round((seconds - self._call.began) * RATE)

    def _seconds(self, sample: int) -> float:
        return self._call.began + sample / RATE
