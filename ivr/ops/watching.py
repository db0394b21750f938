"""What the line tells its watchers in, log lines out: per call one when it begins and one when it ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from structlog.typing import FilteringBoundLogger

from ivr.call import events
from ivr.call.events import LineEvent, Watcher

__all__ = ["log_events"]

_Value = str | Callable[[Any], object]  # an attribute's name, or how it is had from the event


@dataclass(frozen=True, slots=True)
class _Row:
    """How one kind of event is written: what happened, and under which names its values stand."""

    level: Literal["info", "error"]
    what: str
    values: Mapping[str, _Value]


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 1)


def _short(score: float | None) -> float | None:
    return None if score is None else round(score, 2)


def _info(what: str, *same: str, **named: _Value) -> _Row:
    return _Row("info", what, {name: name for name in same} | named)


def _error(what: str, *same: str, **named: _Value) -> _Row:
    return _Row("error", what, {name: name for name in same} | named)


_ROWS: Mapping[type[LineEvent], _Row] = {
    events.CallBegan: _info("call began", "call", "line", "caller", "codec", dialled="called"),
    events.CallEnded: _info(
        "call ended", "call", "line", "sent", "received", "lost", "sampled",
        seconds=lambda ended: round(ended.seconds, 1), why="cause", step="last_step",
        jitter_ms=lambda ended: _milliseconds(ended.heard.jitter), mos=lambda ended: _short(ended.heard.mos),
        caller_mos=lambda ended: _short(ended.heard.far_mos),
        round_trip_ms=lambda ended: _milliseconds(ended.heard.round_trip),
    ),
    events.CallRefused: _info("call refused", "source", "status", dialled="called", why="reason"),
    events.SentenceFailed: _error("sentence failed", "call", "text", why="reason"),
    events.LookUpFailed: _error("look-up failed", "call", "look_up", why="reason"),
    events.Identified: _info("identified", "call", "outcome"),
    events.LanguageChanged: _info("language", "call", "language"),
    events.RegistrationChanged: _error(
        "not registered", "registration", "status",
        why="reason", again_in=lambda changed: f"{changed.again_in:.0f} s",
    ),
    events.MediaDropped: _info("media from strangers", "strangers", "malformed"),
    events.MediaLate: _info("media late", "ticks", "late", "skipped"),
    events.CardsSettled: _info("cards settled", "settled", "failed", "waiting"),
    events.CardsUnsettled: _error("cards not settled", why="reason"),
    events.CertificatesRead: _info("certificates read"),
    events.CertificatesRefused: _error("certificates not read, the old ones stay", why="reason"),
    events.FilesTaken: _info("dialplans and prompts read", "lines", "texts"),
    events.FilesRefused: _error(
        "dialplans and prompts not read, the old ones stay", problems=lambda refused: len(refused.problems)
    ),
    events.Fault: _error("fault", "where", exc_info="error"),
}  # fmt: skip

_REGISTERED = _info("registered", "registration", why="reason")
_REGISTRATION_ENDED = _info("registration ended", "registration", why="reason")


def log_events(log: FilteringBoundLogger) -> Watcher:
    """A watcher that writes every event; none of them carries a key, a PIN or a whole number."""

    def watch(event: LineEvent) -> None:
        row = _row(event)
        values = {
            name: getattr(event, value) if isinstance(value, str) else value(event)
            for name, value in row.values.items()
        }
        (log.info if row.level == "info" else log.error)(row.what, **values)
        if isinstance(event, events.FilesRefused):
            for problem in event.problems:
                log.error("not sound", why=problem)

    return watch


def _row(event: LineEvent) -> _Row:
    if isinstance(event, events.RegistrationChanged):
        if event.registered:
            return _REGISTERED
        if event.again_in is None:
            return _REGISTRATION_ENDED
    return _ROWS[type(event)]
