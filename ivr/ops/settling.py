"""Settings and a store come in; while the context lasts, automatic top-ups are charged and booked.

It runs beside the calls and never stops for a fault: what could not be done is tried the next time.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from ivr.accounts.card_sandbox import CardSandbox
from ivr.accounts.card_settling import settle_cards
from ivr.accounts.cards import CardPayments
from ivr.accounts.packs import PackTerms
from ivr.accounts.rules import callshop_fr
from ivr.accounts.service import Accounts
from ivr.accounts.store import Store
from ivr.call.events import CardsSettled, CardsUnsettled, Fault, Watcher
from ivr.errors import InfolineError
from ivr.ops.settings_cards import CardsSettings

__all__ = ["settle_in_background"]


@asynccontextmanager
async def settle_in_background(
    settings: CardsSettings, store: Store, terms: PackTerms, watch: Watcher
) -> AsyncIterator[None]:
    """Settle the call shops' card payments every so often; nothing where the settings name no sandbox.

    A round that has begun is given up when the context ends: whatever it had charged is booked the next time.
    """
    if settings.sandbox is None:
        yield
        return
    shops = Accounts(store, operator=callshop_fr.OPERATOR, terms=terms)
    cards = CardSandbox(settings.sandbox, _now)
    settling = asyncio.create_task(_settle(shops, cards, settings.every, watch, _now))
    try:
        yield
    finally:
        settling.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await settling


async def _settle(
    shops: Accounts, cards: CardPayments, every: float, watch: Watcher, clock: Callable[[], datetime]
) -> None:
    """Round after round; of the same trouble in several rounds only the first is told."""
    trouble = ""
    while True:
        before = trouble
        try:
            done = await settle_cards(shops, cards, clock)
        except InfolineError as error:
            trouble = str(error)
        except Exception as error:
            trouble = ""
            watch(Fault("cards", error))
        else:
            trouble = done.trouble
            if done.settled or done.failed:
                watch(CardsSettled(done.settled, done.failed, done.waiting))
        if trouble and trouble != before:
            watch(CardsUnsettled(trouble))
        await asyncio.sleep(every)


def _now() -> datetime:
    return datetime.now(UTC)
