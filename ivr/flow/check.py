"""A plan, the look-ups and the sentences there are in; all that would go wrong on a call out, line by line.

The reader has seen to it that the file is sound by itself. Here it is held against the rest of the house:
that callers reach every step and none is caught in a round, that every outcome of a look-up leads
somewhere, that every sentence exists and has the facts it speaks of on every way to it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from ivr.errors import ConfigurationError
from ivr.flow.check_sentences import Problem, Texts, check_sentences
from ivr.flow.giving import Giving, LookUps, keyed_in_without, looked_up_without, outcomes_for
from ivr.flow.paths import loops_without_caller, reachable
from ivr.flow.plan import Place, Plan, ways_out
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
    Sentence,
    TransferStep,
    WhenStep,
)
from ivr.flow.wording import did_you_mean, listed, on_one_line, quoted
from ivr.phone import same_number

__all__ = ["LookUps", "Texts", "check", "check_together"]


def check(
    plan: Plan, look_ups: LookUps, texts: Texts, facts: Collection[str] = ()
) -> list[ConfigurationError]:
    """All problems of one plan, in the order of its file and those it uses; an empty list for a sound one.

    ``facts`` are the names of those that the settings give.
    """
    giving = Giving(plan, look_ups, facts)
    problems = [*_ways(plan), *_transfers(plan, giving), *_look_ups(plan, look_ups), *_retries(plan)]
    problems += [*_hours(plan), *_branches(plan, giving), *_identity(plan), *_languages(plan, giving)]
    problems += check_sentences(plan, giving, texts)
    errors = [_error(plan, place, expected) for place, expected in dict.fromkeys(problems)]
    return sorted(errors, key=lambda error: (error.file != plan.file, error.file, error.line or 0))


def check_together(plans: Sequence[Plan]) -> list[ConfigurationError]:
    """Problems between the plans of one house: a number that two lines answer."""
    errors = []
    for nth, plan in enumerate(plans):
        for place, number in enumerate(plan.line.numbers):
            for other in plans[:nth]:
                if other.line.answers(number) or any(
                    same_number(theirs, number, plan.line.country) for theirs in other.line.numbers
                ):
                    said = f"the number {quoted(number)} is also answered by {quoted(other.line.name)}"
                    where = ("line", "numbers", str(place))
                    errors.append(_error(plan, where, f"{said} in {other.file}"))
    return errors


def _error(plan: Plan, place: Place, expected: str) -> ConfigurationError:
    return ConfigurationError(
        plan.file_of(place), on_one_line(".".join(place)), expected, plan.line_of(place)
    )


def _ways(plan: Plan) -> Iterator[Problem]:
    met = reachable(plan)
    for name in plan.steps:
        if name not in met and ("step", name) not in plan.written_in:
            yield ("step", name), "no caller ever comes here: no step leads to it"
    seen: set[frozenset[str]] = set()
    for loop in loops_without_caller(plan):
        if frozenset(loop) not in seen:
            seen.add(frozenset(loop))
            around = ", ".join((*loop, loop[0]))
            yield (
                ("step", loop[0]),
                f"a caller who presses nothing goes round without end: {around}; "
                "one of these ways must lead to a step that hangs up",
            )


def _transfers(plan: Plan, giving: Giving) -> Iterator[Problem]:
    for step in plan.steps.values():
        if not isinstance(step, TransferStep):
            continue
        at = ("step", step.name)
        if not isinstance(plan.steps.get(step.connected), HangUpStep):
            yield (
                (*at, "connected"),
                "after a transfer the caller has left: this leads to a step that hangs up",
            )
        if step.by_fact and step.target not in giving.names:
            said = f"nobody gives the fact {quoted(step.target)}{did_you_mean(step.target, giving.names)}"
            yield (*at, "transfer"), f"{said}; a number stands here, or a fact that the settings give"
        elif plan.line.answers(step.target):
            yield (*at, "transfer"), f"{quoted(step.target)} is this line's own number: it would call itself"


def _look_ups(plan: Plan, look_ups: LookUps) -> Iterator[Problem]:
    for step in plan.look_ups:
        at = ("step", step.name)
        known = outcomes_for(step, look_ups)
        if known is None:
            hint = did_you_mean(step.look_up, look_ups) or f"; there is {listed(sorted(look_ups))}"
            yield (*at, "look_up"), f"there is no look-up {quoted(step.look_up)}{hint}"
            continue
        for outcome in step.outcomes:
            if outcome not in known:
                hint = did_you_mean(outcome, known.keys() - step.outcomes.keys())
                said = f"the look-up {quoted(step.look_up)} never ends as {quoted(outcome)}{hint}"
                yield (*at, "outcomes", outcome), said
        missing = [outcome for outcome in known if outcome not in step.outcomes]
        if missing:
            said = (
                f"the look-up {quoted(step.look_up)} can also end as {listed(missing)}: say where that leads"
            )
            yield (*at, "outcomes"), said


def _retries(plan: Plan) -> Iterator[Problem]:
    for step in plan.steps.values():
        if not isinstance(step, AskStep | ReadStep):
            continue
        lists: dict[str, tuple[Sentence, ...]] = {}
        if isinstance(step, AskStep):
            lists = {"silence": step.silence, "wrong_key": step.wrong_key}
            if ANY_KEY in step.keys:
                lists.pop("wrong_key")
        elif isinstance(step, ReadStep):
            lists = {"silence": step.silence, "too_short": step.too_short}
        for entry, words in lists.items():
            if len(words) != step.tries - 1:
                yield ("step", step.name, entry), _retry_trouble(step.tries, len(words))


def _retry_trouble(tries: int, words: int) -> str:
    have = f"there {'is 1' if words == 1 else f'are {words}' if words else 'is none'}"
    need = f"tries = {tries} needs {tries - 1 or 'no'} sentence{'' if tries == 2 else 's'} here, {have}"
    if words >= tries:
        return f"{need}: after the last try the line gives up and says no more"
    return f"{need}: one for each time that the question is put again"


def _hours(plan: Plan) -> Iterator[Problem]:
    for step in plan.steps.values():
        if not isinstance(step, HoursStep):
            continue
        at, states = ("step", step.name), plan.hours[step.hours].states
        for state in step.open:
            if state not in states:
                hint = did_you_mean(state, set(states) - step.open.keys())
                yield (*at, "open", state), f"the hours {quoted(step.hours)} know no {quoted(state)}{hint}"
        if missing := [state for state in states if state not in step.open]:
            said = f"the hours {quoted(step.hours)} can also be {listed(missing)}: say where that leads"
            yield (*at, "open"), said


def _branches(plan: Plan, giving: Giving) -> Iterator[Problem]:
    names = giving.names
    for step in plan.steps.values():
        if isinstance(step, WhenStep) and step.fact not in names:
            said = f"nobody gives the fact {quoted(step.fact)}{did_you_mean(step.fact, names)}"
            yield ("step", step.name, "when"), said


def _identity(plan: Plan) -> Iterator[Problem]:
    met = reachable(plan)
    for step in plan.steps.values():
        if step.name not in met:
            continue
        if isinstance(step, IdentifyStep):
            for entry, into in (("account", step.account), ("pin", step.pin)):
                if (trail := keyed_in_without(plan, step, into)) is not None:
                    came = ", ".join(trail[:-1]) or "the start"
                    said = f"nothing has been read into {quoted(into)} on a call that comes by {came}"
                    yield ("step", step.name, "identify", entry), said
        for way in ways_out(step):
            if isinstance(step, LookUpStep) or way.to != RESUME:
                continue
            if (trail := looked_up_without(plan, step.name)) is not None:
                came = ", ".join(trail)
                yield way.place, f"there is no look-up to resume on a call that comes by {came}"


def _languages(plan: Plan, giving: Giving) -> Iterator[Problem]:
    spoken, names = plan.line.languages, giving.names
    for step in plan.steps.values():
        if not isinstance(step, LanguageStep):
            continue
        at = ("step", step.name, "language")
        if step.language == "account" and "language" not in names:
            yield at, 'nobody gives the fact "language"'
        elif step.language not in (*spoken, "account"):
            yield at, f"the line does not speak {quoted(step.language)}: its languages are {listed(spoken)}"
