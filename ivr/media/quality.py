"""Loss and delay of a call come in, how it sounds to a person goes out: the E-model (ITU-T G.107).

With G.107's default values all that remains of it for G.711 on a clean line is

    R = 93.2 - Idd(delay) - (95 * loss / (loss / burst + robustness))
"""

from __future__ import annotations

import math

__all__ = ["mos", "rating"]

_BEST = 93.2  # Ro - Is with all parameters at their defaults (table 2)
_ROBUSTNESS = 4.3  # Bpl of G.711 without concealment (ITU-T G.113 table I.4): we cannot know of any
_WORST = 95.0


def rating(loss: float, one_way: float = 0.0, burst: float = 1.0) -> float:
    """The transmission rating R from 0 to 93.2; ``loss`` is a share of packets, ``one_way`` in seconds.

    ``burst`` is BurstR: 1 for packets lost independently of each other, more where they go in rows.
    """
    percent = min(max(loss, 0.0), 1.0) * 100
    lost = _WORST * percent / (percent / burst + _ROBUSTNESS)
    return max(_BEST - _delay(one_way * 1000) - lost, 0.0)


def mos(loss: float, one_way: float = 0.0, burst: float = 1.0) -> float:
    """The mean opinion score to be expected, 1 to 4.41 (annex B)."""
    r = rating(loss, one_way, burst)
    return max(1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6, 1.0)


def _delay(milliseconds: float) -> float:
    """Idd: what an absolute delay costs without any echo; nothing up to 100 ms."""
    if milliseconds <= 100:
        return 0.0
    x = math.log2(milliseconds / 100)
    cost: float = 25 * ((1 + x**6) ** (1 / 6) - 3 * (1 + (x / 3) ** 6) ** (1 / 6) + 2)
    return cost
