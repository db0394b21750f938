"""What the line tells its watchers in, log lines out: per call one when it begins and one when it ends."""

from __future__ import annotations

from typing import assert_never

from structlog.typing import FilteringBoundLogger

from ivr.call.events import (
    CallBegan,
    CallEnded,
    CallRefused,
    CardsSettled,
    CardsUnsettled,
    CertificatesRead,
    CertificatesRefused,
    Fault,
    LineEvent,
    LookUpFailed,
    RegistrationChanged,
    SentenceFailed,
    Watcher,
)

__all__ = ["log_events"]


def log_events(log: FilteringBoundLogger) -> Watcher:
    """A watcher that writes every event; none of them carries a key, a PIN or a whole number."""

    def watch(event: LineEvent) -> None:
        match event:
            case CallBegan():
                log.info(
                    "call began",
                    call=event.call,
                    line=event.line,
                    caller=event.caller,
                    dialled=event.called,
                    codec=event.codec,
                )
            case CallEnded():
                log.info(
                    "call ended",
                    call=event.call,
                    line=event.line,
                    seconds=round(event.seconds, 1),
                    why=event.cause,
                    step=event.last_step,
                    sent=event.sent,
                    received=event.received,
                    lost=event.lost,
                )
            case CallRefused():
                log.info(
                    "call refused",
                    dialled=event.called,
                    source=event.source,
                    status=event.status,
                    why=event.reason,
                )
            case SentenceFailed():
                log.error("sentence failed", call=event.call, text=event.text, why=event.reason)
            case LookUpFailed():
                log.error("look-up failed", call=event.call, look_up=event.look_up, why=event.reason)
            case RegistrationChanged(name, True, _, reason):
                log.info("registered", registration=name, why=reason)
            case RegistrationChanged() if event.again_in is None:
                log.info("registration ended", registration=event.registration, why=event.reason)
            case RegistrationChanged():
                log.error(
                    "not registered",
                    registration=event.registration,
                    status=event.status,
                    why=event.reason,
                    again_in=f"{event.again_in:.0f} s",
                )
            case CardsSettled():
                log.info("cards settled", settled=event.settled, failed=event.failed, waiting=event.waiting)
            case CardsUnsettled():
                log.error("cards not settled", why=event.reason)
            case CertificatesRead():
                log.info("certificates read")
            case CertificatesRefused():
                log.error("certificates not read, the old ones stay", why=event.reason)
            case Fault():
                log.error("fault", where=event.where, exc_info=event.error)
            case other:
                assert_never(other)

    return watch
