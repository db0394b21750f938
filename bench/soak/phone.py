"""Datagrams of the line's in, one caller's datagrams out: a call over UDP with all its repeats (RFC 3261).

An INVITE is followed by 200, ACK, keys and BYE, or by CANCEL, 487 and ACK; where the 200 crosses the CANCEL,
by ACK and BYE. Each request is repeated at T1, twice T1 and so on until it is answered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from bench.soak.drawn import Drawn, Ending
from bench.soak.messages import Said, Wording, read, reply
from bench.soak.voice import Voice

__all__ = ["Call", "Desk"]

_T1, _T2 = 0.5, 4.0
_GIVE_UP = 64 * _T1
_HEARD_BY = 5.0  # seconds after its ACK, three repeats of the line's 200 among them
_LINE_GIVES_UP = _GIVE_UP + 13.0  # without ACK: its wait for one, and up to four losses of its BYE


class Alarm(Protocol):
    """What is due later and can be taken back."""

    def cancel(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Desk:
    """What a call works with: the line's address, our own, the clock, what is due later, and the way out.

    ``over`` is told once, with the reason where the call has failed. ``gone_after`` is how long the line may
    wait for a caller who says nothing, ``held_gone_after`` for one on hold.
    """

    line: tuple[str, int]
    own: tuple[str, int]
    now: Callable[[], float]
    later: Callable[[float, Callable[[], None]], Alarm]
    send: Callable[[bytes], None]
    over: Callable[[Call, str], None]
    gone_after: float
    held_gone_after: float


class Call:
    """One caller. ``shown_port`` is where its SDP says that it listens; a NAT on the way shows another."""

    def __init__(self, drawn: Drawn, voice: Voice, shown_port: int, desk: Desk) -> None:
        self.drawn, self.voice = drawn, voice
        self._wording, self._desk = Wording(drawn, desk.line, desk.own, shown_port), desk
        self._sequence = 1
        self._pending: dict[tuple[int, str], Alarm] = {}
        self._alarms: list[Alarm] = []
        self._ringing = self._leaving = self._gone = self._held = False
        self._up_at: float | None = None
        self.answered = self.over = self.ended_by_line = self._inviting = False

    def begin(self) -> None:
        """Dial."""
        self._transact("INVITE", 1, self._wording.offer(1, self._held))
        self._at(self.drawn.lasts, self._end)

    def leave(self) -> None:
        """Hang up now, whatever was drawn."""
        if not (self.over or self._leaving or self._gone) and self.drawn.ending is not Ending.NEVER_ACKS:
            self._hang_up()

    def receive(self, data: bytes) -> None:
        """Take a datagram with this call's Call-ID."""
        said = read(data)
        if self._gone or said is None:
            return
        if said.status:
            self._response(said)
        else:
            self._request(said.method, data)

    @property
    def talking(self) -> bool:
        """Whether media goes out."""
        return self._up_at is not None and not (self._gone or self._leaving or self._held or self.over)

    # The caller's own doing

    def _end(self) -> None:
        match self.drawn.ending:
            case Ending.VANISHES:
                self._gone = True
                self._forget()
                patience = self._desk.held_gone_after if self._held else self._desk.gone_after
                self._at(patience, lambda: self._finish(""))
            case Ending.NEVER_ACKS:
                pass
            case _ if not self._leaving:
                self._hang_up()

    def _hang_up(self) -> None:
        self._leaving = True
        if self.answered:
            self._transact("BYE", self._next())
        elif self._ringing:
            self._transact("CANCEL", 1)

    def _hold(self, held: bool) -> None:
        """Ask for no media, or for media again, one after the other (RFC 3261 section 14.1)."""
        if self._inviting:
            self._at(_T1, partial(self._hold, held))
        elif not (self._gone or self._leaving or self.over):
            self._held, self._inviting = held, True
            self._transact("INVITE", self._next(), self._wording.offer(self._sequence, held))

    def _press(self, key: str) -> None:
        if self.talking:
            self.voice.press(key)

    # What the line says

    def _response(self, said: Said) -> None:
        status, number, method = said.status, said.number, said.method
        if status >= 200 or method == "INVITE":
            self._settle(number, method)
        if method == "INVITE" and status >= 200:
            self._inviting = False
        if method == "INVITE" and number == 1:
            self._invited(said)
        elif method == "INVITE" and status >= 200:
            self._send("ACK", number, branch=f"{number}INVITE" if status >= 300 else "")
            if status in (408, 481):  # the line may have left: then its BYE was lost, and comes again
                self._at(_GIVE_UP, lambda: self._finish(f"its hold got {status}"))
        elif method == "BYE" and status >= 200 and not self.over:
            self._finish("" if status in (200, 481) else f"its BYE got {status}")

    def _invited(self, said: Said) -> None:
        if said.status < 200:
            if not self._ringing:
                self._ringing = True
                self._at(_GIVE_UP, self._not_answered)
                if self._leaving:
                    self._transact("CANCEL", 1)
        elif said.status < 300:
            self._accepted(said)
        else:
            self._wording.to = said.to
            self._send("ACK", 1, branch="1INVITE")
            self._finish("" if self._leaving and said.status == 487 else f"refused: {said.status}")

    def _not_answered(self) -> None:
        if not self.answered:
            self._finish("rang for ever")

    def _accepted(self, said: Said) -> None:
        first, self.answered = not self.answered, True
        self._wording.to = said.to
        if first and said.media is None:
            self._finish("a 200 without media")
            return
        if self.drawn.ending is Ending.NEVER_ACKS and not self._leaving:
            if first:
                self._at(_LINE_GIVES_UP, lambda: self._finish("the line waits for an ACK for ever"))
            return
        self._send("ACK", 1)
        if not first or said.media is None or self.over:
            return
        self._settle(1, "CANCEL")
        if self._leaving:
            self._transact("BYE", self._next())
            return
        self._up_at = self._desk.now()
        self.voice.reach(*said.media)
        if hold := self.drawn.holds:
            self._at(hold.after, partial(self._hold, True))
            self._at(hold.after + hold.seconds, partial(self._hold, False))
        for press in self.drawn.keys:
            self._at(press.after, lambda key=press.key: self._press(key))  # type: ignore[misc]

    def _request(self, method: str, data: bytes) -> None:
        match method:
            case "ACK":
                return
            case "REFER":
                self._reply(data, "202 Accepted" if self.drawn.transfers else "603 Decline")
                if self.drawn.transfers and not (self._leaving or self.over):
                    head = "Event: refer\r\nSubscription-State: terminated;reason=noresource\r\n"
                    head += "Content-Type: message/sipfrag\r\n"
                    self._transact("NOTIFY", self._next(), "SIP/2.0 200 OK\r\n", head)
            case "BYE":
                self._reply(data, "200 OK")
                if not self.over:
                    self.ended_by_line = not self._leaving
                    self._finish("")
            case "INVITE":  # the session as it is, for its timer
                answer = self._wording.offer(self._sequence, self._held)
                self._reply(data, "200 OK", answer)
            case _:
                self._reply(data, "200 OK")

    # Transactions

    def _transact(self, method: str, number: int, body: str = "", head: str = "") -> None:
        """Send a request until it is answered; one that never is ends the call."""
        began = self._desk.now()

        def send(wait: float) -> None:
            left = began + _GIVE_UP - self._desk.now()
            if left < 0.001:
                self._finish(f"its {method} had no answer")
                return
            self._send(method, number, body, head)
            longest = _GIVE_UP if method == "INVITE" else _T2
            again = partial(send, min(2 * wait, longest))
            self._pending[number, method] = self._desk.later(min(wait, left), again)

        send(_T1)

    def _settle(self, number: int, method: str) -> None:
        if (alarm := self._pending.pop((number, method), None)) is not None:
            alarm.cancel()

    def _forget(self) -> None:
        for alarm in (*self._pending.values(), *self._alarms):
            alarm.cancel()
        self._pending.clear()
        self._alarms.clear()

    def _finish(self, reason: str) -> None:
        if self.over:
            return
        self.over = True
        self._forget()
        long = self._up_at is not None and self._desk.now() - self._up_at > _HEARD_BY
        self._desk.over(self, reason or ("heard nothing" if long and not self.voice.heard else ""))

    def _at(self, seconds: float, work: Callable[[], None]) -> None:
        self._alarms.append(self._desk.later(seconds, work))

    # Messages

    def _next(self) -> int:
        self._sequence += 1
        return self._sequence

    def _send(self, method: str, number: int, body: str = "", head: str = "", branch: str = "") -> None:
        self._desk.send(self._wording.request(method, number, body, head, branch))

    def _reply(self, data: bytes, status: str, body: str = "") -> None:
        self._desk.send(reply(data, status, self._desk.own, body))
