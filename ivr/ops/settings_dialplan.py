"""``[dialplan]`` to what it means: where the lines' files stand, and what every call knows from its start."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator

from ivr.ops.settings_values import Section

__all__ = ["FACTS", "DialplanSettings"]

FACTS: Mapping[str, bool | str] = {
    "on_call_number": "",
    "credit_first": False,
    "say_free": False,
    "gomobil_care": "",
    "vodafone_care": "",
}
"""The facts that the delivered dialplans ask for, as they are where the settings say nothing of them."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_TEXT = re.compile(r"[^\x00-\x1f\x7f<>\"]{0,200}")


def _facts(value: object) -> object:
    """Every fact by its name, those of ``FACTS`` too; ValueError names the first that is none."""
    if not isinstance(value, Mapping):
        raise ValueError('a table of names, such as on_call_number = "777123456"')
    for name, fact in value.items():
        if not _NAME.fullmatch(str(name)):
            raise ValueError(f'a fact is named in small letters, digits and "_", not "{name}"')
        if not isinstance(fact, bool) and not (isinstance(fact, str) and _TEXT.fullmatch(fact)):
            raise ValueError(f"{name} is true, false, or a text or number in quotes")
    return {**FACTS, **value}


class DialplanSettings(Section):
    """``[dialplan]``. Facts that are false or empty count as unknown."""

    folder: Path = Path("dialplan")
    facts: Annotated[Mapping[str, bool | str], BeforeValidator(_facts)] = FACTS
