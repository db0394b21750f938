"""``[media] shards``: calls at the same time are spoken to by several threads, each from ports of its own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from conftest import peer_required
from peers.ear import Ear
from peers.line import Line
from peers.sipp import Sipp
from sentences import CREDIT, hears


def test_two_calls_are_in_two_shards_and_each_hears_its_credit(
    open_line: Callable[..., Line], sipp: Callable[..., Sipp], tmp_path: Path
) -> None:
    peer_required("raw sockets")
    line, callers = open_line(media_more="shards = 2"), [sipp(), sipp()]
    with ExitStack() as stack:
        ears = [stack.enter_context(Ear(caller.media_port)) for caller in callers]
        at_work = [caller.start("call", line.address) for caller in callers]
        outcomes = [caller.outcome(process) for caller, process in zip(callers, at_work, strict=True)]
    for outcome, ear in zip(outcomes, ears, strict=True):
        assert outcome.code == 0, outcome.explain()
        assert hears(line, ear.audio(), CREDIT, tmp_path).correlation > 0.9
    ports = [{packet.source for packet in ear.packets} for ear in ears]
    shards = [{port // 2 % 2 for port in each} for each in ports]
    assert sorted(map(sorted, shards)) == [[0], [1]], ports
