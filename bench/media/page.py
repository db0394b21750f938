"""A table of figures in, a page in Markdown with a plot beside it out."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bench.media.measured import FIGURES, Figures, Table, three_figures
from bench.media.plot import write_plot

__all__ = ["write_page"]

_NAMES = {
    "floor": "C floor",
    "plane": "our media plane alone",
    "line": "the line",
    "asterisk": "Asterisk 22",
}
_TOP = """\
# What a caller costs

`make bench-media` made this page and the plot: {rounds} x {seconds:g} s each, medians; {date}, {machine}.

Who is measured has one core to itself, the callers the other. All callers are one C program on one port, each
at an address of its own; gaps are taken from the kernel's time stamps, by SSRC. A packet is 20 ms of A-law.

- **C floor**: `bench/floor/floor.c` sends the same packets by `sendmmsg` in four phases of 5 ms and does
  nothing else. What callers send it reads by `recvmmsg`.
- **the line**: `ivr run`, called by SIP, every caller in a prompt, RTCP included. Only `max_calls` is set
  higher, and `silent_after`, since callers who listen send nothing here.
- **our media plane alone**: the same thread without calls around it, to see what they add.
- **Asterisk 22**: `bench/peers/asterisk/`, playing a file to each caller. It is measured up to the number of
  calls that it no longer holds.

Loopback stands for the network: a packet passes the whole of the kernel on the way out, and what the kernel
does on the receiving side until the packet lies in a socket is the sender's cost too. A network card shares
this out differently, the same for all four.
"""
_BETWEEN = """
![CPU time a packet]({plot})

Beside each figure, in brackets, how many times the floor's it is.
"""


def write_page(page: Path, table: Table, who: list[str], seconds: float, rounds: int, load: float) -> None:
    """Write the page, and the plot as an SVG file of the same name beside it.

    ``load`` is how many others wanted to run on the machine.
    """
    machine = f"{os.cpu_count()} cores, Linux {'.'.join(platform.release().split('.')[:2])}, "
    machine += f"Python {platform.python_version()}, load {load:.1f} when it began"
    text = [
        _TOP.format(rounds=rounds, seconds=seconds, date=f"{datetime.now(UTC):%Y-%m-%d}", machine=machine),
        *_aims(table),
        _BETWEEN.format(plot=page.with_suffix(".svg").name),
        *_tables(table, who),
    ]
    page.write_text("\n".join(text) + "\n", "utf-8")
    write_plot(page.with_suffix(".svg"), table, {name: _NAMES[name] for name in who})


def _aims(table: Table) -> Iterator[str]:
    yield "| aim | | reached | |\n|---|---|---|---|"
    for aim, reached in table.aims():
        bound = f"{'at least' if aim.at_least else 'at most'} {aim.value:g}"
        verdict = "not measured" if math.isnan(reached) else "missed" if aim.missed(reached) else "met"
        yield f"| {aim.words} | {bound} | {three_figures(reached)} | {verdict} |"
    yield "\nFew packets at a time find a cold machine, many a warm one. The last figure of the C floor is"
    yield f"{three_figures(table.unevenness('floor'))}."


def _tables(table: Table, who: list[str]) -> Iterator[str]:
    for talking, title in ((False, "Callers who listen"), (True, "Callers who send as well")):
        yield f"\n## {title}\n"
        yield f"| calls | | {' | '.join(FIGURES.values())} | arrived, % |"
        yield "|---:|---|" + "---:|" * (len(FIGURES) + 1)
        counts = sorted({calls for name in who for calls in table.counts(name, talking)})
        for calls in counts:
            for name in who:
                figures = table.figures(name, calls, talking)
                if figures is not None:
                    yield f"| {calls} | {_NAMES[name]} | {' | '.join(_cells(name, figures))} |"


def _cells(name: str, figures: Figures) -> Iterator[str]:
    for figure in FIGURES:
        value, ratio = figures.values[figure], figures.ratios[figure]
        beside = "" if name == "floor" or math.isnan(ratio) else f" ({ratio:.2f})"
        yield three_figures(value) + beside
    yield f"{100 * figures.arrived:.1f}"
