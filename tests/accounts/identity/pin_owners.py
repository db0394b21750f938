"""Three numbers for tests of account and PIN: two with a PIN, one without; and what a lock leaves behind."""

from datetime import datetime, timedelta

from sqlalchemy import select

from ivr.accounts.pins import PinTerms
from ivr.accounts.schema.tables import lockouts, subscribers
from ivr.accounts.service import Accounts
from ivr.accounts.store import Store

ANNA, BORIS, NO_PIN = "+420777123456", "+420777000005", "+420777000009"
PIN, WRONG = "2580", "0000"
CALLER = "+420601999888"
LIGHT = PinTerms(time_cost=1, memory_kib=8)  # the same machine with less work
HALF_AN_HOUR = timedelta(minutes=30)


async def fail(accounts: Accounts, times: int, account: str, caller: str | None, now: datetime) -> None:
    for _ in range(times):
        assert (await accounts.identify(account, WRONG, caller, now)).outcome == "refused"


async def hashes(store: Store) -> list[str]:
    async with store.reading() as connection:
        found = await connection.execute(select(subscribers.c.pin_hash).order_by(subscribers.c.id))
        return [str(one) for one in found.scalars()]


async def subjects(store: Store) -> set[str]:
    async with store.reading() as connection:
        return set((await connection.execute(select(lockouts.c.subject))).scalars())
