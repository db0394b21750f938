"""Windows of time in which calls were carried come in, medians of figures and their aims go out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.media.phones import Heard

__all__ = ["AIMS", "FIGURES", "Aim", "Figures", "Table", "Window", "three_figures"]

_PACKETS = 50  # a second and a call
_HELD = 0.98  # of the packets that should have come did come
_LATE = 0.1  # percent of gaps over 40 ms
_MANY = 500


@dataclass(frozen=True, slots=True)
class Window:
    """So many seconds of so many calls: CPU seconds of who carried them, KiB a call, what was heard."""

    calls: int
    seconds: float
    cpu: float
    kib: float
    heard: Heard
    lost: int

    @property
    def arrived(self) -> float:
        """The share of packets that came, of those that should have."""
        return self.heard.packets / (self.calls * self.seconds * _PACKETS)

    def figure(self, name: str) -> float:
        """One of ``FIGURES``; NaN where nothing was heard."""
        heard = self.heard
        if name == "us_per_packet":
            return self.cpu * 1e6 / heard.packets if heard.packets else math.nan
        if name == "cpu_us_per_call_second":
            return self.cpu * 1e6 / self.seconds / self.calls
        if name == "kib_per_call":
            return self.kib
        late = heard.over_30 if name == "gaps_over_30_ms_percent" else heard.over_40
        return 100 * late / heard.gaps if heard.gaps else math.nan


FIGURES: Mapping[str, str] = {
    "us_per_packet": "µs a packet",
    "cpu_us_per_call_second": "CPU a call, µs a second",
    "gaps_over_30_ms_percent": "gaps over 30 ms, %",
    "gaps_over_40_ms_percent": "gaps over 40 ms, %",
    "kib_per_call": "KiB a call",
}
"""Names of figures as they are printed, and as the page heads its columns."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The medians of one subject at one number of calls, by name, and how far it is from the floor."""

    values: Mapping[str, float]
    ratios: Mapping[str, float]
    arrived: float
    lost: int
    dropped: int

    @property
    def complete(self) -> bool:
        """Whether all calls stayed up and were sent what they should be."""
        return not self.lost and self.arrived >= _HELD

    @property
    def held(self) -> bool:
        """The same, and in time."""
        return self.complete and self.values["gaps_over_40_ms_percent"] < _LATE

    @property
    def calls_a_core(self) -> float:
        """By CPU time, were it all that counts."""
        return 1e6 / self.values["cpu_us_per_call_second"]


class Table:
    """All windows of a run, by who carried the calls, how many and whether the callers talked."""

    def __init__(self) -> None:
        self._windows: dict[tuple[str, int, bool], list[Window]] = {}

    def add(self, who: str, talking: bool, window: Window) -> None:
        """One more round of it."""
        self._windows.setdefault((who, window.calls, talking), []).append(window)

    def counts(self, who: str, talking: bool) -> list[int]:
        """The numbers of calls that this subject was measured at, in order."""
        return sorted(calls for name, calls, talked in self._windows if (name, talked) == (who, talking))

    def figures(self, who: str, calls: int, talking: bool) -> Figures | None:
        """None where it was not measured."""
        windows = self._windows.get((who, calls, talking))
        if windows is None:
            return None
        values = _medians(windows)
        floor = self._windows.get(("floor", calls, talking))
        least = _medians(floor) if floor else {}
        ratios = {name: _ratio(value, least.get(name, math.nan)) for name, value in values.items()}
        return Figures(
            values,
            ratios,
            median(window.arrived for window in windows),
            max(window.lost for window in windows),
            sum(window.heard.dropped for window in windows),
        )

    def every(self, who: str, talking: bool) -> dict[int, Figures]:
        """By number of calls."""
        found = {calls: self.figures(who, calls, talking) for calls in self.counts(who, talking)}
        return {calls: figures for calls, figures in found.items() if figures is not None}

    def aims(self) -> Iterator[tuple[Aim, float]]:
        """What is aimed at, and what the line reached; NaN where more was not tried."""
        listening, talking = self.every("line", False), self.every("line", True)
        most = max(listening, default=0)
        for every, aim in ((listening, AIMS["listening_calls"]), (talking, AIMS["talking_calls"])):
            held = _most_held(every)
            yield aim, held if held >= aim.value or held < max(every, default=0) else math.nan
        yield AIMS["beside_the_floor"], listening[most].ratios["us_per_packet"] if most else math.nan
        yield AIMS["beside_asterisk"], self._beside_asterisk()
        yield AIMS["kib_per_call"], listening[most].values["kib_per_call"] if most else math.nan
        yield AIMS["flat"], self.unevenness("line")

    def unevenness(self, who: str) -> float:
        """CPU a call that listens, from 500 calls up: the most beside the least."""
        every = self.every(who, False).items()
        costs = [one.values["cpu_us_per_call_second"] for calls, one in every if calls >= _MANY]
        return max(costs) / min(costs) if len(costs) > 1 else math.nan

    def _beside_asterisk(self) -> float:
        """Calls a core by CPU time, each at the most that it was complete with."""
        each = []
        for who in ("line", "asterisk"):
            complete = [figures for figures in self.every(who, False).values() if figures.complete]
            each.append(complete[-1].calls_a_core if complete else math.nan)
        return each[0] / each[1]


@dataclass(frozen=True, slots=True)
class Aim:
    """What is to be reached: at least, or at most."""

    name: str
    words: str
    value: float
    at_least: bool

    def missed(self, reached: float) -> bool:
        """Whether a figure does not do; what was not measured misses nothing."""
        return reached < self.value if self.at_least else reached > self.value


AIMS: Mapping[str, Aim] = {
    aim.name: aim
    for aim in (
        Aim("listening_calls", "calls that listen, on one core, under 0.1 % of gaps over 40 ms", 5000, True),
        Aim("talking_calls", "the same with callers who send", 3000, True),
        Aim("beside_the_floor", "CPU a packet beside the C floor, most calls", 1.2, False),
        Aim("beside_asterisk", "calls a core beside Asterisk, by CPU", 7, True),
        Aim("kib_per_call", "KiB a call, most calls", 8, False),
        Aim("flat", "CPU a call from 500 calls up, most beside least", 1.2, False),
    )
}


def _most_held(every: Mapping[int, Figures]) -> float:
    return max((calls for calls, figures in every.items() if figures.held), default=0 if every else math.nan)


def _medians(windows: Sequence[Window]) -> dict[str, float]:
    return {name: median(window.figure(name) for window in windows) for name in FIGURES}


def _ratio(value: float, least: float) -> float:
    return value / least if least else math.nan


def three_figures(value: float) -> str:
    """As a person writes it; ``-`` for what was not measured."""
    if math.isnan(value):
        return "-"
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"
