"""A day comes in; the cast of the demo goes out: who calls each operator, and what it shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from ivr.accounts.model import Charging, NewAccount
from ivr.accounts.rules import callpro, callshop_fr, gomobil, vodafone_cz_limit
from ivr.accounts.rules.effects import LimitState
from ivr.money import Money
from ivr.units import Units

__all__ = ["PIN", "Role", "StandingOrder", "cast", "of_callpro"]

PIN = "1234"
"""Of every account of the demo."""


@dataclass(frozen=True, slots=True)
class StandingOrder:
    """A shop's automatic top-up, and how the last one ended: settled, failed or skipped; None before it."""

    level: Money
    amount: Money
    ceiling: Money
    last: str | None = None


@dataclass(frozen=True, slots=True)
class Role:
    """One caller of the demo: the account as it is entered, what it shows, and what else it has.

    ``units`` are (granted, left); ``bundle`` is a name, its size and what is left; ``order`` an SMS command
    for next month. ``state`` is that of the limit where use has moved it; ``raised`` has it raised today.
    ``payer`` is the number on the bills, ``account_number`` what a caller keys in; a shop has ``booths``
    beside its line, and ``mobiles`` that it has made known.
    """

    account: NewAccount
    shows: str
    units: tuple[tuple[Units, int], ...] = ()
    bundle: tuple[str, Units, int] | None = None
    order: str | None = None
    state: LimitState | None = None
    abroad_blocked: bool = False
    raised: bool = False
    roaming: bool = False
    own_limit: Money | None = None
    bills_in_time: int = 0
    payer: str | None = None
    account_number: str | None = None
    booths: tuple[str, ...] = ()
    mobiles: tuple[str, ...] = ()
    top_up: StandingOrder | None = None
    calls_running: int = 0


def cast(today: date) -> Mapping[str, tuple[Role, ...]]:
    """Who calls, by the operator's code, as they would be entered today."""
    return {
        callpro.OPERATOR.code: of_callpro(today),
        gomobil.OPERATOR.code: _of_gomobil(),
        vodafone_cz_limit.OPERATOR.code: _of_vodafone(),
        callshop_fr.OPERATOR.code: _of_callshop(),
    }


def of_callpro(today: date) -> tuple[Role, ...]:
    """Callers of 4488: credit of every kind, a tariff with and without a limit, units, bundles, orders."""
    soon, long = today + timedelta(days=9), today + timedelta(days=300)
    return (
        _card("+420777123456", "234.50", date(2027, 3, 14), "credit of 234.50, valid until 14 March 2027"),
        _card("+420777000001", "1.00", long, "one crown"),
        _card("+420777000002", "2.00", long, "two crowns"),
        _card("+420777000005", "5.00", long, "five crowns"),
        _card("+420777000021", "21.21", long, "twenty-one crowns, twenty-one hellers"),
        _card("+420777000050", "0.50", long, "hellers only"),
        _card("+420777001234", "1234.01", long, "more than a thousand crowns, and one heller"),
        _card("+420777000009", "87.30", soon, "credit that ends in 9 days"),
        _card("+420777000010", "40.00", today, "credit that ends today"),
        _card("+420777000011", "120.00", today - timedelta(days=20), "credit that ended 20 days ago"),
        _card("+420777000000", "0", None, "no credit"),
        Role(
            _prepaid("+420777000150", "150.00", long),
            "credit, 12 MB left of DATA 150, and a larger bundle ordered",
            bundle=("DATA 150", Units(150 * 1024, "kilobytes"), 12 * 1024),
            order="ZMENA DATA600",
        ),
        Role(_tariff("+420772000412", "412.30", "1500"), "a tariff number: spend 412.30, calling limit 1500"),
        Role(_tariff("+420772000099", "99.00", None), "a tariff number without a calling limit"),
        Role(
            _tariff("+420772000600", "189.00", "1500"),
            "a tariff number with free minutes, SMS and DATA 600",
            units=((Units(200 * 60, "seconds"), 83 * 60 + 20), (Units(100, "sms"), 37)),
            bundle=("DATA 600", Units(600 * 1024, "kilobytes"), 250 * 1024 + 512),
        ),
    )


def _of_gomobil() -> tuple[Role, ...]:
    minutes = (Units(100 * 60, "seconds"), 42 * 60)
    return (
        Role(_tariff("+420603000120", "120.50", "300"), "limit 300, 120.50 spent", roaming=True),
        Role(_tariff("+420603000245", "245.00", "300"), "limit 300, past the 80 % notice"),
        Role(
            _tariff("+420603000300", "300.00", "300"),
            "limit reached: only free units are left, and nothing abroad",
            state=LimitState.UNITS_ONLY,
            abroad_blocked=True,
            units=(minutes,),
        ),
        Role(
            _tariff("+420603000305", "305.00", "300"),
            "over the limit: all outgoing blocked, 42 minutes that cannot be used",
            state=LimitState.BLOCKED,
            abroad_blocked=True,
            units=(minutes,),
        ),
        Role(
            _tariff("+420603000700", "95.00", "700"),
            "limit 700, three bills in time: 1500 for the asking",
            bills_in_time=3,
        ),
        Role(
            _tariff("+420603001500", "20.00", "1500"),
            "a limit of 200 that the customer has set; above 1500 by deposit",
            own_limit=Money(20_000),
            bills_in_time=3,
        ),
    )


def _of_vodafone() -> tuple[Role, ...]:
    return (
        Role(_tariff("+420608000500", "500.00", "1500"), "limit 1500, a third used", payer="10004711"),
        Role(
            _tariff("+420608001400", "1400.00", "1500"),
            "93 % used: all outgoing blocked abroad; use abroad may come late",
            state=LimitState.OPEN,
            abroad_blocked=True,
            roaming=True,
            payer="10004712",
        ),
        Role(
            _tariff("+420608001500", "1500.00", "1500"),
            "limit reached: paid services stopped, free SMS left",
            state=LimitState.UNITS_ONLY,
            abroad_blocked=True,
            units=((Units(50, "sms"), 18),),
            payer="10004713",
        ),
        Role(
            _tariff("+420608003000", "1200.00", "3000"),
            "raised by itself today; services come back within 24 hours",
            state=LimitState.OPEN,
            raised=True,
            bills_in_time=3,
            payer="10004714",
        ),
    )


def _of_callshop() -> tuple[Role, ...]:
    level, amount, ceiling = _euros("80"), _euros("500"), _euros("2000")
    return (
        Role(
            _shop("+33140000001", "60.00"),
            "a top-up of 500 euros at 80, the last one paid",
            top_up=StandingOrder(level, amount, ceiling, "settled"),
            account_number="990001",
            booths=("+33140000011", "+33140000012"),
            mobiles=("+33612000001",),
        ),
        Role(
            _shop("+33140000002", "45.50"),
            "the last top-up left out, as the week's ceiling was reached",
            top_up=StandingOrder(level, amount, _euros("400"), "skipped"),
            account_number="990002",
        ),
        Role(_shop("+33140000003", "0"), "no credit: out of service", account_number="990003"),
        Role(
            _shop("+33140000004", "260.20"),
            "a call in progress that the balance has not in it; a top-up not needed yet",
            top_up=StandingOrder(level, amount, ceiling),
            calls_running=1,
            account_number="990004",
        ),
    )


def _card(number: str, credit: str, until: date | None, shows: str) -> Role:
    return Role(_prepaid(number, credit, until), shows)


def _prepaid(number: str, credit: str, until: date | None) -> NewAccount:
    return NewAccount(number, Charging.PREPAID, credit=Money.parse(credit), valid_until=until)


def _tariff(number: str, spend: str, limit: str | None) -> NewAccount:
    height = Money.parse(limit) if limit else None
    return NewAccount(number, Charging.POSTPAID, spend=Money.parse(spend), limit=height)


def _shop(number: str, credit: str) -> NewAccount:
    return NewAccount(number, Charging.PREPAID, credit=_euros(credit), language="fr")


def _euros(text: str) -> Money:
    return Money.parse(text, callshop_fr.OPERATOR.currency)
