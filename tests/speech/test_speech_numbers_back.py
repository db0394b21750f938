"""Drawn facts through the spellers and back: what is heard means what the account holds, in good grammar."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from ivr.money import Money
from ivr.speech.functions import speller_for, spoken_languages
from ivr.speech.numbers import CASES, GROUPINGS, Case, Gender, Grouping, Speller, data_size
from ivr.units import Units
from tests.speech.words_back import READERS

SPELLERS: dict[str, Speller] = {
    language: speller for language in spoken_languages() if (speller := speller_for(language))
}
MINORS = {"CZK": "heller", "EUR": "cent"}
MOST = 10**14 - 1

languages = st.sampled_from(sorted(READERS))
currencies = st.sampled_from(sorted(MINORS))
numbers = st.integers(-(10**12) + 1, 10**12 - 1) | st.integers(-1100, 1100)
unaffected_cases: st.SearchStrategy[Case] = st.sampled_from(("nominative", "accusative"))


@given(languages, st.integers(-MOST, MOST) | st.integers(-200_000, 200_000), currencies, unaffected_cases)
def test_an_amount_that_is_heard_is_the_amount_of_the_account(
    language: str, minor: int, currency: str, case: Case
) -> None:
    heard = READERS[language].counted(SPELLERS[language].money(Money(minor, currency), case))
    assert heard.keys() <= {currency, MINORS[currency]}
    debt = minor < 0
    if debt and currency in heard:
        assert heard[currency] <= 0
    assert sum(abs(number) * (100 if noun == currency else 1) for noun, number in heard.items()) == abs(minor)
    assert any(number < 0 for number in heard.values()) == debt


@given(languages, numbers)
def test_a_number_that_is_heard_is_the_number(language: str, number: int) -> None:
    assert READERS[language].number(SPELLERS[language].cardinal(number)) == number


@given(languages, st.integers(0, 10**9), unaffected_cases)
def test_minutes_and_seconds_that_are_heard_are_the_seconds_of_the_account_CP_12(
    language: str, seconds: int, case: Case
) -> None:
    heard = READERS[language].counted(SPELLERS[language].units(Units(seconds, "seconds"), case))
    assert heard.get("minute", 0) * 60 + heard.get("second", 0) == seconds
    assert heard.get("second", 0) < 60


@given(languages, st.integers(0, 10**9) | st.integers(0, 3 * 1024**2))
def test_data_that_is_heard_is_never_more_than_there_is_and_less_by_under_a_tenth(
    language: str, kilobytes: int
) -> None:
    size = data_size(kilobytes)
    one = {"kilobytes": 1, "megabytes": 1024, "gigabytes": 1024**2}[size.unit]
    told = (size.whole * 10 + size.tenth) * one
    assert told <= kilobytes * 10 < told + (one if size.whole < 100 else 10 * one)
    assert size.unit != "gigabytes" or size.whole
    said = SPELLERS[language].units(Units(kilobytes, "kilobytes"))
    *words, noun = said.split()
    assert noun.startswith({"cs": size.unit[:5], "en": size.unit[:-1]}[language].replace("byte", "baj")[:5])
    assert _decimal(language, " ".join(words)) == (size.whole, size.tenth)


def _decimal(language: str, words: str) -> tuple[int, int]:
    half = words.removesuffix(" a půl")
    if half != words:
        return READERS[language].number(half), 5
    whole, _, tenth = re.sub(r" (celá|celé|celých|point) ", "|", words).partition("|")
    return READERS[language].number(whole), READERS[language].number(tenth) if tenth else 0


@given(languages, st.integers(0, 10_000))
def test_percents_that_are_heard_are_the_percents(language: str, number: int) -> None:
    assert READERS[language].counted(SPELLERS[language].percent(number)) == {"percent": number}


@given(st.times())
def test_a_czech_time_that_is_heard_is_the_time_of_the_clock(moment: time) -> None:
    heard = READERS["cs"].counted(SPELLERS["cs"].time(moment))
    assert (heard["hour"], heard.get("minute", 0)) == (moment.hour, moment.minute)
    at = SPELLERS["cs"].time(moment, at=True)
    preposition, said = at.split(maxsplit=1)
    assert READERS["cs"].counted(said) == heard
    assert preposition == ("ve" if said.startswith(("dv", "tř", "čt")) else "v")


PARTS_OF_DAY = {"in the morning": 0, "in the afternoon": 12, "in the evening": 12, "at night": 12}


def _english_clock(said: str) -> tuple[int, int]:
    """Hour and minute of "two oh five in the afternoon"."""
    if said in ("twelve noon", "twelve midnight"):
        return (12 if said.endswith("noon") else 0), 0
    part = next(part for part in PARTS_OF_DAY if said.endswith(f" {part}"))
    hour, minute = said.removesuffix(f" {part}").split(maxsplit=1)
    spoken_hour = READERS["en"].number(hour) % 12
    midnight = part == "at night" and not spoken_hour
    if minute == "o'clock":
        return spoken_hour + PARTS_OF_DAY[part], 0
    past = READERS["en"].number(minute.removeprefix("oh "))
    assert (past < 10) == minute.startswith("oh ")
    return (0 if midnight else spoken_hour + PARTS_OF_DAY[part]), past


@given(st.times())
def test_an_english_time_that_is_heard_is_the_time_of_the_clock(moment: time) -> None:
    assert _english_clock(SPELLERS["en"].time(moment)) == (moment.hour, moment.minute)


def test_no_two_minutes_of_a_day_sound_the_same_and_neither_do_two_days() -> None:
    for speller in SPELLERS.values():
        moments = [time(hour, minute) for hour in range(24) for minute in range(60)]
        assert len({speller.time(moment) for moment in moments}) == len(moments)
        days = [
            date.fromordinal(day) for day in range(date(2020, 1, 1).toordinal(), date(2032, 1, 1).toordinal())
        ]
        assert len({speller.date(day) for day in days}) == len(days)


@given(languages, st.text("0123456789", min_size=1, max_size=34), st.sampled_from(sorted(GROUPINGS)))
def test_every_digit_of_a_symbol_is_heard_in_its_order_CP_16(
    language: str, symbol: str, groups: Grouping
) -> None:
    said = SPELLERS[language].digits(symbol, groups).replace(",", "")
    assert "".join(str(READERS[language].small[word]) for word in said.split()) == symbol


FORMS: dict[str, tuple[str, dict[str, str], Callable[[int], Money | Units]]] = {  # what CLDR does not have
    "haléř": ("jeden dva", {"one": "haléř", "few": "haléře", "other": "haléřů"}, Money),
    "cent": ("jeden dva", {"one": "cent", "few": "centy", "other": "centů"}, lambda n: Money(n, "EUR")),
    "sms": (
        "jedna dvě",
        {"one": "esemeska", "few": "esemesky", "other": "esemesek"},
        lambda n: Units(n, "sms"),
    ),
    "mms": (
        "jedna dvě",
        {"one": "multimediální zpráva", "few": "multimediální zprávy", "other": "multimediálních zpráv"},
        lambda n: Units(n, "mms"),
    ),
}


@pytest.mark.parametrize(("one_and_two", "forms", "fact"), FORMS.values(), ids=FORMS.keys())
def test_a_czech_noun_has_the_gender_and_the_form_of_its_plural_class(
    one_and_two: str, forms: dict[str, str], fact: Callable[[int], Money | Units]
) -> None:
    for number in range(1, 100):
        said = _say(SPELLERS["cs"], fact(number))
        assert said.endswith(f" {forms[Locale('cs').plural_form(number)]}"), said
        if number < 3:
            assert said.startswith(f"{one_and_two.split()[number - 1]} ")


def _say(speller: Speller, value: Money | Units, case: Case = "nominative") -> str:
    return speller.money(value, case) if isinstance(value, Money) else speller.units(value, case)


@given(st.integers(1, 10**6), st.sampled_from(["CZK", "EUR"]))
def test_the_accusative_changes_the_word_for_one_alone(whole: int, currency: str) -> None:
    money = Money(whole * 100, currency)
    one, other = (SPELLERS["cs"].money(money, case) for case in ("nominative", "accusative"))
    assert one == other or (one, other) == ("jedna koruna", "jednu korunu")


@given(st.integers(2, 10**9))
def test_the_genitive_has_no_nominative_left_in_it(number: int) -> None:
    said = SPELLERS["cs"].money(Money(number * 100), "genitive")
    nominatives = (
        r"\b(dva|dvě|tři|čtyři|pět|šest|sedm|osm|devět|\w+náct|\w+cet|\w+desát|stě|sta|koruny|miliony)\b"
    )
    assert not re.search(
        nominatives, said.replace("sta tisíc", "").replace("sta milionů", "").replace("sta korun", "")
    )
    assert said.endswith(" korun")


facts = st.one_of(
    st.integers(-MOST, MOST).map(Money),
    st.integers(-MOST, MOST).map(lambda minor: Money(minor, "EUR")),
    st.builds(Units, st.integers(0, 10**9), st.sampled_from(["seconds", "sms", "mms", "kilobytes"])),
)


@given(st.sampled_from(sorted(SPELLERS)), facts, st.sampled_from(sorted(CASES)))
def test_words_have_no_digit_and_single_spaces(language: str, fact: Money | Units, case: Case) -> None:
    said = _say(SPELLERS[language], fact, case)
    assert re.fullmatch(r"[^\W\d_]+(?:[ '’-][^\W\d_]+)*", said), said


@given(st.sampled_from(sorted(SPELLERS)), st.text(max_size=40))
def test_a_name_of_any_letters_is_words_or_refused_without_being_repeated_CP_54(
    language: str, text: str
) -> None:
    try:
        said = SPELLERS[language].name(text)
    except ValueError as error:
        assert len(text) < 4 or text not in str(error)
    else:
        assert not any(letter.isdigit() for letter in said)
        assert said == " ".join(said.split())


@given(st.sampled_from(sorted(SPELLERS)), st.text("+0123456789 ()/-.*#", max_size=40))
def test_any_phone_number_is_words_or_refused(language: str, text: str) -> None:
    for say in (SPELLERS[language].phone, SPELLERS[language].digits):
        try:
            said = say(text)
        except ValueError:
            continue
        assert re.fullmatch(r"[^\W\d_]+(?:,? [^\W\d_]+|-[^\W\d_]+)*", said), said


@given(st.integers(1, 2), st.sampled_from(["masculine", "feminine", "neuter"]), st.integers(2, 999))
def test_a_czech_compound_agrees_with_no_gender(last: int, gender: Gender, tens: int) -> None:
    said = SPELLERS["cs"].cardinal(tens * 10 + last, gender)
    assert said.endswith((" jedna", " dva")) or tens % 10 == 1
