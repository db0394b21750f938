"""Words as a Czech or English voice says them, back to the number that they mean; ValueError otherwise.

Written without a look into the spellers: it knows words and how they add up, not how they are made.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Reader:
    """One language's number words: `small` add up, `hundred` and `scales` multiply what is before."""

    small: dict[str, int]
    hundred: frozenset[str]
    scales: dict[str, int]
    minus: str
    skipped: frozenset[str] = frozenset()
    nouns: dict[str, str] = field(default_factory=dict)

    def number(self, words: str) -> int:
        """234 for "dvě stě třicet čtyři"."""
        total = group = 0
        listed = [word for word in re.split(r"[ -]", words) if word not in self.skipped]
        sign = -1 if listed and listed[0] == self.minus else 1
        for word in listed[1:] if sign < 0 else listed:
            if word in self.small:
                group += self.small[word]
            elif word in self.hundred:
                group *= 100
            elif word in self.scales:
                total += (group or 1) * self.scales[word]
                group = 0
            else:
                raise ValueError(f"no number: {word}")
        if not listed:
            raise ValueError("no number at all")
        return sign * (total + group)

    def counted(self, words: str) -> dict[str, int]:
        """Each noun's name with its number: {"CZK": 5, "heller": 30} for "pět korun třicet haléřů"."""
        found: dict[str, int] = {}
        before: list[str] = []
        sign = 1
        for word in words.split():
            if word == self.minus:
                sign = -1
            elif word in self.nouns:
                found[self.nouns[word]] = sign * self.number(" ".join(before))
                before = []
            else:
                before.append(word)
        if before:
            raise ValueError(f"left over: {before}")
        return found


def _forms(**nouns: str) -> dict[str, str]:
    return {form: name for name, forms in nouns.items() for form in forms.split()}


_CZECH = (
    "nula jeden|jedna|jedno|jednu dva|dvě tři čtyři pět šest sedm osm devět deset jedenáct dvanáct třináct "
    "čtrnáct patnáct šestnáct sedmnáct osmnáct devatenáct dvacet"
)
_ENGLISH = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty"
)

CZECH = Reader(
    small={word: number for number, words in enumerate(_CZECH.split()) for word in words.split("|")}
    | {"třicet": 30, "čtyřicet": 40, "padesát": 50, "šedesát": 60, "sedmdesát": 70, "osmdesát": 80}
    | {"devadesát": 90, "sto": 100},
    hundred=frozenset({"stě", "sta", "set"}),
    scales={"tisíc": 10**3, "tisíce": 10**3}
    | dict.fromkeys(("milion", "miliony", "milionů"), 10**6)
    | dict.fromkeys(("miliarda", "miliardu", "miliardy", "miliard"), 10**9),
    minus="mínus",
    nouns=_forms(
        CZK="koruna korunu koruny korun",
        heller="haléř haléře haléřů",
        EUR="euro eura eur",
        cent="cent centy centů",
        minute="minuta minutu minuty minut",
        second="sekunda sekundu sekundy sekund",
        hour="hodina hodinu hodiny hodin",
        percent="procento procenta procent",
        sms="esemeska esemesku esemesky esemesek",
    ),
)

ENGLISH = Reader(
    small={word: number for number, word in enumerate(_ENGLISH.split())}
    | {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90},
    hundred=frozenset({"hundred"}),
    scales={"thousand": 10**3, "million": 10**6, "billion": 10**9},
    minus="minus",
    skipped=frozenset({"and"}),
    nouns=_forms(
        CZK="crown crowns",
        heller="heller hellers",
        EUR="euro euros",
        cent="cent cents",
        minute="minute minutes",
        second="second seconds",
        percent="percent",
    ),
)
READERS = {"cs": CZECH, "en": ENGLISH}
