"""Our words against ICU's: the same number, noun, month or ordinal, and every difference with its reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from ivr.money import Money
from ivr.speech.functions import speller_for
from ivr.speech.numbers import Gender, Speller
from ivr.units import Units
from tests.speech.spelled_by_icu import cardinal, month, noun
from tests.speech.tables import LARGE, hundreds, thousands

NUMBERS = (
    *range(101),
    *hundreds(),
    *thousands(),
    *LARGE,
    101_102,
    1_001_000,
    22_022_022,
    200_000_000,
    -1,
    -2,
    -5,
    -21,
)
RULESETS: dict[str, dict[Gender, str]] = {
    "cs": {gender: f"cardinal-{gender}" for gender in ("masculine", "feminine", "neuter")},
    "en": {"masculine": "cardinal-verbose"},
    "fr": {gender: f"cardinal-{gender}" for gender in ("masculine", "feminine")},
}


@dataclass(frozen=True)
class Difference:
    """Where ICU's words become ours, and why ours are right."""

    language: str
    icu: str
    ours: str
    reason: str


DIFFERENCES = [
    Difference("cs", r"^minus ", "mínus ", "the Czech word is written with í"),
    Difference("cs", r"mili[óo]n", "milion", "both are written; the first form of the dictionary is taken"),
    Difference("cs", r"^(mínus )?jeden (milion|miliarda)", r"\1\2", "one million is said without its one"),
    Difference("cs", r"^dva miliardy", "dvě miliardy", "miliarda is feminine"),
    Difference(
        "cs", r"^((?:milion )?)jedna tisíc", r"\1tisíc", "tisíc is masculine, and said without its one"
    ),
    Difference("cs", r"dvě (tisíce?)\b", r"dva \1", "tisíc is masculine: ICU's 2,000 is wrong"),
    Difference(
        "cs",
        r"(?<=[^s] )(?<!mínus )(?:jeden|jedno)(?=$| milion)",
        "jedna",
        "a compound keeps jedna before the genitive plural: dvacet jedna haléřů",
    ),
    Difference(
        "cs",
        r"(?<=\w )(?<!mínus )dvě(?=$| milion)",
        "dva",
        "a compound keeps dva before the genitive plural: dvacet dva korun",
    ),
    Difference("en", r",", "", "a voice pauses at a comma, and a pause ends a number"),
    Difference("fr", r"-et-", " et ", "the hyphens of 1990 sound the same; num2words writes as before"),
    Difference(
        "fr", r"(?<=vingt|.cent) (?=million)", "s ", "million is a noun, so vingt and cent keep their s"
    ),
]


def corrected(language: str, words: str, used: set[Difference] | None = None) -> str:
    for difference in DIFFERENCES:
        if difference.language == language:
            changed = re.sub(difference.icu, difference.ours, words)
            if changed != words and used is not None:
                used.add(difference)
            words = changed
    return words


def speller(language: str) -> Speller:
    found = speller_for(language)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("language", "gender"), [(language, gender) for language, sets in RULESETS.items() for gender in sets]
)
def test_a_number_is_spelled_as_icu_spells_it_but_for_the_listed_differences(
    language: str, gender: Gender
) -> None:
    ours = {number: speller(language).cardinal(number, gender) for number in NUMBERS}
    ruleset = RULESETS[language][gender]
    assert ours == {number: corrected(language, cardinal(language, number, ruleset)) for number in NUMBERS}


def test_every_listed_difference_is_met_and_has_its_reason() -> None:
    used: set[Difference] = set()
    for language, sets in RULESETS.items():
        for ruleset in sets.values():
            for number in NUMBERS:
                corrected(language, cardinal(language, number, ruleset), used)
    assert used == set(DIFFERENCES)
    assert all(difference.reason for difference in DIFFERENCES)


NOUNS: list[tuple[str, range, Callable[[Speller, int], str]]] = [
    ("unit/minute", range(1001), lambda speller, number: speller.units(Units(number * 60, "seconds"))),
    ("unit/second", range(1, 60), lambda speller, number: speller.units(Units(number, "seconds"))),
    ("unit/kilobyte", range(1, 1024), lambda speller, number: speller.units(Units(number, "kilobytes"))),
    ("unit/megabyte", range(1024), lambda speller, number: speller.units(Units(number * 1024, "kilobytes"))),
    (
        "unit/gigabyte",
        range(1, 1001),
        lambda speller, number: speller.units(Units(number * 1024**2, "kilobytes")),
    ),
    ("unit/percent", range(1001), lambda speller, number: speller.percent(number)),
    ("currency/CZK .", range(1001), lambda speller, number: speller.money(Money(number * 100))),
    ("currency/EUR .", range(1001), lambda speller, number: speller.money(Money(number * 100, "EUR"))),
]
NOUN_DIFFERENCES = [
    Difference("cs", r"^česk\w+ ", "", "at home the crown is not called Czech"),
    Difference("en", r"^Czech koruna", "crown", "the English word is known to every voice"),
    Difference("en", r"^per cent$", "percent", "both are written and sound the same"),
]


@pytest.mark.parametrize("language", ["cs", "en", "fr"])
@pytest.mark.parametrize(("measure", "numbers", "say"), NOUNS, ids=[measure for measure, *_ in NOUNS])
def test_a_noun_has_the_form_that_cldr_has_after_its_number(
    language: str, measure: str, numbers: range, say: Callable[[Speller, int], str]
) -> None:
    for number in numbers:
        expected = noun(language, number, measure)
        for difference in NOUN_DIFFERENCES:
            if difference.language == language:
                expected = re.sub(difference.icu, difference.ours, expected)
        assert say(speller(language), number).endswith(f" {expected}"), number


@pytest.mark.parametrize("language", ["cs", "en", "fr"])
@pytest.mark.parametrize(("measure", "size"), [("unit/megabyte", 1024), ("unit/gigabyte", 1024**2)])
def test_a_noun_after_a_decimal_has_the_form_of_cldr(language: str, measure: str, size: int) -> None:
    for tenths in (tenths for tenths in range(11, 1000) if tenths % 10):
        said = speller(language).units(Units(-(-tenths * size // 10), "kilobytes"))
        assert said.endswith(f" {noun(language, tenths / 10, measure)}"), tenths


YEAR = [date(2028, 1, 1) + timedelta(days=number) for number in range(366)]


@pytest.mark.parametrize("language", ["cs", "en", "fr"])
def test_each_day_of_a_year_has_the_month_of_cldr(language: str) -> None:
    for day in YEAR:
        assert speller(language).date(day, year=False).endswith(f" {month(language, day)}")


def test_an_english_day_is_icu_s_ordinal_and_a_year_is_icu_s_year() -> None:
    for day in YEAR:
        ordinal = cardinal("en", day.day, "ordinal")
        assert speller("en").date(day, year=False) == f"the {ordinal} of {month('en', day)}"
    for year in range(2000, 2100):
        said = speller("en").date(date(year, 1, 1)).removeprefix("the first of January ")
        british = re.sub(r"^two thousand (?=\w)", "two thousand and ", cardinal("en", year, "numbering-year"))
        assert said == british
