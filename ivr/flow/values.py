"""A value as TOML gives it in, the value as the plan holds it out, or ValueError in plain words."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator

from ivr.flow.steps import ANY_KEY, KEYS, Sentence, Trust
from ivr.flow.wording import did_you_mean, listed, quoted

__all__ = ["FACT", "SENTENCE_ENTRIES", "Digits", "FactName", "Flag", "KeyOrAny", "Keyed", "LongestCall"]
__all__ += ["Name", "PaceAgain", "Patience", "Sentences", "State", "StepName", "TextId", "Tries"]
__all__ += ["TrustNeeded", "Words", "Yes", "shown", "words"]

_LENGTH = re.compile(r"([0-9]{1,6}) ?(ms|s|min|h)")
_MILLISECONDS = {"ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000}
_NAME = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
FACT = re.compile(r"[a-z][a-z0-9_]*")
_DIGITS = re.compile(r"([0-9]{1,2})(?:-([0-9]{1,2}))?")
_MOST_DIGITS = 20  # an account number is at most that long
SENTENCE_ENTRIES = ("say", "if", "unless", "each")
_TEXT_ID = re.compile(r"(?:[a-z]{2,3}:)?[A-Za-z][A-Za-z0-9_-]*")


def words(value: object) -> str:
    """A text that is not empty."""
    if not isinstance(value, str):
        raise ValueError(f"this is a text in double quotes, not {shown(value)}")
    if not value.strip():
        raise ValueError("this text is empty")
    return value.strip()


def shown(value: object) -> str:
    """A value as messages show it."""
    match value:
        case bool():
            return "true" if value else "false"
        case dict():
            return "a table"
        case list():
            return "a list"
        case str():
            return quoted(value)
        case int() | float():
            return f"the number {str(value)[:20]}"
        case _:
            return "a date or time"


def _name(value: object) -> str:
    word = words(value)
    if not _NAME.fullmatch(word):
        raise ValueError(f"a name is small letters, digits and hyphens, not {quoted(word)}")
    return word


def _text_id(value: object) -> str:
    word = words(value)
    if not _TEXT_ID.fullmatch(word):
        raise ValueError(f'a sentence is named as in prompts/, such as "credit-valid", not {quoted(word)}')
    return word


def _sentences(value: object) -> tuple[Sentence, ...]:
    if not isinstance(value, list):
        return (_sentence(value),)
    if not value:
        raise ValueError("this list is empty: name at least one sentence, or leave the whole entry out")
    return tuple(_sentence(item) for item in value)


def _sentence(value: object) -> Sentence:
    if not isinstance(value, dict):
        return Sentence(_text_id(value))
    for entry in value:
        if entry not in SENTENCE_ENTRIES:
            hint = did_you_mean(entry, SENTENCE_ENTRIES)
            raise ValueError(
                f'a sentence has "say" and may have "if", "unless", "each", not {quoted(entry)}{hint}'
            )
    if "say" not in value:
        raise ValueError('this sentence has no name: it is written { say = "credit-valid", if = "stale" }')
    only_if, unless, each = (
        _fact_name(value[entry]) if entry in value else None for entry in SENTENCE_ENTRIES[1:]
    )
    return Sentence(_text_id(value["say"]), only_if, unless, each)


def _fact_name(value: object) -> str:
    word = words(value)
    if not FACT.fullmatch(word):
        raise ValueError(f"a fact's name is small letters, digits and low lines, not {quoted(word)}")
    return word


def _digits(value: object) -> tuple[int, int]:
    if type(value) is int:
        raise ValueError(f'how many digits stands in double quotes: "{value}"')
    word = words(value)
    match = _DIGITS.fullmatch(word)
    if match is None:
        raise ValueError(f'how many digits is written "4" or "4-10", not {quoted(word)}')
    least, most = int(match[1]), int(match[2] or match[1])
    if not 1 <= least <= most <= _MOST_DIGITS:
        raise ValueError(f"a number has 1 to {_MOST_DIGITS} digits, the fewer first, not {quoted(word)}")
    return least, most


def _keyed(value: object) -> tuple[str, str]:
    if not isinstance(value, dict) or value.keys() != {"account", "pin"}:
        raise ValueError('this names what was read, as { account = "account", pin = "pin" }')
    return _name(value["account"]), _name(value["pin"])


def _one_of(value: object, *allowed: str) -> str:
    if (word := words(value)) not in allowed:
        raise ValueError(f"this is {listed(allowed, 'or')}, not {quoted(word)}{did_you_mean(word, allowed)}")
    return word


def _length(value: object, least: str, most: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise ValueError(f'a length of time has its unit: "{value} s", "500 ms" or "1 min"')
    word = words(value)
    seconds = _seconds(word)
    if seconds is None:
        raise ValueError(f'a length of time is written "5 s", "500 ms" or "1 min", not {quoted(word)}')
    if not (_seconds(least) or 0) <= seconds <= (_seconds(most) or 0):
        raise ValueError(f"this length of time lies between {least} and {most}, {quoted(word)} does not")
    return seconds


def _seconds(word: str) -> float | None:
    match = _LENGTH.fullmatch(word)
    return int(match[1]) * _MILLISECONDS[match[2]] / 1000 if match else None


def _patience(value: object) -> float:
    return _length(value, "500 ms", "1 min")


def _longest_call(value: object) -> float:
    return _length(value, "10 s", "4 h")


def _tries(value: object) -> int:
    if type(value) is not int or not 1 <= value <= 9:
        raise ValueError(f"this is a whole number from 1 to 9, without quotes, not {shown(value)}")
    return value


def _flag(value: object) -> bool:
    if type(value) is not bool:
        raise ValueError(f"this is true or false, without quotes, not {shown(value)}")
    return value


def _yes(value: object) -> bool:
    if value is not True:
        raise ValueError(f"this is always true, without quotes, not {shown(value)}")
    return True


def _key(value: object) -> str:
    if not isinstance(value, str) or value not in KEYS or len(value) != 1:
        raise ValueError(f"{shown(value)} is no telephone key: they are 0 to 9, *, # and A to D")
    return value


def _key_or_any(value: object) -> str:
    return ANY_KEY if value == ANY_KEY else _key(value)


Words = Annotated[str, BeforeValidator(words)]
Name = Annotated[str, BeforeValidator(_name)]
StepName = Annotated[str, BeforeValidator(words)]
TextId = Annotated[str, BeforeValidator(_text_id)]
Sentences = Annotated[tuple[Sentence, ...], BeforeValidator(_sentences)]
State = Annotated[str, BeforeValidator(_fact_name)]
FactName = Annotated[str, BeforeValidator(_fact_name)]
Digits = Annotated[tuple[int, int], BeforeValidator(_digits)]
Keyed = Annotated[tuple[str, str], BeforeValidator(_keyed)]
TrustNeeded = Annotated[Trust, BeforeValidator(lambda value: _one_of(value, "none", "number", "pin"))]
PaceAgain = Annotated[
    Literal["same", "slower"], BeforeValidator(lambda value: _one_of(value, "same", "slower"))
]
Patience = Annotated[float, BeforeValidator(_patience)]
LongestCall = Annotated[float, BeforeValidator(_longest_call)]
Tries = Annotated[int, BeforeValidator(_tries)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Yes = Annotated[bool, BeforeValidator(_yes)]
Key = Annotated[str, BeforeValidator(_key)]
KeyOrAny = Annotated[str, BeforeValidator(_key_or_any)]
