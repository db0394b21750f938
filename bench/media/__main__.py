"""``python -m bench.media``: CPU, memory and punctuality of calls that are spoken to, a figure a line.

The line as it runs (``ivr run``, called by SIP), its media plane alone, Asterisk 22 and a C program that
sends the same packets carry the same calls in turns, on one core. On the other core one C program is all the
callers. Each number of calls is measured while they listen, then while each of them sends 50 packets a second
as well. Medians go to docs/performance.md, with a plot.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import time
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from bench.media.callers import NotHeld
from bench.media.measured import FIGURES, Table, Window, three_figures
from bench.media.page import write_page
from bench.media.phones import running_phones
from bench.media.programs import compiler_is_here, programs
from bench.media.subjects import OTHER_CORE, SUBJECTS, Carried, Course
from bench.running_line import PROJECT
from bench.signalling.asterisk import asterisk_is_here
from bench.signalling.cost import on_core

_CALLS = [100, 500, 1000, 2000, 3000, 5000]
_SETTLES = 2.0  # seconds before a window is opened
_HOLDS = 0.9  # of the packets that should come; with fewer, more calls are not tried


def cpu_seconds(process: int) -> float:
    """CPU time of a process in all its threads, by its clock (clock_getcpuclockid(3)), to the nanosecond."""
    return time.clock_gettime((~process << 3) | 2)


def window(course: Course, carried: Carried, calls: int, seconds: float) -> Window:
    """Listen for so long."""
    carried.wait(min(_SETTLES, seconds))
    course.phones.begin()
    began, before = time.monotonic(), cpu_seconds(carried.process)
    carried.wait(seconds)
    used, took = cpu_seconds(carried.process) - before, time.monotonic() - began
    return Window(calls, took, used, carried.kib_a_call, course.phones.end(), carried.lost())


def measure(course: Course, who: str, calls: int, seconds: float) -> Iterator[tuple[bool, Window]]:
    """First while all listen, then while all talk. NotHeld, after what could be measured."""
    try:
        with SUBJECTS[who](course, calls) as carried:
            for talking in (False, True):
                course.phones.talk(talking)
                measured = window(course, carried, calls, seconds)
                yield talking, measured
                if measured.arrived < _HOLDS:
                    raise NotHeld(f"{measured.arrived:.0%} of the packets came")
    finally:
        course.phones.talk(False)
        course.phones.forget()


def run(
    course: Course, who: list[str], counts: list[int], seconds: float, rounds: int, bar: Progress
) -> Table:
    """All of it; who does not hold a number of calls is not asked for more of them."""
    table, held_back = Table(), dict.fromkeys(who, max(counts) + 1)
    task = bar.add_task("", total=rounds * len(counts) * len(who))
    for turn in range(rounds):
        for calls in sorted(counts):
            for name in who:
                bar.update(task, description=f"{name}, {calls} calls, round {turn + 1}")
                if calls < held_back[name]:
                    try:
                        for talking, measured in measure(course, name, calls, seconds):
                            table.add(name, talking, measured)
                    except NotHeld as reason:
                        held_back[name] = calls + 1  # once more in the next round, and no more than that
                        bar.console.print(f"{name} does not hold {calls} calls: {reason}", highlight=False)
                bar.advance(TaskID(task))
    return table


def lines(table: Table, who: list[str]) -> Iterator[str]:
    """What there is to say, a figure a line."""
    for talking in (False, True):
        callers = "talk" if talking else "listen"
        for name in who:
            for calls, figures in table.every(name, talking).items():
                where = f"calls={calls} callers={callers} who={name}"
                for figure in FIGURES:
                    value, ratio = figures.values[figure], figures.ratios[figure]
                    yield f"{figure} {where} median={three_figures(value)} beside_floor={ratio:.2f}"
                yield f"arrived_percent {where} median={100 * figures.arrived:.2f} dropped={figures.dropped}"
    for aim, reached in table.aims():
        missed = " MISSED" if aim.missed(reached) else ""
        yield f"{aim.name} reached={three_figures(reached)} aim={aim.value:g}{missed}"


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m bench.media", description=__doc__)
    options.add_argument("--calls", type=int, nargs="+", default=_CALLS, help="calls up at the same time")
    options.add_argument("--seconds", type=float, default=10, help="how long each is measured")
    options.add_argument("--rounds", type=int, default=3, help="of each; the median is told")
    options.add_argument("--rate", type=float, default=100, help="calls begun a second")
    options.add_argument(
        "--who", nargs="+", choices=SUBJECTS, default=list(SUBJECTS), help="who carries them"
    )
    options.add_argument(
        "--page", type=Path, default=PROJECT / "docs/performance.md", help="where it is told"
    )
    asked = options.parse_args()
    if not compiler_is_here():
        raise SystemExit("the floor and the callers are C; gcc is not installed")
    if "asterisk" in asked.who and not asterisk_is_here():
        raise SystemExit("Asterisk is not here; .ci/peers installs it, as root; --who names the others")
    load = os.getloadavg()[0]
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(programs())
        with on_core(OTHER_CORE):
            phones = stack.enter_context(running_phones(folder / "phones"))
        bar = stack.enter_context(
            Progress(
                TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(),
                console=Console(stderr=True), transient=True,
            )
        )  # fmt: skip
        course = Course(folder, phones, asked.rate)
        table = run(course, asked.who, asked.calls, asked.seconds, asked.rounds, bar)
    for line in lines(table, asked.who):
        print(line, flush=True)
    write_page(asked.page, table, asked.who, asked.seconds, asked.rounds, load)


if __name__ == "__main__":
    main()
