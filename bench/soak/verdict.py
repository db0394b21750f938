"""What was held and what became of the calls come in, what is wrong with it goes out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bench.soak.held import Held
from bench.soak.phones import Tally
from bench.soak.record import Record

__all__ = ["Allowed", "growth", "settled", "wrongs"]

_WARM = 1 / 3  # of the time: every sentence has been spoken and every place has called


@dataclass(frozen=True, slots=True)
class Allowed:
    """How much is no leak: MiB that the allocator keeps, threads of the pool, sockets for a busier moment."""

    mib: float = 12.0
    threads: int = 4
    descriptors: int = 8
    udp: int = 6


def settled(held: Sequence[Held]) -> list[Held]:
    """What was held after the warm-up."""
    return [one for one in held if one.at >= held[-1].at * _WARM] if held else []


def growth(held: Sequence[Held]) -> float:
    """MiB an hour, by least squares; 0 of fewer than three moments."""
    if len(held) < 3:
        return 0.0
    slope = np.polyfit([one.at for one in held], [one.mib for one in held], 1)[0]
    return float(slope) * 3600


def wrongs(
    held: Sequence[Held], drained: Held | None, tally: Tally, record: Record, allowed: Allowed
) -> Iterator[str]:
    """Each thing that should not be, in a sentence; ``drained`` was seen with all calls gone."""
    if not tally.answered:
        yield "no call was answered"
    for reason, count in tally.failed.most_common():
        yield f"{count} calls failed: {reason}"
    if record.refused:
        yield f"the line refused {record.refused} calls"
    if record.standing:
        yield f"{record.standing} calls are stuck in the line, the oldest for {record.oldest:.0f} s"
    if record.problems:
        yield f"{record.problems} errors in the log"
    calm = settled(held)
    if drained is None or not calm:
        yield "the line was gone before the end"
        return
    grown = growth(calm) * (calm[-1].at - calm[0].at) / 3600
    if grown > allowed.mib:
        yield f"memory grew by {grown:.1f} MiB after the warm-up"
    for name, most in (
        ("threads", allowed.threads),
        ("descriptors", allowed.descriptors),
        ("udp", allowed.udp),
    ):
        first, last = getattr(calm[0], name), getattr(drained, name)
        if last - first > most:
            yield f"{name} went from {first} after the warm-up to {last} with all calls gone"
