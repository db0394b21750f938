"""A callee in, calls that stay up out: SIP over UDP at a bounded rate, with media for another process."""

from __future__ import annotations

import re
import secrets
import select
import socket
import time
from collections import deque
from dataclasses import dataclass

from bench.media.phones import FIRST_CALLER, Phones

__all__ = ["Callers", "NotHeld"]

_RESEND = 0.5  # seconds, doubled each time (T1 of RFC 3261 section 17.1.1.1)
_TRIES = 6
_AGAIN = 1.0  # seconds until a caller who was told 503 dials again
_GIVE_UP = 15.0  # seconds without any progress
_TAG = re.compile(rb"^(?:to|t)\s*:.*;\s*tag=([^;>\s]+)", re.IGNORECASE | re.MULTILINE)
_CALL_ID = re.compile(rb"^(?:call-id|i)\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_ECHOED = re.compile(rb"^(?:via|v|from|f|to|t|call-id|i|cseq)\s*:[^\r]*", re.IGNORECASE | re.MULTILINE)
_HOST = re.compile(rb"^c=IN IP4 (\S+)", re.MULTILINE)
_PORT = re.compile(rb"^m=audio (\d+)", re.MULTILINE)


class NotHeld(Exception):
    """The callee does not carry so many calls."""


@dataclass(slots=True, eq=False)
class _Call:
    turn: int
    name: str
    due: float
    sent: int = 0
    to: str = "<sip:4488@bench>"
    up: bool = False


class Callers:
    """All calls of one callee; ``lost`` counts those that it ended."""

    def __init__(self, callee: tuple[str, int], phones: Phones) -> None:
        self._callee, self._phones = callee, phones
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self._calls: dict[str, _Call] = {}
        self._waiting: deque[_Call] = deque()
        self._turns = self.up = self.lost = 0

    def call(self, count: int, rate: float) -> None:
        """Bring so many more calls up, so many a second. NotHeld when they are not all answered in time."""
        wanted, began, begun = self.up + count, time.monotonic(), 0
        progress, before = began, self.up
        while self.up < wanted:
            now = time.monotonic()
            while begun < count and began + begun / rate <= now:
                self._dial(self._turns, now)
                self._turns, begun = self._turns + 1, begun + 1
            self._repeat(now)
            if self.up > before:
                progress, before = now, self.up
            if now - progress > _GIVE_UP:
                raise NotHeld(f"{self.up} of {wanted} calls were answered")
            self._read(min(1 / rate, 0.01))

    def attend(self, seconds: float) -> None:
        """Answer what the callee asks meanwhile."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._read(left)

    def close(self) -> None:
        """Leave; whoever was called is ended by whoever started it."""
        self._socket.close()

    def _dial(self, turn: int, now: float) -> None:
        call = _Call(turn, f"{turn}-{secrets.token_hex(4)}", now)
        self._calls[call.name] = call
        self._waiting.append(call)

    def _repeat(self, now: float) -> None:
        """Send the INVITEs that are due: new ones, and those that have had no answer."""
        for _ in range(len(self._waiting)):
            call = self._waiting.popleft()
            if call.up:
                continue
            if call.due <= now:
                if call.sent == _TRIES:
                    raise NotHeld("an INVITE had no answer")
                call.due, call.sent = now + _RESEND * 2**call.sent, call.sent + 1
                self._send(call, "INVITE", 1, self._offer(call))
            self._waiting.append(call)

    def _read(self, seconds: float) -> None:
        if not select.select([self._socket], [], [], seconds)[0]:
            return
        while True:
            try:
                data = self._socket.recv(4096)
            except BlockingIOError:
                return
            name = _CALL_ID.search(data)
            call = self._calls.get(name[1].decode()) if name else None
            if not data.startswith(b"SIP/2.0 "):
                self._asked(call, data)
            elif call is not None and data[8:11] >= b"200":
                self._answered(call, data)

    def _asked(self, call: _Call | None, data: bytes) -> None:
        if data.startswith(b"ACK"):
            return
        lines = [b"SIP/2.0 200 OK", *_ECHOED.findall(data), b"Content-Length: 0", b"", b""]
        self._socket.sendto(b"\r\n".join(lines), self._callee)
        if data.startswith(b"BYE") and call is not None and call.up:
            self.lost += 1

    def _answered(self, call: _Call, data: bytes) -> None:
        tag = _TAG.search(data)
        if tag is None:
            return
        status = data[8:11].decode()
        call.to = f"<sip:4488@bench>;tag={tag[1].decode()}"
        self._send(call, "ACK", 1)
        if status == "503" and not call.up:
            if self._calls.pop(call.name, None) is not None:
                call.up = True  # nothing more of this one; the caller dials again
                self._dial(call.turn, time.monotonic() + _AGAIN)
        elif status >= "300":
            raise NotHeld(f"a call was refused: {status}")
        elif not call.up and (port := _PORT.search(data)) and (host := _HOST.search(data)):
            call.up = True
            self.up += 1
            self._phones.add(FIRST_CALLER + call.turn, (host[1].decode(), int(port[1])))

    def _offer(self, call: _Call) -> str:
        return (
            f"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 {FIRST_CALLER + call.turn}\r\nt=0 0\r\n"
            f"m=audio {self._phones.port} RTP/AVP 8 101\r\n"
            "a=rtpmap:101 telephone-event/8000\r\na=ptime:20\r\n"
        )

    def _send(self, call: _Call, method: str, number: int, body: str = "") -> None:
        host, port = self._socket.getsockname()
        branch = f"z9hG4bK{call.name}{method if call.up or method == 'INVITE' else 'INVITE'}"
        lines = [
            f"{method} sip:4488@{self._callee[0]}:{self._callee[1]} SIP/2.0",
            f"Via: SIP/2.0/UDP {host}:{port};branch={branch};rport",
            "Max-Forwards: 70",
            f"From: <sip:{777_000_000 + call.turn}@bench>;tag={call.name}",
            f"To: {call.to}",
            f"Call-ID: {call.name}",
            f"CSeq: {number} {method}",
            f"Contact: <sip:{777_000_000 + call.turn}@{host}:{port}>",
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        self._socket.sendto("\r\n".join([*lines, "", body]).encode(), self._callee)
