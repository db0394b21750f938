"""A language's texts and recordings in; what its recordings do not say yet, in plain lines, out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, time, timedelta
from functools import partial

from ivr.money import Money
from ivr.speech.catalogue import Catalogue
from ivr.speech.functions import speller_for
from ivr.speech.numbers import Speller
from ivr.speech.recordings import Recordings
from ivr.units import Units

__all__ = ["missing_recordings"]

Samples = Callable[[Speller], Iterator[str]]

# Every word of an amount up to 9,999.99 is in one of these, in hundredths, and so is the sign.
_AMOUNTS = [
    *(whole * 100 for whole in (*range(100), *range(100, 1000, 100), *range(1000, 10_000, 1000))),
    *range(1, 100),
    -100,
]
_LEAP_YEAR = [date(2028, 1, 1) + timedelta(days=number) for number in range(366)]
_DAYS = [*_LEAP_YEAR, *(date(year, 3, 1) for year in range(2025, 2040))]
_MEGABYTE = 1024
_DATA = [tenths * size // 10 + 1 for size in (_MEGABYTE, _MEGABYTE**2) for tenths in range(10, 1000)]


def _units(speller: Speller) -> Iterator[str]:
    yield from (speller.units(Units(seconds, "seconds")) for seconds in (*range(60), *range(60, 6000, 60)))
    yield from (speller.units(Units(number, unit)) for unit in ("sms", "mms") for number in range(100))
    yield from (speller.units(Units(kilobytes, "kilobytes")) for kilobytes in (0, 1, 2, 5, *_DATA))


# What the other functions say: everything that a caller may well hear.
_SUBJECTS: Mapping[str, tuple[str, Samples]] = {
    "DATE": ("dates", lambda speller: (speller.date(day) for day in _DAYS)),
    "TIME": ("times", lambda speller: (speller.time(time(m // 60, m % 60)) for m in range(1440))),
    "UNITS": ("units", _units),
    "PERCENT": ("percents", lambda speller: (speller.percent(number) for number in range(101))),
    "DIGITS": ("symbols", lambda speller: iter([speller.digits("0123456789/0")])),
    "PHONE": (
        "telephone numbers",
        lambda speller: (speller.phone(f"01{n:02}000000") for n in range(100)),
    ),
}


def missing_recordings(catalogue: Catalogue, language: str, currencies: Iterable[str]) -> Iterator[str]:
    """Say what is left to record, a line a subject; nothing where a language has no recordings at all.

    Nothing here is a mistake: a sentence that recordings do not say whole is said by the voice.
    """
    found = catalogue.recordings(language)
    if not found.recordings and not found.unlisted:
        return
    names = [name for name in catalogue.texts(language) if catalogue.is_fixed(language, name)]
    spoken = [
        name for name in names if catalogue.recorded(language, catalogue.sentence(language, name, {})) is None
    ]
    count, said = len(found.recordings), len(names) - len(spoken)
    yield f"{language}: recordings: {count}, fixed texts that they say: {said} of {len(names)}"
    if spoken:
        yield f"{language}: said by the voice: {', '.join(spoken)}"
    for subject, samples in _subjects(catalogue.functions(language), currencies):
        words = _missing_words(found.recordings, language, samples)
        if words:
            yield f"{language}: words of {subject} not recorded: {', '.join(words)}"
    if found.unlisted:
        files = ", ".join(file.name for file in found.unlisted)
        yield f"{language}: files that the list does not name: {files}"


def _subjects(functions: frozenset[str], currencies: Iterable[str]) -> Iterator[tuple[str, Samples]]:
    """What the texts of a language say of their facts, each with a sample of all of it."""
    if "MONEY" in functions:
        yield from ((f"amounts in {currency}", partial(_amounts, currency)) for currency in currencies)
    yield from (subject for function, subject in _SUBJECTS.items() if function in functions)


def _amounts(currency: str, speller: Speller) -> Iterator[str]:
    return (speller.money(Money(minor, currency)) for minor in _AMOUNTS)


def _missing_words(recordings: Recordings, language: str, samples: Samples) -> list[str]:
    speller = speller_for(language)
    said = samples(speller) if speller else ()
    return list(dict.fromkeys(word for words in said for word in recordings.missing(words)))
