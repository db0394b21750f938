"""Czech words by class: a native reader's tables, and what must never be said."""

from __future__ import annotations

import re
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.money import Money
from ivr.speech.czech import CzechSpeller
from ivr.speech.numbers import digit_groups
from ivr.units import Units

czech = CzechSpeller()

MONEY = {
    "0.00": "nula korun",
    "0.01": "jeden haléř",
    "0.02": "dva haléře",
    "0.50": "padesát haléřů",
    "1.00": "jedna koruna",
    "1.01": "jedna koruna jeden haléř",
    "2.00": "dvě koruny",
    "2.02": "dvě koruny dva haléře",
    "3.04": "tři koruny čtyři haléře",
    "5.05": "pět korun pět haléřů",
    "12.12": "dvanáct korun dvanáct haléřů",
    "21.00": "dvacet jedna korun",
    "21.21": "dvacet jedna korun dvacet jedna haléřů",
    "22.00": "dvacet dva korun",
    "100": "sto korun",
    "101": "sto jedna korun",
    "102": "sto dva korun",
    "121": "sto dvacet jedna korun",
    "200": "dvě stě korun",
    "234.50": "dvě stě třicet čtyři korun padesát haléřů",
    "300": "tři sta korun",
    "400": "čtyři sta korun",
    "500": "pět set korun",
    "900": "devět set korun",
    "1000": "tisíc korun",
    "1001": "tisíc jedna korun",
    "2000": "dva tisíce korun",
    "5000": "pět tisíc korun",
    "9999.99": "devět tisíc devět set devadesát devět korun devadesát devět haléřů",
    "22000": "dvacet dva tisíc korun",
    "100000": "sto tisíc korun",
    "1000000": "milion korun",
    "1002000": "milion dva tisíce korun",
    "2000000": "dva miliony korun",
    "5000000": "pět milionů korun",
    "2000000000": "dvě miliardy korun",
    "-5.30": "mínus pět korun třicet haléřů",
    "-0.50": "mínus padesát haléřů",
}

DAYS = [
    "prvního",
    "druhého",
    "třetího",
    "čtvrtého",
    "pátého",
    "šestého",
    "sedmého",
    "osmého",
    "devátého",
    "desátého",
    "jedenáctého",
    "dvanáctého",
    "třináctého",
    "čtrnáctého",
    "patnáctého",
    "šestnáctého",
    "sedmnáctého",
    "osmnáctého",
    "devatenáctého",
    "dvacátého",
    "dvacátého_prvního",
    "dvacátého_druhého",
    "dvacátého_třetího",
    "dvacátého_čtvrtého",
    "dvacátého_pátého",
    "dvacátého_šestého",
    "dvacátého_sedmého",
    "dvacátého_osmého",
    "dvacátého_devátého",
    "třicátého",
    "třicátého_prvního",
]

MONTHS = [
    "ledna",
    "února",
    "března",
    "dubna",
    "května",
    "června",
    "července",
    "srpna",
    "září",
    "října",
    "listopadu",
    "prosince",
]

SMALL = "nula jedna jeden dva dvě tři čtyři pět šest sedm osm devět"
TEENS = (
    "deset jedenáct dvanáct třináct čtrnáct patnáct šestnáct sedmnáct osmnáct devatenáct dvacet třicet "
    "čtyřicet padesát šedesát sedmdesát osmdesát devadesát sto stě sta set tisíc tisíce"
)
VOCABULARY = frozenset(f"{SMALL} {TEENS} koruna koruny korun haléř haléře haléřů".split())


@pytest.mark.parametrize(("amount", "words"), MONEY.items())
def test_an_amount_is_two_whole_numbers_with_their_nouns(amount: str, words: str) -> None:
    assert czech.money(Money.parse(amount)) == words


@pytest.mark.parametrize("day", range(1, 32))
def test_each_day_of_the_month_is_an_ordinal_in_the_genitive(day: int) -> None:
    expected = f"{DAYS[day - 1].replace('_', ' ')} ledna dva tisíce dvacet sedm"
    assert czech.date(date(2027, 1, day)) == expected


@pytest.mark.parametrize("month", range(1, 13))
def test_each_month_is_in_the_genitive(month: int) -> None:
    assert czech.date(date(2026, month, 1)) == f"prvního {MONTHS[month - 1]} dva tisíce dvacet šest"


def test_every_day_of_four_years_has_its_own_words() -> None:
    days = [date(2024, 1, 1) + timedelta(days=number) for number in range(1461)]
    assert len({czech.date(day) for day in days}) == len(days)


def test_one_and_two_agree_with_the_noun_and_compounds_do_not() -> None:
    assert [czech.cardinal(1, gender) for gender in ("masculine", "feminine", "neuter")] == [
        "jeden",
        "jedna",
        "jedno",
    ]
    assert [czech.cardinal(2, gender) for gender in ("masculine", "feminine", "neuter")] == [
        "dva",
        "dvě",
        "dvě",
    ]
    assert {czech.cardinal(31, gender) for gender in ("masculine", "feminine", "neuter")} == {"třicet jedna"}
    assert czech.cardinal(-3) == "mínus tři"


def test_a_phone_number_is_read_in_threes_without_the_home_prefix() -> None:
    words = "sedm sedm sedm, jedna dva tři, čtyři pět šest"
    assert {czech.phone(text) for text in ("+420777123456", "777 123 456", "00420777123456")} == {words}
    assert czech.phone("+33170229848") == "plus tři tři, jedna sedm nula, dva dva devět, osm čtyři osm"
    assert czech.phone("4488") == "čtyři čtyři osm osm"


def test_an_account_number_has_its_slash_said_as_lomeno_CP_15() -> None:
    said = czech.digits("222852292/0600")
    assert said == "dva dva dva, osm pět dva, dva devět dva, lomeno nula šest nula nula"


def test_an_account_s_prefix_is_kept_apart_by_its_dash() -> None:
    said = czech.digits("19-2000145399/0800")
    assert said.startswith("jedna devět, pomlčka dva nula nula, nula jedna čtyři,")
    assert czech.digits("777-123-456") == czech.digits("777123456")


def test_a_code_names_its_keys() -> None:
    assert czech.digits("3111*0") == "tři jedna jedna jedna, hvězdička nula"
    assert czech.phone("*100#") == "hvězdička jedna nula nula, křížek"


def test_a_symbol_is_read_in_groups_of_the_wanted_size_VL_24() -> None:
    assert czech.digits("5772722222") == "pět sedm sedm, dva sedm dva, dva dva dva dva"
    assert czech.digits("5772722222", "fours") == "pět sedm sedm dva, sedm dva dva dva, dva dva"
    assert czech.digits("5772722222", "pairs") == "pět sedm, sedm dva, sedm dva, dva dva, dva dva"


UNITS = {
    (0, "seconds"): "nula minut",
    (60, "seconds"): "jedna minuta",
    (150, "seconds"): "dvě minuty třicet sekund",
    (45, "seconds"): "čtyřicet pět sekund",
    (1, "sms"): "jedna esemeska",
    (22, "sms"): "dvacet dva esemesek",
    (3, "mms"): "tři multimediální zprávy",
    (0, "kilobytes"): "nula megabajtů",
    (1023, "kilobytes"): "tisíc dvacet tři kilobajtů",
    (150 * 1024, "kilobytes"): "sto padesát megabajtů",
    (2000 * 1024, "kilobytes"): "dva tisíce megabajtů",
    (1024**2 + 512 * 1024, "kilobytes"): "jeden a půl gigabajtu",
    (1024**2 + 511 * 1024, "kilobytes"): "jedna celá čtyři gigabajtu",
    (2 * 1024**2 - 1, "kilobytes"): "jedna celá devět gigabajtu",
    (2 * 1024**2, "kilobytes"): "dva gigabajty",
    (5 * 1024**2 + 130 * 1024, "kilobytes"): "pět celých jedna gigabajtu",
}


@pytest.mark.parametrize(("units", "words"), UNITS.items())
def test_units_are_told_as_they_are_sold_and_never_rounded_up_CP_12(
    units: tuple[int, str], words: str
) -> None:
    assert czech.units(Units(*units)) == words


def test_the_accusative_and_the_genitive_are_what_the_sentence_asks_for() -> None:
    assert czech.money(Money.parse("1.01"), "accusative") == "jednu korunu jeden haléř"
    assert czech.money(Money(150000), "genitive") == "tisíce pěti set korun"
    assert czech.money(Money(10000), "genitive") == "sta korun"
    assert czech.money(Money(12200), "genitive") == "sto dvaceti dvou korun"
    assert czech.units(Units(1, "sms"), "accusative") == "jednu esemesku"
    assert (
        czech.units(Units(1024**2 * 13 // 10 + 1, "kilobytes"), "accusative") == "jednu celou tři gigabajtu"
    )
    assert czech.time(time(14), "genitive") == "čtrnácti hodin"
    assert czech.percent(80, "genitive") == "osmdesáti procent"


def test_a_preposition_takes_its_vowel_before_two_consonants() -> None:
    hours = {
        1: "v jednu hodinu",
        2: "ve dvě hodiny",
        4: "ve čtyři hodiny",
        7: "v sedm hodin",
        14: "ve čtrnáct hodin",
    }
    assert {hour: czech.time(time(hour), at=True) for hour in hours} == hours


def test_a_product_is_named_without_digits_and_signs_CP_54() -> None:
    names = {
        "DATA 150": "DATA sto padesát",
        "DATA600": "DATA šest set",
        "CallPro ;-)": "CallPro smajlík",
        "CallPro ;- )": "CallPro smajlík",
        "ZMENA CALLPRO;-) DATA150 V SITI ZDARMA": "změna CALLPRO smajlík DATA sto padesát V síti ZDARMA",
        "UP 100 SMS": "UP sto esemesek",
        "UP LTE": "UP el té e",
        "Data 10 GB": "Data deset gigabajtů",
    }
    assert {name: czech.name(name) for name in names} == names
    with pytest.raises(ValueError, match="letters or digits"):
        czech.name(" * ")


def test_no_digit_is_left_alone_in_a_group() -> None:
    assert digit_groups("1234567") == ["123", "4567"]
    assert digit_groups("7771234567") == ["777", "123", "4567"]


@pytest.mark.parametrize("text", ["", "abc", "12a", "1" * 35, "٣٤٥"])
def test_what_is_no_number_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(ValueError, match="digits are expected"):
        czech.digits(text)


def test_an_unknown_currency_and_too_large_a_number_are_refused() -> None:
    with pytest.raises(ValueError, match="USD"):
        czech.money(Money(100, "USD"))
    with pytest.raises(ValueError, match="twelve digits"):
        czech.cardinal(10**12)


@given(st.integers(0, 999_999))
def test_every_amount_up_to_9999_crowns_uses_only_the_vocabulary(minor: int) -> None:
    assert set(czech.money(Money(minor)).split()) <= VOCABULARY


@given(st.integers(-(10**14) + 1, 10**14 - 1))
def test_noun_and_number_never_disagree(minor: int) -> None:
    said = czech.money(Money(minor))
    assert not re.search(r"\b(dvě koruna|dva koruny|jedna koruny|jeden koruna|dvě halé|jedna haléř\b)", said)
    assert not re.search(
        r"\b(dvě tisíc|jeden tisíc|(?<!\w )dva tisíc\b|pět tisíce|dvě milion|dva miliardy)", said
    )
    assert "  " not in said


@given(st.integers(1, 999_999), st.integers(1, 999_999))
def test_two_amounts_never_sound_the_same(one: int, other: int) -> None:
    assert (czech.money(Money(one)) == czech.money(Money(other))) == (one == other)
