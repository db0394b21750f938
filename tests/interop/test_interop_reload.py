"""Dialplans that change, well and badly, under calls of somebody else's caller: none is dropped or harmed."""

from __future__ import annotations

import signal
from collections.abc import Callable
from itertools import pairwise

from conftest import peer_required
from listening import find
from peers.ear import Ear
from peers.line import Line
from peers.process import until
from peers.scenario import keys
from peers.sipp import Sipp
from sentences import CREDIT, spoken_by
from together import ALIKE, Listener, call_that_listens, go_on_once_heard

TAKEN, REFUSED = "dialplans and prompts read", "dialplans and prompts not read, the old ones stay"
UNSOUND = '\n[step.lonely]\nsay = "no-such-sentence"\nthen = "nowhere"\n'
CALLS = 40


def reload(line: Line, told: str, times: int) -> None:
    """Ask for it, and wait until it has been told so often."""
    line.process.tell(signal.SIGHUP)
    until(lambda: line.log().count(told) >= times, 30, line.log)


def test_forty_calls_go_on_while_the_files_change_six_times(
    open_line: Callable[..., Line], sipp: Callable[..., Sipp]
) -> None:
    peer_required("raw sockets")
    line, crowd, listener = open_line(wait="4 s"), sipp(number="777000005"), sipp()
    listens, credit = call_that_listens(listener, keys("2")).scenario, spoken_by(line, CREDIT)
    plan = line.settings.parent / "dialplan" / "callpro.toml"
    sound = plan.read_text("utf-8")
    at_work = crowd.start("call", line.address, calls=CALLS, rate=8)
    with Ear(listener.media_port) as ear:
        listening = listener.start(listens, line.address)
        for nth in range(1, 4):
            plan.write_text(sound.replace('"4488"', f'"4488", "448{nth}"'), "utf-8")
            reload(line, TAKEN, nth)
            plan.write_text(f"{sound}{UNSOUND}", "utf-8")
            reload(line, REFUSED, nth)

        def enough() -> bool:
            return find(ear.audio(), credit).correlation > ALIKE

        go_on_once_heard({"listener": Listener(listener, listening, enough)})
        heard, others = listener.outcome(listening), crowd.outcome(at_work)
    for outcome in (heard, others):
        assert outcome.code == 0, f"{outcome.explain()}\n{line.log()[-3000:]}"
    assert line.log().count("call ended") == CALLS + 1
    assert {(b.sequence - a.sequence) & 0xFFFF for a, b in pairwise(ear.packets)} == {1}
    assert find(ear.audio(), credit).correlation > ALIKE
    assert sipp().play("call_short", line.address, dial="4483").code == 0  # of the last sound file
