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
_LENGTH = re.compile(rb"^(?:content-length|l)[ \t]*:[ \t]*(\d{1,8})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_NAMED = re.compile(rb"^(?:content-length|l)[ \t]*:", re.IGNORECASE | re.MULTILINE)


class StreamBroken(ValueError):
    """Nobody can tell any more where the next message begins: the connection is to be closed."""


class Framing:
    """One connection's reader."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._searched = 0  # how far the end of the header has been looked for already

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
            size = self._size()
            if size is None or size > len(self._buffer):
                return
            message = bytes(self._buffer[:size])
            del self._buffer[:size]
            self._searched = 0
            yield message

    def _size(self) -> int | None:
        """Octets of the first message, None while its header is not whole."""
        end = self._buffer.find(PING, max(self._searched - 3, 0))
        if end < 0:
            self._searched = len(self._buffer)
            if len(self._buffer) > LONGEST:
                raise StreamBroken("a header that does not end")
            return None
        head = bytes(self._buffer[:end])
        lengths = {int(found) for found in _LENGTH.findall(head)}
        if len(lengths) > 1 or len(_NAMED.findall(head)) != len(_LENGTH.findall(head)):
            raise StreamBroken("a Content-Length that cannot be read")
        # Section 20.14: over streams it MUST be there; a message without one is taken to have no body.
        size = end + 4 + (lengths.pop() if lengths else 0)
        if size > LONGEST:
            raise StreamBroken(f"a message of {size} octets")
        return size
