"""A product's name as the operator writes it in; words that can be spoken out.

"DATA 150", "CallPro ;-)", "100 SMS", "Red+ pro dva": counts get their words, a count with a unit also its
noun, signs that mean something their word, and any other sign is a pause between words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ivr.speech.numbers import Speller
from ivr.units import Units

__all__ = ["spoken_name"]

_TOKEN = re.compile(
    r"""
    (?P<smiley>[;:]-?\s?\))
  | (?P<data>[0-9]{1,9}(?:[.,][0-9])?)\s?(?P<size>[kMG]B|[KMG]o)(?![^\W\d_])
  | (?P<count>[0-9]{1,9})\s?(?P<counted>SMS|MMS|min)(?![^\W\d_])
  | (?P<number>[0-9]+)
  | (?P<word>[^\W0-9_]+(?:['’][^\W0-9_]+)*)
  | (?P<sign>[^\w\s])
    """,
    re.VERBOSE,
)
_KILOBYTES = {"kB": 1, "MB": 1024, "GB": 1024 * 1024, "Ko": 1, "Mo": 1024, "Go": 1024 * 1024}
_COUNTED = {"SMS": (1, "sms"), "MMS": (1, "mms"), "min": (60, "seconds")}


def spoken_name(text: str, speller: Speller, said_as: Mapping[str, str]) -> str:
    """Say a name with a speller's numbers; `said_as` has words for signs, and for words written otherwise.

    ValueError where nothing of the name can be said; the name is not repeated in it.
    """
    words = [_said(match, speller, said_as) for match in _TOKEN.finditer(text)]
    said = " ".join(word for word in words if word)
    if not said:
        raise ValueError("a name with letters or digits is expected")
    return said


def _said(match: re.Match[str], speller: Speller, said_as: Mapping[str, str]) -> str:
    if match["smiley"]:
        return said_as.get(";-)", "")
    if match["data"]:
        tenths = round(float(match["data"].replace(",", ".")) * 10)
        return speller.units(Units(-(-tenths * _KILOBYTES[match["size"]] // 10), "kilobytes"))
    if match["count"]:
        seconds, unit = _COUNTED[match["counted"]]
        return speller.units(Units(int(match["count"]) * seconds, unit))
    if number := match["number"]:
        plain = len(number) <= 12 and (number == "0" or not number.startswith("0"))
        return speller.cardinal(int(number)) if plain else speller.digits(number[:34])
    if word := match["word"]:
        return said_as.get(word) or "".join(letter for letter in word if letter.isalpha() or letter in "'’")
    return said_as.get(match["sign"], "")
