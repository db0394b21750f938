"""``python -m bench.soak``: callers who come, press and stop at random, over a network that loses packets.

The line runs in its own process (``ivr run``, demo accounts). Each minute prints a line of what it holds;
the last one says whether anything was lost, stuck or wrong, and the exit status is 1 where it was.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import resource
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import date

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from bench.running_line import RunningLine, running_line
from bench.soak.held import Held, held_by
from bench.soak.network import Network
from bench.soak.phones import Phones, Tally
from bench.soak.record import Record
from bench.soak.verdict import Allowed, growth, queued, settled, wrongs
from ivr.accounts.demo_cast import of_callpro

_SAMPLE = 5.0  # seconds
_BEGIN_A_SECOND = 20
_SILENT_AFTER = 10
_SESSION = 90  # seconds, the least there is (RFC 4028): who vanishes on hold is missed after two thirds of it
_CALLERS_LEAVE = 80.0  # seconds: those who vanished on hold wait longest
_LINE_LETS_GO = 60.0
_LINE_ENDS = 30.0
_TOO_BUSY = 0.3  # of the time without a core: calls fail that would not on a machine of the line's own
_SIP = f"""\
session_expires = "{_SESSION} s"
answer_after = "300 ms"
max_lag = "10 s"  # a crowded machine is no reason to refuse a call"""
_MORE = (
    '[[trunks]]\nname = "soak"\nnetworks = ["127.0.0.0/8"]\ncalls_per_second = 500\n[log]\nformat = "json"\n'
)


@dataclass
class Seen:
    """What was seen of the line, and what became of the calls."""

    record: Record
    tally: Tally
    held: list[Held] = field(default_factory=list)
    drained: Held | None = None


def told(seen: Seen, up: int) -> str:
    """A line of how it stands."""
    now, tally, record = seen.held[-1], seen.tally, seen.record
    return (
        f"minute={now.at / 60:.1f} up={up} in_line={record.standing} oldest_s={record.oldest:.0f} "
        f"begun={tally.begun} answered={tally.answered} over={tally.over} failed={tally.failed.total()} "
        f"came_late={record.late} rss_mib={now.mib:.1f} threads={now.threads} "
        f"descriptors={now.descriptors} udp={now.udp} children={now.children} late_ticks={tally.late_ticks} "
        f"queued_percent={100 * queued(seen.held[-12:]):.0f}"
    )


async def soak(line: RunningLine, asked: argparse.Namespace, network: Network, bar: Progress) -> Seen:
    """Call for so long, then let all of it end."""
    numbers = [role.account.number[4:] for role in of_callpro(date.today())]
    phones = Phones(
        line.address, numbers, network, asked.seed, asked.mean, _SILENT_AFTER + 2, _SESSION * 2 / 3 + 2
    )
    seen = Seen(Record(line.folder / "log"), phones.tally)
    began, minute = time.monotonic(), 1
    task = bar.add_task("calls", total=asked.seconds)
    await phones.open(asked.calls, asked.calls / _BEGIN_A_SECOND)
    while (at := time.monotonic() - began) < asked.seconds and line.running.poll() is None:
        await asyncio.sleep(min(_SAMPLE, asked.seconds - at))
        look(line, seen, time.monotonic() - began)
        bar.update(task, completed=seen.held[-1].at)
        if seen.held[-1].at >= 60 * minute:
            minute += 1
            print(told(seen, phones.up), flush=True)
            for reason, count in phones.tally.failed.most_common(3):
                print(f"  {count} failed so far: {reason}", flush=True)
    await phones.close(_CALLERS_LEAVE)
    until = time.monotonic() + _LINE_LETS_GO
    while seen.record.standing and time.monotonic() < until:
        await asyncio.sleep(0.5)
        seen.record.read()
    if line.running.poll() is None:
        seen.drained = held_by(line.process, time.monotonic() - began)
    phones.shut()
    return seen


def look(line: RunningLine, seen: Seen, at: float) -> None:
    """Note what the line holds, and what it has written."""
    seen.held.append(held_by(line.process, at))
    seen.record.read()


def close(line: RunningLine, seen: Seen) -> list[str]:
    """Ask the line to end; what is wrong with that."""
    line.running.terminate()
    try:
        status = line.running.wait(_LINE_ENDS)
    except subprocess.TimeoutExpired:
        return [f"the line did not end within {_LINE_ENDS:.0f} s"]
    seen.record.read()
    return [f"the line ended with status {status}"] if status else []


def summary(seen: Seen, network: Network, seed: int) -> None:
    """What there is to say of the whole run."""
    tally, calm = seen.tally, settled(seen.held)
    lost = network.lost / max(network.lost + network.carried, 1)
    print(
        f"calls begun={tally.begun} answered={tally.answered} over={tally.over} "
        f"failed={tally.failed.total()} ended_by_line={tally.ended_by_line} packets_heard={tally.heard} "
        f"lost_percent={100 * lost:.2f} seed={seed}"
    )
    print("ended", *(f"{cause.replace(' ', '_')}={n}" for cause, n in seen.record.causes.most_common()))
    if calm and seen.drained is not None:
        first, end, rest = calm[0], calm[-1], seen.drained
        print(
            f"rss_mib start={seen.held[0].mib:.1f} warm={first.mib:.1f} end={end.mib:.1f} "
            f"drained={rest.mib:.1f} slope_mib_per_hour={growth(calm):.1f}"
        )
        for name in ("threads", "descriptors", "udp"):
            of = [getattr(one, name) for one in (first, end, rest)]
            print(f"{name} warm={of[0]} end={of[1]} drained={of[2]}")
    print(
        f"in_line_after_drain={seen.record.standing} errors_in_log={seen.record.problems} "
        f"came_late={seen.record.late}"
    )
    waited = queued(seen.held)
    busy = " the machine was too busy for it" if waited > _TOO_BUSY else ""
    print(f"queued_percent={100 * waited:.0f}{busy}")


def main() -> None:
    """Soak a line of its own; exit status 1 where something was found."""
    options = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    options.add_argument("--seconds", type=float, default=1800, help="how long calls are begun")
    options.add_argument("--calls", type=int, default=500, help="callers at one time")
    options.add_argument("--mean", type=float, default=20, help="seconds of a call that the caller ends")
    options.add_argument("--loss", type=float, default=1, help="percent of all datagrams, both ways")
    options.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    asked = options.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    network = Network(asked.loss / 100, asked.seed)
    ports = asked.calls + 64
    with running_line(
        0, max_calls=2 * asked.calls, sip_more=_SIP, more=_MORE, ports=ports,
        media_more=f'silent_after = "{_SILENT_AFTER} s"', accounts={}, arguments=["--demo"],
    ) as line:  # fmt: skip
        with Progress(
            TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn(),
            console=Console(stderr=True), transient=True,
        ) as bar:  # fmt: skip
            seen = asyncio.run(soak(line, asked, network, bar))
        # Before the line is closed, which ends the calls that are stuck.
        problems = [*wrongs(seen.held, seen.drained, seen.tally, seen.record, Allowed())]
        summary(seen, network, asked.seed)
        problems += close(line, seen)
    for example in (*seen.tally.first_failed, *seen.record.first_problems):
        print(f"  {example}")
    for problem in problems:
        print(f"FOUND {problem}")
    print(f"verdict={'failed' if problems else 'sound'} seconds={asked.seconds:.0f} at_once={asked.calls}")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
