"""A statement comes in; what is told of the caller and the credit goes out, for each way of charging."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from ivr.accounts.look_ups_age import AGE, age_of, moment_here
from ivr.accounts.model import Charging, Fact, Finding
from ivr.accounts.rules import callpro, callshop_fr
from ivr.accounts.rules.callshop_card import SkipWhy
from ivr.accounts.statement import Statement

__all__ = [
    "CALLER",
    "CREDIT",
    "SHOP_CREDIT",
    "SHOP_TOP_UP",
    "tell_automatic_top_up",
    "tell_caller",
    "tell_credit",
    "tell_shop_credit",
]

Outcomes = Mapping[str, frozenset[str]]

CALLER: Outcomes = MappingProxyType({"known": frozenset({"language", "number?"})})
CREDIT: Outcomes = MappingProxyType({name: facts | AGE for name, facts in callpro.OUTCOMES.items()})
SHOP_CREDIT: Outcomes = MappingProxyType(
    {name: facts | (AGE - {"as_of?"}) | {"unsettled?"} for name, facts in callshop_fr.OUTCOMES.items()}
)
_SET = frozenset({"level", "amount"})
SHOP_TOP_UP: Outcomes = MappingProxyType(
    {
        "set": _SET,
        "set_and_used": _SET | {"last_status", "last_amount", "last_at", "last_reason?"},
        "not_set": frozenset(),
    }
)


def tell_caller(statement: Statement, now: datetime) -> Finding:
    """Who is meant: the language to speak, and the number in E.164 where the account has one."""
    account = statement.account
    facts: dict[str, Fact] = {"language": account.language}
    return Finding("known", facts | {"number": account.number} if account.number else facts)


def tell_credit(statement: Statement, now: datetime) -> Finding:
    """Prepaid credit and its end (CP-10, CP-21), or the spend of a tariff number, never as credit (CP-13)."""
    account, credit, age = statement.account, statement.credit, age_of(statement)
    if account.charging is Charging.POSTPAID or credit is None:
        if statement.limit is None:
            return Finding("postpaid", {"spend": account.spend} | age)
        use = statement.limit.use
        spent: dict[str, Fact] = {"spend": use.spend, "limit": use.limit, "left": use.left}
        return Finding("postpaid_with_limit", spent | age)
    if credit.valid_until is None:
        return Finding("empty", {"credit": credit.amount} | age)
    if credit.lapsed is not None:
        lapsed: dict[str, Fact] = {"valid_until": credit.valid_until, "lapsed": credit.lapsed}
        return Finding("expired", lapsed | age)
    facts: dict[str, Fact] = {"credit": credit.amount, "valid_until": credit.valid_until}
    if credit.days_left is None:
        return Finding("prepaid", facts | age)
    return Finding("expiring", facts | {"days_left": credit.days_left} | age)


def tell_shop_credit(statement: Statement, now: datetime) -> Finding:
    """A call shop's balance at this moment (CS-11), with the calls that run beside it (CS-12):
    ``unsettled`` says that there are any.

    The amount of an automatic top-up stands with it where the weekly ceiling held the last one back (CS-24).
    """
    auto = statement.automatic_top_up
    last = None if auto is None else auto.last
    skipped = last.amount if last is not None and last.reason == SkipWhy.CEILING else None
    told = callshop_fr.tell(
        statement.account.balance, moment_here(now, statement), statement.calls_in_progress, skipped
    )
    facts = age_of(statement) | dict(told.facts)
    return Finding(told.outcome, facts | {"unsettled": True} if statement.calls_in_progress else facts)


def tell_automatic_top_up(statement: Statement, now: datetime) -> Finding:
    """At which level how much is paid in by card (CS-21), and what became of the last time (CS-24).

    ``last_status`` is pending, settled, failed or skipped; ``last_reason`` a code such as ceiling.
    """
    auto = statement.automatic_top_up
    if auto is None:
        return Finding("not_set")
    facts: dict[str, Fact] = {"level": auto.level, "amount": auto.amount}
    if auto.last is None:
        return Finding("set", facts)
    facts["last_status"] = auto.last.status
    facts["last_amount"] = auto.last.amount
    facts["last_at"] = moment_here(auto.last.started_at, statement)
    if auto.last.reason:
        facts["last_reason"] = auto.last.reason
    return Finding("set_and_used", facts)
