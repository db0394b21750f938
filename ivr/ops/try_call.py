"""``ivr try``: a number, a caller and keys in, the call as it would go out, without a telephone."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass

from ivr.flow import (
    Facts,
    HangUp,
    Instruction,
    Listen,
    LookUp,
    Plan,
    Speak,
    StopListening,
    StopSpeaking,
    Transfer,
    Walk,
)

__all__ = ["Said", "try_call"]

Words = Callable[[str, str, Facts], str]
"""Language, text and facts to the sentence in words."""
LookUps = Callable[[str], Awaitable[tuple[str, Facts]]]
"""A look-up's name to its outcome and facts, for this caller."""


@dataclass(frozen=True, slots=True)
class Said:
    """One line of the transcript: who (``line``, ``caller``, ``system``) and what."""

    who: str
    what: str


async def try_call(plan: Plan, keys: str, words: Words, look_up: LookUps, connected: bool) -> list[Said]:
    """Walk one call: a key is pressed whenever the line waits for one, then the caller stays silent.

    ``connected`` is what becomes of a transfer. A line that never hangs up on a silent caller is refused by
    the checker, so the walk ends.
    """
    walk, left, heard = Walk(plan), deque(keys), list[Said]()
    if plan.line.before_answer is not None:
        heard.append(Said("line", words(plan.line.language, plan.line.before_answer, {})))
        heard.append(Said("system", "answers"))
    pending: deque[Instruction] = deque(walk.start())
    while pending:
        match pending.popleft():
            case Speak() as speak:
                heard += _sentences(speak, words)
                pending.extend(walk.spoken(speak.turn))
            case Listen(seconds, turn):
                if left:
                    key = left.popleft()
                    heard.append(Said("caller", f"presses {key}"))
                    pending.extend(walk.key_pressed(key))
                else:
                    heard.append(Said("caller", f"is silent for {seconds:g} s"))
                    pending.extend(walk.waited(turn))
            case LookUp(name, turn):
                outcome, facts = await look_up(name)
                heard.append(Said("system", f"looks up {name}: {outcome}"))
                pending.extend(walk.looked_up(outcome, facts, turn))
            case Transfer(target, turn):
                heard.append(
                    Said("system", f"transfers to {target}: {'connected' if connected else 'failed'}")
                )
                pending.extend(walk.transferred(connected, turn))
            case HangUp():
                heard.append(Said("system", "hangs up"))
            case StopSpeaking() | StopListening():
                pass
    return heard


def _sentences(speak: Speak, words: Words) -> Iterator[Said]:
    for text, facts in speak.texts:
        yield Said("line", words(speak.language, text, facts))


def as_lines(said: Sequence[Said]) -> list[str]:
    """The transcript as it is printed."""
    return [f"{one.who:>6}  {one.what}" for one in said]
