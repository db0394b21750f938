"""Transcripts in, the ways through the dialplan that they walk out: each is walked again, step by step."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from ivr.accounts.packs import operator_of
from ivr.flow import Facts, Instruction, Plan, Speak, Walk
from ivr.flow.plan import Place, ways_out
from ivr.flow.steps import RESUME, AskStep, LookUpStep, Step

from .stage import Call

SAID = re.compile(r" *(line|caller|system)  (.+)")
CLOCK = re.compile(r"reads the clock: \w+ (\S+ \S+) \w+")


class Noting(dict):
    """A mapping that notes which of its keys are asked for and found."""

    def __init__(self, mapping: Iterable[tuple[str, object]], notes: list[Place], *at: str) -> None:
        super().__init__(mapping)
        self._notes, self._at = notes, at

    def __getitem__(self, key):
        self._notes.append((*self._at, key))
        return super().__getitem__(key)

    def get(self, key, default=None):
        if key not in self:
            return default
        return self[key]


def ways_walked(plan: Plan, call: Call, facts: Facts) -> set[Place]:
    """The places of all ways that a call takes: ``("step", "menu", "keys", "2")``."""
    notes: list[Place] = []
    steps = {name: _noted(step, notes) for name, step in plan.steps.items()}
    walk = Walk(replace(plan, steps=Noting(steps.items(), notes, "step")))
    told = walk.start(str(call.options["number"]), facts)
    zone = ZoneInfo(operator_of(plan.line.operator).time_zone)
    for line in call.printed:
        found = SAID.fullmatch(line)
        assert found, f"no line of a transcript: {line}"
        if found[1] != "line":
            while any(isinstance(one, Speak) for one in told):
                told = walk.spoken()
            for answer in _answers(walk, found[2], zone):
                told = answer
    return set(_ways(plan, notes))


def _noted(step: Step, notes: list[Place]) -> Step:
    if isinstance(step, AskStep):
        return replace(step, keys=Noting(step.keys.items(), notes, "step", step.name, "keys"))
    if isinstance(step, LookUpStep):
        return replace(step, outcomes=Noting(step.outcomes.items(), notes, "step", step.name, "outcomes"))
    return step


def _answers(walk: Walk, what: str, zone: ZoneInfo) -> Iterator[Sequence[Instruction]]:
    """What the call does next, where a line of the transcript says something of it."""
    if what.startswith("presses "):
        yield walk.key_pressed(what[-1])
    elif what.startswith("keys in "):
        for _ in what.removeprefix("keys in "):
            yield walk.key_pressed("1")
    elif what.startswith("is silent"):
        yield walk.waited()
    elif what.startswith("looks up "):
        yield walk.looked_up(what.rpartition(" ")[2], {})
    elif what.startswith("compares "):
        yield walk.identified(what.rpartition(" ")[2], {})
    elif found := CLOCK.fullmatch(what):
        yield walk.time_is(datetime.fromisoformat(found[1]).replace(tzinfo=zone))
    elif what.startswith("transfers "):
        yield walk.transferred(what.endswith(": connected"))


def _ways(plan: Plan, notes: Sequence[Place]) -> Iterator[Place]:
    """From the steps that were entered, and the keys and outcomes between them, to the ways."""
    for before, after in pairwise(notes):
        if len(before) > 2:
            yield before
        elif len(after) == 2:
            ways = [
                way.place
                for way in ways_out(plan.steps[before[1]])
                if way.to in (after[1], RESUME) and way.place[2] not in ("keys", "outcomes")
            ]
            assert len(ways) == 1, f"{before[1]} leads to {after[1]} in {len(ways)} ways"
            yield ways[0]
