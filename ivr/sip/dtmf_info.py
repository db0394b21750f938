"""A key pressed, as an INFO body in, as a digit out: common practice that no RFC defines (cf. RFC 6086).

``application/dtmf-relay`` has lines, ``Signal=5`` and ``Duration=160``; ``application/dtmf`` the key alone.
Both may name a key by its event number of RFC 4733: 10 is ``*``, 11 is ``#``, 12 to 15 are A to D.
"""

from __future__ import annotations

import re

__all__ = ["read_key"]

_RELAY = re.compile(r"^\s*signal\s*=\s*([0-9A-D*#]{1,2})\s*$", re.IGNORECASE | re.MULTILINE)
_PLAIN = re.compile(r"\s*([0-9A-D*#]{1,2})\s*", re.IGNORECASE)
_BY_NUMBER = dict(zip(("10", "11", "12", "13", "14", "15"), "*#ABCD", strict=True))


def read_key(content_type: str, body: bytes) -> str | None:
    """The key that an INFO tells of, one of ``0123456789*#ABCD``; None when it tells of none."""
    text = body.decode("ascii", "replace")
    match = _RELAY.search(text) if content_type == "application/dtmf-relay" else _PLAIN.fullmatch(text)
    if match is None:
        return None
    key = match[1].upper()
    return key if len(key) == 1 else _BY_NUMBER.get(key)
