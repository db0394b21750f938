import asyncio
import sqlite3
import stat
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from card_contract import AMOUNT, CardContract
from pydantic import SecretStr

from ivr.accounts.card_sandbox import TEST_CARDS, CardSandbox
from ivr.accounts.cards import CardPayments, CardStatus, FailedWhy
from ivr.errors import CardsUnavailable, ConfigurationError


@dataclass
class Clock:
    """A time that stands still until it is moved."""

    now: datetime = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cards.db"


@pytest.fixture
def sandbox(file: Path, clock: Clock) -> CardSandbox:
    return CardSandbox(file, clock)


def card(name: str) -> SecretStr:
    return SecretStr(f"sandbox-{name}")


class TestTheSandboxKeepsTheContract(CardContract):
    @pytest.fixture
    def cards(self, sandbox: CardSandbox) -> CardPayments:
        return sandbox

    @pytest.fixture(params=["no-answer", "never-arrives"])
    def tokens(self, request: pytest.FixtureRequest) -> Mapping[str, SecretStr]:
        names = {"settles": "settles", "declined": "declined", "late": "late", "no_answer": request.param}
        return {what: card(name) for what, name in names.items()}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("declined", FailedWhy.DECLINED),
        ("insufficient-funds", FailedWhy.INSUFFICIENT_FUNDS),
        ("expired-card", FailedWhy.EXPIRED_CARD),
        ("nobody-s", FailedWhy.UNKNOWN_CARD),
    ],
)
async def test_each_refused_card_says_why(sandbox: CardSandbox, name: str, reason: FailedWhy) -> None:
    assert (await sandbox.charge(card(name), AMOUNT, "k")).reason is reason


@pytest.mark.parametrize(
    ("name", "status"), [("late", CardStatus.SETTLED), ("late-declined", CardStatus.FAILED)]
)
async def test_a_late_card_ends_when_its_time_has_come(
    sandbox: CardSandbox, clock: Clock, name: str, status: CardStatus
) -> None:
    await sandbox.charge(card(name), AMOUNT, "k")
    clock.now += timedelta(seconds=29)
    pending = await sandbox.status("k")
    clock.now += timedelta(seconds=1)
    ended = await sandbox.status("k")
    assert pending is not None
    assert ended is not None
    assert (pending.status, pending.reason) == (CardStatus.PENDING, None)
    assert (ended.status, ended.finished_at) == (status, clock.now)


async def test_a_lost_answer_was_a_charge_and_a_lost_request_was_none(sandbox: CardSandbox) -> None:
    for name, status in (("no-answer", CardStatus.SETTLED), ("never-arrives", None)):
        with pytest.raises(CardsUnavailable):
            await sandbox.charge(card(name), AMOUNT, name)
        known = await sandbox.status(name)
        assert (known.status if known else None) is status


async def test_another_process_sees_the_same_charges(sandbox: CardSandbox, file: Path, clock: Clock) -> None:
    first = await sandbox.charge(card("settles"), AMOUNT, "k1")
    other = CardSandbox(file, clock)
    assert await other.status("k1") == first
    both = await asyncio.gather(*(one.charge(card("settles"), AMOUNT, "k2") for one in (sandbox, other)))
    assert both[0] == both[1]
    assert [charge.key for charge in await other.charges()] == ["k2", "k1"]
    assert [charge.key for charge in await other.charges(1)] == ["k2"]


async def test_many_at_once_wait_for_each_other(sandbox: CardSandbox, file: Path, clock: Clock) -> None:
    both = (sandbox, CardSandbox(file, clock))
    keys = [f"k{number}" for number in range(60)]
    asked = [one.charge(card("settles"), AMOUNT, key) for key in keys for one in both]
    assert {charge.key for charge in await asyncio.gather(*asked)} == set(keys)
    assert len(await sandbox.charges(200)) == len(keys)


# Charges k0, k1 and so on in the file named, and says each key when its charge is confirmed.
_CHARGE_ON = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from pydantic import SecretStr
from ivr.accounts.card_sandbox import CardSandbox
from ivr.money import Money

async def main():
    sandbox = CardSandbox(Path(sys.argv[1]), lambda: datetime.now(UTC))
    for number in range(10_000):
        await sandbox.charge(SecretStr("sandbox-settles"), Money(50_000, "EUR"), f"k{number}")
        print(f"k{number}", flush=True)

asyncio.run(main())
"""


@pytest.mark.parametrize("confirmed", [1, 7, 23])
async def test_a_kill_loses_no_confirmed_charge_and_repeats_none(file: Path, confirmed: int) -> None:
    charging = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _CHARGE_ON, str(file)), stdout=asyncio.subprocess.PIPE
    )
    assert charging.stdout is not None
    async with asyncio.timeout(30):
        said = [(await charging.stdout.readline()).decode().strip() for _ in range(confirmed)]
        charging.kill()
        said += (await charging.stdout.read()).decode().split()
        await charging.wait()
    sandbox = CardSandbox(file, lambda: datetime.now(UTC))
    known = {charge.key for charge in await sandbox.charges(20_000)}
    assert set(said) <= known
    assert len(known) <= len(said) + 1  # one may have been made and not said
    unsaid = f"k{len(said)}"
    await sandbox.charge(card("settles"), AMOUNT, unsaid)
    assert {charge.key for charge in await sandbox.charges(20_000)} == {*said, unsaid}


def test_no_token_is_kept_and_the_file_is_its_owner_s(sandbox: CardSandbox, file: Path) -> None:
    asyncio.run(sandbox.charge(SecretStr("tok-of-a-real-card"), AMOUNT, "k"))
    assert b"tok-of-a-real-card" not in file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_file_of_something_else_is_left_alone(sandbox: CardSandbox, file: Path) -> None:
    other = sqlite3.connect(file)
    other.execute("CREATE TABLE ledger (id INTEGER)")
    other.commit()
    other.close()
    before = file.read_bytes()
    with pytest.raises(ConfigurationError, match="not a file of the card sandbox"):
        asyncio.run(sandbox.charge(card("settles"), AMOUNT, "k"))
    assert file.read_bytes() == before


@pytest.mark.parametrize("content", [b"not a database, but long enough to be read as one" * 30, None])
async def test_a_file_that_cannot_be_used_is_a_plain_error(
    file: Path, clock: Clock, content: bytes | None
) -> None:
    if content is None:
        file = file / "in" / "no" / "folder"
    else:
        file.write_bytes(content)
    with pytest.raises(CardsUnavailable, match="cannot be used"):
        await CardSandbox(file, clock).status("k")


def test_the_docs_name_every_test_card() -> None:
    import ivr.accounts.card_sandbox as module

    said = module.__doc__ or ""
    assert all(name in said or name.removeprefix("sandbox") in said for name in TEST_CARDS)
