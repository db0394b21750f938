"""A reader's name in, a crash or nothing out: ``python -m fuzz sip|sdp|rtp|dtmf [libFuzzer's options]``.

A reader may refuse what it gets with its own error; any other exception is a find. Put what is found into
``tests/fuzz/found/<reader>/``, where a test reads it again.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["ivr"]):
    from fuzz.readers import READERS


def main() -> None:
    """Fuzz one reader until libFuzzer's limits end it."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in READERS:
        sys.exit(f"python -m fuzz {'|'.join(READERS)} [-max_total_time=600] [corpus folder]")
    atheris.Setup([sys.argv[0], *sys.argv[2:]], READERS[name])
    atheris.Fuzz()


main()
