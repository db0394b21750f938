"""A seed in, what each caller does out: how long it stays, which keys it presses, how it ends.

The n-th call of a place is the same for a seed, however fast the machine is.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

__all__ = ["LONGEST_STAY", "Drawn", "Ending", "Hold", "Press", "draw"]

LONGEST_STAY = 120.0  # seconds that a caller waits for the line to say goodbye
_CANCELS_WITHIN = 0.6  # seconds: the line answers after half of it, so that some cross its 200
_LONGEST = 6.0  # times the mean
_OFTEN, _SELDOM = "1223456", "07*#89"


class Ending(Enum):
    """How a call ends where nothing else ends it before."""

    HANGS_UP = "BYE"
    CANCELS = "CANCEL"
    STAYS = "waits until the line hangs up"
    VANISHES = "says nothing more, and answers nothing"
    NEVER_ACKS = "sends no ACK"


_ENDINGS = (
    [Ending.HANGS_UP] * 80
    + [Ending.CANCELS] * 6
    + [Ending.STAYS] * 8
    + [Ending.VANISHES] * 4
    + [Ending.NEVER_ACKS] * 2
)


@dataclass(frozen=True, slots=True)
class Press:
    """A key, so many seconds after the answer."""

    after: float
    key: str


@dataclass(frozen=True, slots=True)
class Hold:
    """The caller puts us on hold (RFC 3264 section 8.4), so many seconds after the answer, for so long."""

    after: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Drawn:
    """One call. ``lasts`` is in seconds from its INVITE; ``number`` is empty where it is withheld.

    One who ``talks`` sends 50 packets a second, the others one every two seconds. Without ``events`` keys are
    tones in the speech.
    """

    name: str
    number: str
    codec: str
    talks: bool
    events: bool
    muxes: bool
    transfers: bool
    holds: Hold | None
    keys: tuple[Press, ...]
    lasts: float
    ending: Ending


def draw(seed: int, place: int, turn: int, numbers: Sequence[str], mean: float) -> Drawn:
    """The ``turn``-th call of a place; calls that are hung up last ``mean`` seconds at the mean."""
    chance = random.Random(f"{seed} {place} {turn}")
    ending = chance.choice(_ENDINGS)
    match ending:
        case Ending.CANCELS:
            lasts = chance.uniform(0, _CANCELS_WITHIN)
        case Ending.STAYS:
            lasts = LONGEST_STAY
        case _:
            lasts = min(chance.expovariate(1 / mean), _LONGEST * mean)
    return Drawn(
        name=f"soak-{seed}-{place}-{turn}-{chance.getrandbits(32):08x}",
        number=_number(chance, numbers),
        codec=chance.choice(["PCMA", "PCMA", "PCMU"]),
        talks=chance.random() < 0.5,
        events=chance.random() < 0.95,
        muxes=chance.random() < 0.3,
        transfers=chance.random() < 0.5,
        holds=_hold(chance, ending, mean, lasts),
        keys=tuple(_keys(chance, min(lasts, 4 * mean))),
        lasts=lasts,
        ending=ending,
    )


def _hold(chance: random.Random, ending: Ending, mean: float, lasts: float) -> Hold | None:
    """One caller in ten; of those who vanish one in two does so on hold, once it has heard something."""
    hold, held = Hold(chance.uniform(0, mean), chance.uniform(0.2, 5)), chance.random()
    if ending is Ending.VANISHES and held < 0.5:
        return Hold(1 + hold.after / mean * max(lasts - 1, 0), _LONGEST * mean)
    return hold if held < 0.1 else None


def _number(chance: random.Random, numbers: Sequence[str]) -> str:
    """Mostly a subscriber; sometimes one that nobody knows, or none."""
    kind = chance.random()
    if kind < 0.05:
        return ""
    return f"{chance.randrange(601_000_000, 609_000_000)}" if kind < 0.1 else chance.choice(numbers)


def _keys(chance: random.Random, lasts: float) -> list[Press]:
    keys, after = [], chance.uniform(0.2, 4)
    while after < lasts:
        keys.append(Press(after, chance.choice(_OFTEN if chance.random() < 0.8 else _SELDOM)))
        after += 0.15 + chance.expovariate(1 / 3)
    return keys
