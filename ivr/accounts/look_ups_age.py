"""A statement comes in; the facts that say how old its figures are go out."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from ivr.accounts.model import Fact
from ivr.accounts.statement import Statement

__all__ = ["AGE", "age_of", "moment_here"]

# Part of every outcome that tells figures: the moment up to which use is in them, whether that is too long
# ago, and whether use abroad or premium services may be counted later (GM-04, VL-05).
AGE = frozenset({"as_of?", "stale?", "may_be_late?"})


def age_of(statement: Statement) -> dict[str, Fact]:
    """The facts of ``AGE`` that hold; ``as_of`` is missing where no use was ever booked."""
    facts: dict[str, Fact] = {}
    if statement.figures_at is not None:
        facts["as_of"] = moment_here(statement.figures_at, statement)
    if statement.stale:
        facts["stale"] = True
    if statement.may_be_late:
        facts["may_be_late"] = True
    return facts


def moment_here(moment: datetime, statement: Statement) -> datetime:
    """A moment by the clock of the operator's place."""
    return moment.astimezone(ZoneInfo(statement.operator.time_zone))
