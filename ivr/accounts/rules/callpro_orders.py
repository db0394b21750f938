"""A command by SMS, what the sender has and a moment come in; an order, its state and what it changes go out.

An order is carried out, or has failed, within 24 hours (CP-52); it takes effect at once or with the next
month, counted from when the SMS was received and not from when it was carried out (CP-53). The sender is the
number that is changed (CP-51), so a command holds no number.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import assert_never
from zoneinfo import ZoneInfo

from ivr.accounts.rules.calendar import add_months, local_day
from ivr.accounts.rules.callpro import OPERATOR
from ivr.accounts.rules.callpro_commands import (
    DATA_SIZES,
    Change,
    Command,
    Fault,
    Refusal,
    RenewData,
    SwitchData,
    SwitchLte,
    SwitchSms,
    Tariff,
    is_ours,
    write,
)

__all__ = [
    "AlreadyOrdered",
    "Order",
    "OrderState",
    "OrderTerms",
    "Services",
    "apply",
    "begin_month",
    "effective_on",
    "finish",
    "place",
    "refill",
    "services_on",
    "state",
]


class OrderState(StrEnum):
    """As in ``sms_orders.status``."""

    OPEN = "open"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class OrderTerms:
    """What of the SMS orders can be set.

    ``size_kept_from`` is when a renewal in another size ended (CP-55, CP-56). With ``our_forms`` the forms of
    CP-60 are taken. With ``up_replaces`` an UP puts its data bundle in place of an active one; without, such
    an UP is refused, and ZMENA is offered (CP-65).
    """

    done_within: timedelta = timedelta(hours=24)
    size_kept_from: datetime = datetime(2016, 5, 1, tzinfo=ZoneInfo("Europe/Prague"))
    our_forms: bool = True
    up_replaces: bool = True


@dataclass(frozen=True, slots=True)
class Services:
    """What a number has. ``data_mb`` 0 is no data bundle.

    ``volume_mb`` is the volume of this month; it differs from the bundle's after a renewal in another size.
    """

    tariff: Tariff | None
    data_mb: int = 0
    volume_mb: int = 0
    lte: bool = False
    sms_100: bool = False
    in_network: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """A command that was taken; ``finished_at`` and ``done`` say how it ended."""

    command: Command
    received_at: datetime
    due_at: datetime
    effective_on: date
    finished_at: datetime | None = None
    done: bool = False


@dataclass(frozen=True, slots=True)
class AlreadyOrdered:
    """The same command is open: nothing is booked and nothing charged (CP-65)."""

    command: Command


def place(
    command: Command,
    services: Services,
    open_commands: Collection[Command],
    received_at: datetime,
    terms: OrderTerms,
) -> Order | AlreadyOrdered | Refusal:
    """Take the command of a sender who has these services and these open commands, or say why not.

    ValueError on a moment without a zone.
    """
    if is_ours(command) and not terms.our_forms:
        return Refusal(Fault.NOT_OFFERED, ())
    if isinstance(command, RenewData):
        renewal = _place_renewal(command, services, received_at, terms)
        if isinstance(renewal, Refusal):
            return renewal
        command = renewal
    if isinstance(command, SwitchData) and services.data_mb and not terms.up_replaces:
        return Refusal(Fault.BUNDLE_ACTIVE, (write(Change(data_mb=command.data_mb)),))
    if command in open_commands:
        return AlreadyOrdered(command)
    # Hours are counted in UTC, since a day on which the clocks change has 24 of them as well.
    due_at = received_at.astimezone(UTC) + terms.done_within
    return Order(command, received_at, due_at, effective_on(command, received_at))


def _place_renewal(
    command: RenewData, services: Services, received_at: datetime, terms: OrderTerms
) -> RenewData | Refusal:
    if services.data_mb == 0:
        size = command.data_mb if command.data_mb in DATA_SIZES else DATA_SIZES[0]
        return Refusal(Fault.NO_DATA_BUNDLE, (write(SwitchData(size)),))
    if command.data_mb in (None, services.data_mb):
        return RenewData()
    if received_at >= terms.size_kept_from:
        return Refusal(Fault.ONLY_ORIGINAL_SIZE, (write(RenewData()),))
    return command


def effective_on(command: Command, received_at: datetime) -> date:
    """The day in Prague from which the command holds (CP-53, CP-54).

    The day it was received for UP with data or LTE and for OBNOV, and the first of the next month for all
    else. What has been paid for is not taken away before the month ends, so UP BEZ LTE waits as well.
    """
    day = local_day(received_at, OPERATOR.time_zone)
    match command:
        case SwitchData() | SwitchLte(on=True) | RenewData():
            return day
        case Change() | SwitchSms() | SwitchLte():
            return add_months(day.replace(day=1), 1)
        case _:
            assert_never(command)


def state(order: Order, now: datetime) -> OrderState:
    """Open, done or failed; an order still open when its time is up has failed (CP-52)."""
    if order.finished_at is not None:
        return OrderState.DONE if order.done else OrderState.FAILED
    return OrderState.FAILED if now >= order.due_at else OrderState.OPEN


def finish(order: Order, at: datetime, *, done: bool) -> Order:
    """The order as it ended; too late is failed, and what has ended stays as it is."""
    if order.finished_at is not None:
        return order
    return replace(order, finished_at=at, done=done and at < order.due_at)


def refill(command: Command, services: Services) -> int | None:
    """The MB that are given at once and charged at the bundle's price; None where none are."""
    match command:
        case SwitchData(data_mb):
            return data_mb
        case RenewData(data_mb) if services.data_mb:
            return data_mb or services.data_mb
        case _:
            return None


def apply(order: Order, services: Services) -> Services:
    """What the sender has from the day the order takes effect; what it does not name stays (CP-59)."""
    match order.command:
        case SwitchData(data_mb):
            return replace(services, data_mb=data_mb, volume_mb=data_mb)
        case SwitchLte(on):
            return replace(services, lte=on)
        case SwitchSms(on):
            return replace(services, sms_100=on)
        case RenewData():
            return replace(services, volume_mb=refill(order.command, services) or services.volume_mb)
        case Change(tariff, data_mb, in_network):
            data = services.data_mb if data_mb is None else data_mb
            return replace(
                services,
                tariff=tariff or services.tariff,
                data_mb=data,
                volume_mb=services.volume_mb if data_mb is None else data,
                in_network=services.in_network if in_network is None else in_network,
            )
        case _:
            assert_never(order.command)


def begin_month(services: Services) -> Services:
    """A new month has the data bundle's own volume again (CP-S7)."""
    return replace(services, volume_mb=services.data_mb)


def services_on(services: Services, had_on: date, orders: Iterable[Order], day: date) -> Services:
    """What a number has on a later day that had ``services`` on ``had_on``, before these orders.

    Only orders that are done count; those of one day in the order in which they were received.
    """
    in_force = [order for order in orders if order.done and order.effective_on <= day]
    last = had_on
    for order in sorted(in_force, key=lambda order: (order.effective_on, order.received_at)):
        services = _in_month(services, last, order.effective_on)
        services = apply(order, services)
        last = order.effective_on
    return _in_month(services, last, day)


def _in_month(services: Services, before: date, day: date) -> Services:
    return begin_month(services) if (day.year, day.month) > (before.year, before.month) else services
