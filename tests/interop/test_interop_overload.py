"""Calls in progress while others are refused by the hundred: their speech keeps its rhythm."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from conftest import peer_required
from peers.ear import Packet
from peers.flood import Flood
from peers.line import Line
from peers.scenario import keys
from peers.sipp import Sipp
from sentences import CREDIT, spoken_by
from together import ALIKE, call_that_listens, play_till_heard

PBX = '[[trunks]]\nname = "PBX"\nnetworks = ["127.0.0.1"]\n'
PHONE, STRANGER = "127.0.0.3", "127.0.0.4"
RATE = 300


def rhythm(packets: list[Packet]) -> tuple[float, float]:
    """The mean and the 95th percentile of the seconds from packet to packet."""
    gaps = [later.at - sooner.at for sooner, later in pairwise(packets)]
    return float(np.mean(gaps)), float(np.percentile(gaps, 95))


@pytest.mark.parametrize(("source", "answers"), [(PHONE, {401, 503}), (STRANGER, set())])
def test_a_call_does_not_hear_that_300_others_a_second_are_turned_away(
    open_line: Callable[..., Line],
    sipp: Callable[..., Sipp],
    source: str,
    answers: set[int],
) -> None:
    """The phones' limit is ten a second; a stranger gets nothing at all."""
    peer_required("raw sockets")
    line = open_line(sip_more=f'phones_from = ["127.0.0.1", "{PHONE}"]', media_more=PBX)
    plan, credit = call_that_listens(sipp(), keys("2")), spoken_by(line, CREDIT)
    with Flood(line.address, RATE, source) as flood:
        call = play_till_heard(plan, line.address, credit)
    outcome = call.outcome
    assert outcome.code == 0, outcome.explain()
    assert flood.sent > RATE * 5
    assert set(flood.answers) == answers
    assert not answers or flood.answers[503] > flood.sent * 0.8
    answered = outcome.received(200, "INVITE")[0].at - outcome.requests("INVITE", received=False)[0].at
    assert answered < 0.5
    steps = {(b.sequence - a.sequence) & 0xFFFF for a, b in pairwise(call.packets)}
    assert steps == {1}
    mean, late = rhythm(call.packets)
    assert abs(mean - 0.02) < 0.002
    assert late < 0.045
    assert call.found.correlation > ALIKE
