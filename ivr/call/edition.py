"""The files operators write in, checked; which line answers a number, and who says its sentences, out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, partial

from ivr.call.speaker import Speaker
from ivr.flow import Facts, Line, Plan

__all__ = ["Edition"]

_REMEMBERED = 1024  # dialled numbers


class Edition:
    """Dialplans and sentences that belong together.

    A call keeps the edition that it began with, so nothing of it changes under a caller when operators change
    their files; the next call begins with the next edition.
    """

    def __init__(self, plans: Sequence[Plan], speaker: Speaker, facts: Facts | None = None) -> None:
        """The fixed sentences of ``speaker`` are prepared; every call knows ``facts`` from its start."""
        self.plans, self.speaker, self.facts = tuple(plans), speaker, facts or {}
        self.plan_for = lru_cache(maxsize=_REMEMBERED)(partial(_plan_for, self.plans))
        self.line_for = lru_cache(maxsize=_REMEMBERED)(partial(_line_for, self.plans))


def _plan_for(plans: Sequence[Plan], dialled: str) -> Plan | None:
    """The line that answers a dialled number, None where there is none."""
    return next((plan for plan in plans if plan.line.answers(dialled)), None)


def _line_for(plans: Sequence[Plan], dialled: str) -> Line:
    """The line as it is for calls to one of its numbers. KeyError where none answers it."""
    plan = _plan_for(plans, dialled)
    if plan is None:
        raise KeyError(dialled)
    return plan.line.called(dialled)
