"""Figures as one question to the store would give them, and what a look-up tells of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from ivr.accounts.look_ups import look_ups_of
from ivr.accounts.model import Account, Charging, Finding, Lot, Operator
from ivr.accounts.rules.callpro import Terms
from ivr.accounts.rules.effects import LimitState
from ivr.accounts.statement import Figures, LimitRow, StatementTerms, draw_up
from ivr.money import Money
from tests.accounts.limit_cases import NOON, kc
from tests.accounts.telling import hold

NUMBER = "+420772722222"


def account(
    charging: Charging = Charging.POSTPAID,
    *,
    balance: Money | None = None,
    lots: tuple[Lot, ...] = (),
    spend: str = "0",
    limit: str | None = None,
    billing_day: int = 1,
    number: str = NUMBER,
) -> Account:
    return Account(
        subscriber_id=1,
        number=number,
        charging=charging,
        status="active",
        language="cs",
        balance=balance or Money(0),
        lots=lots,
        lapses=(),
        spend=kc(spend),
        limit=None if limit is None else kc(limit),
        billing_day=billing_day,
    )


def figures(of: Account, **more: Any) -> Figures:
    """The figures of an account that has nothing else; ``more`` is what it has."""
    bare = Figures(
        account=of,
        payer_number=None,
        may_be_late=False,
        automatic_raise=False,
        calls_in_progress=0,
        figures_at=None,
        limit_row=None,
        tariff=None,
        units=(),
        bundles=(),
        orders=(),
        automatic_top_up=None,
        own_limit=None,
        granted=of.limit,
        deposits=Money(0, of.balance.currency),
        bills=(),
    )
    return replace(bare, **more)


def standing(state: LimitState, *, abroad: bool = False, period: int = 202611, **more: Any) -> LimitRow:
    """A row of ``limit_states``."""
    moments = {"restored_by": None, "raised_automatically_at": None} | more
    return LimitRow(period, state, abroad, **moments)


def tell(
    operator: Operator, name: str, of: Figures, now: datetime = NOON, terms: Terms | None = None
) -> Finding:
    """What the look-up tells, after it was held against the table of its outcomes."""
    look_up = look_ups_of(operator.code)[name]
    finding = look_up.tell(draw_up(of, operator, now, StatementTerms(), terms or Terms()), now)
    hold(finding, look_up.outcomes)
    return finding
