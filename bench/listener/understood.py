"""What was said and what a machine wrote down in; whether it understood the amount or the day exactly.

A grammar gives back the line's own words, so they are compared as they are. Whisper writes as it likes:
"$234.50", "234 crowns and 50 hellers", "the 14th of March, 2031". There the numbers are compared word for
word, in their order, and where one ends and the next begins; which coin it was is not.
"""

from __future__ import annotations

import re

from num2words import num2words

__all__ = ["same_amount", "same_day", "same_words"]

_MONTHS = frozenset(
    ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
     "november", "december")
)  # fmt: skip
_TOKEN = re.compile(r"[a-z]+")
_JOINING = frozenset({"and"})


def _bare(words: str) -> str:
    return " ".join(_TOKEN.findall(words.lower()))


_NUMBERS = frozenset(
    word for number in (*range(100), 100, 1000) for word in _bare(num2words(number)).split()
) - {"and"}
_ORDINALS = {
    _bare(num2words(day, to="ordinal")).split()[-1]: _bare(num2words(day)) for day in range(1, 20)
} | {
    "twentieth": "twenty",
    "thirtieth": "thirty",
}


def same_words(said: str, written: str) -> bool:
    """Whether the words are the same; case, commas and hyphens are not heard."""
    return _words(said) == _words(written)


def same_amount(said: str, written: str) -> bool:
    """Whether an English sentence has the numbers of the said amount, and no others."""
    return _numbers(said) == _numbers(written)


def same_day(said: str, written: str) -> bool:
    """Whether an English sentence has the day, month and year of the said one, whichever comes first."""
    return _day(said) == _day(written)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _numbers(text: str) -> list[str]:
    """The numbers in words: "$1,234.50" is "one thousand two hundred thirty four", "fifty"."""
    plain = re.sub(r"(?<=\d),(?=\d{3})", "", text.lower())
    plain = re.sub(r"(?<=\d)\.(?=\d)", " point ", plain)
    plain = re.sub(r"\d+", lambda digits: f" {num2words(int(digits[0]))} ", plain)
    numbers: list[list[str]] = [[]]
    for word in _TOKEN.findall(plain):
        if word in _NUMBERS:
            numbers[-1].append(word)
        elif word not in _JOINING and numbers[-1]:
            numbers.append([])
    return [" ".join(number) for number in numbers if number]


def _day(text: str) -> tuple[list[str], list[str]]:
    """The months that are named, and all other numbers in words one after the other."""
    plain = re.sub(r"(\d+)(?:st|nd|rd|th)\b", r"\1", text.lower())
    plain = re.sub(r"\d{4}", lambda year: f" {num2words(int(year[0]), to='year')} ", plain)
    plain = re.sub(r"\d+", lambda digits: f" {num2words(int(digits[0]))} ", plain)
    words = _TOKEN.findall(plain)
    numbers = [_ORDINALS.get(word, word) for word in words]
    return [word for word in words if word in _MONTHS], [word for word in numbers if word in _NUMBERS]
