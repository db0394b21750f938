"""A tariff's code comes in; the group of Vodafone's page that says what its cancellation costs goes out.

The page is of 2021-03-03. Names begin alike and mean different groups (Red+ and Red+ pro dva, VP-15), so a
tariff is found by its whole code. "(Business) X" on the page is X and Business X (VP-14).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

__all__ = ["GROUPS", "Group", "GroupFault", "group_faults", "group_of"]


class Group(StrEnum):
    """As in ``tariffs.proration_group``: who changes the tariff pays for the days used, or the whole fee."""

    PROPORTIONAL = "P"
    FULL = "F"


_PROPORTIONAL = (
    *("red_2013", "business_red_2013", "odepis", "mezi_nami", "ferove_tarify"),
    "tarif_na_miru_special",  # the special edition, reduced tariffs until 2012-08-24
    *("sdileny_pro_podnikani", "start"),  # read as two tariffs (VP-16)
    *("red_lte", "business_red_lte", "smart", "business_smart"),
    *("start_100", "start_200", "start_500", "red_naplno", "red_plus", "business_red_plus"),
    *("neomezene_v_siti", "neomezene_do_vsech_siti"),
)
_FULL = (
    *("start_130", "start_250"),
    *("red_basic", "red_standard", "red_extra", "red_maxi"),
    *("business_red_basic", "business_red_standard", "business_red_extra", "business_red_maxi"),
    "business_red_super",  # only as Business (VP-14)
    *("vodafone_neomezeny", "jetovtobe", "data_10_gb", "red_plus_pro_dva"),
)

GROUPS: Mapping[str, Group] = MappingProxyType(
    dict.fromkeys(_PROPORTIONAL, Group.PROPORTIONAL) | dict.fromkeys(_FULL, Group.FULL)
)  # VP-12, VP-13


@dataclass(frozen=True, slots=True)
class GroupFault:
    """A tariff of the store without a group, or in another one than the page says."""

    code: str
    stored: Group | None
    published: Group | None

    def __str__(self) -> str:
        if self.published is None:
            return f"tariff {self.code}: it has no proration group, so no cancellation price can be told"
        stored = "none" if self.stored is None else self.stored.value
        return f"tariff {self.code}: its proration group is {self.published.value}, the store has {stored}"


def group_of(code: str) -> Group | None:
    """The group of a tariff by its whole code; None for one in neither list (VP-17)."""
    return GROUPS.get(code)


def group_faults(stored: Mapping[str, Group | None]) -> tuple[GroupFault, ...]:
    """What a check of the store has to refuse, in the order given (VP-17); tariffs are named by code."""
    return tuple(
        GroupFault(code, group, GROUPS.get(code))
        for code, group in stored.items()
        if group is None or GROUPS.get(code, group) is not group
    )
