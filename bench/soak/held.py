"""A process in, what it holds out: memory, threads, descriptors, UDP sockets, children (Linux, proc(5))."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Held", "held_by"]

_INODE = re.compile(r"socket:\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Held:
    """At one moment, ``at`` seconds after the first call began.

    ``cpu`` and ``queued`` are seconds in which its main thread ran, and waited for others to leave a core.
    """

    at: float
    mib: float
    threads: int
    descriptors: int
    udp: int
    children: int
    cpu: float = 0.0
    queued: float = 0.0


def held_by(process: int, at: float) -> Held:
    """What it holds now. OSError where it is gone."""
    folder = Path(f"/proc/{process}")
    status = (folder / "status").read_text("utf-8")
    links, ran = _links(folder), (folder / "schedstat").read_text("utf-8").split()
    return Held(
        at,
        _number(status, "VmRSS:") / 1024,
        _number(status, "Threads:"),
        len(links),
        len(_udp_inodes(folder) & {found[1] for link in links if (found := _INODE.fullmatch(link))}),
        sum(len(file.read_text("utf-8").split()) for file in folder.glob("task/*/children")),
        int(ran[0]) / 1e9,
        int(ran[1]) / 1e9,
    )


def _number(status: str, name: str) -> int:
    return int(status.partition(name)[2].split()[0])


def _links(folder: Path) -> list[str]:
    """Where the descriptors lead; one that closes meanwhile is left out."""
    links = []
    for descriptor in (folder / "fd").iterdir():
        try:
            links.append(str(descriptor.readlink()))
        except FileNotFoundError:
            continue
    return links


def _udp_inodes(folder: Path) -> set[str]:
    """All UDP sockets of its network, by inode."""
    rows = [
        row.split()
        for table in ("udp", "udp6")
        if (file := folder / "net" / table).exists()
        for row in file.read_text("utf-8").splitlines()[1:]
    ]
    return {row[9] for row in rows}
