"""Account number and PIN: what they prove, what refuses them, and that no refusal tells more than another."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, select, update

from ivr.accounts.callers import Caller, Proof
from ivr.accounts.model import Charging, NewAccount
from ivr.accounts.numbering import Admission, NumberDesk
from ivr.accounts.packs import PackTerms
from ivr.accounts.pins import Pins, PinTerms, Verdict
from ivr.accounts.schema.tables import lockouts, subscribers
from ivr.accounts.service import Accounts
from ivr.accounts.store import Store
from ivr.money import Money

ANNA, BORIS, NO_PIN = "+420777123456", "+420777000005", "+420777000009"
PIN, WRONG = "2580", "0000"
CALLER = "+420601999888"
LIGHT = PinTerms(time_cost=1, memory_kib=8)  # the same machine with less work
HALF_AN_HOUR = timedelta(minutes=30)


@pytest.fixture
def accounts(store: Store) -> Accounts:
    return Accounts(store, terms=PackTerms(pins=LIGHT), time_limit=20)


@pytest.fixture
def desk(accounts: Accounts) -> NumberDesk:
    return NumberDesk(accounts.store, accounts.operator, accounts.pins)


@pytest.fixture(autouse=True)
async def people(accounts: Accounts, desk: NumberDesk, now: datetime) -> None:
    for number, credit in ((ANNA, 23450), (BORIS, 500), (NO_PIN, 900)):
        await accounts.add(NewAccount(number, Charging.PREPAID, credit=Money(credit)), now)
    await desk.set_account_number(ANNA, "100234")
    await desk.set_pin(ANNA, PIN)
    await desk.set_pin(BORIS, "1379")


async def fail(accounts: Accounts, times: int, account: str, caller: str | None, now: datetime) -> None:
    for _ in range(times):
        assert (await accounts.identify(account, WRONG, caller, now)).outcome == "refused"


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


# Locks


async def test_five_failures_lock_an_account_for_thirty_minutes_also_for_the_right_pin(
    accounts: Accounts, now: datetime
) -> None:
    await fail(accounts, 5, ANNA, None, now)
    almost = now + HALF_AN_HOUR - timedelta(seconds=1)
    assert await accounts.identify(ANNA, PIN, None, now) == Proof("refused")
    assert await accounts.identify("100234", PIN, CALLER, almost) == Proof("refused")
    assert (await accounts.identify(ANNA, PIN, None, now + HALF_AN_HOUR)).outcome == "proven"


async def test_a_try_while_locked_makes_the_lock_no_longer(accounts: Accounts, now: datetime) -> None:
    await fail(accounts, 5, ANNA, None, now)
    await fail(accounts, 9, ANNA, None, now + timedelta(minutes=29))
    assert (await accounts.identify(ANNA, PIN, None, now + HALF_AN_HOUR)).outcome == "proven"


async def test_after_a_lock_there_are_five_tries_again(accounts: Accounts, now: datetime) -> None:
    await fail(accounts, 5, ANNA, None, now)
    later = now + HALF_AN_HOUR
    await fail(accounts, 4, ANNA, None, later)
    assert (await accounts.identify(ANNA, PIN, None, later)).outcome == "proven"


async def test_the_fifth_try_may_be_the_right_one_and_clears_the_failures(
    accounts: Accounts, now: datetime
) -> None:
    for _ in range(3):
        await fail(accounts, 4, ANNA, CALLER, now)
        assert (await accounts.identify(ANNA, PIN, CALLER, now)).outcome == "proven"


async def test_a_caller_is_locked_whichever_accounts_are_tried(accounts: Accounts, now: datetime) -> None:
    for account in (ANNA, BORIS, NO_PIN, "777999999", "100235"):
        await fail(accounts, 1, account, CALLER, now)
    assert await accounts.identify(BORIS, "1379", CALLER, now) == Proof("refused")
    assert (await accounts.identify(BORIS, "1379", "+420601999889", now)).outcome == "proven"
    assert (await accounts.identify(BORIS, "1379", CALLER, now + HALF_AN_HOUR)).outcome == "proven"


async def test_a_caller_with_an_account_of_his_own_cannot_guess_at_others_for_ever(
    accounts: Accounts, now: datetime
) -> None:
    await fail(accounts, 4, BORIS, CALLER, now)
    assert (await accounts.identify(ANNA, PIN, CALLER, now)).outcome == "proven"
    await fail(accounts, 1, NO_PIN, CALLER, now)
    assert await accounts.identify(ANNA, PIN, CALLER, now) == Proof("refused")


async def test_a_locked_caller_cannot_lock_an_account(accounts: Accounts, now: datetime) -> None:
    await fail(accounts, 5, "777999999", CALLER, now)
    await fail(accounts, 5, ANNA, CALLER, now)
    assert (await accounts.identify(ANNA, PIN, None, now)).outcome == "proven"


async def test_one_who_withholds_the_number_does_not_lock_out_the_others(
    accounts: Accounts, now: datetime
) -> None:
    for account in (BORIS, NO_PIN, "777999999", "100235", "100236", "100237"):
        await fail(accounts, 5, account, None, now)
    assert (await accounts.identify(ANNA, PIN, None, now)).outcome == "proven"


async def test_failures_of_yesterday_are_forgotten(store: Store, accounts: Accounts, now: datetime) -> None:
    await fail(accounts, 4, ANNA, CALLER, now)
    tomorrow = now + timedelta(hours=24, seconds=1)
    await fail(accounts, 1, BORIS, None, tomorrow)
    assert await subjects(store) == {"subscriber:2"}
    await fail(accounts, 4, ANNA, CALLER, tomorrow)
    assert (await accounts.identify(ANNA, PIN, CALLER, tomorrow)).outcome == "proven"


async def test_of_many_tries_at_one_moment_no_more_than_five_are_made(
    store: Store, accounts: Accounts, now: datetime
) -> None:
    """Ten wrong and behind them ten right PINs, through two nodes: the lock is shut when the right come."""
    nodes = accounts, Accounts(store, terms=PackTerms(pins=LIGHT))
    pins = [*(WRONG,) * 10, *(PIN,) * 10]
    proofs = await asyncio.gather(*(node.identify(ANNA, pin, None, now) for pin in pins for node in nodes))
    assert {proof.outcome for proof in proofs} == {"refused"}
    async with store.reading() as connection:
        assert await connection.scalar(select(lockouts.c.failures)) == len(proofs)


async def test_guesses_at_one_moment_hit_no_more_often_than_guesses_in_turn(
    accounts: Accounts, now: datetime
) -> None:
    guesses = [f"{number:04}" for number in range(2540, 2600)]
    first = await asyncio.gather(*(accounts.identify(ANNA, guess, None, now) for guess in guesses))
    assert [proof.outcome for proof in first] == ["refused"] * len(guesses)


async def test_right_pins_at_one_moment_are_all_proven(accounts: Accounts, now: datetime) -> None:
    nodes = accounts, Accounts(accounts.store, terms=PackTerms(pins=LIGHT), time_limit=20)
    tries = [(node, account, pin) for node in nodes for account, pin in ((ANNA, PIN), (BORIS, "1379"))]
    for _ in range(10):
        proofs = await asyncio.gather(*(node.identify(who, pin, CALLER, now) for node, who, pin in tries))
        assert [(proof.outcome, proof.reason) for proof in proofs] == [("proven", "")] * 4


async def test_a_lock_holds_at_every_node_and_after_a_restart(
    store: Store, address: str, accounts: Accounts, now: datetime
) -> None:
    await fail(accounts, 5, ANNA, None, now)
    other = await Store.open(address, patience=20)
    try:
        elsewhere = Accounts(other, terms=PackTerms(pins=LIGHT))
        assert await elsewhere.identify(ANNA, PIN, None, now) == Proof("refused")
    finally:
        await other.close()


async def test_a_lock_is_lifted_by_hand(accounts: Accounts, desk: NumberDesk, now: datetime) -> None:
    await fail(accounts, 5, ANNA, CALLER, now)
    assert await desk.unlock("777123456") == ("account",)
    assert await accounts.identify(ANNA, PIN, CALLER, now) == Proof("refused")
    assert await desk.unlock(CALLER) == ("caller",)
    assert (await accounts.identify(ANNA, PIN, CALLER, now)).outcome == "proven"
    assert await desk.unlock(ANNA) == ()


async def test_the_desk_sees_failures_and_locks_as_they_count_now(
    accounts: Accounts, desk: NumberDesk, now: datetime
) -> None:
    await fail(accounts, 3, ANNA, None, now)
    assert await desk.admission(ANNA, now) == Admission("100234", True, 3, None)
    assert (await desk.admission(ANNA, now + timedelta(hours=25))).failures == 0
    await fail(accounts, 4, ANNA, None, now)
    assert await desk.admission("100234", now) == Admission("100234", True, 5, now + HALF_AN_HOUR)
    assert await desk.admission(ANNA, now + HALF_AN_HOUR) == Admission("100234", True, 0, None)
    assert await desk.admission(NO_PIN, now) == Admission(None, False, 0, None)


async def test_a_new_pin_lifts_the_lock_and_the_old_one_fits_no_more(
    accounts: Accounts, desk: NumberDesk, now: datetime
) -> None:
    await fail(accounts, 5, ANNA, None, now)
    await desk.set_pin("100234", "975310")
    assert await accounts.identify(ANNA, PIN, None, now) == Proof("refused")
    assert (await accounts.identify(ANNA, "975310", None, now)).outcome == "proven"
    await desk.remove_pin(ANNA)
    assert await accounts.identify(ANNA, "975310", None, now) == Proof("refused")


# What a refusal costs


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


# What is kept, and what is seen


async def hashes(store: Store) -> list[str]:
    async with store.reading() as connection:
        found = await connection.execute(select(subscribers.c.pin_hash).order_by(subscribers.c.id))
        return [str(one) for one in found.scalars()]


async def subjects(store: Store) -> set[str]:
    async with store.reading() as connection:
        return set((await connection.execute(select(lockouts.c.subject))).scalars())


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
