"""A value as TOML gives it in, the value as the plan holds it out, or ValueError in plain words."""

from __future__ import annotations

import re
from typing import Annotated

import phonenumbers
from pydantic import BeforeValidator

from ivr.flow.plan import KEYS
from ivr.flow.wording import quoted

__all__ = ["Country", "Key", "Language", "Name", "Number", "Numbers", "Patience", "Texts", "Tries", "Words"]
__all__ += ["Flag", "LongestCall", "StepName", "TextId", "Yes"]

_LENGTH = re.compile(r"([0-9]{1,6}) ?(ms|s|min|h)")
_MILLISECONDS = {"ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000}
_NUMBER = re.compile(r"\+?[0-9*#]{2,20}")
_BLANKS = re.compile(r"[ \u00a0]")
_NAME = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_TEXT_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?")


def _words(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"this is a text in double quotes, not {_shown(value)}")
    if not value.strip():
        raise ValueError("this text is empty")
    return value.strip()


def _shown(value: object) -> str:
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
    word = _words(value)
    if not _NAME.fullmatch(word):
        raise ValueError(f"a name is small letters, digits and hyphens, not {quoted(word)}")
    return word


def _text_id(value: object) -> str:
    word = _words(value)
    if not _TEXT_ID.fullmatch(word):
        raise ValueError(f'a sentence is named as in prompts/, such as "credit-valid", not {quoted(word)}')
    return word


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        return (_text_id(value),)
    if not value:
        raise ValueError("this list is empty: name at least one sentence, or leave the whole entry out")
    return tuple(_text_id(item) for item in value)


def _length(value: object, least: str, most: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise ValueError(f'a length of time has its unit: "{value} s", "500 ms" or "1 min"')
    word = _words(value)
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
        raise ValueError(f"this is a whole number from 1 to 9, without quotes, not {_shown(value)}")
    return value


def _flag(value: object) -> bool:
    if type(value) is not bool:
        raise ValueError(f"this is true or false, without quotes, not {_shown(value)}")
    return value


def _yes(value: object) -> bool:
    if value is not True:
        raise ValueError(f"this is always true, without quotes, not {_shown(value)}")
    return True


def _key(value: object) -> str:
    if not isinstance(value, str) or value not in KEYS or len(value) != 1:
        raise ValueError(f"{_shown(value)} is no telephone key: they are 0 to 9, *, # and A to D")
    return value


def _number(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        raise ValueError(f'a telephone number stands in double quotes: "{value}"')
    word = _BLANKS.sub("", _words(value))
    if not _NUMBER.fullmatch(word):
        raise ValueError(
            f'a telephone number is digits, such as "474 770 601" or "+420474770601", not {quoted(word)}'
        )
    return word


def _numbers(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError(f'numbers stand in a list, such as ["4488"], not {_shown(value)} alone')
    if not value:
        raise ValueError("this list is empty: a line answers at least one number")
    return tuple(_number(item) for item in value)


def _country(value: object) -> str:
    word = _words(value)
    if word not in phonenumbers.SUPPORTED_REGIONS:
        near = word.upper() if word.upper() in phonenumbers.SUPPORTED_REGIONS else "CZ"
        raise ValueError(f'a country is two capital letters, such as "{near}", not {quoted(word)}')
    return word


def _language(value: object) -> str:
    word = _words(value)
    if not _LANGUAGE.fullmatch(word):
        raise ValueError(f'a language is written as in BCP 47, such as "cs" or "fr-CA", not {quoted(word)}')
    return word


Words = Annotated[str, BeforeValidator(_words)]
Name = Annotated[str, BeforeValidator(_name)]
StepName = Annotated[str, BeforeValidator(_words)]
TextId = Annotated[str, BeforeValidator(_text_id)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_texts)]
Patience = Annotated[float, BeforeValidator(_patience)]
LongestCall = Annotated[float, BeforeValidator(_longest_call)]
Tries = Annotated[int, BeforeValidator(_tries)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Yes = Annotated[bool, BeforeValidator(_yes)]
Key = Annotated[str, BeforeValidator(_key)]
Number = Annotated[str, BeforeValidator(_number)]
Numbers = Annotated[tuple[str, ...], BeforeValidator(_numbers)]
Country = Annotated[str, BeforeValidator(_country)]
Language = Annotated[str, BeforeValidator(_language)]
