"""Numbers, counted nouns, months and ordinals as ICU spells them: somebody else's rules and data (CLDR)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache

from icu4py.messageformat import MessageFormat

LOCALES = {"cs": "cs", "en": "en-GB", "fr": "fr"}


def cardinal(language: str, number: int, ruleset: str) -> str:
    """A number by one of the rule sets of CLDR's spell-out rules, such as ``cardinal-feminine``."""
    return str(_format(language, f"{{n,spellout,%spellout-{ruleset}}}").format({"n": number}))


def noun(language: str, number: float, measure: str) -> str:
    """The words after a number: `measure` is a CLDR unit ("unit/minute") or currency ("currency/EUR")."""
    said = _format(language, f"{{n,number,::{measure} unit-width-full-name}}").format({"n": number})
    return str(said).lstrip("-0123456789.,\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE} ")


def month(language: str, day: date) -> str:
    """The month as it stands after the day of a date."""
    moment = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return str(_format(language, "{d,date,::dMMMM}").format({"d": moment})).split()[-1]


@lru_cache
def _format(language: str, pattern: str) -> MessageFormat:
    return MessageFormat(pattern, LOCALES[language])
