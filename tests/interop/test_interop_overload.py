"""Calls in progress while others are refused by the hundred: their speech keeps its rhythm."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from conftest import peer_required
from peers.ear import Ear, Packet
from peers.flood import Flood
from peers.line import Line
from peers.sipp import Sipp
from sentences import CREDIT, hears

PBX = '[[trunks]]\nname = "PBX"\nnetworks = ["127.0.0.1"]\n'
PHONE, STRANGER = "127.0.0.3", "127.0.0.4"
RATE = 300


def rhythm(packets: list[Packet]) -> tuple[float, float]:
    """The mean and the 99th percentile of the seconds from packet to packet."""
    gaps = [later.at - sooner.at for sooner, later in pairwise(packets)]
    return float(np.mean(gaps)), float(np.percentile(gaps, 99))


@pytest.mark.parametrize(("source", "answers"), [(PHONE, {401, 503}), (STRANGER, set())])
def test_a_call_does_not_hear_that_300_others_a_second_are_turned_away(
    open_line: Callable[..., Line],
    sipp: Callable[..., Sipp],
    tmp_path: Path,
    source: str,
    answers: set[int],
) -> None:
    """The phones' limit is ten a second; a stranger gets nothing at all."""
    peer_required("raw sockets")
    line, caller = open_line(sip_more=f'phones_from = ["127.0.0.1", "{PHONE}"]', media_more=PBX), sipp()
    with Flood(line.address, RATE, source) as flood, Ear(caller.media_port) as ear:
        outcome = caller.play("call", line.address)
    assert outcome.code == 0, outcome.explain()
    assert flood.sent > RATE * 5
    assert set(flood.answers) == answers
    assert not answers or flood.answers[503] > flood.sent * 0.8
    answered = outcome.received(200, "INVITE")[0].at - outcome.requests("INVITE", received=False)[0].at
    assert answered < 0.2
    steps = {(b.sequence - a.sequence) & 0xFFFF for a, b in pairwise(ear.packets)}
    assert steps == {1}
    mean, late = rhythm(ear.packets)
    assert abs(mean - 0.02) < 0.002
    assert late < 0.045
    assert hears(line, ear.audio(), CREDIT, tmp_path).correlation > 0.9
