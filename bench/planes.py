"""``python -m bench.planes``: what a second plane carries, in a thread of the same process and in another.

Each plane sends to 2,500 callers as fast as it can, for a second; one figure a line, packets a second of all.
C that does nothing else shows what the machine has to give to a second sender.
"""

from __future__ import annotations

import argparse
import multiprocessing
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from multiprocessing.synchronize import Barrier
from pathlib import Path
from queue import SimpleQueue
from socket import AF_INET, SO_RCVBUF, SOCK_DGRAM, SOL_SOCKET, socket
from statistics import median
from typing import Protocol

from rich.console import Console
from rich.progress import track
from threadpoolctl import threadpool_limits

from bench.media.phones import FIRST_CALLER
from bench.media.programs import programs
from bench.media.sound import speech
from ivr.media.plane import Plane
from ivr.media.sdp import Agreed
from ivr.net.batch import Batch, open_wire

_TICK = 0.005
_SWITCH_INTERVAL = 0.0005  # as the line does


class _Results(Protocol):
    def put(self, item: float) -> None:
        """Hand a figure over."""


def send(calls: int, seconds: float, together: Callable[[], object], results: _Results) -> None:
    """Speak to so many callers as fast as it goes, beginning when all are ready; packets a second."""
    batch, clip = Batch(), speech()
    plane = Plane(lambda port: open_wire("127.0.0.1", port, batch), [0] * 4, lambda event: None, calls, None)
    with socket(AF_INET, SOCK_DGRAM) as sink:
        sink.setsockopt(SOL_SOCKET, SO_RCVBUF, 1)  # nobody reads: what has been sent is dropped there
        sink.bind(("127.0.0.1", 0))
        for turn in range(calls):
            remote = str(FIRST_CALLER + turn), sink.getsockname()[1]
            plane.play(plane.open(Agreed("PCMA", 8, 101, 20, remote, True, True)), [clip] * 100)
        tick = 0
        while plane.waiting:
            plane.tick(tick, tick * _TICK)
            tick += 1
        together()
        began, first = time.monotonic(), tick
        while time.monotonic() < began + seconds:
            plane.tick(tick, tick * _TICK)
            tick += 1
        results.put((tick - first) / 4 * calls / (time.monotonic() - began))
        plane.shutdown()


def in_threads(count: int, calls: int, seconds: float) -> float:
    """What planes in threads of this process send together."""
    results: SimpleQueue[float] = SimpleQueue()
    barrier = threading.Barrier(count)
    threads = [
        threading.Thread(target=send, args=(calls, seconds, barrier.wait, results)) for _ in range(count)
    ]
    _finish(threads)
    return sum(results.get() for _ in threads)


def in_processes(count: int, calls: int, seconds: float) -> float:
    """What planes in processes of their own send together."""
    context = multiprocessing.get_context("spawn")
    results, barrier = context.SimpleQueue(), context.Barrier(count)
    processes = [context.Process(target=_send, args=(calls, seconds, barrier, results)) for _ in range(count)]
    _finish(processes)
    return sum(results.get() for _ in processes)


def _send(calls: int, seconds: float, barrier: Barrier, results: _Results) -> None:
    with threadpool_limits(1):
        send(calls, seconds, barrier.wait, results)


def _finish(workers: Sequence[threading.Thread | multiprocessing.process.BaseProcess]) -> None:
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def in_c(folder: Path, count: int, calls: int, seconds: float) -> float:
    """What threads of C send that do nothing else: ``bench/floor/flat_out.c``."""
    words = [str(folder / "flat_out"), str(count), str(calls), str(seconds)]
    return float(subprocess.run(words, capture_output=True, text=True, check=True).stdout)


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m bench.planes", description=__doc__)
    options.add_argument("--calls", type=int, default=2500, help="of each plane")
    options.add_argument("--seconds", type=float, default=1.0)
    options.add_argument("--planes", type=int, default=2)
    options.add_argument("--rounds", type=int, default=3, help="of each; the median is told")
    asked = options.parse_args()
    sys.setswitchinterval(_SWITCH_INTERVAL)
    with threadpool_limits(1), programs() as folder:
        ways: dict[str, Callable[[int, int, float], float]] = {
            "threads": in_threads,
            "processes": in_processes,
            "C": partial(in_c, folder),
        }
        alone: dict[str, list[float]] = {name: [] for name in ways}
        together: dict[str, list[float]] = {name: [] for name in ways}
        progress = Console(stderr=True)
        for _ in track(range(asked.rounds), "planes side by side", console=progress, transient=True):
            for name, measure in ways.items():
                alone[name].append(measure(1, asked.calls, asked.seconds))
                together[name].append(measure(asked.planes, asked.calls, asked.seconds))
    for name in ways:
        one, several = median(alone[name]), median(together[name])
        for planes, sent in ((1, one), (asked.planes, several)):
            print(
                f"packets_per_second planes={planes} in={name} calls={asked.calls}",
                f"sent={sent:.0f} beside_one={sent / one:.2f}",
            )


if __name__ == "__main__":
    main()
