"""The native reader's tables: what a language says for every class of value, one line a value, tab separated.

``python -m tests.speech.tables`` writes tests/speech/tables/<language>/*.tsv anew and prints what changed; a
reader of the language reads that difference before it is committed. ``--check`` writes nothing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, time, timedelta
from difflib import unified_diff
from pathlib import Path

from ivr.money import Money
from ivr.speech.functions import speller_for, spoken_languages
from ivr.speech.numbers import Case, Gender, Speller
from ivr.units import Units

FOLDER = Path(__file__).parent / "tables"
Lines = Iterator[str]

SMALL = (0, 1, 2, 3, 4, 5, 10, 11, 12, 20, 21, 22, 23, 24, 25, 71, 80, 81, 91, 99)
LAST_TWO = (0, 1, 2, 3, 4, 5, 11, 12, 20, 21, 22, 25, 71, 80, 81, 99)
LAST_THREE = (0, 1, 2, 5, 21, 80, 100, 101, 121, 200, 300, 400, 500, 680, 999)
WHOLES = (0, 1, 2, 3, 4, 5, 11, 21, 22, 80, 100, 101, 102, 234, 1000, 1001, 1002, 2000, 5000, 9999)
MINORS = (1, 2, 3, 4, 5, 9, 10, 11, 12, 20, 21, 22, 50, 80, 81, 99)
LARGE = (10_000, 11_001, 21_000, 22_000, 80_000, 100_000, 101_000, 200_000, 234_567, 999_999)
LARGE += (10**6, 10**6 + 1, 1_002_000, 2 * 10**6, 5 * 10**6, 21 * 10**6, 80 * 10**6, 10**9, 2 * 10**9)


def hundreds() -> Iterator[int]:
    """100 to 999 by class."""
    return (hundred * 100 + rest for hundred in range(1, 10) for rest in LAST_TWO)


def thousands() -> Iterator[int]:
    """1,000 to 9,999 by class."""
    return (thousand * 1000 + rest for thousand in range(1, 10) for rest in LAST_THREE)


def money(currency: str) -> Callable[[Speller], Lines]:
    """0.00 to 9,999.99: every minor unit, every last two digits, hundreds, thousands, both together."""

    def lines(speller: Speller) -> Lines:
        def said(amounts: Iterable[int]) -> Lines:
            return (f"{minor / 100:.2f}\t{speller.money(Money(minor, currency))}" for minor in amounts)

        yield "# minor units alone"
        yield from said(range(100))
        yield "# whole units: every last two digits"
        yield from said(whole * 100 for whole in range(1, 101))
        yield "# whole units: hundreds"
        yield from said(whole * 100 for whole in hundreds())
        yield "# whole units: thousands"
        yield from said(whole * 100 for whole in thousands())
        yield "# both"
        yield from said(whole * 100 + minor for whole in WHOLES if whole for minor in MINORS)
        yield "# above 9,999.99"
        yield from said(whole * 100 for whole in LARGE)
        yield "# debts"
        yield from said((-1, -50, -100, -200, -530, -2100, -123456))

    return lines


def numbers(speller: Speller) -> Lines:
    """Before a noun of each gender."""
    genders: tuple[Gender, ...] = ("masculine", "feminine", "neuter")
    yield "# number\t" + "\t".join(genders)
    for number in (*range(100), *hundreds(), *thousands(), *LARGE, -1, -2, -21):
        yield "\t".join((str(number), *(speller.cardinal(number, gender) for gender in genders)))


def percent(speller: Speller) -> Lines:
    """0 to 100, and a limit that was passed."""
    for number in (*range(101), 101, 120, 121, 150, 200, 1000):
        yield f"{number} %\t{speller.percent(number)}"


def times_used(speller: Speller) -> Lines:
    """Minutes 0 to 10,000 by class, alone and with seconds."""

    def said(amounts: Iterable[int]) -> Lines:
        return (f"{s // 60}:{s % 60:02d}\t{speller.units(Units(s, 'seconds'))}" for s in amounts)

    yield "# minutes"
    yield from said(minute * 60 for minute in (*range(100), *hundreds(), *thousands(), 10_000))
    yield "# seconds"
    yield from said(range(1, 60))
    yield "# both"
    yield from said(minute * 60 + second for minute in SMALL[1:] for second in (1, 2, 5, 21, 30, 59))


def messages(unit: str, numbers: Iterable[int]) -> Callable[[Speller], Lines]:
    """Counted messages."""

    def lines(speller: Speller) -> Lines:
        for number in numbers:
            yield f"{number}\t{speller.units(Units(number, unit))}"

    return lines


def data(speller: Speller) -> Lines:
    """Kilobytes, megabytes as sold and with a tenth, gigabytes with every tenth."""

    def said(amounts: Iterable[int]) -> Lines:
        return (f"{kilobytes} kB\t{speller.units(Units(kilobytes, 'kilobytes'))}" for kilobytes in amounts)

    megabyte, gigabyte = 1024, 1024 * 1024
    yield "# kilobytes"
    yield from said((0, 1, 2, 3, 4, 5, 21, 80, 100, 101, 200, 512, 1000, 1023))
    yield "# megabytes, whole"
    yield from said(size * megabyte for size in (*SMALL[1:], *LAST_THREE[6:], 150, 600, 1000, 1023))
    yield "# megabytes, a tenth cut off from more"
    yield from said(
        -(-(whole * 10 + tenth) * megabyte // 10)
        for whole in (1, 2, 4, 5, 11, 21, 80, 99)
        for tenth in range(1, 10)
    )
    yield "# gigabytes, whole"
    yield from said(size * gigabyte for size in (*SMALL[1:], 100, 101, 200, 1000))
    yield "# gigabytes, a tenth cut off from more"
    yield from said(
        -(-(whole * 10 + tenth) * gigabyte // 10)
        for whole in (1, 2, 3, 4, 5, 10, 11, 21, 22, 80, 99)
        for tenth in range(1, 10)
    )
    yield "# whole hundreds of megabytes, as they are sold"
    yield from said(size * megabyte for size in (1100, 1200, 1500, 2000, 3000, 5000, 9900, 10_000))


def dates(speller: Speller) -> Lines:
    """Every day of a leap year, without and with the year; then other years."""
    days = [date(2028, 1, 1) + timedelta(days=number) for number in range(366)]
    for day in (
        *days,
        *(date(year, 3, 1) for year in (1999, 2000, 2001, 2009, 2010, *range(2020, 2042), 2100)),
    ):
        yield f"{day}\t{speller.date(day, False)}\t{speller.date(day)}"
    yield "# with the day of the week"
    for day in days[:8]:
        yield f"{day}\t{speller.date(day, year=False, weekday=True)}"


def times(speller: Speller) -> Lines:
    """Every hour, and every minute of an hour; the second column as when something happens."""
    hours = [time(hour, minute) for hour in range(24) for minute in (0, 1, 5, 30)]
    for moment in (*hours, *(time(14, minute) for minute in range(60))):
        yield f"{moment:%H:%M}\t{speller.time(moment)}\t{speller.time(moment, at=True)}"


def symbols(speller: Speller) -> Lines:
    """Telephone numbers, accounts and symbols of the operators' pages, and products as they are written."""
    yield "# telephone numbers"
    phones = "4488 3111 474770601 +420777123456 772722222 0805123200 0170229848 +33170229848 +4930123456"
    yield from (f"{number}\t{speller.phone(number)}" for number in phones.split())
    yield "# codes"
    yield from (f"{code}\t{speller.digits(code)}" for code in ("3111*0", "*100#", "*#06#"))
    yield "# accounts and symbols: in threes, in pairs, in fours"
    accounts = "222852292/0600 2401343628/2010 117292/0300 19-2000145399/0800 5772722222 57 777123456 0308"
    for text in accounts.split():
        yield "\t".join((text, *(speller.digits(text, groups) for groups in ("threes", "pairs", "fours"))))
    yield "# products"
    products = "CallPro ;-)|CallPro 200|DATA 150|DATA600|100 SMS|LTE|V SITI ZDARMA|ZMENA CALLPRO;-) BEZ DAT"
    products += "|Red+ pro dva|Start 130/250|(Business) Red LTE|Data 10 GB|1,5 GB|Start 100 minut|300 min"
    yield from (f"{product}\t{speller.name(product)}" for product in products.split("|"))


def cases(speller: Speller) -> Lines:
    """What the accusative and the genitive change."""
    oblique: tuple[Case, ...] = ("nominative", "accusative", "genitive")

    def line(written: str, say: Callable[[Case], str]) -> str:
        return "\t".join((written, *(say(case) for case in oblique)))

    yield "# written\t" + "\t".join(oblique)
    wholes = (*SMALL, 100, 101, 105, 200, 300, 400, 500, 555, 999, *thousands(), *LARGE)
    for whole in wholes:
        yield line(f"{whole} CZK", lambda case, whole=whole: speller.money(Money(whole * 100), case))  # type: ignore[misc]
    for minor in (100, 101, 202, 505, 2121, -100):
        yield line(f"{minor / 100:.2f} EUR", lambda case, m=minor: speller.money(Money(m, "EUR"), case))  # type: ignore[misc]
    for unit in ("seconds", "sms", "mms", "kilobytes"):
        for amount in (0, 1, 2, 5, 21, 61, 122, 1024, 1536, 2 * 1024**2, 1536 * 1024, 2_411_725, 5_400_000):
            units = Units(amount, unit)
            yield line(f"{amount} {unit}", lambda case, units=units: speller.units(units, case))  # type: ignore[misc]
    for number in (0, 1, 2, 5, 21, 53, 100):
        yield line(f"{number} %", lambda case, number=number: speller.percent(number, case))  # type: ignore[misc]
    for hour in range(24):
        moment = time(hour, (hour * 7) % 60)
        yield line(f"{moment:%H:%M}", lambda case, moment=moment: speller.time(moment, case))  # type: ignore[misc]


TABLES: Mapping[str, Callable[[Speller], Lines]] = {
    "money-czk": money("CZK"),
    "money-eur": money("EUR"),
    "numbers": numbers,
    "percent": percent,
    "units-time": times_used,
    "units-sms": messages("sms", (*range(100), *hundreds(), *thousands(), 10_000)),
    "units-mms": messages("mms", (*range(31), *range(97, 106), 200, 1000, 1001, 2000, 10_000)),
    "units-data": data,
    "dates": dates,
    "times": times,
    "symbols": symbols,
    "cases": cases,
}
WITH_CASES = frozenset({"cs"})


def tables_of(language: str) -> dict[Path, str]:
    """Every table of a language as it is said now: its file and its text."""
    speller = speller_for(language)
    assert speller is not None
    return {
        FOLDER / language / f"{name}.tsv": "".join(f"{line}\n" for line in lines(speller))
        for name, lines in TABLES.items()
        if name != "cases" or language in WITH_CASES
    }


def difference(file: Path, text: str) -> str:
    """How what is said now differs from a file, as a unified diff; nothing where it does not."""
    old = file.read_text(encoding="utf-8") if file.is_file() else ""
    name = str(file.relative_to(FOLDER))
    return "".join(unified_diff(old.splitlines(True), text.splitlines(True), name, name, n=0))


def main() -> int:
    parser = argparse.ArgumentParser(description="the native reader's tables from what the spellers say")
    parser.add_argument("--check", action="store_true", help="write nothing, only print what differs")
    check = parser.parse_args().check
    found = ""
    for language in spoken_languages():
        for file, text in tables_of(language).items():
            found += difference(file, text)
            if not check:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
    print(found, end="")
    return 1 if check and found else 0


if __name__ == "__main__":
    sys.exit(main())
