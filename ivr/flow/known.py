"""What look-ups, proofs, the clock and the settings gave in; what holds, and which sentences are said, out.

Facts last for the whole call. A source that gives anew first takes back all that it had given, and a fact
that it gives as None is unknown from then on, whoever gave it before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from ivr.flow.instructions import Facts
from ivr.flow.steps import Sentence
from ivr.money import Money
from ivr.units import Units

__all__ = ["Known", "Texts", "chosen", "holds", "is_known"]

_NO_FACTS: Facts = MappingProxyType({})
_NO_SOURCES: Mapping[str, str] = MappingProxyType({})

Texts = tuple[tuple[str, Facts], ...]
"""Sentences by name, each with the facts it may speak of."""


class Known:
    """The facts of one call. ``facts`` are those of this moment: what is given later does not change them."""

    __slots__ = ("_sources", "facts")

    def __init__(self) -> None:
        self.facts: Facts = _NO_FACTS
        self._sources: Mapping[str, str] = _NO_SOURCES  # who gave a fact, where it can be taken back

    def begin(self, facts: Facts) -> None:
        """Know these from the start; they are not copied, since they are the same for all calls."""
        self.facts = facts if None not in facts.values() else _given(facts)

    def give(self, source: str, facts: Facts) -> None:
        """Take what a source says now in place of what it said before."""
        self.take_back(source)
        given = _given(facts)
        self.facts = {fact: self.facts[fact] for fact in self.facts if fact not in facts} | given
        others = {fact: self._sources[fact] for fact in self._sources if fact not in facts}
        self._sources = others | dict.fromkeys(given, source)

    def take_back(self, *sources: str) -> None:
        """Forget what these sources gave."""
        gone = {fact for fact, source in self._sources.items() if source in sources}
        if gone:
            self.facts = {fact: self.facts[fact] for fact in self.facts if fact not in gone}
            self._sources = {fact: self._sources[fact] for fact in self._sources if fact not in gone}


def _given(facts: Facts) -> dict[str, object]:
    return {fact: value for fact, value in facts.items() if value is not None}


def is_known(value: object) -> bool:
    """Whether a fact is there to be spoken of: neither missing nor false nor empty. Zero is a fact."""
    return value is not None and value is not False and (not isinstance(value, str | Sequence) or bool(value))


def holds(value: object) -> bool:
    """Whether a fact leads to ``yes``: known, and not zero either."""
    match value:
        case Money():
            return value.minor != 0
        case Units():
            return value.amount != 0
        case int() | float():
            return value != 0
        case _:
            return is_known(value)


def chosen(sentences: Sequence[Sentence], facts: Facts, true: str = "") -> Texts:
    """The sentences whose conditions hold, in their order; one with ``each`` once for every item.

    ``true`` is a condition that holds and no fact to speak of.
    """
    said: list[tuple[str, Facts]] = []
    for sentence in sentences:
        for own in _rounds(sentence, facts):
            holding = {name for name in own if is_known(own[name])} | {true}
            if sentence.only_if in (None, *holding) and sentence.unless not in holding:
                said.append((sentence.text, own))
    return tuple(said)


def _rounds(sentence: Sentence, facts: Facts) -> list[Facts]:
    if sentence.each is None:
        return [facts]
    items = facts.get(sentence.each)
    if not isinstance(items, Sequence) or isinstance(items, str):
        return []
    return [{**facts, **item} for item in items if isinstance(item, Mapping)]
