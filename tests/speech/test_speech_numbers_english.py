"""English as a British voice says it: what a reader of the tables should look at first."""

from __future__ import annotations

from datetime import date, time

import pytest

from ivr.money import Money
from ivr.speech.english import EnglishSpeller
from ivr.units import Units

english = EnglishSpeller()


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        ("0", "CZK", "zero crowns"),
        ("0.01", "CZK", "one heller"),
        ("1", "CZK", "one crown"),
        ("1.01", "EUR", "one euro and one cent"),
        ("21.50", "CZK", "twenty-one crowns and fifty hellers"),
        ("100.02", "EUR", "one hundred euros and two cents"),
        ("234.50", "CZK", "two hundred and thirty-four crowns and fifty hellers"),
        ("1001", "CZK", "one thousand and one crowns"),
        (
            "1234567",
            "EUR",
            "one million two hundred and thirty-four thousand five hundred and sixty-seven euros",
        ),
        ("-5.30", "CZK", "minus five crowns and thirty hellers"),
    ],
)
def test_an_amount_is_two_counted_nouns_with_and_between(amount: str, currency: str, words: str) -> None:
    assert english.money(Money.parse(amount, currency)) == words


@pytest.mark.parametrize(
    ("units", "words"),
    [
        (Units(60, "seconds"), "one minute"),
        (Units(0, "seconds"), "zero minutes"),
        (Units(121, "seconds"), "two minutes and one second"),
        (Units(1, "sms"), "one text message"),
        (Units(100, "sms"), "one hundred text messages"),
        (Units(2, "mms"), "two picture messages"),
        (Units(1024, "kilobytes"), "one megabyte"),
        (Units(1536 * 1024, "kilobytes"), "one point five gigabytes"),
    ],
)
def test_units_are_counted_as_people_call_them_CP_12(units: Units, words: str) -> None:
    assert english.units(units) == words


def test_a_time_names_its_part_of_the_day_so_that_noon_is_not_midnight() -> None:
    moments = {
        time(0): "twelve midnight",
        time(0, 5): "twelve oh five at night",
        time(7): "seven o'clock in the morning",
        time(12): "twelve noon",
        time(14, 30): "two thirty in the afternoon",
        time(18): "six o'clock in the evening",
        time(22): "ten o'clock at night",
    }
    assert {moment: english.time(moment) for moment in moments} == moments
    assert english.time(time(14), at=True) == "at two o'clock in the afternoon"


def test_a_date_is_an_ordinal_and_a_year_is_said_in_pairs() -> None:
    assert english.date(date(2027, 3, 14)) == "the fourteenth of March twenty twenty-seven"
    assert english.date(date(2009, 5, 1)) == "the first of May two thousand and nine"
    assert english.date(date(2026, 11, 16), year=False, weekday=True) == "on Monday the sixteenth of November"


def test_gender_and_case_change_nothing() -> None:
    assert english.cardinal(1, "feminine", "genitive") == "one"
    assert english.percent(1, "genitive") == "one percent"
    assert english.money(Money(100), "accusative") == "one crown"


def test_a_number_abroad_begins_with_its_country() -> None:
    assert english.phone("+420 777 123 456") == "seven seven seven, one two three, four five six"
    assert english.phone("+33170229848") == "plus three three, one seven zero, two two nine, eight four eight"
    assert english.digits("222852292/0600").endswith(", slash zero six zero zero")


@pytest.mark.parametrize("number", [10**12, -(10**12)])
def test_too_large_a_number_and_another_currency_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match="twelve digits"):
        english.cardinal(number)
    with pytest.raises(ValueError, match="only CZK and EUR"):
        english.money(Money(100, "USD"))
