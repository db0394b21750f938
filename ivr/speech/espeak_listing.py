"""Prints the voices that espeak-ng has: one a line, its language, a tab, the name that a setting takes.

    python -S -m ivr.speech.espeak_listing LIBRARY DATA [LIBRARY DATA ...]

Voices of mbrola are shown where mbrola and their own data are installed; espeak-ng itself lists all.
"""

from __future__ import annotations

import ctypes
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from ivr.speech.espeak_engine import Espeak

_MBROLA = ("/usr/share/mbrola", "/usr/local/share/mbrola", "/opt/homebrew/share/mbrola")


def voices(espeak: Espeak) -> Iterator[tuple[str, str]]:
    """Language (its first tag's first part, such as en) and name of each voice, in the engine's order."""
    for special in (None, b"mb"):
        for entry in espeak.voices(special):
            name = (entry.identifier or b"").decode(errors="replace").split("/")[-1]
            tag = ctypes.string_at(entry.languages)[1:].decode(errors="replace")  # behind its priority
            if tag and (not name.startswith("mb-") or _has_mbrola(name.removeprefix("mb-"))):
                yield tag.split("-")[0], name


def _has_mbrola(name: str) -> bool:
    data = name.split("-")[0]
    there = any(Path(place, data, data).is_file() for place in _MBROLA)
    return there and shutil.which("mbrola") is not None


def main(arguments: list[str]) -> int:
    """Take the first library that works; 1 without any."""
    for library, data in zip(arguments[::2], arguments[1::2], strict=True):
        try:
            espeak = Espeak(library, data)
        except OSError:
            continue
        for language, name in dict.fromkeys(voices(espeak)):
            print(f"{language}\t{name}")
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
