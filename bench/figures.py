"""Times of many calls in, one line a figure out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

__all__ = ["AIMS", "line_of", "rank"]

AIMS: Mapping[str, int] = {"invite_to_200_ms": 20, "ack_to_speech_ms": 40, "key_to_answer_ms": 60}
"""At the median, in milliseconds."""

_BRIDGED = 300
"""Milliseconds in which every caller hears something, the answer or that it is coming."""


def line_of(name: str, calls: int, times: Sequence[float]) -> str:
    """``invite_to_200_ms calls=200 median=1.2 p99=8.0 aim=20 n=200``; times in milliseconds."""
    ordered = sorted(times)
    median, late = rank(ordered, 0.5), rank(ordered, 0.99)
    aim = AIMS.get(name, _BRIDGED)
    missed = " MISSED" if not (median if name in AIMS else late) <= aim else ""
    return f"{name} calls={calls} median={median:.1f} p99={late:.1f} aim={aim} n={len(ordered)}{missed}"


def rank(ordered: Sequence[float], part: float) -> float:
    """The smallest value that is not below this part of them all; NaN of none."""
    return ordered[math.ceil(part * len(ordered)) - 1] if ordered else math.nan
