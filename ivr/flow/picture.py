"""A plan in, its menus drawn as indented text out: what an operator compares with what callers meet."""

from __future__ import annotations

from collections.abc import Iterator

from ivr.flow.paths import reachable
from ivr.flow.plan import Plan, Way, ways_out
from ivr.flow.steps import AskStep, HangUpStep, LookUpStep, SayStep, Sentence, TransferStep

__all__ = ["describe"]


def describe(plan: Plan) -> str:
    """The line, then a paragraph for each question in the order of the file, ending in a line break.

    Between two questions each way is followed to its end. A look-up or transfer that is met twice is drawn
    once and named afterwards. Any plan can be drawn, sound or not.
    """
    line = plan.line
    before = f", says {line.before_answer} before it answers" if line.before_answer else ""
    met = reachable(plan)
    drawing = _Drawing(plan)
    paragraphs = [
        [
            f"{line.name} {', '.join(line.numbers)} ({line.language}){before}",
            *drawing.follow([("starts", line.start)]),
        ]
    ]
    for step in plan.steps.values():
        if isinstance(step, AskStep) and step.name in met:
            asked = f"{step.name}: ask {_drawn(step.texts)}"
            often = (
                f"wait {step.wait:g} s, ask {step.tries} times" if step.tries > 1 else f"wait {step.wait:g} s"
            )
            paragraphs.append([f"{asked}, {often}", *drawing.follow(_labelled(ways_out(step)))])
    return "\n\n".join("\n".join(paragraph) for paragraph in paragraphs) + "\n"


def _labelled(ways: Iterator[Way]) -> list[tuple[str, str]]:
    return [(way.place[-1].replace("_", " "), way.to) for way in ways]


def _drawn(texts: tuple[Sentence, ...]) -> str:
    return " + ".join(_drawn_one(sentence) for sentence in texts)


def _drawn_one(sentence: Sentence) -> str:
    conditions = [
        f"{word} {fact}"
        for word, fact in (("each of", sentence.each), ("if", sentence.only_if), ("unless", sentence.unless))
        if fact is not None
    ]
    return f"{sentence.text} ({', '.join(conditions)})" if conditions else sentence.text


class _Drawing:
    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._drawn: set[str] = set()

    def follow(self, ways: list[tuple[str, str]]) -> Iterator[str]:
        """A line for each way, and below it, further in, the ways that part from there."""
        waiting = [(1, label.ljust(_width(ways)), to) for label, to in reversed(ways)]
        while waiting:
            depth, label, to = waiting.pop()
            said, parting = self._until_parting(to)
            yield f"{'    ' * depth}{label}  {said}"
            waiting += [(depth + 1, below.ljust(_width(parting)), step) for below, step in reversed(parting)]

    def _until_parting(self, name: str) -> tuple[str, list[tuple[str, str]]]:
        """What happens from a step on, in words, and the ways that part where it can go several ways."""
        words: list[str] = []
        passed: set[str] = set()
        while True:
            step = self._plan.steps[name]
            match step:
                case SayStep() if name not in passed:
                    passed.add(name)
                    words.append(f"say {_drawn(step.texts)}")
                    name = step.then
                    continue
                case LookUpStep() | TransferStep() if name not in self._drawn:
                    self._drawn.add(name)
                    verb = (
                        f"look up {step.look_up}"
                        if isinstance(step, LookUpStep)
                        else f"transfer to {step.target}"
                    )
                    return ", ".join((*words, verb)), _labelled(ways_out(step))
                case HangUpStep():
                    return ", ".join((*words, "hang up")), []
                case _:
                    return ", ".join((*words, f"go to {name}")), []


def _width(ways: list[tuple[str, str]]) -> int:
    return max((len(label) for label, _ in ways), default=0)
