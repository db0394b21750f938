"""As little of a phone as it takes to be on a call by UDP, TCP or TLS, for a line in its own process."""

from __future__ import annotations

import re
import socket
import ssl
from typing import Literal, Self

import trustme

__all__ = ["SDP", "HandPhone"]

SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 8\r\n"


class HandPhone:
    """A caller on one socket to 127.0.0.1; by TLS it believes whom ``authority`` has signed."""

    def __init__(
        self,
        port: int,
        transport: Literal["UDP", "TCP", "TLS"] = "UDP",
        authority: trustme.CA | None = None,
        user: str = "4488",
    ) -> None:
        self.user, self.transport = user, transport
        self.socket = socket.socket(type=socket.SOCK_DGRAM if transport == "UDP" else socket.SOCK_STREAM)
        self.socket.settimeout(10)
        self.socket.connect(("127.0.0.1", port))
        if authority is not None:
            context = ssl.create_default_context()
            authority.configure_trust(context)
            self.socket = context.wrap_socket(self.socket, server_hostname="127.0.0.1")
        self.here = f"127.0.0.1:{self.socket.getsockname()[1]}"
        self.to, self.read = f"<sip:{user}@line>", b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.socket.close()

    def send(self, method: str, number: int, body: str = "") -> None:
        lines = [
            f"{method} sip:{self.user}@line SIP/2.0",
            f"Via: SIP/2.0/{self.transport} {self.here};branch=z9hG4bK{self.here}-{number}{method}",
            f"From: <sip:777123456@phone>;tag={self.here}",
            f"To: {self.to}",
            f"Call-ID: {self.here}",
            f"CSeq: {number} {method}",
            "Max-Forwards: 70",
            f"Contact: <sip:a@{self.here};transport={self.transport.lower()}>",
            "Content-Type: application/sdp",
            f"Content-Length: {len(body)}",
        ]
        self.socket.sendall("\r\n".join([*lines, "", body]).encode())

    def hears(self, start: str) -> str:
        """The head of the next message that starts so."""
        while True:
            head, end, rest = self.read.partition(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: *(\d+)", head)
            if not end or len(rest) < int(length[1] if length else 0):
                more = self.socket.recv(65535)
                assert more, "the line has closed the connection"
                self.read += more
                continue
            self.read = rest[int(length[1] if length else 0) :]
            if head.decode().startswith(start):
                return head.decode()

    def call(self) -> str:
        """INVITE and ACK; the head of the 200."""
        self.send("INVITE", 1, SDP)
        answer = self.hears("SIP/2.0 200")
        tag = re.search(r"(?im)^To:.*;tag=(\S+)", answer)
        assert tag is not None
        self.to += f";tag={tag[1]}"
        self.send("ACK", 1)
        return answer

    def hang_up(self) -> None:
        """BYE, and its answer."""
        self.send("BYE", 2)
        self.hears("SIP/2.0 200")
