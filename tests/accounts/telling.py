"""What a look-up tells, held against its table of outcomes: every fact promised is there, and no other."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from ivr.accounts.callers import Caller
from ivr.accounts.model import Finding
from ivr.accounts.service import Accounts
from ivr.money import Money
from ivr.units import Units

FACTS = (Money, Units, date, int, str)


async def told(accounts: Accounts, name: str, number: str, now: datetime, dialled: str = "3111") -> Finding:
    """The answer of a look-up to the owner of a number, after it was held against the table.

    Only a call shop asks what was ``dialled``.
    """
    finding = await accounts.look_up(name, Caller(number, dialled), now)
    hold(finding, accounts.outcomes[name])
    return finding


def hold(finding: Finding, outcomes: Mapping[str, Collection[str]]) -> None:
    """Assert that the facts of a finding are those which its outcome promises."""
    assert finding.outcome in outcomes, finding
    promised = set(outcomes[finding.outcome])
    lists = {name.removesuffix("[]") for name in promised if name.endswith("[]")}
    _hold(finding.facts, {name for name in promised if "[]" not in name}, lists, finding)
    for name in lists:
        begins = f"{name}[]."
        of_item = {fact.removeprefix(begins) for fact in promised if fact.startswith(begins)}
        items = finding.facts[name]
        assert isinstance(items, tuple), name
        for item in items:
            _hold(item, of_item, set(), finding)


def _hold(facts: Mapping[str, Any], promised: set[str], lists: set[str], finding: Finding) -> None:
    needed = {name for name in promised if not name.endswith("?")}
    allowed = {name.removesuffix("?") for name in promised}
    assert needed | lists <= facts.keys() <= allowed | lists, finding
    for name in facts.keys() - lists:
        value = facts[name]
        assert isinstance(value, FACTS), (name, value)
        assert not isinstance(value, datetime) or value.tzinfo is not None, name
        assert not isinstance(value, bool) or value, f"{name} is told only where it holds"
