"""``python -m bench.signalling``: CPU time for a thousand calls, the line's beside Asterisk's.

A call: INVITE, 200, ACK, a sentence of two seconds, BYE from whom was called. SIPp calls on one core; on the
other one the line and Asterisk are called in turns, and what the system counts for their processes meanwhile
is the cost.
"""

from __future__ import annotations

import argparse
import contextlib
import wave
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from bench.figures import rank
from bench.running_line import running_line
from bench.signalling.asterisk import asterisk_is_here, running_asterisk
from bench.signalling.callers import Outcome, call, media_sink, sipp_is_here
from bench.signalling.cost import cpu_seconds, on_core, resident_mib
from ivr.media.clip import Clip

_AIM = 1 / 3  # of Asterisk's cost
_CALLEE, _CALLER = 0, 1  # the cores
_SECONDS_UP = 30  # at most so many seconds' worth of calls at one time: nobody is refused


@dataclass(slots=True)
class Callee:
    """Who is called; of each run the outcome, the CPU time and the memory before and after."""

    name: str
    address: tuple[str, int]
    process: int
    outcomes: list[Outcome] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)

    def called(self, rate: int, seconds: int, bar: Progress) -> None:
        """One run."""
        task = bar.add_task(f"{self.name}, {rate} calls/s", total=seconds + 3)
        self.memory.append(resident_mib(self.process))
        before = cpu_seconds(self.process)
        outcome = call(self.address, rate, seconds, lambda: bar.advance(task))
        self.costs.append((cpu_seconds(self.process) - before) / max(outcome.answered, 1) * 1000)
        self.memory.append(resident_mib(self.process))
        self.outcomes.append(outcome)
        bar.remove_task(task)

    def figures(self, rate: int) -> Iterator[str]:
        """What there is to say, and all of it forgotten."""
        times = sorted(time for outcome in self.outcomes for time in outcome.invite_to_200_ms)
        who = f"rate={rate} callee={self.name}"
        yield f"calls {who} answered={sum(o.answered for o in self.outcomes)} failed={self.failed}"
        yield f"invite_to_200_ms {who} median={rank(times, 0.5):.1f} p99={rank(times, 0.99):.1f}"
        yield f"resident_mib {who} before={self.memory[0]:.0f} after={self.memory[-1]:.0f}"
        yield f"cpu_s_per_1000_calls {who} median={median(self.costs):.2f}"
        self.outcomes, self.memory = [], []

    @property
    def failed(self) -> int:
        """Calls that were not answered, or did not end as they should."""
        return sum(outcome.failed for outcome in self.outcomes)


def the_sentence(folder: Path) -> bytes:
    """What the line says, as it has rendered it, in A-law."""
    (file,) = folder.rglob("*.wav")
    with wave.open(str(file), "rb") as sound:
        samples = np.frombuffer(sound.readframes(sound.getnframes()), "<i2")
    clip = Clip.from_pcm(samples)
    return clip.alaw[: clip.size].tobytes()


@contextlib.contextmanager
def callees(rates: list[int], asterisk: bool) -> Iterator[list[Callee]]:
    """The line, and Asterisk where it is to be compared, both on one core."""
    with contextlib.ExitStack() as stack, on_core(_CALLEE):
        here = Path(__file__).parent
        line = stack.enter_context(running_line(0, here, max(rates) * _SECONDS_UP))
        both = [Callee("line", line.address, line.process)]
        if asterisk:
            other = stack.enter_context(running_asterisk(the_sentence(line.folder)))
            both.append(Callee("asterisk", other.address, other.process))
        with on_core(_CALLER):
            yield both


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m bench.signalling", description=__doc__)
    options.add_argument("--rates", type=int, nargs="+", default=[20, 100, 200], help="calls a second")
    options.add_argument("--seconds", type=int, default=60, help="how long calls are begun in a run")
    options.add_argument("--rounds", type=int, default=1, help="runs of each, in turns; the median is told")
    options.add_argument("--line-only", action="store_true", help="without Asterisk")
    asked = options.parse_args()
    if not sipp_is_here():
        raise SystemExit("SIPp is not installed; .ci/peers installs it")
    if not asked.line_only and not asterisk_is_here():
        raise SystemExit("Asterisk is not here; .ci/peers installs it, as root; --line-only goes without")
    with callees(asked.rates, not asked.line_only) as both, media_sink(), Progress(
        TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(),
        console=Console(stderr=True), transient=True,
    ) as bar:  # fmt: skip
        for rate in asked.rates:
            for _ in range(asked.rounds):
                for callee in both:
                    callee.called(rate, asked.seconds, bar)
            for callee in both:
                for figure in callee.figures(rate):
                    print(figure, flush=True)
            if len(both) > 1:
                ratio = median(both[0].costs) / median(both[1].costs)
                missed = " MISSED" if ratio > _AIM else ""
                print(
                    f"cost_beside_asterisk rate={rate} ratio={ratio:.2f} aim={_AIM:.2f}{missed}", flush=True
                )
            for callee in both:
                callee.costs.clear()


if __name__ == "__main__":
    main()
