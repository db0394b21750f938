"""Several calls in, made at the same time by one SIPp each; how each went and what it heard out."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from peers.ear import Ear, audio
from peers.sipp import Outcome, Sipp

__all__ = ["Heard", "Plan", "play_together"]


@dataclass(frozen=True, slots=True)
class Plan:
    """One call: who makes it, by which scenario, and the login of a phone that needs one."""

    caller: Sipp
    scenario: str
    login: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """How a call went, the RTP payload types it was sent and the speech in them."""

    outcome: Outcome
    payload_types: frozenset[int]
    audio: npt.NDArray[np.int16]


def play_together(plans: Mapping[str, Plan], target: tuple[str, int]) -> dict[str, Heard]:
    """All calls to the target at once, by their names; back when the last has ended."""
    with ExitStack() as stack:
        ears = {name: stack.enter_context(Ear(plan.caller.media_port)) for name, plan in plans.items()}
        at_work = {
            name: plan.caller.start(plan.scenario, target, login=plan.login) for name, plan in plans.items()
        }
        outcomes = {name: plans[name].caller.outcome(process) for name, process in at_work.items()}
    return {
        name: Heard(outcomes[name], frozenset(p.payload_type for p in ear.packets), audio(ear.packets))
        for name, ear in ears.items()
    }
