"""An INVITE in; a caller with a plan and media, or the answer that turns them away, out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ivr.accounts.callers import Caller
from ivr.call.callers import Callers
from ivr.call.edition import Edition
from ivr.call.media import CallMedia
from ivr.flow import Plan
from ivr.media.ports import NoPortFree
from ivr.media.sdp import NoUsableCodec, SdpError
from ivr.media.shards import AnyPlane
from ivr.sip.events import Invited

__all__ = ["Admission", "Admitted", "Limits", "TurnedAway", "warning"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much the line takes on and how long it lets callers wait: calls that ring or talk, and seconds."""

    max_calls: int
    retry_after: float
    answer_after: float
    bridge_after: float


@dataclass(frozen=True, slots=True)
class Admitted:
    """A call that is let in: who calls whom, by which plan, and the stream it has got."""

    plan: Plan
    caller: Caller
    media: CallMedia


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """A call that is not: SIP status and headers, and why, for whoever watches."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...] = ()


class Admission:
    """Who is let in. What is cheap to see is looked at first; a stream is taken last."""

    def __init__(
        self,
        plane: AnyPlane,
        callers: Callers,
        limits: Limits,
        silence_for: Callable[[str], bool] = lambda host: True,
    ) -> None:
        """``silence_for`` says whether a call from an IP address is sent silence while nothing is said."""
        self._plane, self._callers, self._limits = plane, callers, limits
        self._silence_for = silence_for
        self.draining = False

    def consider(self, invited: Invited, edition: Edition, calls: int, now: float) -> Admitted | TurnedAway:
        """Let a call in beside ``calls`` others, or say why not. Who is let in holds a stream."""
        dialled = self._callers.dialled(invited)
        plan = edition.plan_for(dialled)
        if plan is None:
            return TurnedAway(404, "no such line")
        if self.draining:
            return self._later("draining")
        if calls >= self._limits.max_calls:
            return self._later("all lines busy")
        number = self._callers.number(invited, dialled, now)
        caller = Caller(number, plan.line.number_called(dialled) or dialled)
        host = invited.source.host
        try:
            media = CallMedia.open(
                self._plane, _session_id(invited.leg), invited.offer, host, self._silence_for(host)
            )
        except NoUsableCodec as error:
            return TurnedAway(488, "no usable codec", (warning(error),))
        except SdpError:
            return TurnedAway(400, "unreadable SDP")
        except NoPortFree:
            return self._later("no media port free")
        return Admitted(plan, caller, media)

    def _later(self, reason: str) -> TurnedAway:
        return TurnedAway(503, reason, (("retry-after", str(round(self._limits.retry_after))),))


def warning(error: NoUsableCodec) -> tuple[str, str]:
    """What was wrong with an offer, for the people who look for it (RFC 3261 sections 20.43 and 21.4.26)."""
    return "warning", f'{error.warning} infoline "{error}"'


def _session_id(leg: str) -> int:
    """From our unguessable tag, so one a call."""
    return int(leg[:12], 16)
