"""A Vodafone number in November 2026, and what happens when it spends: shared by the tests of its limit."""

from __future__ import annotations

from collections.abc import Sequence

from ivr.accounts.rules.effects import Effect, Notify, NotifyKind
from ivr.accounts.rules.vodafone_cz_limit import Deposit, DepositKind, LimitAccount, Terms, after_spend
from tests.accounts.limit_cases import GOOD_BILLS, NOON, charge, kc

TERMS = Terms()
TODAY = NOON.date()


def paid(text: str, kind: DepositKind = DepositKind.LIMIT) -> Deposit:
    return Deposit(kind, kc(text), TODAY)


def account(limit: str = "1000", spend: str = "0", *, raises: bool = False) -> LimitAccount:
    bills = GOOD_BILLS if raises else ()
    return LimitAccount(202611, 1, kc(spend), (paid(limit),), bills)


def spend(before: LimitAccount, *amounts: str) -> tuple[LimitAccount, list[Effect]]:
    effects: list[Effect] = []
    for amount in amounts:
        before, more = after_spend(before, charge(amount), TERMS, NOON)
        effects += more
    return before, effects


def notices(effects: Sequence[Effect]) -> list[tuple[int, str]]:
    return [(one.percent, str(one.limit)) for one in effects if isinstance(one, Notify)]


def limit_notice(percent: int, limit: str) -> Notify:
    return Notify(NotifyKind.LIMIT, percent, kc(limit), 202611)
