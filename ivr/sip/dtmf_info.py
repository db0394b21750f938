"""A key pressed, as an INFO body in, as a digit out: common practice that no RFC defines (cf. RFC 6086).

``application/dtmf-relay`` has lines, ``Signal=5`` and ``Duration=160``; ``application/dtmf`` the key alone.
Both may name a key by its event number of RFC 4733: 10 is ``*``, 11 is ``#``, 12 to 15 are A to D.
"""

from __future__ import annotations

import re

__all__ = ["read_key"]

_SIGNAL = re.compile(r"signal[ \t]*+=[ \t]*+([0-9A-D*#]{1,2})", re.IGNORECASE)
_KEY = re.compile(r"[0-9A-D*#]{1,2}", re.IGNORECASE)
_BY_NUMBER = dict(zip(("10", "11", "12", "13", "14", "15"), "*#ABCD", strict=True))


def read_key(content_type: str, body: bytes) -> str | None:
    """The key that an INFO tells of, one of ``0123456789*#ABCD``; None when it tells of none."""
    text = body.decode("ascii", "replace")
    if content_type == "application/dtmf-relay":
        signals = (_SIGNAL.fullmatch(line.strip()) for line in text.splitlines())
        name = next((signal[1] for signal in signals if signal), "")
    else:
        name = text.strip()
    if not _KEY.fullmatch(name):
        return None
    key = name.upper()
    return key if len(key) == 1 else _BY_NUMBER.get(key)
