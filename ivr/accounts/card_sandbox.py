"""Charges of test cards come in; they settle, fail, come late or get no answer, kept in a small file.

No money moves. The test cards, by their token:

    sandbox-settles             settled at once
    sandbox-declined            failed: declined; so do -insufficient-funds and -expired-card
    sandbox-late                pending, settled after ``late_by``
    sandbox-late-declined       pending, failed after ``late_by``
    sandbox-no-answer           charged and settled, but the answer is lost (once)
    sandbox-never-arrives       the request is lost (once); sent again, it settles

Any other token fails as an unknown card. The file keeps digests of tokens, so that a real one which strays
here does not stay.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from pydantic import SecretStr

from ivr.accounts.cards import CardStatus, Charge, FailedWhy, check_request
from ivr.errors import AccountError, CardsUnavailable, ConfigurationError
from ivr.money import Money

__all__ = ["TEST_CARDS", "CardSandbox", "TestCard"]

T = TypeVar("T")

_APPLICATION_ID = 0x49564343  # "IVCC": the file says what it is
_LAYOUT = 1
# A charge without a reason settles. Before `finished_at` it is pending; one that has not arrived is unknown.
_TABLE = """
CREATE TABLE charges (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  token_digest TEXT NOT NULL,
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  currency TEXT NOT NULL,
  reason TEXT,
  started_at TEXT NOT NULL,
  finished_at TEXT NOT NULL,
  arrived INTEGER NOT NULL
) STRICT
"""
_PUT = """
INSERT OR REPLACE INTO charges
  (key, token_digest, amount_minor, currency, reason, started_at, finished_at, arrived)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""


@dataclass(frozen=True, slots=True)
class TestCard:
    """How a test card behaves: why it fails (None: it settles), whether late, what is lost on the way."""

    __test__ = False

    fails: FailedWhy | None = None
    late: bool = False
    request_lost: bool = False
    answer_lost: bool = False


TEST_CARDS = {
    "sandbox-settles": TestCard(),
    "sandbox-declined": TestCard(FailedWhy.DECLINED),
    "sandbox-insufficient-funds": TestCard(FailedWhy.INSUFFICIENT_FUNDS),
    "sandbox-expired-card": TestCard(FailedWhy.EXPIRED_CARD),
    "sandbox-late": TestCard(late=True),
    "sandbox-late-declined": TestCard(FailedWhy.DECLINED, late=True),
    "sandbox-no-answer": TestCard(answer_lost=True),
    "sandbox-never-arrives": TestCard(request_lost=True),
}
_UNKNOWN = TestCard(FailedWhy.UNKNOWN_CARD)


@dataclass(frozen=True, slots=True)
class _Row:
    """A charge in the file; ``finished_at`` may lie ahead, and until then the charge is pending."""

    key: str
    token_digest: str
    amount: Money
    reason: FailedWhy | None
    started_at: datetime
    finished_at: datetime
    arrived: bool

    def seen(self, now: datetime) -> Charge:
        if now < self.finished_at:
            return Charge(self.key, self.amount, CardStatus.PENDING, None, self.started_at, None)
        status = CardStatus.SETTLED if self.reason is None else CardStatus.FAILED
        return Charge(self.key, self.amount, status, self.reason, self.started_at, self.finished_at)


class CardSandbox:
    """A ``CardPayments`` for demos and tests; several processes may share its file.

    ``clock`` gives the time with a zone; ``late_by`` is how long late cards take; ``patience`` how many
    seconds a lost answer is waited for. The file is made when it is first needed.
    """

    def __init__(
        self,
        path: Path,
        clock: Callable[[], datetime],
        late_by: timedelta = timedelta(seconds=30),
        patience: float = 0.0,
    ) -> None:
        self._path, self._clock, self._late_by, self._patience = path, clock, late_by, patience

    async def charge(self, token: SecretStr, amount: Money, key: str) -> Charge:
        """Charge a test card, as ``CardPayments.charge`` says."""
        check_request(amount, key)
        card = TEST_CARDS.get(token.get_secret_value(), _UNKNOWN)
        digest = sha256(token.get_secret_value().encode()).hexdigest()
        row, lost = await self._work(lambda file: self._charge(file, card, digest, amount, key))
        if lost:
            await asyncio.sleep(self._patience)
            raise CardsUnavailable("the card service did not answer; the card may have been charged")
        return row.seen(self._clock())

    async def status(self, key: str) -> Charge | None:
        """The charge with this key as it stands now; None when it never arrived."""
        row = await self._work(lambda file: _find(file, key))
        return row.seen(self._clock()) if row is not None and row.arrived else None

    async def charges(self, most: int = 100) -> tuple[Charge, ...]:
        """The newest charges, newest first."""
        rows = await self._work(lambda file: _newest(file, most))
        return tuple(row.seen(self._clock()) for row in rows)

    def _charge(
        self, file: sqlite3.Connection, card: TestCard, digest: str, amount: Money, key: str
    ) -> tuple[_Row, bool]:
        """The charge of this key, made now if it is new, and whether request or answer is lost."""
        known = _find(file, key)
        if known is not None and (known.amount, known.token_digest) != (amount, digest):
            raise AccountError("the key was used for another card payment")
        if known is not None and known.arrived:
            return known, False
        now = self._clock().astimezone(UTC)
        arrived = known is not None or not card.request_lost
        row = _Row(key, digest, amount, card.fails, now, now + self._late_by if card.late else now, arrived)
        _write(file, row)
        return row, not arrived or card.answer_lost

    async def _work(self, step: Callable[[sqlite3.Connection], T]) -> T:
        """One transaction in a thread; CardsUnavailable when the file cannot be used."""

        def run() -> T:
            with self._file() as file:
                return step(file)

        try:
            return await asyncio.to_thread(run)
        except (sqlite3.Error, OSError) as error:
            raise CardsUnavailable(f"the card sandbox {self._path} cannot be used: {error}") from error

    @contextlib.contextmanager
    def _file(self) -> Iterator[sqlite3.Connection]:
        with contextlib.suppress(FileExistsError):
            self._path.touch(mode=0o600, exist_ok=False)
        with contextlib.closing(sqlite3.connect(self._path, timeout=5.0, isolation_level=None)) as file:
            file.row_factory = sqlite3.Row
            file.execute("BEGIN IMMEDIATE")
            try:
                self._prepare(file)
                yield file
            except BaseException:
                if file.in_transaction:
                    file.execute("ROLLBACK")
                raise
            file.execute("COMMIT")

    def _prepare(self, file: sqlite3.Connection) -> None:
        """Lay the table out in a new file; ConfigurationError when the file is something else."""
        found = [file.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")]
        if found == [_APPLICATION_ID, _LAYOUT]:
            return
        if found != [0, 0] or file.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise ConfigurationError(self._path, "", "this is not a file of the card sandbox")
        file.execute(_TABLE)
        file.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
        file.execute(f"PRAGMA user_version = {_LAYOUT}")


def _find(file: sqlite3.Connection, key: str) -> _Row | None:
    found = file.execute("SELECT * FROM charges WHERE key = ?", (key,)).fetchone()
    return None if found is None else _read(found)


def _newest(file: sqlite3.Connection, most: int) -> list[_Row]:
    found = file.execute("SELECT * FROM charges WHERE arrived ORDER BY id DESC LIMIT ?", (most,))
    return [_read(row) for row in found]


def _write(file: sqlite3.Connection, row: _Row) -> None:
    amount, moments = row.amount, (row.started_at.isoformat(), row.finished_at.isoformat())
    file.execute(
        _PUT,
        (row.key, row.token_digest, amount.minor, amount.currency, row.reason, *moments, row.arrived),
    )


def _read(row: sqlite3.Row) -> _Row:
    return _Row(
        row["key"],
        row["token_digest"],
        Money(row["amount_minor"], row["currency"]),
        None if row["reason"] is None else FailedWhy(row["reason"]),
        datetime.fromisoformat(row["started_at"]),
        datetime.fromisoformat(row["finished_at"]),
        bool(row["arrived"]),
    )
