"""A plan and the sentences there are in; those that are missing or speak of what a call does not know out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from ivr.flow.giving import Giving
from ivr.flow.paths import reachable
from ivr.flow.plan import Place, Plan
from ivr.flow.steps import AskStep, ReadStep, SayStep, Sentence, Step, in_language
from ivr.flow.wording import did_you_mean, listed, quoted

__all__ = ["Problem", "Texts", "check_sentences"]

Texts = Mapping[str, Mapping[str, Collection[str]]]
"""Language -> sentence -> the facts it speaks of: ``{"cs": {"credit-prepaid": {"credit"}}}``."""

Problem = tuple[Place, str]
"""A place in the file and what was expected there."""


def check_sentences(plan: Plan, giving: Giving, texts: Texts) -> Iterator[Problem]:
    """All that would go wrong in speaking."""
    languages = []
    for nth, language in enumerate(plan.line.languages):
        if language in texts:
            languages.append(language)
            continue
        hint = f"; there is {listed(sorted(texts))}" if texts else ""
        listed_at = ("line", "languages", str(nth))
        own: Place = listed_at if listed_at in plan.written_at else ("line", "language")
        yield own, f"there are no sentences in {quoted(language)}{hint}"
    met = reachable(plan)
    for place, sentence, step in _spoken(plan):
        by, name = in_language(sentence.text, "")
        if by and step is None:
            yield place, f"this is said in the language of the call: write {quoted(name)}"
            continue
        if by and by not in plan.line.languages:
            yield place, f"the line does not speak {quoted(by)}, only {listed(plan.line.languages)}"
            continue
        wanted = [language for language in languages if by in ("", language)]
        there = [language for language in wanted if name in texts[language]]
        for language in wanted:
            if language not in there:
                hint = did_you_mean(name, texts[language])
                yield place, f"there is no sentence {quoted(name)} in prompts/{language}{hint}"
        needed = {fact for language in there for fact in texts[language][name]}
        if step is None:
            if needed:
                yield place, f"{quoted(sentence.text)} may be said at any time, so it can speak of no facts"
            continue
        yield from _conditions(giving, place, sentence)
        if step.name in met:
            yield from _facts(giving, place, sentence, step, needed)


def _spoken(plan: Plan) -> Iterator[tuple[Place, Sentence, Step | None]]:
    """Every sentence named in the plan: where, which, and in which step (None: the line's own)."""
    for entry in ("one_moment", "trouble", "before_answer"):
        said: str | None = getattr(plan.line, entry)
        if said is not None:
            yield ("line", entry), Sentence(said), None
    for number, text in plan.line.before_answer_for.items():
        yield ("line", "before_answer_for", number), Sentence(text), None
    for step in plan.steps.values():
        at = ("step", step.name)
        lists: dict[str, tuple[Sentence, ...]] = {}
        match step:
            case SayStep():
                lists = {"say": step.texts}
            case AskStep():
                lists = {
                    "ask": step.texts,
                    "short": step.short,
                    "silence": step.silence,
                    "wrong_key": step.wrong_key,
                }
            case ReadStep():
                lists = {"read": step.texts, "silence": step.silence, "too_short": step.too_short}
        for entry, said_there in lists.items():
            for nth, sentence in enumerate(said_there):
                place = (*at, entry, str(nth))
                yield place if place in plan.written_at else place[:-1], sentence, step


def _conditions(giving: Giving, place: Place, sentence: Sentence) -> Iterator[Problem]:
    """Conditions on facts that nobody gives, and lists that are none."""
    lists, names = giving.lists, giving.names
    if sentence.each is not None and sentence.each not in lists:
        hint = did_you_mean(sentence.each, lists) or (f"; there is {listed(sorted(lists))}" if lists else "")
        yield place, f"no look-up gives a list {quoted(sentence.each)}{hint}"
    elif sentence.each is not None:
        names = names.union(*giving.item_facts(sentence.each))
    for fact in (sentence.only_if, sentence.unless):
        if fact is not None and fact not in names:
            yield place, f"nobody gives the fact {quoted(fact)}{did_you_mean(fact, names)}"


def _facts(
    giving: Giving, place: Place, sentence: Sentence, step: Step, needed: Collection[str]
) -> Iterator[Problem]:
    """Facts that a call which comes to a step may lack, each with a way on which it does."""
    said, guarded = quoted(sentence.text), {sentence.only_if}
    of_items, of_some = giving.item_facts(sentence.each) if sentence.each is not None else (set(), set())
    if sentence.each in giving.lists and sentence.each not in guarded:
        trail = giving.way_without(step.name, sentence.each or "")
        if trail is not None:
            yield place, f"the list {quoted(sentence.each)} {_unknown(trail)}"
    for fact in sorted(set(needed) - of_items - guarded):
        if fact in of_some:
            expected = f"which only some of {quoted(sentence.each)} have: say it under if = {quoted(fact)}"
            yield place, f"{said} speaks of {quoted(fact)}, {expected}"
        elif (trail := giving.way_without(step.name, fact)) is not None:
            hint = did_you_mean(fact, giving.names - {fact})
            if giving.sometimes(fact):
                hint = f"; it is not always given: say it under if = {quoted(fact)}"
            yield place, f"{said} speaks of {quoted(fact)}, which {_unknown(trail)}{hint}"


def _unknown(trail: list[str]) -> str:
    return f"is not known to a call that comes by {', '.join(trail[:-1]) or 'the start'}"
