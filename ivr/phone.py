"""Telephone numbers: as people and trunks write them, to E.164; shortened for logs."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers

__all__ = ["national", "same_number", "shorten", "to_e164"]

_VISUAL = re.compile(r"[\s().\-/]")


@lru_cache(maxsize=256)  # the line's own numbers, above all
def to_e164(text: str, country: str) -> str | None:
    """``777123456``, ``00420777123456``, ``+420 777 123 456`` to ``+420777123456``; None if no number.

    ``country`` is the two-letter region whose habits a bare number follows. Short numbers such as 4488
    are not E.164 and give None.
    """
    bare = _VISUAL.sub("", text)
    if not re.fullmatch(r"\+?[0-9]{5,17}", bare):
        return None
    try:
        number = phonenumbers.parse(bare, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def national(e164: str) -> str:
    """The national significant number: ``+420777123456`` gives ``777123456``."""
    number = phonenumbers.parse(e164, None)
    return phonenumbers.national_significant_number(number)


def same_number(dialled: str, number: str, country: str) -> bool:
    """Whether a dialled string means one of the line's own numbers, in any of its forms.

    A short number is met as itself and behind the country's prefix: ``4488``, ``+4204488``, ``004204488``.
    """
    dialled, number = _VISUAL.sub("", dialled), _VISUAL.sub("", number)
    if dialled == number:
        return True
    code = str(phonenumbers.country_code_for_region(country))
    for prefix in (f"+{code}", f"00{code}"):
        if dialled == prefix + number:
            return True
    e164 = to_e164(number, country)
    return e164 is not None and to_e164(dialled, country) == e164


def shorten(number: str | None) -> str:
    """A number as logs may show it: ``+420777123456`` gives ``+420…456``."""
    if not number:
        return "anonymous"
    bare = _VISUAL.sub("", number)
    if len(bare) < 9:
        return f"…{bare[-2:]}" if len(bare) > 4 else bare
    return f"{bare[:4] if bare.startswith('+') else ''}…{bare[-3:]}"
