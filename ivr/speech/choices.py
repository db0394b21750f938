"""A choice between variants (``{ $days -> [one] ... }``) in; what is wrong with it for the language out.

A choice by plural class (CLDR's "one", "few", "other") must hold every class that whole numbers have in the
language, else some counts would be said with another count's words and nobody would see it in the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from babel import Locale
from fluent.syntax import ast

__all__ = ["wrong_choices"]

_CLASSES = frozenset({"zero", "one", "two", "few", "many"})  # "other" may as well be the rest of some states


def wrong_choices(choice: Any, language: str) -> Iterator[str]:
    """What is to be put right in one Fluent select expression, in the words of the file's author."""
    if not isinstance(choice.selector, ast.VariableReference):
        yield "a choice is made by a fact itself, as { $days -> … }"
    keys = [_key(variant) for variant in choice.variants]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield f"[{key}] stands twice"
    if _CLASSES.isdisjoint(keys):
        return
    always, sometimes = _classes_of_whole_numbers(language)
    for missing in sorted(always - set(keys)):
        yield f"[{missing}] is missing: whole numbers need {_list(always)} in this language"
    known = always | sometimes
    for unknown in sorted((_CLASSES & set(keys)) - known):
        yield f"[{unknown}] is never met: whole numbers have only {_list(known)} in this language"
    for state in sorted(set(keys) - _CLASSES - {"other"}):
        if not state.isdigit():
            yield f"[{state}] is no plural class: counts and states are not chosen together"
    if next(_key(variant) for variant in choice.variants if variant.default) != "other":
        yield "the default of a choice by count is *[other]"


def _key(variant: Any) -> str:
    key = variant.key
    return str(key.name if isinstance(key, ast.Identifier) else key.value)


def _list(classes: frozenset[str]) -> str:
    return ", ".join(f"[{name}]" for name in sorted(classes, key=(*sorted(_CLASSES), "other").index))


@lru_cache
def _classes_of_whole_numbers(language: str) -> tuple[frozenset[str], frozenset[str]]:
    """The classes that everyday numbers have, and those that only millions have (French "many")."""
    plural = Locale.parse(language).plural_form
    always = frozenset(str(plural(number)) for number in range(1001))
    return always, frozenset({str(plural(10**6)), str(plural(10**9))}) - always
