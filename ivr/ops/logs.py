"""The process's log: text or JSON lines out, with no key, PIN, password or full number in any of them."""

from __future__ import annotations

import logging
import re
import sys
from typing import TextIO

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger

from ivr.phone import shorten

__all__ = ["guard", "packet", "set_up"]

SECRET = frozenset(
    {"digit", "digits", "key", "keys", "pin", "pins", "password", "passwords", "secret", "response"}
)
_SECRET_ENDINGS = ("_digit", "_digits", "_key", "_keys", "_pin", "_password", "_secret")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # what a peer may have put into a name
_NUMBER = re.compile(r"(?<![0-9A-Za-z])(?<!\d\.)\+?\d{9,}(?![0-9A-Za-z])")


def set_up(form: str = "text", level: str = "info", stream: TextIO | None = None) -> FilteringBoundLogger:
    """Set structlog up for the process and return its logger; ``form`` is ``text`` or ``json``.

    ``level`` is debug, info, warning or error; lines go to ``stream``, standard error if there is none.
    """
    out = stream or sys.stderr
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=out.isatty(), sort_keys=False, pad_event_to=14)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=form == "json"),
            structlog.processors.format_exc_info,  # as text, before the guard: no local variables in it
            guard,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    logger: FilteringBoundLogger = structlog.get_logger().bind()  # once: a line costs half as much
    return logger


def _shortened(text: str) -> str:
    return _NUMBER.sub(lambda found: shorten(found[0]), text)


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()


def guard(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Drop what nobody may read later (keys, PINs, passwords), shorten telephone numbers, at any depth."""
    return {
        name: _shortened(value) if name == "exception" and isinstance(value, str) else _safe(value)
        for name, value in event.items()
        if not _secret(name)
    }


def _secret(name: str) -> bool:
    lowered = name.lower()
    return lowered in SECRET or lowered.endswith(_SECRET_ENDINGS)


def _safe(value: object) -> object:
    match value:
        case str():
            return _shortened(_CONTROL.sub(_escaped, value))
        case bool() | float() | None:
            return value
        case int():
            return value if abs(value) < 10**8 else _safe(str(value))
        case dict():
            return {_safe(name): _safe(inner) for name, inner in value.items() if not _secret(str(name))}
        case list() | tuple() | set() | frozenset():
            return [_safe(inner) for inner in value]
        case bytes():
            return f"{len(value)} bytes"
        case _:
            return _safe(str(value))


def packet(log: FilteringBoundLogger, direction: str, address: str, datagram: bytes) -> None:
    """One signalling datagram at debug: ``<`` came in, ``>`` went out. Only its first line is shown."""
    first = datagram.partition(b"\r\n")[0][:200].decode("utf-8", "replace")
    log.debug(direction, address=address, line=first, size=len(datagram))
