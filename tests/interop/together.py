"""Several calls in, made at the same time by one SIPp each; how each went and what it heard out."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from listening import Found, find
from peers.ear import Packet, audio, listening
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

__all__ = [
    "ALIKE", "Heard", "Listener", "Plan", "call_that_listens", "go_on_once_heard", "play_till_heard",
    "play_together",
]  # fmt: skip

ALIKE = 0.9
"""From what correlation on a sentence has been heard."""

Samples = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Plan:
    """One call: who makes it, by which scenario (name or file), and the login of a phone that needs one."""

    caller: Sipp
    scenario: str | Path
    login: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """How a call went, the RTP it was sent, the speech in that, and where the sentence is in the speech."""

    outcome: Outcome
    packets: list[Packet]
    audio: Samples
    found: Found

    @property
    def payload_types(self) -> set[int]:
        """The RTP payload types it was sent."""
        return {packet.payload_type for packet in self.packets}


@dataclass(frozen=True, slots=True)
class Listener:
    """A call at work: who makes it, its SIPp, and whether it has heard enough by now."""

    caller: Sipp
    process: Process
    enough: Callable[[], bool]


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
    sentence: Samples | None = None,
    *,
    dial: str = "4488",
    through: tuple[str, int] | None = None,
) -> dict[str, Heard]:
    """All calls to the target at once, by their names; back when the last has ended.

    Each is told to go on once it has heard the ``sentence``, and ``found`` says how well it did. All are
    callers at IPv4 addresses.
    """
    phones = {name: (plan.caller.host, plan.caller.media_port) for name, plan in plans.items()}
    with listening(phones.values()) as packets:
        at_work = {
            name: plan.caller.start(plan.scenario, target, dial=dial, through=through, login=plan.login)
            for name, plan in plans.items()
        }
        if sentence is not None:
            go_on_once_heard(
                {
                    name: Listener(
                        plan.caller, at_work[name], partial(_is_heard, sentence, packets[phones[name]])
                    )
                    for name, plan in plans.items()
                }
            )
        outcomes = {name: plans[name].caller.outcome(process) for name, process in at_work.items()}
    calls = {}
    for name, phone in phones.items():
        heard = audio(packets[phone])
        found = Found(0.0, 0.0) if sentence is None else find(heard, sentence)
        calls[name] = Heard(outcomes[name], packets[phone], heard, found)
    return calls


def play_till_heard(
    plan: Plan,
    target: tuple[str, int],
    sentence: Samples,
    *,
    dial: str = "4488",
    through: tuple[str, int] | None = None,
) -> Heard:
    """``play_together`` with one call."""
    return play_together({"": plan}, target, sentence, dial=dial, through=through)[""]


def go_on_once_heard(listeners: Mapping[str, Listener], seconds: float = 60) -> None:
    """Tell each call that stands at ``until_told()`` to go on once it has heard enough.

    One that has ended is told nothing. They are looked at in turn, one at a time, so that many of them do not
    take the time that the calls themselves need.
    """
    waiting = deque(listeners)

    def all_told() -> bool:
        name = waiting.popleft()
        one = listeners[name]
        if one.process.alive:
            if one.enough():
                one.caller.go_on()
            else:
                waiting.append(name)
        return not waiting

    until(all_told, seconds, lambda: f"these calls go on: {sorted(waiting)}")


def _is_heard(sentence: Samples, packets: list[Packet]) -> bool:
    return find(audio(list(packets)), sentence).correlation > ALIKE
