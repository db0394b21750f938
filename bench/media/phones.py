"""Calls in, what their callers heard out: the C program that holds the media of all callers on one port."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path

from bench.running_line import free_port

__all__ = ["FIRST_CALLER", "Heard", "Phones", "running_phones"]

FIRST_CALLER = IPv4Address("127.64.0.1")
"""Of each caller the address is one higher: a machine has all of 127.0.0.0/8."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What arrived in a window: streams by SSRC, packets, gaps between a stream's packets, what is missing.

    ``dropped`` were sent and not read in time by the receiver itself, which then proves nothing.
    """

    streams: int
    packets: int
    gaps: int
    over_30: int
    over_40: int
    longest_ns: int
    missing: int
    dropped: int


class Phones:
    """The callers' ears and mouths."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self._process, self.port, self.pid = process, port, process.pid

    def _say(self, words: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(words + "\n")
        self._process.stdin.flush()

    def _ask(self, words: str) -> str:
        assert self._process.stdout is not None
        self._say(words)
        return self._process.stdout.readline()

    def add(self, caller: IPv4Address, callee: tuple[str, int]) -> None:
        """A caller will talk to where it was told to by SIP."""
        self._say(f"call {int(caller)} {int(IPv4Address(callee[0]))} {callee[1]}")

    def forget(self) -> None:
        """All calls are over."""
        self._say("forget")

    def talk(self, whether: bool) -> None:
        """Each caller sends 50 packets a second, or none does."""
        self._say(f"talk {int(whether)}")

    def begin(self) -> None:
        """Count from now on."""
        self._ask("begin")

    def end(self) -> Heard:
        """What has come till now."""
        figures = (word.split("=") for word in self._ask("end").split())
        return Heard(**{name: int(value) for name, value in figures})


@contextlib.contextmanager
def running_phones(program: Path) -> Iterator[Phones]:
    """Open them on a free port; they close in the end."""
    port = free_port() & ~1
    with subprocess.Popen(
        [program, str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        if process.stdout.readline() != "ready\n":
            raise RuntimeError("the callers' program did not open")
        yield Phones(process, port)
        process.stdin.close()
