"""A statement comes in; the rows that show it at a desk go out."""

from __future__ import annotations

from collections.abc import Iterator

from ivr.accounts.rules.effects import LimitState
from ivr.accounts.rules.spend import LimitReading
from ivr.accounts.service import Accounts
from ivr.accounts.statement import AutomaticTopUp, Credit, Statement
from ivr.ops.accounts_screens import moment_shown

__all__ = ["STATEMENT_COLUMNS", "statement_rows"]

STATEMENT_COLUMNS = ("what", "value")


def statement_rows(accounts: Accounts, statement: Statement) -> list[tuple[str, str]]:
    """Everything a caller may hear, under ``STATEMENT_COLUMNS``."""
    return list(_rows(accounts, statement))


def _rows(accounts: Accounts, statement: Statement) -> Iterator[tuple[str, str]]:
    account = statement.account
    yield "number", f"{account.number}, {account.charging.value}, {account.status}"
    if statement.tariff is not None:
        yield "tariff", f"{statement.tariff.name} ({statement.tariff.monthly_fee} a month)"
    if statement.credit is not None:
        yield from _credit(statement.credit)
    else:
        yield "spend", str(account.spend)
    if statement.limit is not None:
        yield from _limit(accounts, statement.limit)
    for units in statement.units:
        left = f"{units.left} of {units.granted} left, anew on {units.resets_on}"
        yield f"free {units.unit}", left
    for bundle in statement.bundles:
        left = f"{bundle.left} of {bundle.size} {bundle.unit} left until {bundle.valid_until}"
        yield bundle.name, f"{left}, renewed by {bundle.renewal.replace('_', ' ')}"
    for order in statement.orders:
        effect = f" from {order.effective_on}" if order.effective_on else ""
        yield "ordered", f"{order.command}{effect}, {order.status}"
    if statement.automatic_top_up is not None:
        yield from _top_up(statement.automatic_top_up)
    if statement.pay_in is not None:
        pay_in = statement.pay_in
        specific = f", specific symbol {pay_in.specific_symbol}" if pay_in.specific_symbol else ""
        yield "pay in to", f"{pay_in.account}, variable symbol {pay_in.variable_symbol}{specific}"
    yield "next period", str(statement.resets_on)
    if statement.calls_in_progress:
        yield "calls in progress", str(statement.calls_in_progress)
    if statement.figures_at is not None:
        stale = ", stale" if statement.stale else ""
        late = ", use abroad may come later" if statement.may_be_late else ""
        yield "figures of", f"{moment_shown(accounts, statement.figures_at)}{stale}{late}"


def _credit(credit: Credit) -> Iterator[tuple[str, str]]:
    until = f", valid until {credit.valid_until}" if credit.valid_until else ""
    yield "credit", f"{credit.amount}{until}"
    if credit.days_left is not None:
        yield "days left", str(credit.days_left)
    if credit.lapsed is not None:
        yield "lapsed", str(credit.lapsed)


def _limit(accounts: Accounts, limit: LimitReading) -> Iterator[tuple[str, str]]:
    points = limit.use.basis_points
    share = "" if points is None else f", {points // 100}.{points % 100:02d} % used"
    yield "limit", f"{limit.use.limit}, {limit.use.left} left{share}"
    abroad = "blocked abroad" if limit.roaming_blocked else "open abroad"
    yield "state", f"{limit.state.value.replace('_', ' ')}, {abroad}"
    if limit.state is not LimitState.OPEN and not limit.units_usable:
        yield "free units", "cannot be used now"
    if limit.next_percent is not None:
        yield "next notice", f"{limit.next_percent} %, at {limit.next_at}"
    if limit.automatic_raise:
        used = ", done in this period" if limit.raised_this_period else ""
        yield "automatic raise", f"on{used}"
    if limit.restored_by is not None:
        yield "services back by", moment_shown(accounts, limit.restored_by)


def _top_up(top_up: AutomaticTopUp) -> Iterator[tuple[str, str]]:
    yield (
        "automatic top-up",
        f"{top_up.amount} at {top_up.level}, at most {top_up.weekly_ceiling} a week",
    )
    if top_up.last is not None:
        why = f", {top_up.last.reason}" if top_up.last.reason else ""
        yield "last card payment", f"{top_up.last.amount} {top_up.last.status}{why}"
