"""``python -m bench``: how long a caller waits for the running line, one figure a line, with its aim.

The line runs in its own process (``ivr run``), the callers in another. Every caller has a number of their
own, so that every sentence has to be looked up and spoken anew. It takes about a minute.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench.figures import AIMS, line_of
from bench.running_line import PROJECT, RunningLine, running_line

_MEASURED = {1: 30}
_MANY = 200


def measure(line: RunningLine, calls: int, measured: int, first: int) -> Iterator[dict[str, float]]:
    """The times of each measured call while ``calls`` are up; callers are counted from ``first``."""
    numbers = [line.numbers.number(first + turn) for turn in range(calls + measured)]
    command = [
        sys.executable,
        "-m",
        "bench.caller",
        str(line.address[1]),
        str(calls),
        str(measured),
        *numbers,
    ]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for report in map(json.loads, process.stdout):
            if report["refused"]:
                raise SystemExit(f"a call was refused: {report['refused']}")
            yield report["times"]
    if process.returncode:
        raise SystemExit(f"the caller ended with {process.returncode}")


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    options.add_argument("--calls", type=int, nargs="*", default=[1, _MANY], help="calls up at the same time")
    options.add_argument(
        "--at-once", type=int, default=0, help="callers who press their key at one moment, in place of these"
    )
    options.add_argument("--measured", type=int, help="calls measured for each of these; 30 for 1, else 200")
    asked = options.parse_args()
    rounds = [(calls, asked.measured or _MEASURED.get(calls, _MANY)) for calls in asked.calls]
    if asked.at_once:
        rounds = [(asked.at_once, 0)]
    callers = sum(calls + measured for calls, measured in rounds)
    with running_line(callers) as line, Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        console=Console(stderr=True), transient=True,
    ) as bar:  # fmt: skip
        first = 0
        for calls, measured in rounds:
            task = bar.add_task(f"{calls} calls up" if calls > 1 else "one call", total=measured or calls)
            times: dict[str, list[float]] = {name: [] for name in AIMS}
            for one in measure(line, calls, measured, first):
                bar.advance(task)
                for name, value in one.items():
                    times[name].append(value)
            if not measured:  # the first voice after the key: the answer, or the words that bridge the wait
                times["key_to_voice_ms"] = times["key_to_answer_ms"]
            first += calls + measured
            for name in AIMS if measured else ("key_to_voice_ms",):
                print(line_of(name, calls, times[name]), flush=True)


if __name__ == "__main__":
    main()
