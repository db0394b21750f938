"""One measured call: datagrams of the line's in, a phone's datagrams and the three times out.

Times are the system clock's, in ns: the kernel's for what comes, read just before it goes for what is sent.

    INVITE ---> 200 ACK ---> first speech ... key 2 ---> first frame of the answer ... BYE
       invite_to_200     ack_to_speech               key_to_answer
"""

from __future__ import annotations

import re
import socket
import struct
import time
from dataclasses import dataclass, field

__all__ = ["Call", "now", "receive"]

_QUIET = b"\xd5" * 160
_KEY = 2
_EVENT_TYPE = 101
_SO_TIMESTAMPNS = 35  # Linux; Python has no name for it
_TAG = re.compile(rb"^(?:to|t)\s*:.*;\s*tag=([^;>\s]+)", re.IGNORECASE | re.MULTILINE)


def now() -> int:
    """The system clock in ns, which the kernel stamps datagrams by."""
    return time.clock_gettime_ns(time.CLOCK_REALTIME)


def udp_socket() -> socket.socket:
    """A socket on a port of its own whose datagrams come with their time."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    return sock


def receive(sock: socket.socket) -> tuple[bytes, int] | None:
    """One datagram and when it came; None when there is none."""
    try:
        data, notes, _, _ = sock.recvmsg(4096, 64)
    except (BlockingIOError, ConnectionRefusedError):
        return None
    for level, kind, note in notes:
        if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS:
            seconds, nanoseconds = struct.unpack("qq", note[:16])
            return data, seconds * 1_000_000_000 + nanoseconds
    return data, now()


@dataclass(slots=True, eq=False)
class Call:
    """A caller on a port of its own; ``times`` has what was measured, in milliseconds."""

    name: str
    number: str
    sip: socket.socket
    line: tuple[str, int]
    rtp: socket.socket = field(default_factory=udp_socket)
    times: dict[str, float] = field(default_factory=dict)
    dialled: str = "4488"
    to: str = "<sip:line@line>"
    refused: str = ""
    _invited: int = 0
    _acknowledged: int = 0
    _pressed: int = 0
    _media: tuple[str, int] | None = None
    _sequence: int = 0
    _key_stamp: int = 0

    def invite(self) -> None:
        """Dial the number."""
        body = (
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            f"m=audio {self.rtp.getsockname()[1]} RTP/AVP 8 {_EVENT_TYPE}\r\n"
            f"a=rtpmap:{_EVENT_TYPE} telephone-event/8000\r\na=ptime:20\r\n"
        )
        message = self._request("INVITE", 1, body)
        self._invited = now()
        self.sip.sendto(message, self.line)

    def answered(self, data: bytes, at: int) -> None:
        """Take a response to the INVITE; a 200 is acknowledged, again when it is repeated."""
        status = data[8:11]
        if status >= b"300":
            self.refused = status.decode()
        elif status >= b"200":
            tag = _TAG.search(data)
            port = re.search(rb"^m=audio (\d+)", data, re.MULTILINE)
            if tag is None or port is None:
                self.refused = "a 200 without tag or media"
                return
            if not self._acknowledged:
                self.times["invite_to_200_ms"] = (at - self._invited) / 1e6
                self.to += f";tag={tag[1].decode()}"
                self._media = self.line[0], int(port[1])
            message = self._request("ACK", 1)
            self._acknowledged = self._acknowledged or now()
            self.sip.sendto(message, self.line)

    def heard(self, data: bytes, at: int) -> str:
        """Take a packet of speech; the figure that it completes, or nothing.

        The answer begins with the marker bit (RFC 3551 section 4.1): the line fell silent at the key.
        """
        if not self._acknowledged or data[12:172] == _QUIET:
            return ""
        if "ack_to_speech_ms" not in self.times:
            self.times["ack_to_speech_ms"] = (at - self._acknowledged) / 1e6
            return "ack_to_speech_ms"
        if self._pressed and "key_to_answer_ms" not in self.times and data[1] & 0x80 and at > self._pressed:
            self.times["key_to_answer_ms"] = (at - self._pressed) / 1e6
            return "key_to_answer_ms"
        return ""

    def talk(self) -> None:
        """Send 20 ms of silence, as a phone does all the time."""
        self._send(8, False, self._sequence * 160, _QUIET)

    def press(self, packet: int) -> None:
        """Send the n-th packet of key 2 held for 100 ms: five that grow, and the end three times."""
        ended = packet >= 5
        payload = struct.pack("!BBH", _KEY, 0x80 | 10 if ended else 10, min(packet + 1, 5) * 160)
        if packet == 0:
            self._key_stamp = self._sequence * 160
            self._pressed = now()
        self._send(_EVENT_TYPE, packet == 0, self._key_stamp, payload)

    def hang_up(self) -> None:
        """Send BYE and leave the port."""
        self.sip.sendto(self._request("BYE", 2), self.line)
        self.rtp.close()

    def _send(self, kind: int, marker: bool, stamp: int, payload: bytes) -> None:
        if self._media is None:
            return
        self._sequence += 1
        head = struct.pack("!BBHII", 0x80, marker << 7 | kind, self._sequence & 0xFFFF, stamp, 0x4488)
        self.rtp.sendto(head + payload, self._media)

    def _request(self, method: str, number: int, body: str = "") -> bytes:
        host, port = self.sip.getsockname()
        lines = [
            f"{method} sip:{self.dialled}@{self.line[0]}:{self.line[1]} SIP/2.0",
            f"Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{self.name}{method};rport",
            "Max-Forwards: 70",
            f"From: <sip:{self.number}@bench>;tag={self.name}",
            f"To: {self.to}",
            f"Call-ID: {self.name}",
            f"CSeq: {number} {method}",
            f"Contact: <sip:{self.number}@{host}:{port}>",
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        return "\r\n".join([*lines, "", body]).encode()
