"""The caller's process: ``python -m bench.caller PORT CALLS MEASURED NUMBER...`` prints JSON, a line a call.

It brings CALLS calls up, then for each measured call ends the oldest and begins another, so that always as
many are up. With one call, the calls follow each other. With MEASURED 0 all calls are brought up and press
their key at one moment. All callers send 20 ms of silence every 20 ms.
"""

from __future__ import annotations

import heapq
import itertools
import json
import random
import re
import selectors
import signal
import socket
import sys
import time
from collections import deque
from collections.abc import Callable

from bench.call import Call, receive, udp_socket

__all__ = ["Caller"]

_RAMP = 0.05  # seconds from call to call while they are brought up
_TURN = 0.08  # and from one measured call to the next, when many are up
_TICK = 0.005
_PHASES = 4
_GIVE_UP = 3.0  # seconds for a call to be measured
_CALL_ID = re.compile(rb"^(?:call-id|i)\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_INVITE = re.compile(rb"^cseq\s*:\s*\d+\s+INVITE", re.IGNORECASE | re.MULTILINE)


class Caller:
    """Many phones in one loop."""

    def __init__(self, line: tuple[str, int], numbers: list[str]) -> None:
        self._line, self._numbers = line, itertools.cycle(numbers)
        self._selector = selectors.DefaultSelector()
        self._sip = udp_socket()
        self._sip.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self._selector.register(self._sip, selectors.EVENT_READ, None)
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._up: dict[str, Call] = {}
        self._talking: list[list[Call]] = [[] for _ in range(_PHASES)]
        self._chance = random.Random(4488)
        self._done = 0
        self._presses_itself = True

    def run(self, calls: int, measured: int) -> None:
        """Make all calls; each measured one is printed when its last time is there, or when it failed."""
        self._tick(0, time.monotonic())
        if measured == 0:
            measured = calls
            self._all_at_once(calls)
        elif calls == 1:
            self._one_after_the_other(measured)
        else:
            for turn in range(calls):
                self._later(turn * _RAMP, self._begin)
            for turn in range(measured):
                self._later((calls + 10) * _RAMP + turn * _TURN, self._exchange)
        while self._done < measured:
            self._turn()
        for call in list(self._up.values()):
            self._end(call)

    def _one_after_the_other(self, left: int) -> None:
        def next_one(call: Call | None = None) -> None:
            nonlocal left
            if call is not None:
                self._end(call)
            if left:
                left -= 1
                self._begin(then=lambda call: self._later(0.1, lambda: next_one(call)))

        next_one()

    def _all_at_once(self, calls: int) -> None:
        """The key is pressed by all when the last of them has heard the line for a while."""
        begun: list[tuple[Call, deque[Callable[[Call], None]]]] = []

        def press() -> None:
            for call, waiting in begun:
                self._press(call, 0)
                self._later(_GIVE_UP, lambda call=call, waiting=waiting: self._report(call, waiting))

        for turn in range(calls):
            self._later(turn * _RAMP, lambda: begun.append(self._dial(lambda call: None)))
        self._later((calls + 20) * _RAMP, press)
        self._presses_itself = False

    def _exchange(self) -> None:
        self._end(next(iter(self._up.values())))
        self._begin(then=lambda call: None)

    def _begin(self, then: Callable[[Call], None] | None = None) -> None:
        """Dial; ``then`` is for a measured call, when it has been reported."""
        call, waiting = self._dial(then)
        if then is not None:
            self._later(_GIVE_UP, lambda: self._report(call, waiting))

    def _dial(self, then: Callable[[Call], None] | None) -> tuple[Call, deque[Callable[[Call], None]]]:
        name = f"{next(self._order)}-{self._chance.getrandbits(48):x}"
        call = Call(name, next(self._numbers), self._sip, self._line)
        waiting = deque([then]) if then is not None else deque()
        self._selector.register(call.rtp, selectors.EVENT_READ, (call, waiting))
        self._up[name] = call
        min(self._talking, key=len).append(call)
        call.invite()
        return call, waiting

    def _report(self, call: Call, waiting: deque[Callable[[Call], None]]) -> None:
        if waiting:
            then = waiting.popleft()
            self._done += 1
            print(json.dumps({"times": call.times, "refused": call.refused}), flush=True)
            then(call)

    def _end(self, call: Call) -> None:
        if self._up.pop(call.name, None) is None:
            return
        for phase in self._talking:
            if call in phase:
                phase.remove(call)
        self._selector.unregister(call.rtp)
        call.hang_up()

    def _turn(self) -> None:
        wait = self._due[0][0] - time.monotonic() if self._due else None
        for key, _ in self._selector.select(None if wait is None else max(wait, 0)):
            if key.data is None:
                self._signalling()
            else:
                self._media(*key.data)
        while self._due and self._due[0][0] <= time.monotonic():
            heapq.heappop(self._due)[2]()

    def _signalling(self) -> None:
        while (come := receive(self._sip)) is not None:
            data, at = come
            name = _CALL_ID.search(data)
            call = self._up.get(name[1].decode()) if name else None
            if call is not None and data.startswith(b"SIP/2.0 ") and _INVITE.search(data):
                call.answered(data, at)

    def _media(self, call: Call, waiting: deque[Callable[[Call], None]]) -> None:
        while call.name in self._up and (come := receive(call.rtp)) is not None:
            completed = call.heard(*come)
            if completed == "ack_to_speech_ms" and self._presses_itself:
                self._later(self._chance.uniform(0.2, 0.5), lambda: self._press(call, 0))
            elif completed == "key_to_answer_ms":
                self._report(call, waiting)

    def _press(self, call: Call, packet: int) -> None:
        if call.name in self._up:
            call.press(packet)
            if packet < 7:
                self._later(0.02, lambda: self._press(call, packet + 1))

    def _tick(self, number: int, due: float) -> None:
        for call in self._talking[number % _PHASES]:
            call.talk()
        self._at(due + _TICK, lambda: self._tick(number + 1, due + _TICK))

    def _later(self, seconds: float, work: Callable[[], None]) -> None:
        self._at(time.monotonic() + seconds, work)

    def _at(self, due: float, work: Callable[[], None]) -> None:
        heapq.heappush(self._due, (due, next(self._order), work))


def main(port: str, calls: str, measured: str, *numbers: str) -> None:
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    Caller(("127.0.0.1", int(port)), list(numbers)).run(int(calls), int(measured))


if __name__ == "__main__":
    main(*sys.argv[1:])
