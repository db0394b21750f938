"""Several calls in, made at the same time by one SIPp each; how each went and what it heard out."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from listening import Found, find
from peers.ear import Ear, audio
from peers.process import Process, until
from peers.scenario import (
    ack,
    bye,
    challenged,
    invite,
    pause,
    receive,
    refused_ack,
    until_told,
    write_scenario,
)
from peers.sipp import Outcome, Sipp

__all__ = ["ALIKE", "Heard", "Plan", "call_that_listens", "play_together"]

ALIKE = 0.9
"""From what correlation on a sentence has been heard."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One call: who makes it, by which scenario (name or file), and the login of a phone that needs one."""

    caller: Sipp
    scenario: str | Path
    login: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """How a call went, the RTP payload types it was sent, the speech in them, and the sentence in that."""

    outcome: Outcome
    payload_types: frozenset[int]
    audio: npt.NDArray[np.int16]
    found: Found


def call_that_listens(
    caller: Sipp, *press: str, login: tuple[str, str] | None = None, body: str | None = None
) -> Plan:
    """A call that presses something two seconds after the answer, and listens until it is told to go on.

    ``body`` is its offer, where that is another than usual.
    """
    opening, cseq = [invite(body=body)], 1
    if login:
        opening += [receive(100, optional=True), challenged(), refused_ack(3)]
        opening += [invite("[authentication]", cseq=2)]
        cseq = 2
    ringing = [receive(status, optional=True) for status in (100, 180, 183)]
    answered = [*ringing, receive(200, rrs=True), ack(cseq), pause(2)]
    steps = [*opening, *answered, *press, until_told(), bye(cseq + 2)]
    return Plan(caller, write_scenario(caller.folder, "listens", *steps), login)


def play_together(
    plans: Mapping[str, Plan],
    target: tuple[str, int],
    sentence: npt.NDArray[np.int16] | None = None,
) -> dict[str, Heard]:
    """All calls to the target at once, by their names; back when the last has ended.

    Each is told to go on once it has heard the ``sentence``, and ``found`` says how well it did.
    """
    with ExitStack() as stack:
        ears = {name: stack.enter_context(Ear(plan.caller.media_port)) for name, plan in plans.items()}
        at_work = {
            name: plan.caller.start(plan.scenario, target, login=plan.login) for name, plan in plans.items()
        }
        if sentence is not None:
            _wait_till_heard(plans, at_work, ears, sentence)
        outcomes = {name: plans[name].caller.outcome(process) for name, process in at_work.items()}
    calls = {}
    for name, ear in ears.items():
        heard = audio(ear.packets)
        types = frozenset(packet.payload_type for packet in ear.packets)
        found = Found(0.0, 0.0) if sentence is None else find(heard, sentence)
        calls[name] = Heard(outcomes[name], types, heard, found)
    return calls


def _wait_till_heard(
    plans: Mapping[str, Plan],
    at_work: Mapping[str, Process],
    ears: Mapping[str, Ear],
    sentence: npt.NDArray[np.int16],
) -> None:
    """Tell each call to go on once it has heard the sentence; one that has ended is told nothing."""
    waiting = set(plans)

    def all_told() -> bool:
        for name in sorted(waiting):
            if not at_work[name].alive:
                waiting.discard(name)
            elif find(ears[name].audio(), sentence).correlation > ALIKE:
                plans[name].caller.go_on()
                waiting.discard(name)
        return not waiting

    until(all_told, 60, lambda: f"these calls go on: {sorted(waiting)}")
