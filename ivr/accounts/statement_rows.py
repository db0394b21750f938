"""The rows of the question about one subscriber come in, their figures go out.

The rows are of one shape: a word that says what the row is, then whole numbers (n), words (w), days (d) and
moments (t), told by position.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from ivr.accounts.model import Account, Charging, Lot
from ivr.accounts.queries import limit_of
from ivr.accounts.rules.bills import Bill
from ivr.accounts.rules.effects import LimitState
from ivr.accounts.statement import (
    AutomaticTopUp,
    CardResult,
    Figures,
    FreeUnits,
    HeldBundle,
    HeldTariff,
    LimitRow,
    OrderToCome,
)
from ivr.money import Money

__all__ = ["BLOCKED_ABROAD", "LIMIT_ROW", "ONE_CALL", "PREMIUM", "RAISES", "ROAMING", "read_figures"]

ROAMING, PREMIUM, RAISES, BLOCKED_ABROAD, LIMIT_ROW = 1, 2, 4, 8, 16  # marks that share one whole number
ONE_CALL = 32  # and above them stands how many calls are in progress


def read_figures(rows: Sequence[Row[Any]], currency: str) -> Figures | None:
    """The figures in the rows of one subscriber, None where no row tells who it is.

    Raises ValueError or TypeError for a word or an amount that the accounts do not know.
    """
    lines: dict[str, list[Row[Any]]] = {}
    for row in rows:
        lines.setdefault(row.what, []).append(row)
    if "who" not in lines:
        return None
    who = lines["who"][0]
    marks = who.n6
    automatic = lines.get("automatic", [])
    return Figures(
        account=_account(who, lines.get("lot", []), currency),
        number_kind=who.w6,
        payer_number=who.w4,
        may_be_late=bool(marks & (ROAMING | PREMIUM)),
        automatic_raise=bool(marks & RAISES),
        calls_in_progress=marks // ONE_CALL,
        figures_at=who.t0,
        limit_row=_limit_row(who) if marks & LIMIT_ROW else None,
        tariff=next(
            (HeldTariff(row.w0, row.w1, Money(row.n0, currency)) for row in lines.get("tariff", [])), None
        ),
        units=tuple(
            FreeUnits(row.w0, row.w1, row.n0, row.n1, row.d0)
            for row in sorted(lines.get("units", []), key=lambda row: (row.w0, row.w1, row.d0))
        ),
        bundles=tuple(
            HeldBundle(row.n0, row.w0, row.w1, row.w2, row.w3, row.n1, row.n2, row.d0, row.w4)
            for row in sorted(lines.get("bundle", []), key=lambda row: int(row.n0))
        ),
        orders=tuple(
            OrderToCome(row.w0, row.w1, row.t0, row.t1, row.d0)
            for row in sorted(lines.get("order", []), key=lambda row: int(row.n0))
        ),
        automatic_top_up=_automatic(automatic[0], lines.get("card", []), currency) if automatic else None,
        own_limit=None if who.n2 is None else Money(who.n2, currency),
        granted=None if who.n5 is None else Money(who.n5, currency),
        deposits=Money(sum(row.n0 for row in lines.get("deposit", [])), currency),
        bills=tuple(Bill(row.d0, row.d1, row.d2) for row in lines.get("bill", [])),
    )


def _account(who: Row[Any], lots: list[Row[Any]], currency: str) -> Account:
    moves = sorted(lots, key=lambda row: int(row.n0))
    return Account(
        subscriber_id=who.n0,
        number=who.w0 or "",
        charging=Charging(who.w1),
        status=who.w2,
        language=who.w3,
        balance=Money(who.n3 or 0, currency),
        lots=tuple(Lot(Money(row.n1, currency), row.d0) for row in moves if row.w0 != "expiry"),
        lapses=tuple(Lot(Money(-row.n1, currency), row.d0) for row in moves if row.w0 == "expiry"),
        spend=Money(-(who.n4 or 0), currency),
        limit=limit_of(who.n5, who.n2, currency),
        billing_day=who.n1,
    )


def _limit_row(who: Row[Any]) -> LimitRow:
    blocked_abroad = bool(who.n6 & BLOCKED_ABROAD)
    return LimitRow(who.n7, LimitState(who.w5), blocked_abroad, who.t1, who.t2)


def _automatic(row: Row[Any], cards: list[Row[Any]], currency: str) -> AutomaticTopUp:
    last: datetime | None = cards[0].t0 if cards else None
    result = (
        CardResult(cards[0].w0, Money(cards[0].n0, currency), cards[0].w1, last, cards[0].w2)
        if last is not None
        else None
    )
    level, amount, ceiling = (Money(minor, currency) for minor in (row.n0, row.n1, row.n2))
    return AutomaticTopUp(level, amount, ceiling, armed=bool(row.n3), last=result)
