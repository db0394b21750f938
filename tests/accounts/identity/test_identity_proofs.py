"""Account number and PIN: what they prove, what is refused, and that no refusal tells more than another."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import pytest
from pin_owners import ANNA, BORIS, CALLER, NO_PIN, PIN, WRONG, fail
from sqlalchemy import event, update

from ivr.accounts.callers import Caller, Proof
from ivr.accounts.numbering import NumberDesk
from ivr.accounts.schema.tables import subscribers
from ivr.accounts.service import Accounts
from ivr.accounts.store import Store
from ivr.money import Money


@pytest.mark.parametrize("account", ["100234", "777123456", "00420777123456", "+420777123456"])
async def test_CP_03_account_number_or_phone_number_and_pin_prove_the_account(
    accounts: Accounts, now: datetime, account: str
) -> None:
    proof = await accounts.identify(account, PIN, None, now)
    assert proof.outcome == "proven"
    assert proof.facts == {"language": "cs", "number": ANNA}
    found = await accounts.look_up("credit", Caller(None, proven=proof.subscriber_id), now)
    assert found.facts["credit"] == Money(23450)


async def test_what_is_proven_stands_above_the_number_that_calls(accounts: Accounts, now: datetime) -> None:
    proof = await accounts.identify(ANNA, PIN, BORIS, now)
    found = await accounts.look_up("credit", Caller(BORIS, proven=proof.subscriber_id), now)
    assert found.facts["credit"] == Money(23450)


async def test_another_operators_account_is_not_proven(accounts: Accounts, now: datetime) -> None:
    assert (await accounts.of("gomobil").identify(ANNA, PIN, None, now)).outcome == "refused"
    proof = await accounts.identify(ANNA, PIN, None, now)
    told = await accounts.of("gomobil").look_up("credit", Caller(None, proven=proof.subscriber_id), now)
    assert told.outcome == "unknown"


@pytest.mark.parametrize(
    ("account", "pin"),
    [
        (ANNA, WRONG),
        (ANNA, ""),
        (ANNA, PIN + "0"),
        (ANNA, PIN[:3]),
        ("777999999", PIN),
        ("100235", PIN),
        (NO_PIN, PIN),
        (NO_PIN, ""),
        ("", ""),
        ("' OR 1=1 --", PIN),
        ("9" * 500, "9" * 500),
        ("č", "č"),
        ("\udcff", "\udcff"),
    ],
)
async def test_CP_03_all_that_is_wrong_is_refused_in_one_answer(
    accounts: Accounts, now: datetime, account: str, pin: str
) -> None:
    assert await accounts.identify(account, pin, None, now) == Proof("refused")


async def test_a_closed_account_is_refused(store: Store, accounts: Accounts, now: datetime) -> None:
    async with store.writing() as connection:
        await connection.execute(update(subscribers).values(status="closed"))
    assert await accounts.identify(ANNA, PIN, None, now) == Proof("refused")


async def test_nonsense_in_place_of_a_hash_fits_no_pin(
    store: Store, accounts: Accounts, now: datetime
) -> None:
    for nonsense in ("", "x", "keyed:", "$argon2id$v=19$m=8,t=1,p=1$aaaa", "keyed:$argon2id$v=19$m=8"):
        async with store.writing() as connection:
            await connection.execute(update(subscribers).values(pin_hash=nonsense))
        assert await accounts.identify(ANNA, PIN, None, now) == Proof("refused")
        await NumberDesk(store, accounts.operator, accounts.pins).unlock(ANNA)


@dataclass
class Work:
    statements: list[str]
    hashed: int


@contextmanager
def work_of(accounts: Accounts) -> Iterator[Work]:
    """What is asked of the store, and how many hashes are made."""
    work = Work([], -accounts.pins.hashed)

    def asked(connection: object, cursor: object, statement: str, *rest: object) -> None:
        work.statements.append(statement)

    engines = accounts.store._readers.sync_engine, accounts.store._writers.sync_engine
    for engine in engines:
        event.listen(engine, "before_cursor_execute", asked)
    yield work
    for engine in engines:
        event.remove(engine, "before_cursor_execute", asked)
    work.hashed += accounts.pins.hashed


async def test_every_refusal_is_the_same_work(accounts: Accounts, now: datetime) -> None:
    """Unknown account, another PIN, no PIN set, locked: the same statements in the same order, one hash."""
    await fail(accounts, 6, BORIS, None, now)
    done = []
    for account in (ANNA, "777999999", "100235", "", NO_PIN, BORIS):
        with work_of(accounts) as work:
            assert await accounts.identify(account, WRONG, CALLER, now) == Proof("refused")
        done.append(work)
    with work_of(accounts) as locked_but_right:
        assert await accounts.identify(BORIS, "1379", CALLER, now) == Proof("refused")
    assert done == [locked_but_right] * 6
    assert locked_but_right.hashed == 1
    assert len([one for one in done[0].statements if "lockouts" in one]) == 2
