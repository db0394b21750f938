"""A plan, the look-ups and the sentences there are in; all that would go wrong on a call out, line by line.

The reader has seen to it that the file is sound by itself. Here it is held against the rest of the house:
that callers reach every step and none is caught in a round, that every outcome of a look-up leads
somewhere, that every sentence exists and has the facts it speaks of on every way to it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from ivr.errors import ConfigurationError
from ivr.flow.paths import loops_without_caller, reachable, way_without
from ivr.flow.plan import Place, Plan, Way
from ivr.flow.steps import AskStep, HangUpStep, LookUpStep, SayStep, Sentence, Step, TransferStep
from ivr.flow.wording import did_you_mean, listed, quoted
from ivr.phone import same_number

__all__ = ["LookUps", "Texts", "check", "check_together"]

LookUps = Mapping[str, Mapping[str, Collection[str]]]
"""Look-up -> outcome -> the facts it gives: ``{"credit": {"prepaid": {"credit", "valid_until"}}}``."""

Texts = Mapping[str, Mapping[str, Collection[str]]]
"""Language -> sentence -> the facts it speaks of: ``{"cs": {"credit-prepaid": {"credit"}}}``."""

_Problem = tuple[Place, str]


def check(plan: Plan, look_ups: LookUps, texts: Texts) -> list[ConfigurationError]:
    """All problems of one plan, in the order of its file; an empty list for a sound one."""
    problems = [*_ways(plan), *_transfers(plan), *_look_ups(plan, look_ups), *_retries(plan)]
    problems += _sentences(plan, look_ups, texts)
    errors = [_error(plan, place, expected) for place, expected in problems]
    return sorted(errors, key=lambda error: error.line or 0)


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
    return ConfigurationError(plan.file, ".".join(place), expected, plan.line_of(place))


def _ways(plan: Plan) -> Iterator[_Problem]:
    met = reachable(plan)
    for name in plan.steps:
        if name not in met:
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


def _transfers(plan: Plan) -> Iterator[_Problem]:
    for step in plan.steps.values():
        if not isinstance(step, TransferStep):
            continue
        at = ("step", step.name)
        if not isinstance(plan.steps[step.connected], HangUpStep):
            yield (
                (*at, "connected"),
                "after a transfer the caller has left: this leads to a step that hangs up",
            )
        if plan.line.answers(step.target):
            yield (*at, "transfer"), f"{quoted(step.target)} is this line's own number: it would call itself"


def _look_ups(plan: Plan, look_ups: LookUps) -> Iterator[_Problem]:
    for step in plan.steps.values():
        if not isinstance(step, LookUpStep):
            continue
        at = ("step", step.name)
        known = look_ups.get(step.look_up)
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


def _retries(plan: Plan) -> Iterator[_Problem]:
    for step in plan.steps.values():
        if isinstance(step, AskStep):
            for entry, words in (("silence", step.silence), ("wrong_key", step.wrong_key)):
                if len(words) != step.tries - 1:
                    yield ("step", step.name, entry), _retry_trouble(step.tries, len(words))


def _retry_trouble(tries: int, words: int) -> str:
    have = f"there {'is 1' if words == 1 else f'are {words}' if words else 'is none'}"
    need = f"tries = {tries} needs {tries - 1 or 'no'} sentence{'' if tries == 2 else 's'} here, {have}"
    if words >= tries:
        return f"{need}: after the last try the line gives up and says no more"
    return f"{need}: one for each time that the question is put again"


def _sentences(plan: Plan, look_ups: LookUps, texts: Texts) -> Iterator[_Problem]:
    language = plan.line.language
    if language not in texts:
        hint = f"; there is {listed(sorted(texts))}" if texts else ""
        yield ("line", "language"), f"there are no sentences in {quoted(language)}{hint}"
        return
    known, met = texts[language], reachable(plan)
    for place, text, step in _spoken(plan):
        if text not in known:
            yield (
                place,
                f"there is no sentence {quoted(text)} in prompts/{language}{did_you_mean(text, known)}",
            )
        elif step is None and known[text]:
            yield place, f"{quoted(text)} may be said at any time, so it can speak of no facts"
        elif step is not None and step.name in met:
            for fact in sorted(known[text]):
                if (trail := way_without(plan, step.name, _Giving(plan, look_ups, fact))) is not None:
                    hint = did_you_mean(fact, _all_facts(look_ups) - {fact})
                    came = ", ".join(trail[:-1]) or "the start"
                    said = (
                        f"{quoted(text)} speaks of {quoted(fact)}, which is not known to a call that comes by"
                    )
                    yield place, f"{said} {came}{hint}"


def _spoken(plan: Plan) -> Iterator[tuple[Place, str, Step | None]]:
    """Every sentence named in the plan: where, which, and in which step (None: the line's own)."""
    for entry in ("one_moment", "trouble", "before_answer"):
        said: str | None = getattr(plan.line, entry)
        if said is not None:
            yield ("line", entry), said, None
    for step in plan.steps.values():
        at = ("step", step.name)
        lists: tuple[tuple[str, tuple[Sentence, ...]], ...] = ()
        if isinstance(step, SayStep):
            lists = (("say", step.texts),)
        elif isinstance(step, AskStep):
            lists = (("ask", step.texts), ("silence", step.silence), ("wrong_key", step.wrong_key))
        for entry, names in lists:
            for nth, text in enumerate(names):
                place = (*at, entry, str(nth))
                yield place if place in plan.written_at else place[:-1], text.text, step


def _all_facts(look_ups: LookUps) -> set[str]:
    return {fact for outcomes in look_ups.values() for facts in outcomes.values() for fact in facts}


class _Giving:
    """What taking a way does to one fact; see :func:`ivr.flow.paths.way_without`."""

    def __init__(self, plan: Plan, look_ups: LookUps, fact: str) -> None:
        self._plan, self._look_ups, self._fact = plan, look_ups, fact

    def __call__(self, way: Way) -> bool | None:
        step = self._plan.steps[way.place[1]]
        if not isinstance(step, LookUpStep):
            return None
        outcomes = self._look_ups.get(step.look_up)
        if outcomes is None or way.place[-1] not in outcomes:
            return True  # a problem of its own; nothing can be said of its facts
        if self._fact in outcomes[way.place[-1]]:
            return True
        return False if any(self._fact in facts for facts in outcomes.values()) else None
