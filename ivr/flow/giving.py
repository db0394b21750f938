"""A plan, the look-ups there are and the facts of the settings in; who gives which fact, and where, out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cached_property

from ivr.flow.paths import way_without, ways_without
from ivr.flow.plan import Plan, Way
from ivr.flow.steps import HoursStep, IdentifyStep, LookUpStep, ReadStep, WhenStep

__all__ = ["PROVEN", "Giving", "LookUps", "keyed_in_without", "looked_up_without", "outcomes_for"]

LookUps = Mapping[str, Mapping[str, Collection[str]]]
"""Look-up -> outcome -> the facts it gives: ``{"credit": {"prepaid": {"credit", "stale?"}}}``.

``name?`` is a fact that may be missing, ``bundles[]`` a list, ``bundles[].left?`` a fact of its items.
"""

PROVEN = ("language", "number?")
"""The facts that a proof gives."""

_WHO = {"unknown", "anonymous", "not_proven"}


def outcomes_for(step: LookUpStep, look_ups: LookUps) -> dict[str, Collection[str]] | None:
    """How a look-up can end with the trust that a step asks for; None for one that there is not."""
    known = look_ups.get(step.look_up)
    if known is None:
        return None
    left = {"none": _WHO, "number": {"not_proven"}, "pin": set[str]()}[step.trust]
    outcomes = {outcome: facts for outcome, facts in known.items() if outcome not in left}
    return outcomes | {"not_proven": ()} if step.trust == "pin" else outcomes


def _sure(facts: Collection[str]) -> set[str]:
    """The facts of the call that are always there, a list by its name alone."""
    return {fact.removesuffix("[]") for fact in facts if not fact.endswith("?") and "[]." not in fact}


def _every(facts: Collection[str]) -> set[str]:
    return {fact.removesuffix("?").removesuffix("[]") for fact in facts if "[]." not in fact}


class Giving:
    """The facts of one plan."""

    def __init__(self, plan: Plan, look_ups: LookUps, settings: Collection[str] = ()) -> None:
        self._plan, self._look_ups, self._settings = plan, look_ups, settings
        self._searched: dict[str, Callable[[str], list[str] | None]] = {}

    def way_without(self, step: str, fact: str) -> list[str] | None:
        """A shortest way to a step on which a fact is not surely known; None where it always is."""
        if fact not in self._searched:
            self._searched[fact] = ways_without(self._plan, lambda way: self._does(way, fact))
        return self._searched[fact](step)

    @cached_property
    def names(self) -> set[str]:
        """Every fact of a call that somebody may give, lists with their bare name."""
        found = {*self._settings, *(f"in_{language}" for language in self._plan.line.languages)}
        for facts in self._outcomes():
            found |= _every(facts)
        for step in self._plan.steps.values():
            if isinstance(step, IdentifyStep):
                found |= _every(PROVEN)
            elif isinstance(step, HoursStep):
                found |= self._clock_facts(step)
        return found

    @cached_property
    def lists(self) -> set[str]:
        """The facts that are lists."""
        return {fact[:-2] for facts in self._outcomes() for fact in facts if fact.endswith("[]")}

    def item_facts(self, name: str) -> tuple[set[str], set[str]]:
        """Of the items of a list: the facts that each has, and those that some have."""
        each: list[set[str]] = []
        some: set[str] = set()
        for facts in self._outcomes():
            if f"{name}[]" in facts:
                own = {fact.removeprefix(f"{name}[].") for fact in facts if fact.startswith(f"{name}[].")}
                each.append({fact for fact in own if not fact.endswith("?")})
                some |= {fact.removesuffix("?") for fact in own}
        sure = set.intersection(*each) if each else set[str]()
        return sure, some - sure

    def sometimes(self, fact: str) -> bool:
        """Whether a fact may be missing although whoever gives it has answered."""
        return fact in self._settings or any(f"{fact}?" in facts for facts in (*self._outcomes(), PROVEN))

    def _outcomes(self) -> Iterator[Collection[str]]:
        for outcomes in self._look_ups.values():
            yield from outcomes.values()

    def _clock_facts(self, step: HoursStep) -> set[str]:
        states = self._plan.hours[step.hours].states
        return {"until"} | {f"{what}_{state}" for state in states for what in ("next", "days_to")}

    def _does(self, way: Way, fact: str) -> bool | None:
        """What taking a way does to a fact; see :func:`ivr.flow.paths.way_without`."""
        step, end = self._plan.steps[way.place[1]], way.place[-1]
        match step:
            case LookUpStep():
                return self._look_up_does(step, end, fact)
            case IdentifyStep() if end == "proven":
                if fact in _sure(PROVEN):
                    return True
                return False if any(fact in _every(facts) for facts in (*self._outcomes(), PROVEN)) else None
            case HoursStep():
                return True if fact in self._clock_facts(step) else None
            case WhenStep():
                return True if end == "yes" and step.fact == fact else None
            case _:
                return None

    def _look_up_does(self, step: LookUpStep, outcome: str, fact: str) -> bool | None:
        outcomes = outcomes_for(step, self._look_ups)
        if outcomes is None or outcome not in outcomes:
            return True  # a problem of its own; nothing can be said of its facts
        if fact in _sure(outcomes[outcome]):
            return True
        return False if any(fact in _every(facts) for facts in outcomes.values()) else None


def keyed_in_without(plan: Plan, step: IdentifyStep, into: str) -> list[str] | None:
    """A shortest way to a step on which nothing has been read into a name; None where it always has."""

    def does(way: Way) -> bool | None:
        left = plan.steps[way.place[1]]
        if isinstance(left, IdentifyStep):
            return False
        return True if isinstance(left, ReadStep) and left.into == into and way.place[-1] == "then" else None

    return way_without(plan, step.name, does)


def looked_up_without(plan: Plan, step: str) -> list[str] | None:
    """A shortest way to a step on which the call enters no look-up; None where it always does."""
    return way_without(plan, step, lambda way: isinstance(plan.steps[way.place[1]], LookUpStep) or None)
