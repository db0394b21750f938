"""The running line: SIP and media events in, sessions begun and ended. Drain lives here."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from ivr.accounts.service import Accounts
from ivr.call.admission import Admission, Limits, TurnedAway, warning
from ivr.call.callers import Callers
from ivr.call.desk import Desk
from ivr.call.edition import Edition
from ivr.call.events import CallBegan, CallEnded, CallRefused, Fault, Watcher, registration_changed
from ivr.call.keys import Keys
from ivr.call.longest import LongestCalls
from ivr.call.media import CallMedia
from ivr.call.session import Session
from ivr.call.speaking import BEFORE_ANSWER
from ivr.media.events import DigitPressed, PlaneEvent, Played, Silent, Stopped, Stream
from ivr.media.sdp import NoUsableCodec, SdpError
from ivr.media.shards import AnyPlane
from ivr.peer import Peer
from ivr.phone import shorten
from ivr.sip import events as sip
from ivr.sip.agent import UserAgent
from ivr.sip.dtmf_info import read_key

__all__ = ["Line"]


@dataclass(slots=True)
class _Call:
    """One call as the line keeps it."""

    session: Session
    media: CallMedia
    keys: Keys
    began: float
    cause: str = ""
    early: bytes = b""  # the SDP of its 183
    answer: asyncio.TimerHandle | None = None


class Line:
    """All calls of this process. Everything here runs in the event loop's thread, but ``tell``."""

    def __init__(
        self,
        agent: UserAgent,
        plane: AnyPlane,
        edition: Edition,
        accounts: Accounts,
        callers: Callers,
        limits: Limits,
        clock: Callable[[], datetime],
        media_host: Callable[[Peer], str],
        watch: Watcher,
        silence_for: Callable[[str], bool] = lambda host: True,
    ) -> None:
        """``media_host`` gives our address as a peer reaches it; ``flush`` is set to the socket's own.

        ``silence_for``: whether calls from an IP address are sent silence while nothing is said.
        """
        self._agent, self._edition = agent, edition
        self._limits, self._media_host, self._watch = limits, media_host, watch
        self._loop = asyncio.get_running_loop()
        longest = LongestCalls(lambda leg: self._hang_up(leg, "longest call"))
        self._desk = Desk(
            plane, accounts, clock, self._hang_up, self._refer, watch, limits.bridge_after, longest
        )
        self._admission = Admission(plane, callers, limits, silence_for)
        self._calls: dict[str, _Call] = {}
        self._legs: dict[Stream, str] = {}
        self._empty = asyncio.Event()
        self._empty.set()
        self.unregistered = asyncio.Event()  # no registrar sends calls here any more
        self.flush: Callable[[], None] = lambda: None

    @property
    def calls(self) -> int:
        """Calls that ring or talk."""
        return len(self._calls)

    def change(self, edition: Edition) -> None:
        """Let the next call begin with this edition; those in progress keep the one they began with."""
        self._edition = edition

    def take_events(self) -> None:
        """Act on everything SIP has to tell. A bug costs the call it belongs to."""
        while (event := self._agent.next_event()) is not None:
            if isinstance(event, sip.RegistrationEvent):
                self._registration_changed(event)
                continue
            try:
                self._take(event)
            except Exception as error:
                self._watch(Fault("signalling", error))
                self._agent.refuse(event.leg, 500, self._loop.time())
                self._agent.hang_up(event.leg, self._loop.time())
                self._forget(event.leg, "fault")

    def tell(self, event: PlaneEvent) -> None:
        """Take an event of the plane's, in the plane's thread."""
        if not isinstance(event, Stopped):
            self._loop.call_soon_threadsafe(self._take_media, event)

    async def drain(self, seconds: float) -> None:
        """Let in no more calls, give those in progress ``seconds`` to end, then hang up."""
        self._admission.draining = self._agent.closing = True
        self._agent.registrars.leave(self._loop.time())
        self.flush()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._empty.wait()
        for leg in list(self._calls):
            self._hang_up(leg, "line closed")
        self.take_events()

    # SIP

    def _registration_changed(self, event: sip.RegistrationEvent) -> None:
        self._watch(registration_changed(event))
        if not self._agent.registrars.live:
            self.unregistered.set()

    def _take(self, event: sip.CallEvent) -> None:
        match event:
            case sip.Invited():
                self._invited(event)
            case sip.Progressed(leg, answer):
                self._progressed(leg, answer)
            case sip.Confirmed(leg, answer):
                self._confirmed(leg, answer)
            case sip.Reinvited(leg, offer, source):
                self._reinvited(leg, offer, source)
            case sip.Reanswered(leg, answer, _):
                self._reanswered(leg, answer)
            case sip.InfoReceived(leg, content_type, body):
                key, call = read_key(content_type, body), self._calls.get(leg)
                if key is not None and call is not None and call.keys.by_info(key, self._loop.time()):
                    call.session.press(key)
            case sip.TransferReported(leg, status):
                if leg in self._calls:
                    self._calls[leg].session.transfer_reported(status < 300)
            case sip.Ended(leg, cause):
                self._forget(leg, cause.value)
            case other:
                assert_never(other)

    def _invited(self, invited: sip.Invited) -> None:
        leg, now = invited.leg, self._loop.time()
        verdict = self._admission.consider(invited, self._edition, len(self._calls), now)
        if isinstance(verdict, TurnedAway):
            self._agent.refuse(leg, verdict.status, now, verdict.headers)
            dialled, host = shorten(invited.called.user), invited.source.host
            self._watch(CallRefused(dialled, host, verdict.status, verdict.reason))
            return
        plan, caller, media = verdict.plan, verdict.caller, verdict.media
        session = Session(leg, plan, caller, media.stream, self._edition, self._desk)
        call = _Call(session, media, Keys(media), now)
        self._calls[leg], self._legs[media.stream] = call, leg
        self._empty.clear()
        self._watch(CallBegan(leg, plan.line.name, caller.dialled, shorten(caller.number), media.codec))
        if self._limits.answer_after:
            self._agent.ring(leg, now)
            call.answer = self._loop.call_later(self._limits.answer_after, self._pick_up, invited)
        else:
            self._pick_up(invited)

    def _pick_up(self, invited: sip.Invited) -> None:
        """Answer; or first say what the line says before that, where the caller's side takes early media."""
        leg, call = invited.leg, self._calls[invited.leg]
        call.answer = None
        host = self._media_host(call.media.faces(invited.source))
        if call.session.speaking.speaks_first and (invited.offer is not None or invited.reliable):
            call.early = call.media.early(host)
            self._agent.progress(leg, call.early, self._loop.time())
            self.flush()
            self._loop.call_soon(self.take_events)
        else:
            self._answer(leg, call.media.answered(host))

    def _progressed(self, leg: str, answer: bytes | None) -> None:
        call = self._calls.get(leg)
        if call is not None and self._agreed(leg, call, answer):
            call.session.speaking.announce()

    def _answer(self, leg: str, body: bytes) -> None:
        self._agent.accept(leg, body, self._loop.time())
        self.flush()

    def _confirmed(self, leg: str, answer: bytes | None) -> None:
        call = self._calls.get(leg)
        if call is not None and self._agreed(leg, call, answer) and not call.session.begun:
            call.session.begin()

    def _agreed(self, leg: str, call: _Call, answer: bytes | None) -> bool:
        """Take the answer to an offer of ours, if one was due."""
        try:
            call.media.confirmed(answer)
        except SdpError:
            self._hang_up(leg, "no usable codec")
            return False
        return True

    def _reinvited(self, leg: str, offered: bytes | None, source: Peer) -> None:
        """Hold, resume, another address or codec; what cannot be agreed leaves the call as it was."""
        call = self._calls.get(leg)
        if call is None:
            self._agent.refuse(leg, 481, self._loop.time())
            return
        try:
            body = call.media.change(offered, self._media_host(call.media.faces(source)), source.host)
        except SdpError as error:
            headers = [warning(error)] if isinstance(error, NoUsableCodec) else []
            self._agent.refuse(leg, 488, self._loop.time(), headers)
            return
        self._answer(leg, body)

    def _reanswered(self, leg: str, answer: bytes | None) -> None:
        """A re-INVITE of ours has its answer; one that was refused leaves the call as it was."""
        call = self._calls.get(leg)
        if call is None or answer is None:
            return
        try:
            call.media.reanswered(answer)
        except SdpError:
            self._hang_up(leg, "no usable codec")

    # Media

    def _take_media(self, event: PlaneEvent) -> None:
        leg = self._legs.get(event.stream)
        call = self._calls.get(leg) if leg else None
        if leg is None or call is None:
            return
        match event:
            case DigitPressed(_, digit):
                if call.keys.by_media(event):
                    call.session.press(digit)
            case Played(_, mark) if mark is BEFORE_ANSWER:
                call.media.picked_up()
                self._answer(leg, call.early)
            case Played(_, mark):
                call.session.played(mark)
            case Silent():
                self._hang_up(leg, "media stopped")
            case Stopped():
                pass
        self.flush()

    # Endings

    def _hang_up(self, leg: str, cause: str = "") -> None:
        call = self._calls.get(leg)
        if call is not None and cause:
            call.cause = cause
        self._agent.hang_up(leg, self._loop.time())
        self.flush()
        self._loop.call_soon(self.take_events)
        if call is not None:
            call.session.end()

    def _refer(self, leg: str, target: str) -> None:
        self._agent.refer(leg, target, self._loop.time())
        self.flush()

    def _forget(self, leg: str, cause: str) -> None:
        call = self._calls.pop(leg, None)
        if call is None:
            return
        if not self._calls:
            self._empty.set()
        call.session.end()
        if call.answer is not None:
            call.answer.cancel()
        self._legs.pop(call.media.stream, None)
        counted = call.media.close()
        self._watch(
            CallEnded(
                leg,
                call.session.plan.line.name,
                call.cause or cause,
                self._loop.time() - call.began,
                call.session.step,
                counted.sent,
                counted.received,
                counted.lost,
                counted.heard,
                counted.sampled,
            )
        )
