"""``trust`` of a trunk or a registration to the calls it is believed for: all, none, or those to some.

A number that is called may come over another network than the next one (CS-09), and then the same neighbour
hands over callers that it knows and callers that it only passes on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator

from ivr.phone import same_number

__all__ = ["ALWAYS", "NEVER", "Trust", "Trusted"]

_NUMBER = re.compile(r"\+?[0-9*#]{2,32}")


@dataclass(frozen=True, slots=True)
class Trusted:
    """Whether a neighbour is believed about who calls: ``always``, or for calls to these ``numbers``."""

    always: bool
    numbers: tuple[str, ...] = ()

    def holds(self, dialled: str, country: str) -> bool:
        """Whether it is for a call to this number, written as the neighbour's country does.

        ``3111`` stands for what is dialled behind it as well: ``3111*0``.
        """
        forms = {dialled, dialled.partition("*")[0]}
        return self.always or any(
            same_number(form, number, country) for form in forms for number in self.numbers
        )


ALWAYS, NEVER = Trusted(True), Trusted(False)


def _trust(value: object) -> object:
    if isinstance(value, Trusted):
        return value
    if isinstance(value, bool):
        return ALWAYS if value else NEVER
    numbers = tuple(value) if isinstance(value, list | tuple) else ()
    written = (isinstance(one, str) and _NUMBER.fullmatch(one) for one in numbers)
    if not numbers or not all(written):
        raise ValueError('true or false, or the numbers for which it holds, as in ["3111", "0170229848"]')
    return Trusted(False, numbers)


Trust = Annotated[Trusted, BeforeValidator(_trust)]
