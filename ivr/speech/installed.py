"""An engine and a voice in; what to install where this machine does not have them."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Mapping
from pathlib import Path

from ivr.speech.voice import EngineName

__all__ = ["FESTIVAL_VOICES", "missing"]

FESTIVAL_VOICES = (Path("/usr/share/festival/voices"), Path("/usr/local/share/festival/voices"))

_MODULES: Mapping[EngineName, tuple[str, str]] = {
    "hibari": ("hibari", "pip install 'infoline[voices]', which brings hibari-tts"),
    "pico": ("py_nanotts", "pip install 'infoline[voices]', which brings py-nanotts"),
}
_DEBIAN = {"czech_ph": "festvox-czech-ph", "kal_diphone": "festvox-kallpc16k"}


def missing(engine: EngineName, voice: str) -> str | None:
    """Why an engine with this voice cannot be had, and what to install; None where all of it is there.

    Looks for programs and files only; espeak-ng is seen to when it starts, since the line brings its own.
    """
    if engine == "festival":
        return _missing_of_festival(voice)
    if engine in _MODULES:
        module, brings_it = _MODULES[engine]
        if importlib.util.find_spec(module) is None:
            return f"{engine} is not installed: {brings_it}"
    return None


def _missing_of_festival(voice: str) -> str | None:
    package = _DEBIAN.get(voice, f"festival's voice {voice}")
    if shutil.which("festival") is None:
        return f"festival is not installed: apt install festival {package}"
    if not any(found for place in FESTIVAL_VOICES for found in place.glob(f"*/{voice}")):
        return f"festival has no voice {voice}: apt install {package}"
    return None
