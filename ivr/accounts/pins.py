"""A PIN and what the store keeps of one come in; whether they fit goes out, after the same work each time.

PINs are short, so guessing has to be dear: what is kept is an Argon2id hash (RFC 9106), made with a key that
is not in the store where the settings have one. A check costs some 50 ms of a processor. It runs in threads
of its own that stand behind all other work, and only a few run at once, so that callers who give a PIN never
make the others' speech stutter.
"""

from __future__ import annotations

import asyncio
import hmac
import os
import re
import secrets
import threading
from base64 import b64encode
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from ivr.errors import AccountError

__all__ = ["PinTerms", "Pins", "PinsBusy", "Verdict", "check_form"]

_KEYED = "keyed:"
_FORM = re.compile(r"[0-9]{4,10}")
_NICENESS = 10  # of the threads that hash: speech comes first


class PinsBusy(Exception):
    """So many PINs are being checked that this one would wait too long."""


@dataclass(frozen=True, slots=True)
class PinTerms:
    """How PINs are kept and how many wrong ones are borne.

    ``time_cost`` passes over ``memory_kib`` are a check's work; the default takes 50 ms on the reference
    machine, with the memory that OWASP asks for. ``at_once`` checks run at one time in this node, and a
    caller waits ``longest_wait`` seconds for one. ``key`` goes into every hash and digest and must be the
    same for all nodes of a store. ``failures`` in a row lock for ``locked_for``; a failure is forgotten
    after ``remembered``, which allows fewer guesses than the locks do.
    """

    time_cost: int = 5
    memory_kib: int = 19_456
    at_once: int = 2
    longest_wait: float = 10.0
    key: bytes = field(default=b"", repr=False)
    failures: int = 5
    locked_for: timedelta = timedelta(minutes=30)
    remembered: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the PIN fits; ``renewed`` is what to keep from now on where the terms have changed."""

    fits: bool
    renewed: str | None = field(default=None, repr=False)


def check_form(pin: str) -> None:
    """AccountError, without the PIN, unless it can be one: 4 to 10 digits."""
    if not _FORM.fullmatch(pin):
        raise AccountError("PIN: expected 4 to 10 digits")


class Pins:
    """Hashes and checks for one node. ``hashed`` counts how often the full work of a check was done."""

    def __init__(self, terms: PinTerms | None = None) -> None:
        self.terms = terms or PinTerms()
        self.hashed = 0
        self._hasher = PasswordHasher(
            self.terms.time_cost, self.terms.memory_kib, parallelism=1, hash_len=32, salt_len=16
        )
        self._turns = asyncio.Semaphore(self.terms.at_once)
        self._threads: ThreadPoolExecutor | None = None
        self._nobodys = _no_pin(self.terms)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """One of the few places for a check, in the order of asking; PinsBusy after the longest wait."""
        try:
            async with asyncio.timeout(self.terms.longest_wait):
                await self._turns.acquire()
        except TimeoutError:
            raise PinsBusy from None
        try:
            yield
        finally:
            self._turns.release()

    async def keep(self, pin: str) -> str:
        """What the store keeps of a new PIN; AccountError unless it is 4 to 10 digits."""
        check_form(pin)
        self.hashed += 1
        return await self._loop_aside().run_in_executor(self._threads, self.kept, pin)

    async def check(self, kept: str | None, pin: str) -> Verdict:
        """Whether a PIN is the one of which this was kept; the same work where there is none, or nonsense."""
        self.hashed += 1
        return await self._loop_aside().run_in_executor(self._threads, self._checked, kept, pin)

    def digest(self, *parts: str) -> str:
        """A name for something private, the same on all nodes; without the key nobody reads it back."""
        named = "\0".join(parts).encode(errors="replace")
        return hmac.digest(self.terms.key, named, "sha256").hex()[:32]

    def _loop_aside(self) -> asyncio.AbstractEventLoop:
        """The running loop, after it is sure that the threads are there."""
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self.terms.at_once, "pins", _stand_behind)
        return asyncio.get_running_loop()

    def kept(self, pin: str) -> str:
        """What ``keep`` gives, at once and in this thread: for a program that has nothing else to do."""
        return (_KEYED if self.terms.key else "") + self._hasher.hash(
            self._prepared(pin, bool(self.terms.key))
        )

    def _checked(self, kept: str | None, pin: str) -> Verdict:
        encoded, keyed = self._readable(kept)
        try:
            self._hasher.verify(encoded or self._nobodys, self._prepared(pin, keyed))
        except VerifyMismatchError:
            return Verdict(fits=False)
        except VerificationError:  # parameters that no machine can work with
            return Verdict(fits=False)
        outdated = keyed != bool(self.terms.key) or self._hasher.check_needs_rehash(encoded)
        return Verdict(fits=True, renewed=self.kept(pin) if outdated else None)

    def _readable(self, kept: str | None) -> tuple[str, bool]:
        """The hash itself and whether a key has gone into it; empty where it can fit no PIN."""
        keyed = kept is not None and kept.startswith(_KEYED)
        encoded = (kept or "").removeprefix(_KEYED)
        if keyed and not self.terms.key:
            return "", False
        try:
            extract_parameters(encoded)
        except InvalidHashError:
            return "", bool(self.terms.key)
        return encoded, keyed

    def _prepared(self, pin: str, keyed: bool) -> bytes:
        """What is hashed: the PIN, under the key where there is one."""
        plain = pin.encode(errors="replace")
        return hmac.digest(self.terms.key, plain, "sha256") if keyed else plain


def _stand_behind() -> None:
    """Give way to the threads of the line, where the system knows priorities of threads."""
    with suppress(AttributeError, OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)


def _no_pin(terms: PinTerms) -> str:
    """The hash of no PIN, drawn and not computed: checking against it is all the work, and never fits."""
    salt, drawn = (b64encode(secrets.token_bytes(many)).decode().rstrip("=") for many in (16, 32))
    return f"$argon2id$v=19$m={terms.memory_kib},t={terms.time_cost},p=1${salt}${drawn}"
