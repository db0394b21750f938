"""A table of figures in, a plot of CPU time a packet against calls out, as SVG."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.media.measured import Table

__all__ = ["write_plot"]

_COLOURS = {"floor": "#666666", "plane": "#8fb8de", "line": "#1f5fa8", "asterisk": "#d9782d"}
_SHOWN = 0.9  # of the packets came; where fewer did, the cost of those tells nothing
_TITLES = ("callers listen", "callers send as well")


def write_plot(file: Path, table: Table, names: Mapping[str, str]) -> None:
    """Two panels side by side, both axes in powers of ten; the same figures give the same file."""
    with matplotlib.rc_context({"svg.hashsalt": "infoline", "svg.fonttype": "none", "font.size": 9}):
        figure = Figure(figsize=(8, 3.4), layout="constrained")
        left, right = figure.subplots(1, 2, sharey=True)
        for talking, axes in ((False, left), (True, right)):
            _panel(axes, table, names, talking)
        left.set_ylabel("µs of CPU a packet")
        right.legend(frameon=False, fontsize=8)
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})


def _panel(axes: Axes, table: Table, names: Mapping[str, str], talking: bool) -> None:
    for name, words in names.items():
        every = {calls: one for calls, one in table.every(name, talking).items() if one.arrived >= _SHOWN}
        values = [figures.values["us_per_packet"] for figures in every.values()]
        axes.plot(list(every), values, marker="o", markersize=3, color=_COLOURS[name], label=words)
    axes.set_xscale("log")
    axes.set_yscale("log")
    counts = sorted({calls for name in names for calls in table.counts(name, talking)})
    axes.set_xticks(counts, [str(calls) for calls in counts], fontsize=7)
    axes.minorticks_off()
    ticks = [1, 2, 3, 5, 10, 20, 50, 100]
    axes.set_yticks(ticks, [str(tick) for tick in ticks])
    axes.set_xlabel(f"calls; {_TITLES[talking]}")
    axes.grid(color="#dddddd", linewidth=0.5)
    axes.spines[["top", "right"]].set_visible(False)
