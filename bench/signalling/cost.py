"""A process in, the CPU time and memory of it and its children out, as Linux counts them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

__all__ = ["cpu_seconds", "on_core", "resident_mib"]

_TICKS = os.sysconf("SC_CLK_TCK")
_UTIME, _STIME, _PARENT = 11, 12, 1  # places in /proc/PID/stat behind the name (proc(5))


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()


def _tree(root: int) -> Iterator[tuple[int, list[str]]]:
    """The process and its descendants that still run."""
    seen = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                seen[int(entry.name)] = _stat(int(entry.name))
    for pid, stat in seen.items():
        above = pid
        while above in seen and above != root:
            above = int(seen[above][_PARENT])
        if above == root:
            yield pid, stat


def cpu_seconds(root: int) -> float:
    """User and system time of a process, all its threads and its children so far."""
    return sum(int(stat[_UTIME]) + int(stat[_STIME]) for _, stat in _tree(root)) / _TICKS


def resident_mib(root: int) -> float:
    """Memory of one process, without its children."""
    pages = int(Path(f"/proc/{root}/statm").read_text("utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@contextlib.contextmanager
def on_core(core: int) -> Iterator[None]:
    """What is started within runs on this core alone; the last there is when there are not so many."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {sorted(before)[core % len(before)]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
