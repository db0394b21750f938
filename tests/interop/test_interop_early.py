"""Early media heard by somebody else's caller, who requires 100rel (RFC 3262)."""

from __future__ import annotations

from collections.abc import Callable

from conftest import peer_required
from peers.ear import Ear
from peers.line import Line
from peers.sipp import Sipp
from sentences import hears_prompt


def test_a_sentence_before_the_answer_is_heard_by_a_caller_who_requires_100rel(
    open_line: Callable[..., Line], sipp: Callable[..., Sipp]
) -> None:
    peer_required("raw sockets")
    line, caller = open_line(line_more='before_answer = "one-moment"'), sipp()
    with Ear(caller.media_port) as ear:
        outcome = caller.play("early", line.address)
    assert outcome.code == 0, outcome.explain()
    (progress,) = outcome.received(183, "INVITE")
    (answer,) = outcome.received(200, "INVITE")
    assert progress.header("Require") == ["100rel"]
    assert answer.header("Content-Length") == ["0"]
    said = [hears_prompt(line, ear.audio(), text, 1.5) for text in ("one-moment", "welcome")]
    assert [found.correlation > 0.9 for found in said] == [True, True], said
    assert said[0].offset_s < 0.2, "the sentence begins with the PRACK"
    assert said[1].offset_s > answer.at - progress.at - 0.2, "the welcome came before the answer"
    assert answer.at - progress.at > 0.8, "the sentence was not over when the line answered"
