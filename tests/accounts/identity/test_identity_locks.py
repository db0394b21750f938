"""Five wrong PINs in a row lock the account and the caller for half an hour; what lifts a lock."""

import asyncio
from datetime import datetime, timedelta

from pin_owners import ANNA, BORIS, CALLER, HALF_AN_HOUR, LIGHT, NO_PIN, PIN, WRONG, fail, subjects
from sqlalchemy import select

from ivr.accounts.callers import Proof
from ivr.accounts.numbering import Admission, NumberDesk
from ivr.accounts.packs import PackTerms
from ivr.accounts.schema.tables import lockouts
from ivr.accounts.service import Accounts
from ivr.accounts.store import Store


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
