"""The media of one call: 20 ms ticks and keys in, RTP out and counted in (RFC 3550, 4733)."""

from __future__ import annotations

import contextlib
import socket
import struct
import time
from collections import deque
from functools import cache

import numpy as np

from bench.soak.drawn import Drawn
from bench.soak.network import Network
from ivr.media.g711 import encode

__all__ = ["Voice"]

_EVENT_TYPE = 101
_REPORT_TYPES = range(200, 208)  # RTCP on the port of RTP (RFC 5761)
_TYPES = {"PCMU": 0, "PCMA": 8}
_QUIET = {"PCMU": b"\xff" * 160, "PCMA": b"\xd5" * 160}
_REPORTS = 250  # ticks from report to report: 5 s (RFC 3550 section 6.2)
_SELDOM = 100  # ticks from packet to packet of one who does not talk
_ROWS, _COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
_PAD = "123A456B789C*0#D"
_EVENTS = "0123456789*#ABCD"
_TONE_TICKS = 5  # 100 ms


@cache
def _tone(codec: str, key: str) -> tuple[bytes, ...]:
    """A key's two tones at -9 dBm0 each, 100 ms of them in packets of 20 ms (ITU-T Q.23)."""
    row, column = divmod(_PAD.index(key), 4)
    time = np.arange(160 * _TONE_TICKS) / 8000
    sound = sum(np.sin(2 * np.pi * hertz * time) for hertz in (_ROWS[row], _COLUMNS[column]))
    octets = encode((8000 * np.asarray(sound)).astype(np.int16), codec).tobytes()  # type: ignore[arg-type]
    return tuple(octets[start : start + 160] for start in range(0, len(octets), 160))


class Voice:
    """One port of a caller's. ``heard`` counts the packets that came."""

    def __init__(self, drawn: Drawn, host: str, network: Network) -> None:
        self._drawn, self._network = drawn, network
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((host, 0))
        self._socket.setblocking(False)
        self.port: int = self._socket.getsockname()[1]
        self._to: tuple[str, int] | None = None
        self._turn = self._sequence = 0
        self._coming: deque[tuple[bool, int, int, bytes]] = deque()  # marker, type, ticks back, payload
        self.heard = 0
        self._speaker = bytes(4)  # the SSRC of what is heard

    def reach(self, host: str, port: int) -> None:
        """Where the line listens, by its SDP."""
        self._to = host, port

    def press(self, key: str) -> None:
        """Let the next ticks carry a key, held for 100 ms."""
        if not self._drawn.events:
            kind = _TYPES[self._drawn.codec]
            self._coming.extend((False, kind, 0, frame) for frame in _tone(self._drawn.codec, key))
            self._coming.extend([(False, kind, 0, _QUIET[self._drawn.codec])] * 3)
            return
        for step in range(_TONE_TICKS + 3):
            ended, length = step >= _TONE_TICKS, min(step + 1, _TONE_TICKS) * 160
            payload = struct.pack("!BBH", _EVENTS.index(key), 0x80 | 10 if ended else 10, length)
            self._coming.append((step == 0, _EVENT_TYPE, step, payload))

    def tick(self) -> None:
        """20 ms have gone by."""
        self._turn += 1
        if self._drawn.muxes and self._turn % _REPORTS == 0:
            self._report()
        if self._coming:
            self._send(*self._coming.popleft())
        elif self._drawn.talks or self._turn % _SELDOM == 1:
            self._send(False, _TYPES[self._drawn.codec], 0, _QUIET[self._drawn.codec])

    def listen(self) -> None:
        """Take all that has come; the network loses some of it."""
        while True:
            try:
                data = self._socket.recv(2048)
            except BlockingIOError:
                return
            except ConnectionRefusedError:
                continue
            if len(data) >= 12 and not self._network.loses() and data[1] not in _REPORT_TYPES:
                self.heard, self._speaker = self.heard + 1, data[8:12]

    def close(self) -> None:
        """Leave the port."""
        self._socket.close()

    def _report(self) -> None:
        """A sender's report with a block on what is heard, and a name (RFC 3550 sections 6.4.1 and 6.5)."""
        ntp = int((time.time() + 2_208_988_800) * 65536) << 16 & (1 << 64) - 1
        sender = struct.pack("!IQIII", 0x4488, ntp, self._turn * 160, self._sequence, self._sequence * 160)
        block = self._speaker + struct.pack("!IIIII", 2 << 24, self.heard & 0xFFFF, 80, 0, 0)
        name = struct.pack("!IBB", 0x4488, 1, 4) + b"soak" + bytes(2)
        body = struct.pack("!BBH", 0x81, 200, (len(sender) + len(block)) // 4) + sender + block
        self._out(body + struct.pack("!BBH", 0x81, 202, len(name) // 4) + name)

    def _send(self, marker: bool, kind: int, back: int, payload: bytes) -> None:
        self._sequence += 1
        stamp = (self._turn - back) * 160 & 0xFFFFFFFF
        head = struct.pack("!BBHII", 0x80, marker << 7 | kind, self._sequence & 0xFFFF, stamp, 0x4488)
        self._out(head + payload)

    def _out(self, data: bytes) -> None:
        if self._to is not None and not self._network.loses():
            with contextlib.suppress(BlockingIOError, ConnectionRefusedError):
                self._socket.sendto(data, self._to)
