"""A probed call in; OK or CRITICAL in one line with figures, and a table or JSON of what was heard, out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import typer
from rich.console import Console
from rich.table import Table

from ivr.ops.probe_call import ProbedCall
from ivr.ops.probe_follow import ENOUGH, WORD, Followed
from ivr.ops.probe_hearing import level, speech_spells

__all__ = ["Verdict", "judge", "show"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether all is well, in one plain line, and the figures that monitoring draws."""

    ok: bool
    line: str
    figures: dict[str, float]

    def __str__(self) -> str:
        drawn = " ".join(f"{name}={value:g}" for name, value in self.figures.items())
        return f"{'OK' if self.ok else 'CRITICAL'}: {self.line}" + (f" | {drawn}" if drawn else "")


def judge(call: ProbedCall, digits: str, followed: Followed | None, not_compared: str = "") -> Verdict:
    """One line on a call: the first thing that is wrong with it, or what was heard."""
    if call.failure or call.answer_ms is None:
        return Verdict(False, call.failure or "the call was not answered", {})
    figures = {"answer_ms": call.answer_ms, "lost": float(call.lost)}
    spells = speech_spells(call.sound)
    if spells:
        figures["first_sound_ms"] = round((call.began + spells[0][0]) * 1000)
    if followed is not None and followed.sentences:
        figures["lowest_correlation"] = min(sentence.alike for sentence in followed.sentences)
    wrong = _first_wrong(call, digits, bool(spells), followed)
    if wrong:
        return Verdict(False, wrong, figures)
    told = f"answered in {call.answer_ms:.0f} ms"
    if followed is None:
        spoken = sum(end - start for start, end in spells)
        return Verdict(True, f"{told}, spoke for {spoken:.1f} s ({not_compared})", figures)
    heard = len(followed.sentences)
    return Verdict(True, f"{told}, {heard} of {heard} sentences heard", figures)


def _first_wrong(call: ProbedCall, digits: str, spoke: bool, followed: Followed | None) -> str:
    if not call.packets:
        return "the call was answered, but no speech packet came"
    if not spoke:
        return "the call was answered with silence"
    if digits and not call.keys_agreed:
        return "the line did not agree to telephone-event, so no key reaches it"
    if len(call.keys) < len(digits):
        stopped = "hung up" if call.ended_by == "line" else "said nothing"
        return f"only {len(call.keys)} of {len(digits)} keys could be pressed: the line {stopped}"
    if followed is None:
        return "" if call.bye_answered else "the line did not answer the BYE"
    if not followed.sentences:
        return "the call was too short for a sentence"
    for sentence in followed.sentences:
        if not sentence.good:
            return (
                f'not heard: "{sentence.words}" (correlation {sentence.alike:.2f}, {ENOUGH} is enough;'
                f" of its worst half second {sentence.worst:.2f}, {WORD} is enough)"
            )
    if call.ended_by == "line" and not followed.line_hangs_up:
        return "the line hung up before its time"
    return "" if call.bye_answered else "the line did not answer the BYE"


def show(verdict: Verdict, call: ProbedCall, digits: str, followed: Followed | None, as_json: bool) -> None:
    """Print the verdict's line and the table under it, or all of it as one JSON object."""
    sentences = followed.sentences if followed else ()
    if as_json:
        found = {
            "ok": verdict.ok, "summary": verdict.line, **verdict.figures, "codecs": call.codecs,
            "seconds": round(call.ended_at, 2), "ended_by": call.ended_by, "level": round(level(call.sound)),
            "keys": [round(at, 2) for at in call.keys], "notes": call.notes,
            "sentences": [
                {"at": s.at, "words": s.words, "correlation": s.alike, "worst": s.worst, "whole": s.whole}
                for s in sentences
            ],
        }  # fmt: skip
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    typer.echo(str(verdict))
    rows = [
        (s.at, s.words + ("" if s.whole else " …"), f"{s.alike:.3f}", f"{s.worst:.2f}") for s in sentences
    ]
    if followed is None:
        rows += [
            (call.began + start, f"sound until {call.began + end:.2f}", "", "")
            for start, end in speech_spells(call.sound)
        ]
    rows += [(at, f"pressed {key}", "", "") for at, key in zip(call.keys, digits, strict=False)]
    if call.ended_by:
        rows.append((call.ended_at, "hung up by the " + call.ended_by, "", ""))
    _table(rows)
    for note in call.notes:
        typer.echo(note, err=True)


def _table(rows: Sequence[tuple[float, str, str, str]]) -> None:
    if not rows:
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("seconds", justify="right")
    table.add_column("heard", overflow="fold")
    table.add_column("correlation", justify="right")
    table.add_column("worst", justify="right")
    for at, *said in sorted(rows):
        table.add_row(f"{at:.2f}", *said)
    Console().print(table, highlight=False, markup=False)
