"""What is true of a whole line, as TOML gives it, in; the value as the plan holds it, or ValueError, out."""

from __future__ import annotations

import re
from typing import Annotated

import phonenumbers
from pydantic import BeforeValidator

from ivr.flow.values import FACT, shown, words
from ivr.flow.wording import quoted

__all__ = ["Country", "Files", "Language", "LanguageOrAccount", "Languages", "Number", "NumberOrFact"]
__all__ += ["Numbers", "is_shared_file"]

_NUMBER = re.compile(r"\+?[0-9*#]{2,20}")
_BLANKS = re.compile(r"[ \u00a0]")
_FILE = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9_.-]*/)*[A-Za-z0-9_-]+\.toml")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?")


def is_shared_file(name: str) -> bool:
    """Whether a name may be that of a file in or below the dialplan's folder."""
    return _FILE.fullmatch(name) is not None


def _files(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError(f'files stand in a list, such as ["shared/identify.toml"], not {shown(value)} alone')
    files = tuple(words(item) for item in value)
    for nth, file in enumerate(files):
        if file in files[:nth]:
            raise ValueError(f"the file {quoted(file)} stands here twice")
        if not is_shared_file(file):
            raise ValueError(
                f"a shared file lies below the dialplan's folder and ends in .toml, not {quoted(file)}"
            )
    return files


def _number(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        raise ValueError(f'a telephone number stands in double quotes: "{value}"')
    word = _BLANKS.sub("", words(value))
    if not _NUMBER.fullmatch(word):
        raise ValueError(
            f'a telephone number is digits, such as "474 770 601" or "+420474770601", not {quoted(word)}'
        )
    return word


def _number_or_fact(value: object) -> str:
    if isinstance(value, str) and FACT.fullmatch(value.strip()) and value.strip()[0].isalpha():
        return value.strip()
    return _number(value)


def _numbers(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError(f'numbers stand in a list, such as ["4488"], not {shown(value)} alone')
    if not value:
        raise ValueError("this list is empty: a line answers at least one number")
    return tuple(_number(item) for item in value)


def _country(value: object) -> str:
    word = words(value)
    if word not in phonenumbers.SUPPORTED_REGIONS:
        near = word.upper() if word.upper() in phonenumbers.SUPPORTED_REGIONS else "CZ"
        raise ValueError(f'a country is two capital letters, such as "{near}", not {quoted(word)}')
    return word


def _language(value: object) -> str:
    word = words(value)
    if not _LANGUAGE.fullmatch(word):
        raise ValueError(f'a language is written as in BCP 47, such as "cs" or "fr-CA", not {quoted(word)}')
    return word


def _languages(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError(f'languages stand in a list, such as ["cs", "en"], not {shown(value)}')
    found = tuple(_language(item) for item in value)
    if len(set(found)) < len(found):
        raise ValueError("a language stands here twice")
    return found


def _language_or_account(value: object) -> str:
    return "account" if value == "account" else _language(value)


Files = Annotated[tuple[str, ...], BeforeValidator(_files)]
NumberOrFact = Annotated[str, BeforeValidator(_number_or_fact)]
Number = Annotated[str, BeforeValidator(_number)]
Numbers = Annotated[tuple[str, ...], BeforeValidator(_numbers)]
Country = Annotated[str, BeforeValidator(_country)]
Language = Annotated[str, BeforeValidator(_language)]
Languages = Annotated[tuple[str, ...], BeforeValidator(_languages)]
LanguageOrAccount = Annotated[str, BeforeValidator(_language_or_account)]
