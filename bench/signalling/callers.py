"""A rate and a time in, what became of SIPp's calls out. Each has a media port, which a sink holds open."""

from __future__ import annotations

import contextlib
import csv
import os
import resource
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path

from bench.running_line import free_port

__all__ = ["Outcome", "call", "media_sink", "sipp_is_here"]

_SCENARIO = Path(__file__).with_name("call.xml")
_MEDIA_HOST = str(IPv4Address(0x7F09_0000 | os.getpid() & 0xFFFF))  # 127.9.x.x: two of these do not meet
_FIRST_PORT, _PORTS = 10_000, 2500  # SIPp goes up by four from call to call, and round after 10,000 ports
_ENDS_WITHIN = 20  # seconds after the last call was begun


@dataclass(frozen=True, slots=True)
class Outcome:
    """Calls that went as written, calls that did not, and each one's time from INVITE to 200 in ms."""

    answered: int
    failed: int
    invite_to_200_ms: tuple[float, ...]


def sipp_is_here() -> bool:
    """Whether SIPp is installed."""
    return shutil.which("sipp") is not None


@contextlib.contextmanager
def media_sink() -> Iterator[None]:
    """Hold the callers' media ports open and read nothing, so that nobody pays for what the caller does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, _PORTS + 256)), hard))
    with contextlib.ExitStack() as held:
        for port in range(_FIRST_PORT + 4, _FIRST_PORT + 4 * _PORTS, 4):  # the first is bound by SIPp itself
            sink = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            sink.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)  # the kernel's least: the rest is dropped
            with contextlib.suppress(OSError):  # somebody else's, who will get these packets
                sink.bind((_MEDIA_HOST, port))
        yield


def call(callee: tuple[str, int], rate: int, seconds: int, waited: Callable[[], object]) -> Outcome:
    """Begin ``rate`` calls a second, wait for their end; ``waited`` is called every second meanwhile."""
    with tempfile.TemporaryDirectory(prefix="infoline-sipp-") as name:
        folder = Path(name)
        command: list[str | Path] = [
            "sipp", "-sf", _SCENARIO, "-nostdin", "-i", "127.0.0.1", "-p", str(free_port()),
            "-mi", _MEDIA_HOST, "-mp", str(_FIRST_PORT), "-cp", str(free_port()),
            "-r", str(rate), "-m", str(rate * seconds), "-l", str(rate * 60),
            "-trace_rtt", "-rtt_freq", "1", "-trace_stat", "-stf", folder / "totals.csv", "-fd", "1",
            f"{callee[0]}:{callee[1]}",
        ]  # fmt: skip
        with (folder / "output").open("w") as output:
            process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=subprocess.STDOUT)
        try:
            deadline = time.monotonic() + seconds + _ENDS_WITHIN
            while process.poll() is None and time.monotonic() < deadline:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(1)
                waited()
        finally:
            process.kill()
            process.wait()
        outcome = _outcome(folder, rate * seconds)
        if not outcome.answered:
            raise RuntimeError(f"SIPp had no answers:\n{(folder / 'output').read_text()[:2000]}")
        return outcome


def _outcome(folder: Path, wanted: int) -> Outcome:
    """Read SIPp's tables; a call that was never begun has failed as well."""
    totals = _rows(folder / "totals.csv")
    answered = int(totals[-1]["SuccessfulCall(C)"]) if totals else 0
    times = [float(row["response_time_ms"]) for file in folder.glob("*_rtt.csv") for row in _rows(file)]
    return Outcome(answered, wanted - answered, tuple(times))


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table, delimiter=";"))
