"""What was held and what became of the calls come in, what is wrong with it goes out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bench.soak.held import Held
from bench.soak.phones import Tally
from bench.soak.record import Record

__all__ = ["Allowed", "growth", "queued", "settled", "wrongs"]

_WARM = 1 / 3  # of the time: every place has called
_SENTENCES_BY = 590.0  # seconds: all sentences have been spoken


@dataclass(frozen=True, slots=True)
class Allowed:
    """How much is no leak: threads of the pool, sockets for a busier moment, MiB that the allocator keeps.

    ``late`` is the part of the calls that may be told to try later, since the machine was too slow.
    In a short run callers still get sentences that nobody has heard before, and the line keeps them: 0.3 MiB
    each, a hundred and more with the demo's accounts.
    """

    mib: float = 12.0
    mib_at_first: float = 40.0  # where less than ten minutes went before
    late: float = 0.01
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


def queued(held: Sequence[Held]) -> float:
    """The part of the time in which the line would have run and had no core: 0 on a quiet machine."""
    if len(held) < 2 or held[-1].at <= held[0].at:
        return 0.0
    return (held[-1].queued - held[0].queued) / (held[-1].at - held[0].at)


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
    if record.late > allowed.late * max(record.begun, 1):
        yield f"{record.late} look-ups or sentences came too late"
    if record.problems:
        yield f"{record.problems} errors in the log"
    calm = settled(held)
    if drained is None or not calm:
        yield "the line was gone before the end"
        return
    grown = growth(calm) * (calm[-1].at - calm[0].at) / 3600
    if grown > (allowed.mib if calm[0].at >= _SENTENCES_BY else allowed.mib_at_first):
        yield f"memory grew by {grown:.1f} MiB after the warm-up"
    for name, most in (
        ("threads", allowed.threads),
        ("descriptors", allowed.descriptors),
        ("udp", allowed.udp),
    ):
        first, last = getattr(calm[0], name), getattr(drained, name)
        if last - first > most:
            yield f"{name} went from {first} after the warm-up to {last} with all calls gone"
