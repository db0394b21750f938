"""The bytes of one connection in, whole SIP messages out (RFC 3261 section 18.3, RFC 5626 section 4.4.1).

A stream has no datagrams: one read may hold several messages, and one message may take many reads.
Content-Length says where each ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["PING", "PONG", "Framing", "StreamBroken"]

PING = b"\r\n\r\n"
"""What a client sends to keep its connection open; given out as it came."""
PONG = b"\r\n"
"""What answers a PING."""

LONGEST = 65_535  # octets of a message: what UDP could carry, so both transports refuse the same
_LENGTH = re.compile(rb"\n(?:content-length|l)[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE)
_DIGITS = re.compile(rb"(\d{1,8})[ \t]*")


class StreamBroken(ValueError):
    """Nobody can tell any more where the next message begins: the connection is to be closed."""


class Framing:
    """One connection's reader."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._searched = 0  # how far the end of the header has been looked for already
        self._needed = 0  # octets of the first message, 0 while its header is not whole

    @property
    def unfinished(self) -> bool:
        """Whether a message has begun that is not whole; line ends that only keep a stream open are none."""
        return bool(self._buffer) and self._buffer[0] not in b"\r\n"

    def receive(self, data: bytes | memoryview) -> Iterator[bytes]:
        """Take what was read; gives each message that is whole now, or PING. StreamBroken."""
        self._buffer += data
        while self._buffer:
            if self._buffer[0] in b"\r\n":
                if self._buffer.startswith(PING):
                    del self._buffer[:4]
                    yield PING
                    continue
                if PING.startswith(self._buffer):
                    return  # perhaps the first half of a PING
                del self._buffer[0]
                continue
            size = self._needed = self._needed or self._size()
            if not size or size > len(self._buffer):
                return
            message = bytes(self._buffer[:size])
            del self._buffer[:size]
            self._searched = self._needed = 0
            yield message

    def _size(self) -> int:
        """Octets of the first message, 0 while its header is not whole."""
        end = self._buffer.find(PING, max(self._searched - 3, 0))
        if end < 0:
            self._searched = len(self._buffer)
            if len(self._buffer) > LONGEST:
                raise StreamBroken("a header that does not end")
            return 0
        head = bytes(self._buffer[:end])
        told = set(_LENGTH.findall(head))
        digits = _DIGITS.fullmatch(told.pop() if told else b"0")
        if digits is None or told:
            raise StreamBroken("a Content-Length that cannot be read")
        # Section 20.14: over streams it MUST be there; a message without one is taken to have no body.
        size = end + 4 + int(digits[1])
        if size > LONGEST:
            raise StreamBroken(f"a message of {size} octets")
        return size
