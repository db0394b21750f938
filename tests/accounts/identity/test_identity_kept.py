"""What a PIN leaves in the store and in what is printed, and what is heard when it cannot be compared."""

import asyncio
from dataclasses import replace
from datetime import datetime

from pin_owners import ANNA, CALLER, LIGHT, PIN, WRONG, fail, hashes, subjects

from ivr.accounts.callers import Caller, Proof
from ivr.accounts.packs import PackTerms
from ivr.accounts.pins import Pins, Verdict
from ivr.accounts.service import Accounts
from ivr.accounts.store import Store


async def test_a_pin_is_hashed_again_when_the_terms_change(store: Store, now: datetime) -> None:
    before = (await hashes(store))[0]
    heavier = Accounts(store, terms=PackTerms(pins=replace(LIGHT, memory_kib=16)))
    assert (await heavier.identify(ANNA, WRONG, None, now)).outcome == "refused"
    assert (await hashes(store))[0] == before
    assert (await heavier.identify(ANNA, PIN, None, now)).outcome == "proven"
    renewed = (await hashes(store))[0]
    assert "m=16,t=1" in renewed
    assert (await heavier.identify(ANNA, PIN, None, now)).outcome == "proven"
    assert (await hashes(store))[0] == renewed


async def test_with_a_key_the_store_alone_does_not_show_the_pin(store: Store, now: datetime) -> None:
    keyed = Accounts(store, terms=PackTerms(pins=replace(LIGHT, key=b"k" * 32)))
    assert (await keyed.identify(ANNA, PIN, None, now)).outcome == "proven"
    assert (await hashes(store))[0].startswith("keyed:$argon2id$")
    assert (await keyed.identify(ANNA, PIN, None, now)).outcome == "proven"
    for other in (b"", b"x" * 32):
        without = Accounts(store, terms=PackTerms(pins=replace(LIGHT, key=other)))
        assert await without.identify(ANNA, PIN, None, now) == Proof("refused")


async def test_neither_pin_nor_number_is_in_the_store_or_in_what_is_printed(
    store: Store, accounts: Accounts, now: datetime
) -> None:
    await fail(accounts, 1, "777999999", CALLER, now)
    proof = await accounts.identify(ANNA, PIN, CALLER, now)
    kept = " ".join([*(await hashes(store)), *(await subjects(store))])
    shown = f"{proof!r} {Caller(ANNA)!r} {replace(LIGHT, key=b'0' * 32)!r} {kept}"
    for private in (PIN, "777999999", CALLER[1:], "777123456", "00000000"):
        assert private not in shown


async def test_a_store_that_is_gone_is_unavailable(store: Store, accounts: Accounts, now: datetime) -> None:
    async with store.writing() as connection:
        await connection.exec_driver_sql("ALTER TABLE lockouts RENAME TO gone")
    proof = await accounts.identify(ANNA, PIN, None, now)
    assert proof.outcome == "unavailable"
    assert PIN not in proof.reason and "777123456" not in proof.reason


async def test_a_store_that_does_not_answer_in_time_is_unavailable(store: Store, now: datetime) -> None:
    hasty = Accounts(store, terms=PackTerms(pins=LIGHT), time_limit=0.05)
    async with store.writing() as connection:
        if connection.dialect.name == "postgresql":
            await connection.exec_driver_sql("LOCK TABLE lockouts")
        proof = await hasty.identify(ANNA, PIN, None, now)
    assert (proof.outcome, proof.reason) == (
        "unavailable",
        "the account store did not answer within 0.05 s",
    )
    assert (
        await Accounts(store, terms=hasty.terms, time_limit=20).identify(ANNA, PIN, None, now)
    ).outcome == "proven"


async def test_a_check_that_has_begun_ends_though_the_caller_hangs_up(store: Store, now: datetime) -> None:
    """The failure that was counted beforehand is taken back all the same."""

    class Told(Pins):
        begun, gone = asyncio.Event(), asyncio.Event()

        async def check(self, kept: str | None, pin: str) -> Verdict:
            self.begun.set()
            await self.gone.wait()
            return await super().check(kept, pin)

    pins = Told(LIGHT)
    accounts = Accounts(store, pins=pins)
    caller = asyncio.create_task(accounts.identify(ANNA, PIN, CALLER, now))
    await pins.begun.wait()
    assert "subscriber:1" in await subjects(store)
    caller.cancel()
    await asyncio.wait({caller})
    pins.gone.set()
    await asyncio.gather(*accounts._identity._begun)
    assert "subscriber:1" not in await subjects(store)


async def test_more_callers_than_can_be_checked_are_told_to_try_later(store: Store, now: datetime) -> None:
    terms = replace(LIGHT, at_once=1, longest_wait=0.05)
    accounts = Accounts(store, terms=PackTerms(pins=terms))
    async with accounts.pins.turn():
        proof = await accounts.identify(ANNA, PIN, CALLER, now)
    assert proof.outcome == "unavailable"
    assert await subjects(store) == set()
    assert (await accounts.identify(ANNA, PIN, CALLER, now)).outcome == "proven"
