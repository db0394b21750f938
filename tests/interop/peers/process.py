"""A command line in, a running foreign process out; it is ended by its own process id and by nothing else.

Where ``setpriv`` is there (Linux), a process also ends when the tests that started it are killed.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from pathlib import Path

__all__ = ["PeerFailed", "Process", "free_port", "free_range", "until"]


FIRST_PORT, LAST_PORT = 12000, 32000
given: list[int] = []
SINGLES = range(6000, FIRST_PORT)
turns = count(os.getpid() * 1009)  # so that test workers side by side do not meet


class PeerFailed(AssertionError):
    """A peer did not start, or did not do what the test needs of it."""


def free_port() -> int:
    """A port that nobody had a moment ago, neither by UDP nor by TCP, on 127.0.0.1 and on ::1.

    It is below the system's ephemeral ones, so that nobody is given it before the peer takes it.
    """
    for _ in SINGLES:
        port = SINGLES[next(turns) % len(SINGLES)]
        with contextlib.ExitStack() as held, contextlib.suppress(OSError):
            for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
                    probe = held.enter_context(socket.socket(family, kind))
                    probe.bind((host, port))
            return port
    raise PeerFailed("no free port")


def free_range(count: int) -> int:
    """The first, even, of ``count`` free UDP ports in a row, below the system's ephemeral ones.

    Where the search begins depends on the process, so that test workers side by side do not meet, and it goes
    on from the last range given, so that two given one after the other are not the same.
    """
    for _ in range(0, LAST_PORT - FIRST_PORT, count):
        base = given.pop() if given else FIRST_PORT + (os.getpid() * 256) % (LAST_PORT - FIRST_PORT)
        base = FIRST_PORT if base + count > LAST_PORT else base + base % 2
        given.append(base + count)
        with contextlib.ExitStack() as held, contextlib.suppress(OSError):
            for port in range(base, base + count):
                probe = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                probe.bind(("127.0.0.1", port))
            return base
    raise PeerFailed(f"no {count} free ports in a row between {FIRST_PORT} and {LAST_PORT}")


def until(true: Callable[[], bool], seconds: float, otherwise: Callable[[], str]) -> None:
    """Look every 50 ms until ``true()``; PeerFailed with ``otherwise()`` after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise PeerFailed(otherwise())
        time.sleep(0.05)


def with_its_parent() -> list[str]:
    """What stands before a command that is to end with whoever started it."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM"] if setpriv else []


class Process:
    """A foreign program with its output in a file; a context manager that ends it."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        folder: Path,
        *,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self.output = folder / f"{name}.log"
        with self.output.open("wb") as out:
            self._running = subprocess.Popen(
                [*with_its_parent(), *(str(part) for part in command)],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env={**os.environ, **(environment or {})},
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process id."""
        return self._running.pid

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._running.poll() is None

    def said(self) -> str:
        """All it has printed so far."""
        return self.output.read_text(encoding="utf-8", errors="replace")

    def wait_for(self, ready: Callable[[], bool], seconds: float = 20) -> None:
        """Wait until ``ready()``; PeerFailed with its output where it ends or takes longer."""
        until(lambda: not self.alive or ready(), seconds, lambda: f"{self.name} is not ready:\n{self.said()}")
        if not self.alive:
            raise PeerFailed(f"{self.name} ended with {self._running.returncode}:\n{self.said()}")

    def finish(self, seconds: float) -> int:
        """Wait for its own end; its exit code."""
        try:
            return self._running.wait(seconds)
        except subprocess.TimeoutExpired:
            self.stop()
            raise PeerFailed(f"{self.name} did not end within {seconds} s:\n{self.said()}") from None

    def tell(self, number: int) -> None:
        """Send it a signal."""
        self._running.send_signal(number)

    def ask_to_stop(self) -> None:
        """Tell it to end, and do not wait."""
        self._running.send_signal(signal.SIGTERM)

    def stop(self, seconds: float = 10) -> int:
        """End it: asked first, then made; its exit code. Safe to call twice."""
        if self.alive:
            self.ask_to_stop()
            try:
                self._running.wait(seconds)
            except subprocess.TimeoutExpired:
                self._running.kill()
                self._running.wait()
        return self._running.returncode

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
