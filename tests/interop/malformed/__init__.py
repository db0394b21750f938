"""Datagrams no well-made peer sends, each with a name; nothing comes in, ``DATAGRAMS`` comes out.

Written from RFC 3261's grammar and the kinds of faults RFC 4475 lists. ``{here}`` in a datagram is where its
Via and Contact point, filled in by ``datagram(name, host, port)``. Whatever the line makes of one of them, it
has to answer or drop it, and to go on.
"""

from __future__ import annotations

from zlib import crc32

from malformed.faults import FAULTS
from malformed.torture import TORTURE

__all__ = ["DATAGRAMS", "datagram"]

DATAGRAMS: dict[str, bytes] = {**FAULTS, **TORTURE}
assert len(DATAGRAMS) == len(FAULTS) + len(TORTURE), "two datagrams have one name"


def datagram(name: str, host: str = "127.0.0.1", port: int = 5060) -> bytes:
    """The datagram of this name as sent from ``host:port``, with a branch and Call-ID of its own."""
    mark = b"fault-%08x-%d" % (crc32(name.encode()), port)
    return DATAGRAMS[name].replace(b"{here}", f"{host}:{port}".encode()).replace(b"fault", mark)
