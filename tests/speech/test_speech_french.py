"""French words by class: a native reader's tables, and what must never be said."""

from __future__ import annotations

import re
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.money import Money
from ivr.speech.french import FrenchSpeller
from ivr.speech.numbers import Gender
from ivr.units import Units

french = FrenchSpeller()

EUROS = {
    "0.00": "zéro euro",
    "0.01": "un centime",
    "0.02": "deux centimes",
    "0.21": "vingt et un centimes",
    "0.80": "quatre-vingts centimes",
    "1.00": "un euro",
    "1.01": "un euro et un centime",
    "2.00": "deux euros",
    "21": "vingt et un euros",
    "61.71": "soixante et un euros et soixante et onze centimes",
    "71": "soixante et onze euros",
    "80": "quatre-vingts euros",
    "81": "quatre-vingt-un euros",
    "91": "quatre-vingt-onze euros",
    "100": "cent euros",
    "180": "cent quatre-vingts euros",
    "200": "deux cents euros",
    "201": "deux cent un euros",
    "234.50": "deux cent trente-quatre euros et cinquante centimes",
    "1000": "mille euros",
    "1001": "mille un euros",
    "2000": "deux mille euros",
    "9999.99": "neuf mille neuf cent quatre-vingt-dix-neuf euros et quatre-vingt-dix-neuf centimes",
    "80000": "quatre-vingt mille euros",
    "200000": "deux cent mille euros",
    "1000000": "un million d'euros",
    "1000001": "un million un euros",
    "1200000": "un million deux cent mille euros",
    "80000000": "quatre-vingts millions d'euros",
    "2000000000": "deux milliards d'euros",
    "-0.50": "moins cinquante centimes",
    "-5.30": "moins cinq euros et trente centimes",
}

CROWNS = {
    "0.00": "zéro couronne tchèque",
    "0.01": "un haléř",
    "1.00": "une couronne tchèque",
    "1.02": "une couronne tchèque et deux haléřs",
    "11": "onze couronnes tchèques",
    "21.21": "vingt et une couronnes tchèques et vingt et un haléřs",
    "81": "quatre-vingt-une couronnes tchèques",
    "201": "deux cent une couronnes tchèques",
    "1001": "mille une couronnes tchèques",
    "21000": "vingt et un mille couronnes tchèques",
    "1000000": "un million de couronnes tchèques",
    "-1": "moins une couronne tchèque",
}

UNITS = {
    (0, "seconds"): "zéro minute",
    (1, "seconds"): "une seconde",
    (59, "seconds"): "cinquante-neuf secondes",
    (60, "seconds"): "une minute",
    (61, "seconds"): "une minute et une seconde",
    (1281, "seconds"): "vingt et une minutes et vingt et une secondes",
    (6000, "seconds"): "cent minutes",
    (0, "sms"): "zéro SMS",
    (1, "sms"): "un SMS",
    (200, "sms"): "deux cents SMS",
    (21, "mms"): "vingt et un MMS",
    (0, "kilobytes"): "zéro mégaoctet",
    (1, "kilobytes"): "un kilooctet",
    (1023, "kilobytes"): "mille vingt-trois kilooctets",
    (1024, "kilobytes"): "un mégaoctet",
    (1024 * 150, "kilobytes"): "cent cinquante mégaoctets",
    (1536, "kilobytes"): "un virgule cinq mégaoctet",
    (1024**2 - 1, "kilobytes"): "mille vingt-trois mégaoctets",
    (1024 * 2000, "kilobytes"): "deux mille mégaoctets",
    (1024**2, "kilobytes"): "un gigaoctet",
    (1536 * 1024, "kilobytes"): "un virgule cinq gigaoctet",
    (2 * 1024**2 - 1, "kilobytes"): "un virgule neuf gigaoctet",
    (2 * 1024**2 + 110_000, "kilobytes"): "deux virgule un gigaoctets",
}

PHONES = {
    "+33170229848": "zéro un, soixante-dix, vingt-deux, quatre-vingt-dix-huit, quarante-huit",
    "01 70 22 98 48": "zéro un, soixante-dix, vingt-deux, quatre-vingt-dix-huit, quarante-huit",
    "0033170229848": "zéro un, soixante-dix, vingt-deux, quatre-vingt-dix-huit, quarante-huit",
    "0600010203": "zéro six, zéro zéro, zéro un, zéro deux, zéro trois",
    "0805123200": "zéro huit cent cinq, cent vingt-trois, deux cents",
    "+33805020022": "zéro huit cent cinq, zéro vingt, zéro vingt-deux",
    "3111": "trente et un, onze",
    "3111*0": "trente et un, onze, étoile, zéro",
    "112": "cent douze",
    "118712": "cent dix-huit, sept cent douze",
    "+420777123456": "plus quatre cent vingt, sept cent soixante-dix-sept, cent vingt-trois, "
    "quatre cent cinquante-six",
    "+12015550123": "plus un, deux cent un, cinq cent cinquante-cinq, zéro un, vingt-trois",
}

NAMES = {
    "DATA 150": "DATA cent cinquante",
    "CallPro ;-)": "CallPro smiley",
    "Naplno+": "Naplno plus",
    "Internet 1,5 GB": "Internet un virgule cinq gigaoctet",
    "2 Go": "deux gigaoctets",
    "Forfait 100 min": "Forfait cent minutes",
    "Réseau 5G": "Réseau cinq G",
    "100 SMS": "cent SMS",
    "l'Illimité 007": "l'Illimité zéro zéro sept",
}

MONTHS = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]
SMALL = "zéro un une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"
TENS = "vingt vingts trente quarante cinquante soixante cent cents mille et"
VOCABULARY = frozenset(f"{SMALL} {TENS} euro euros centime centimes".split())


@pytest.mark.parametrize(("amount", "words"), EUROS.items())
def test_an_amount_is_euros_and_centimes(amount: str, words: str) -> None:
    assert french.money(Money.parse(amount, "EUR")) == words


@pytest.mark.parametrize(("amount", "words"), CROWNS.items())
def test_crowns_are_feminine_and_told_as_czech(amount: str, words: str) -> None:
    assert french.money(Money.parse(amount)) == words


@pytest.mark.parametrize(("units", "words"), UNITS.items())
def test_units_are_plural_from_two_on_and_rounded_down(units: tuple[int, str], words: str) -> None:
    assert french.units(Units(*units)) == words


@pytest.mark.parametrize(("number", "words"), PHONES.items())
def test_a_phone_number_is_told_as_it_is_printed(number: str, words: str) -> None:
    assert french.phone(number) == words


@pytest.mark.parametrize(("name", "words"), NAMES.items())
def test_a_products_name_has_words_for_its_figures_and_no_signs(name: str, words: str) -> None:
    assert french.name(name) == words


def test_one_agrees_with_its_noun_at_the_end_of_a_number_only() -> None:
    feminine = {
        number: french.cardinal(number, "feminine") for number in (1, 11, 21, 71, 81, 91, 101, 1_000_000)
    }
    assert [number for number, words in feminine.items() if re.search(r"\bune$", words)] == [1, 21, 81, 101]
    assert french.cardinal(21) == "vingt et un"
    assert french.cardinal(-21, "feminine") == "moins vingt et une"
    assert french.cardinal(21_000, "feminine") == "vingt et un mille"


def test_only_the_first_of_a_month_is_an_ordinal() -> None:
    days = [french.date(date(2027, 1, day)) for day in range(1, 32)]
    assert days[0] == "premier janvier deux mille vingt-sept"
    assert days[1] == "deux janvier deux mille vingt-sept"
    assert days[20] == "vingt et un janvier deux mille vingt-sept"
    assert [said for said in days if "premier" in said] == days[:1]
    week = [french.date(date(2027, 3, day), year=False, weekday=True) for day in range(1, 8)]
    assert week[0] == "lundi premier mars"
    assert [said.split()[0] for said in week[1:]] == [
        "mardi",
        "mercredi",
        "jeudi",
        "vendredi",
        "samedi",
        "dimanche",
    ]


@pytest.mark.parametrize("month", range(1, 13))
def test_each_month_has_its_name_and_the_year_may_be_left_out(month: int) -> None:
    day = date(2026, month, 31 if month in {1, 3, 5, 7, 8, 10, 12} else 28)
    assert french.date(day, year=False).split()[-1] == MONTHS[month - 1]
    assert french.date(day) == f"{french.date(day, year=False)} deux mille vingt-six"


def test_every_day_of_four_years_has_its_own_words() -> None:
    days = [date(2024, 1, 1) + timedelta(days=number) for number in range(1461)]
    assert len({french.date(day) for day in days}) == len(days)


def test_the_time_is_told_by_the_clock_of_twenty_four_hours() -> None:
    assert french.time(time(14)) == "quatorze heures"
    assert french.time(time(9, 30)) == "neuf heures trente"
    assert french.time(time(0)) == "zéro heure"
    assert french.time(time(1, 1)) == "une heure une"
    assert french.time(time(12, 5)) == "douze heures cinq"
    assert french.time(time(21, 21), at=True) == "à vingt et une heures vingt et une"
    assert len({french.time(time(minute // 60, minute % 60)) for minute in range(1440)}) == 1440


def test_de_and_que_lose_their_e_before_one_and_before_nothing_else() -> None:
    said = {
        "Votre crédit est de un euro.": "Votre crédit est d'un euro.",
        "Il ne reste que une minute.": "Il ne reste qu'une minute.",
        "Que un million": "Qu'un million",
        "Votre crédit est de onze euros.": "Votre crédit est de onze euros.",
        "de huit, de zéro, de une": "de huit, de zéro, d'une",
        "grande une": "grande une",
    }
    assert {before: french.in_sentence(before) for before in said} == said


def test_percents_are_masculine() -> None:
    assert [french.percent(number) for number in (0, 1, 21, 80, 100, 120)] == [
        "zéro pour cent",
        "un pour cent",
        "vingt et un pour cent",
        "quatre-vingts pour cent",
        "cent pour cent",
        "cent vingt pour cent",
    ]


def test_an_account_number_is_told_digit_by_digit() -> None:
    assert french.digits("1234567") == "un deux trois, quatre cinq six sept"
    said = french.digits("222852292/0600")
    assert said == "deux deux deux, huit cinq deux, deux neuf deux, barre oblique zéro six zéro zéro"


@pytest.mark.parametrize("text", ["", "abc", "12a", "1" * 35, "٣٤٥", "+", "1+2"])
def test_what_is_no_number_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(ValueError, match="digits are expected, up to 34"):
        french.digits(text)
    with pytest.raises(ValueError, match="digits are expected, up to 17"):
        french.phone(text)


def test_an_unknown_currency_too_large_a_number_and_a_nameless_name_are_refused() -> None:
    with pytest.raises(ValueError, match="USD"):
        french.money(Money(100, "USD"))
    for amount in (french.cardinal, lambda number: french.money(Money(number * 100, "EUR"))):
        with pytest.raises(ValueError, match="twelve digits"):
            amount(10**12)
    with pytest.raises(ValueError, match="letters or digits"):
        french.name("...")


@given(st.integers(0, 999_999))
def test_every_amount_up_to_9999_euros_uses_only_the_vocabulary(minor: int) -> None:
    assert set(re.split("[ -]", french.money(Money(minor, "EUR")))) <= VOCABULARY


@given(st.integers(1, 10**14 - 1), st.integers(1, 10**14 - 1))
def test_two_amounts_never_sound_the_same(one: int, other: int) -> None:
    said = [french.money(Money(minor, "EUR")) for minor in (one, other)]
    assert (said[0] == said[1]) == (one == other)


@given(st.sampled_from(["EUR", "CZK"]), st.integers(-(10**14) + 1, 10**14 - 1))
def test_noun_and_number_never_disagree(currency: str, minor: int) -> None:
    said = french.money(Money(minor, currency))
    assert not re.search(r"\b(un couronne|une euro|une haléř|une centime|et un couronnes)", said)
    assert not re.search(r"\b(vingts|cents) (?!euro|centime|couronne|haléř|million|milliard|et |d')", said)
    assert not re.search(r"(illions?|illiards?) (euro|couronne)", said)
    assert not re.search(
        r"(?<!et )(?<!-)\b(deux|dix|cent|mille) (euro|centime|couronne tchèque|haléř)\b", said
    )


@given(st.text(max_size=30))
def test_any_name_comes_out_without_digits_or_is_refused(text: str) -> None:
    try:
        said = french.name(text)
    except ValueError:
        return
    assert said
    assert not any(letter.isdecimal() or letter in "{}<>" for letter in said)
    assert "  " not in said


SMALLEST = "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"
VALUES = {word: number for number, word in enumerate(re.split(" ", SMALLEST))} | {
    "une": 1,
    "vingt": 20,
    "trente": 30,
    "quarante": 40,
    "cinquante": 50,
    "soixante": 60,
    "octante": 80,
}
SIZES = {"mille": 10**3, "million": 10**6, "milliard": 10**9}


def value(words: str) -> int:
    """Read a French cardinal back, by the value of each of its words."""
    total = group = 0
    plain = re.sub("quatre-vingts?", "octante", words).replace("-", " ")
    for word in plain.split():
        if size := SIZES.get(word.rstrip("s")):
            total, group = total + (group or 1) * size, 0
        elif word in {"cent", "cents"}:
            group = (group or 1) * 100
        elif word != "et":
            group += VALUES[word]
    return total + group


@given(st.integers(0, 10**12 - 1), st.sampled_from(["masculine", "feminine"]))
def test_a_number_is_understood_as_it_was_meant(number: int, gender: Gender) -> None:
    assert value(french.cardinal(number, gender)) == number


@given(st.integers(0, 10**11))
def test_an_amount_is_understood_as_it_was_meant(minor: int) -> None:
    said = french.money(Money(minor, "EUR"))
    euros, _, cents = re.sub("(?: d'| )euros?(?: et )?", "|", said).rpartition("|")
    heard = value(euros) * 100 + value(re.sub(" centimes?$", "", cents))
    assert heard == minor
