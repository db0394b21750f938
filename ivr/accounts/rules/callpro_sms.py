"""The text of an SMS to CallPro comes in; a command, or why it is none and what to send instead, goes out.

The grammar is CP-62, read after the smoothing of CP-61.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import product

from ivr.accounts.rules.callpro_commands import (
    DATA_SIZES,
    RENEWAL_SIZES,
    Change,
    Command,
    Fault,
    Refusal,
    RenewData,
    SwitchData,
    SwitchLte,
    SwitchSms,
    Tariff,
    write,
)

__all__ = ["normalise", "read"]

_CHANGES = tuple(
    Change(*parts)
    for parts in product((None, *Tariff), (None, *DATA_SIZES, 0), (None, True, False))
    if parts != (None, None, None)
)
_UPS: dict[str, Command] = {
    **{str(size): SwitchData(size) for size in DATA_SIZES},
    "100 SMS": SwitchSms(True),
    "BEZ 100 SMS": SwitchSms(False),
    "LTE": SwitchLte(True),
    "BEZ LTE": SwitchLte(False),
}
_RENEWALS = {"": RenewData(), **{str(size): RenewData(size) for size in RENEWAL_SIZES}}

_CHANGE_FORMS = tuple(write(change) for change in _CHANGES)
_UP_FORMS = tuple(write(command) for command in _UPS.values())
_RENEWAL_FORMS = tuple(write(command) for command in _RENEWALS.values())
_EXAMPLES = ("ZMENA DATA150", "UP 150", "OBNOV DATA")  # for a text that is near to nothing
_CHANGE_EXAMPLES = ("ZMENA CALLPRO;-)", "ZMENA DATA150", "ZMENA BEZ DAT", "ZMENA V SITI ZDARMA")

_NUMBER = re.compile(r"[0-9]+")
_SMILEY = re.compile(r"; ?- ?\)")
_ITEM = re.compile(
    r" (?:CALLPRO ?(?P<tariff>;-\)|200)|DATA ?(?P<size>[0-9]+)|(?P<no_data>BEZ DAT)"
    r"|(?P<free>V SITI ZDARMA)|(?P<not_free>BEZ V SITI))(?= |$)"
)


def normalise(text: str) -> str:
    """CP-61: no diacritics, capital letters, single spaces, the smiley in one piece.

    Telephones turn ``;-)`` into a picture; it is turned back.
    """
    plain = unicodedata.normalize("NFKD", text.replace("\N{WINKING FACE}", ";-)"))
    bare = "".join(mark for mark in plain if unicodedata.category(mark) != "Mn")
    return _SMILEY.sub(";-)", " ".join(bare.upper().split()))


def read(text: str) -> Command | Refusal:
    """The command that the whole text is (CP-62, CP-64), or why it is none (CP-63)."""
    line = normalise(text)
    if not line:
        return Refusal(Fault.EMPTY, _EXAMPLES)
    if any(mark.isalpha() and not mark.isascii() for mark in line):
        return Refusal(Fault.OTHER_ALPHABET, _EXAMPLES)
    keyword, _, rest = line.partition(" ")
    if keyword == "ZMENA":
        return _read_change(line)
    if keyword == "OBNOV":
        return _read_renewal(rest)
    if re.match(r"UP(?=[0-9]|LTE|BEZ\b|$)", keyword):
        return _read_up(line)
    near = _nearest(line, (*_UP_FORMS, *_RENEWAL_FORMS, *_CHANGE_FORMS))
    return Refusal(Fault.NOT_A_COMMAND, (near,) if _likeness(line, near) > 0.7 else _EXAMPLES)


def _read_change(line: str) -> Command | Refusal:
    tariffs: list[Tariff | None] = []
    sizes: list[str] = []
    addons: list[bool | None] = []
    end = len("ZMENA")
    while item := _ITEM.match(line, end):
        end = item.end()
        if item["tariff"]:
            tariffs.append(Tariff.SMILEY if item["tariff"] == ";-)" else Tariff.TWO_HUNDRED)
        elif item["size"] or item["no_data"]:
            sizes.append(item["size"] or "")
        else:
            addons.append(item["free"] is not None)
    named = bool(tariffs or sizes or addons)
    if not named and end == len(line):
        return Refusal(Fault.NOTHING_NAMED, _CHANGE_EXAMPLES)
    if not named:
        return Refusal(Fault.UNKNOWN_ITEM, (_nearest(line, _CHANGE_FORMS),))
    data: list[int | None] = [_nearest_size(size, DATA_SIZES) if size else 0 for size in sizes]
    parts = product(
        dict.fromkeys(tariffs or [None]), dict.fromkeys(data or [None]), dict.fromkeys(addons or [None])
    )
    meant = [Change(*part) for part in parts]
    if end < len(line):
        forms = [write(change) for change in _CHANGES if any(_agrees(change, one) for one in meant)]
        return Refusal(Fault.TRAILING_TEXT, (_nearest(line, forms),))
    if max(len(tariffs), len(sizes), len(addons)) > 1:
        return Refusal(Fault.NAMED_TWICE, tuple(dict.fromkeys(map(write, meant))))
    if sizes and sizes[0] not in ("", *map(str, DATA_SIZES)):
        return Refusal(Fault.UNKNOWN_SIZE, (write(meant[0]),))
    return meant[0]


def _agrees(change: Change, named: Change) -> bool:
    """Whether the change holds all that was named, and perhaps more."""
    return (
        named.tariff in (None, change.tariff)
        and named.data_mb in (None, change.data_mb)
        and named.in_network in (None, change.in_network)
    )


def _read_up(line: str) -> Command | Refusal:
    rest = line.removeprefix("UP").removeprefix(" ")
    if rest in _UPS:
        return _UPS[rest]
    if not rest:
        return Refusal(Fault.NOTHING_NAMED, ("UP 150", "UP LTE", "UP 100 SMS"))
    if rest == "100":
        return Refusal(Fault.NEEDS_SMS, ("UP 100 SMS",))
    if re.fullmatch(_NUMBER, rest):
        return Refusal(Fault.UNKNOWN_SIZE, (f"UP {_nearest_size(rest, DATA_SIZES)}",))
    if re.match(r"BEZ (?:DAT|[0-9]+\b(?! SMS))", rest):
        return Refusal(Fault.UNKNOWN_ITEM, ("ZMENA BEZ DAT",))
    for item in sorted(_UPS, key=len, reverse=True):
        if re.match(rf"{item}(?![0-9])", rest):
            return Refusal(Fault.TRAILING_TEXT, (write(_UPS[item]),))
    return Refusal(Fault.UNKNOWN_ITEM, (_nearest(line, _UP_FORMS),))


def _read_renewal(rest: str) -> Command | Refusal:
    if not rest.startswith("DATA"):
        return Refusal(Fault.UNKNOWN_ITEM if rest else Fault.NOTHING_NAMED, ("OBNOV DATA",))
    size = rest.removeprefix("DATA").removeprefix(" ")
    if size in _RENEWALS:
        return _RENEWALS[size]
    if re.fullmatch(_NUMBER, size):
        return Refusal(Fault.UNKNOWN_SIZE, ("OBNOV DATA", f"OBNOV DATA {_nearest_size(size, RENEWAL_SIZES)}"))
    return Refusal(Fault.TRAILING_TEXT, (_nearest(f"OBNOV {rest}", _RENEWAL_FORMS),))


def _nearest_size(written: str, sizes: Sequence[int]) -> int:
    """The size nearest to the one written; of two equally near the smaller, since it costs less."""
    return min(sizes, key=lambda size: abs(size - int(written[:9])))


def _nearest(line: str, forms: Sequence[str]) -> str:
    return max(forms, key=lambda form: _likeness(line, form))


def _likeness(line: str, form: str) -> float:
    return SequenceMatcher(None, line[:100], form, autojunk=False).ratio()
