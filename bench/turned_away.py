"""``python -m bench.turned_away``: CPU of the running line for each INVITE it does not take, a figure a line.

The line runs in its own process; what it uses when idle is measured first and taken off.
"""

from __future__ import annotations

import argparse
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

from bench.running_line import RunningLine, running_line

_TRUNK, _PHONE, _STRANGER = "127.0.0.1", "127.0.0.3", "127.0.0.4"
_SETTINGS = f'phones_from = ["{_PHONE}"]'
_TRUNKS = f'\n[[trunks]]\nname = "PBX"\nnetworks = ["{_TRUNK}"]\n'
_AIMS = {"refused_us": 300, "stranger_us": 50}
_BATCH = 20  # sent together, answers read after each
_REQUEST = (
    "INVITE sip:4488@{line} SIP/2.0\r\nVia: SIP/2.0/UDP {us};branch=z9hG4bK{n};rport\r\nMax-Forwards: 70\r\n"
    "From: <sip:777123456@{us}>;tag=f{n}\r\nTo: <sip:4488@{line}>\r\nCall-ID: {n}@{us}\r\nCSeq: 1 INVITE\r\n"
    "Contact: <sip:777123456@{us}>\r\nContent-Length: 0\r\n\r\n"
)


def cpu_seconds(process: int) -> float:
    """What a process has used so far, in all its threads."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def used(process: int, work: Callable[[], None]) -> tuple[float, float]:
    """CPU seconds of a process, and seconds by the clock, while something is done here."""
    before, began = cpu_seconds(process), time.monotonic()
    work()
    return cpu_seconds(process) - before, time.monotonic() - began


def flood(line: RunningLine, source: str, count: int, rate: int) -> None:
    """So many INVITEs from an address, so many a second; answers are read and left."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((source, 0))
        sock.setblocking(False)
        us, us_line = ("{}:{}".format(*address) for address in (sock.getsockname(), line.address))
        began = time.monotonic()
        for n in range(count):
            sock.sendto(_REQUEST.format(line=us_line, us=us, n=n).encode(), line.address)
            if n % _BATCH == 0:
                time.sleep(max(0.0, began + n / rate - time.monotonic()))
                drain(sock)


def drain(sock: socket.socket) -> None:
    """Read all there is."""
    while True:
        try:
            sock.recv(4096)
        except BlockingIOError:
            return


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m bench.turned_away", description=__doc__)
    options.add_argument("--count", type=int, default=10_000, help="INVITEs of each kind")
    options.add_argument("--rate", type=int, default=2_000, help="INVITEs a second")
    asked = options.parse_args()
    with running_line(1, sip_more=_SETTINGS, more=_TRUNKS) as line:
        idle, seconds = used(line.process, lambda: time.sleep(2))
        for name, source in (("refused_us", _PHONE), ("stranger_us", _STRANGER)):
            spent, took = used(
                line.process, lambda source=source: flood(line, source, asked.count, asked.rate)
            )  # type: ignore[misc]
            each = (spent - idle * took / seconds) / asked.count * 1e6
            missed = "" if each <= _AIMS[name] else " MISSED"
            rate = round(asked.count / took)
            print(f"{name} each={each:.0f} aim={_AIMS[name]} rate={rate} n={asked.count}{missed}", flush=True)


if __name__ == "__main__":
    main()
