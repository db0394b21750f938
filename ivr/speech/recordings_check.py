"""A language's texts and recordings in; what its recordings do not say yet, in plain lines, out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ivr.money import Money
from ivr.speech.catalogue import Catalogue
from ivr.speech.functions import speller_for

__all__ = ["missing_recordings"]

# Every word of an amount up to 9,999.99 is in one of these, in hundredths, and so is the sign.
_AMOUNTS = [
    *(whole * 100 for whole in (*range(100), *range(100, 1000, 100), *range(1000, 10_000, 1000))),
    *range(1, 100),
    -100,
]


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
    yield f"{language}: {count} recordings say {said} of {len(names)} fixed texts"
    if spoken:
        yield f"{language}: said by the voice: {', '.join(spoken)}"
    for currency in currencies:
        words = _missing_words(catalogue, language, currency)
        if words:
            yield f"{language}: words of amounts in {currency} not recorded: {', '.join(words)}"
    if found.unlisted:
        files = ", ".join(file.name for file in found.unlisted)
        yield f"{language}: files that the list does not name: {files}"


def _missing_words(catalogue: Catalogue, language: str, currency: str) -> list[str]:
    speller, recordings = speller_for(language), catalogue.recordings(language).recordings
    if speller is None:
        return []
    said = (speller.money(Money(minor, currency)) for minor in _AMOUNTS)
    return list(dict.fromkeys(word for words in said for word in recordings.missing(words)))
