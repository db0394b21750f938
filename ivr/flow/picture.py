"""A plan in, its menus drawn as indented text out: what an operator compares with what callers meet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ivr.flow.hours import OpeningHours, Span
from ivr.flow.paths import reachable
from ivr.flow.plan import Line, Plan, Way, ways_out
from ivr.flow.steps import (
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

__all__ = ["describe"]


def describe(plan: Plan) -> str:
    """The line, then a paragraph for each question and the opening hours, ending in a line break.

    Between two questions each way is followed to its end. A step where ways part that is met twice is drawn
    once and named afterwards. Any plan can be drawn, sound or not.
    """
    met = reachable(plan)
    drawing = _Drawing(plan)
    paragraphs = [[_headline(plan.line), *drawing.follow(list(_beginnings(plan.line)))]]
    for step in plan.steps.values():
        if isinstance(step, AskStep | ReadStep) and step.name in met:
            paragraphs.append([_question(step), *drawing.follow(_labelled(ways_out(step)))])
    paragraphs += [list(_hours(hours)) for hours in plan.hours.values()]
    return "\n\n".join("\n".join(paragraph) for paragraph in paragraphs) + "\n"


def _headline(line: Line) -> str:
    before = f", says {line.before_answer} before it answers" if line.before_answer else ""
    others = [other for other in line.languages if other != line.language]
    spoken = [", ".join((line.language, *others))]
    spoken += [f"{number} begins in {language}" for number, language in line.language_for.items()]
    for number, text in line.before_answer_for.items():
        before += f", {number} says {text} before it answers"
    return f"{line.name} {', '.join(line.numbers)} ({'; '.join(spoken)}){before}"


def _beginnings(line: Line) -> Iterator[tuple[str, str]]:
    yield "starts", line.start
    for number, step in line.start_for.items():
        yield f"{number} starts", step


def _question(step: AskStep | ReadStep) -> str:
    often = f"wait {step.wait:g} s" + (f", ask {step.tries} times" if step.tries > 1 else "")
    if isinstance(step, AskStep):
        short = f" (again: {_texts(step.short)})" if step.short else ""
        return f"{step.name}: ask {_texts(step.texts)}{short}, {often}"
    digits = f"{step.least}" if step.least == step.most else f"{step.least} to {step.most}"
    return f"{step.name}: read {digits} digits into {step.into}, ask {_texts(step.texts)}, {often}"


def _labelled(ways: Iterator[Way]) -> list[tuple[str, str]]:
    return [(way.place[-1].replace("_", " "), way.to) for way in ways]


def _texts(texts: tuple[Sentence, ...]) -> str:
    return " + ".join(_sentence(sentence) for sentence in texts)


def _sentence(sentence: Sentence) -> str:
    conditions = [
        f"{word} {fact}"
        for word, fact in (("each of", sentence.each), ("if", sentence.only_if), ("unless", sentence.unless))
        if fact is not None
    ]
    return f"{sentence.text} ({', '.join(conditions)})" if conditions else sentence.text


def _hours(hours: OpeningHours) -> Iterator[str]:
    off = f", holidays of {hours.holidays}" if hours.holidays else ""
    yield f"hours {hours.name}: {hours.time_zone}{off}"
    days = [("working day", hours.working_day), ("day off", hours.day_off)]
    lines = [(label, _spans(spans)) for label, spans in days]
    for label, dates in (("closed on", hours.closed_on), ("worked too", hours.open_on)):
        if dates:
            lines.append((label, ", ".join(str(day) for day in sorted(dates))))
    for label, said in lines:
        yield f"    {label.ljust(_width(lines))}  {said}"


def _spans(spans: Iterable[Span]) -> str:
    in_order = sorted(spans, key=lambda span: span.begins)
    said = [f"{_clock(span.begins)}-{_clock(span.ends)} {span.state}" for span in in_order]
    return ", ".join(said) or "closed"


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


_Parting = LookUpStep | IdentifyStep | WhenStep | HoursStep | TransferStep


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
        while name != RESUME:
            step = self._plan.steps[name]
            match step:
                case SayStep() | LanguageStep() | RepeatStep() if name not in passed:
                    passed.add(name)
                    words.append(_passing(step))
                    name = step.then
                case LookUpStep() | IdentifyStep() | WhenStep() | HoursStep() | TransferStep() if (
                    name not in self._drawn
                ):
                    self._drawn.add(name)
                    return ", ".join((*words, _parting(step))), _labelled(ways_out(step))
                case HangUpStep():
                    return ", ".join((*words, "hang up")), []
                case _:
                    return ", ".join((*words, f"go to {name}")), []
        return ", ".join((*words, "back to the look-up")), []


def _passing(step: SayStep | LanguageStep | RepeatStep) -> str:
    match step:
        case SayStep():
            return f"say {_texts(step.texts)}"
        case LanguageStep():
            return "go on in " + ("the account's language" if step.language == "account" else step.language)
        case RepeatStep():
            return "say it again" + (", slower" if step.pace == "slower" else "")


def _parting(step: _Parting) -> str:
    match step:
        case LookUpStep():
            needs = {"none": " of anybody", "number": "", "pin": " by PIN"}[step.trust]
            return f"look up {step.look_up}{needs}"
        case IdentifyStep():
            return f"compare {step.account} and {step.pin}"
        case WhenStep():
            return f"is {step.fact} so"
        case HoursStep():
            return f"what the hours {step.hours} say"
        case TransferStep():
            return f"transfer to {step.target}"


def _width(ways: list[tuple[str, str]]) -> int:
    return max((len(label) for label, _ in ways), default=0)
