"""Digits so far and a key in; what has become of the number out. The rules of keying a number in."""

from __future__ import annotations

from enum import Enum, auto

from ivr.flow.steps import ReadStep

__all__ = ["Keyed", "after_key", "after_pause"]


class Keyed(Enum):
    """What a key has made of a number."""

    MORE = auto()  # the number has begun, or goes on
    AFRESH = auto()  # the caller begins it anew
    WHOLE = auto()  # it is there, and the caller said so
    FULL = auto()  # it is there, since no more digits fit
    TOO_SHORT = auto()
    BACK = auto()
    NOTHING = auto()  # a key that means nothing here


def after_key(step: ReadStep, digits: str, key: str) -> tuple[Keyed, str]:
    """A key: a digit adds itself, ``#`` ends, ``*`` leads back or, where no way back is given, clears."""
    if key in "0123456789":
        digits += key
        return (Keyed.FULL if len(digits) >= step.most else Keyed.MORE), digits
    if key == "#":
        return after_pause(step, digits), digits
    if key == "*":
        return (Keyed.BACK if step.back is not None else Keyed.AFRESH), ""
    return Keyed.NOTHING, digits


def after_pause(step: ReadStep, digits: str) -> Keyed:
    """No more keys are coming."""
    return Keyed.WHOLE if len(digits) >= step.least else Keyed.TOO_SHORT
