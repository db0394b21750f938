"""All tables of the account store under one name: ``tables.ledger``, ``tables.subscribers``, the metadata.

The rule ids in the table files say which rule of the operators' pages a column is there for.
"""

from __future__ import annotations

from ivr.accounts.schema.columns import metadata
from ivr.accounts.schema.money_moves import (
    auto_top_ups,
    bills,
    card_payments,
    closing_balances,
    deposits,
    ledger,
    notices,
    payments,
    period_closes,
)
from ivr.accounts.schema.people import limit_states, lockouts, numbers, operators, subscribers
from ivr.accounts.schema.services import (
    bundles,
    call_prices,
    free_units,
    held_bundles,
    sms_orders,
    tariff_units,
    tariff_uses,
    tariffs,
    usage_records,
)

__all__ = [
    "auto_top_ups",
    "bills",
    "bundles",
    "call_prices",
    "card_payments",
    "closing_balances",
    "deposits",
    "free_units",
    "held_bundles",
    "ledger",
    "limit_states",
    "lockouts",
    "metadata",
    "notices",
    "numbers",
    "operators",
    "payments",
    "period_closes",
    "sms_orders",
    "subscribers",
    "tariff_units",
    "tariff_uses",
    "tariffs",
    "usage_records",
]
