"""``python -m fuzz.datagrams``: harmed datagrams at a running line, as fast as it takes them.

The line runs in its own process, with a real call beside the noise every so often. Fails when a real call is
not answered and heard, when the line's log tells of a fault, when a call stays, or when its memory grows.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from bench.running_line import PROJECT, RunningLine, running_line
from fuzz.alone import go_alone
from fuzz.caller import RealCall
from fuzz.dialogs import Dialogs
from fuzz.mutations import harm

_WINDOW = 48  # datagrams between two pings: they fit into the line's socket buffer, whatever they hold
_PATIENCE = 10.0  # seconds for a ping to be answered
_CALL_EVERY = 20_000
_CALL_TAKES = 20.0  # seconds at most, beside the noise
# MiB the line may grow by from a tenth of the way to the end: what the allocator keeps of the busiest moment,
# when a thousand calls stood at once. Of a million datagrams, a leak of 80 bytes each is more.
_GROWTH = 64.0
_LONGEST_CALL = 20  # seconds: one on hold has no other end
_QUIET = 30.0  # seconds until nothing of any call is left: its end and 64*T1 for the BYE, and some more
SETTINGS = {
    "sip_more": 't1 = "50 ms"\nregisters_per_second = 10000',
    "media_more": 'silent_after = "2 s"',
    "more": '[[trunks]]\nnetworks = ["127.0.0.0/8"]\ncalls_per_second = 10000\n'
    '[[phones]]\nuser = "777123456"\npassword = "fuzz"\nnumber = "+420777123456"',
}


@dataclass
class Findings:
    """What was seen on the way."""

    answers: Counter[str] = field(default_factory=Counter)
    resident: list[float] = field(default_factory=list)  # MiB, at each tenth of the way
    calls: list[RealCall] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


class Noise:
    """Sends harmed messages from several addresses, a window at a time."""

    def __init__(self, line: tuple[str, int], seed: int) -> None:
        self._line, self._chance = line, random.Random(seed)
        self._dialogs = Dialogs(self._chance, line)
        self._others = list(_other_messages())
        self._doors: list[socket.socket] = []
        for last in range(2, 10):
            door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            door.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            door.bind((f"127.0.0.{last}", 0))
            door.setblocking(False)
            self._doors.append(door)
        self._ping = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._ping.bind(("127.0.0.10", 0))
        self._pings = 0
        self.answers: Counter[str] = Counter()

    def window(self, size: int) -> None:
        """Send so many, and wait until the line has read them. TimeoutError when it says no more."""
        for _ in range(size):
            door = self._chance.choice(self._doors)
            whole = self._chance.random() < 0.06
            data = self._chance.choice(self._others) if whole else self._dialogs.message(*door.getsockname())
            self._send(door, harm(data, self._chance, self._others))
        self._wait_for_ping()
        for door in self._doors:
            self._listen(door)

    def close(self) -> None:
        """Close all sockets."""
        for door in (*self._doors, self._ping):
            door.close()

    def _send(self, door: socket.socket, data: bytes) -> None:
        door.sendto(data, self._line)

    def _listen(self, door: socket.socket) -> None:
        while True:
            try:
                data = door.recv(65535)
            except (BlockingIOError, ConnectionRefusedError):
                return
            self.answers[data[8:11].decode("latin-1") if data.startswith(b"SIP/2.0 ") else "request"] += 1
            self._dialogs.take(data)
            if self._chance.random() < 0.7 and (reply := self._dialogs.reply(data)):
                self._send(door, harm(reply, self._chance, self._others))

    def _wait_for_ping(self) -> None:
        self._pings += 1
        host, port = self._ping.getsockname()
        mark = f"ping-{self._pings}"
        lines = [
            f"OPTIONS sip:4488@{self._line[0]}:{self._line[1]} SIP/2.0",
            f"Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{mark};rport",
            f"From: <sip:ping@{host}>;tag={mark}", "To: <sip:4488@line>", f"Call-ID: {mark}",
            "CSeq: 1 OPTIONS", "Max-Forwards: 70", "Content-Length: 0",
        ]  # fmt: skip
        self._ping.sendto(("\r\n".join(lines) + "\r\n\r\n").encode(), self._line)
        self._ping.settimeout(_PATIENCE)
        while f"Call-ID: {mark}\r\n".encode() not in self._ping.recv(65535):
            pass


def _other_messages() -> Iterator[bytes]:
    """The torture messages of RFC 4475 and 5118, and what coverage-guided fuzzing has found."""
    sys.path.insert(0, str(PROJECT / "tests" / "sip"))
    from torture import invalid, ipv6, semantics, valid

    for part in (valid, invalid, semantics, ipv6):
        yield from (case.data for case in part.CASES)
    for file in sorted((PROJECT / "tests" / "fuzz" / "found" / "sip").glob("*")):
        yield file.read_bytes()


def resident_mib(process: int) -> float:
    """Memory that is really there (Linux, proc(5))."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


@contextlib.contextmanager
def texts() -> Iterator[Path]:
    """The project's dialplan and prompts, but that no call lasts."""
    with tempfile.TemporaryDirectory(prefix="infoline-fuzz-") as name:
        folder = Path(name)
        (folder / "prompts").symlink_to(PROJECT / "prompts")
        shutil.copytree(PROJECT / "dialplan", folder / "dialplan")
        for file in (folder / "dialplan").glob("*.toml"):
            limit = f'longest_call = "{_LONGEST_CALL} s"'
            brief = re.sub(r"(?m)^longest_call *=.*$", limit, file.read_text("utf-8"))
            file.write_text(brief, "utf-8")
        yield folder


def fuzz(line: RunningLine, count: int, seed: int, bar: Progress) -> Findings:
    """Send all of it; a line that has died or hangs ends it early."""
    findings, noise = Findings(), Noise(line.address, seed)
    findings.answers = noise.answers
    task = bar.add_task("datagrams", total=count)
    call: RealCall | None = None
    next_call = next_measure = sent = 0
    try:
        while sent < count or call is not None:
            size = min(_WINDOW, count - sent)
            noise.window(size)
            sent += size
            bar.advance(task, size)
            if sent >= next_measure:
                findings.resident.append(resident_mib(line.process))
                next_measure += max(count // 10, 1)
            if call is None and sent >= next_call and sent < count:
                next_call += _CALL_EVERY
                call = RealCall(f"real-{sent}-{seed}", line.numbers.number(len(findings.calls)), line.address)
                findings.calls.append(call)
            if call is not None:
                call.step()
                if call.over or time.monotonic() - call.began > _CALL_TAKES:
                    call.close()
                    if not call.heard:
                        findings.problems.append(f"after {sent} datagrams a real call: {call.outcome}")
                    call = None
    except OSError as error:
        findings.problems.append(f"after {sent} datagrams the line says no more: {error!r}")
    noise.close()
    return findings


def close(line: RunningLine, findings: Findings) -> None:
    """Wait until all calls must be over, ask the line to end, and look for what it leaves."""
    time.sleep(_QUIET)
    if line.running.poll() is None:
        findings.resident.append(resident_mib(line.process))
    line.running.terminate()
    began = time.monotonic()
    try:
        line.running.wait(20)
    except subprocess.TimeoutExpired:
        findings.problems.append("the line did not end within 20 s")
    print(f"ended_in_s={time.monotonic() - began:.1f} exit={line.running.returncode}")
    log = line.log()
    for sign in ("Traceback", "calls may end", "fault"):
        if sign in log:
            at = log.index(sign)
            findings.problems.append(f"its log has {sign!r}:\n{log[max(0, at - 500) : at + 2500]}")
    if findings.resident[-1] - findings.resident[1] > _GROWTH:
        findings.problems.append(f"its memory grew from {findings.resident[1]:.0f} MiB")


def main() -> None:
    """Fuzz a line of its own; exit code 1 where something was found."""
    options = argparse.ArgumentParser(prog="python -m fuzz.datagrams", description=__doc__)
    options.add_argument("--count", type=int, default=1_000_000, help="datagrams")
    options.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    asked = options.parse_args()
    alone = go_alone("fuzz.datagrams")
    console = Console(stderr=True)
    began = time.monotonic()
    with texts() as folder, running_line(1000, folder, 20_000, ports=4000, **SETTINGS) as line:
        with Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
            console=console, transient=True,
        ) as bar:  # fmt: skip
            began = time.monotonic()
            findings = fuzz(line, asked.count, asked.seed, bar)
        seconds = time.monotonic() - began
        rate = f"seconds={seconds:.1f} datagrams_per_s={asked.count / seconds:.0f}"
        print(f"datagrams={asked.count} seed={asked.seed} {rate} own_network={'yes' if alone else 'no'}")
        print(f"real_calls_heard={sum(call.heard for call in findings.calls)} of={len(findings.calls)}")
        print("answers", *(f"{status}={count}" for status, count in sorted(findings.answers.items())))
        close(line, findings)
        print("resident_mib", *(f"{mib:.0f}" for mib in findings.resident), flush=True)
    for problem in findings.problems:
        print(f"FOUND {problem}")
    sys.exit(bool(findings.problems))


if __name__ == "__main__":
    main()
