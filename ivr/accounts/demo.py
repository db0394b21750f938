"""An empty store comes in; accounts that show every answer of the line go out, with what each shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ivr.accounts.model import Charging, NewAccount
from ivr.accounts.service import Accounts
from ivr.accounts.store import Store
from ivr.money import Money

__all__ = ["DemoAccount", "demo_accounts", "seed_demo"]


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """A number to call from, and what it lets one hear."""

    number: str
    shows: str


def demo_accounts(today: date) -> tuple[tuple[NewAccount, str], ...]:
    """The accounts as they would be entered today, each with what it shows."""
    soon, long = today + timedelta(days=9), today + timedelta(days=300)
    return (
        _prepaid("+420777123456", "234.50", date(2027, 3, 14), "credit of 234.50, valid until 14 March 2027"),
        _prepaid("+420777000001", "1.00", long, "one crown"),
        _prepaid("+420777000002", "2.00", long, "two crowns"),
        _prepaid("+420777000005", "5.00", long, "five crowns"),
        _prepaid("+420777000021", "21.21", long, "twenty-one crowns, twenty-one hellers"),
        _prepaid("+420777000050", "0.50", long, "hellers only"),
        _prepaid("+420777001234", "1234.01", long, "more than a thousand crowns, and one heller"),
        _prepaid("+420777000009", "87.30", soon, "credit that ends in 9 days"),
        _prepaid("+420777000010", "40.00", today, "credit that ends today"),
        _prepaid("+420777000011", "120.00", today - timedelta(days=20), "credit that ended 20 days ago"),
        _prepaid("+420777000000", "0", None, "no credit"),
        _postpaid("+420772000412", "412.30", "1500", "a tariff number: spend 412.30, calling limit 1500"),
        _postpaid("+420772000099", "99.00", None, "a tariff number without a calling limit"),
    )


async def seed_demo(store: Store, today: date) -> tuple[DemoAccount, ...]:
    """Enter the demo accounts into an empty store; one that holds anybody is left alone, and () is returned.

    StoreUnavailable when the store cannot be written.
    """
    accounts = Accounts(store)
    now = datetime.combine(today, time(0), ZoneInfo(accounts.operator.time_zone))
    demo = demo_accounts(today)
    if not await accounts.add_first([account for account, _ in demo], now):
        return ()
    return tuple(DemoAccount(account.number, shows) for account, shows in demo)


def _prepaid(number: str, credit: str, until: date | None, shows: str) -> tuple[NewAccount, str]:
    return NewAccount(number, Charging.PREPAID, credit=Money.parse(credit), valid_until=until), shows


def _postpaid(number: str, spend: str, limit: str | None, shows: str) -> tuple[NewAccount, str]:
    height = Money.parse(limit) if limit else None
    return NewAccount(number, Charging.POSTPAID, spend=Money.parse(spend), limit=height), shows
