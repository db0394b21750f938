"""Engines in; the voices of theirs that this machine has out, or what to install where it has none.

Only programs, packages and files are looked for; whether a voice speaks shows when it is asked to.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from ivr.errors import VoiceError
from ivr.speech.espeak_source import EngineSource, engine_libraries
from ivr.speech.festival_files import FESTIVAL_VOICES
from ivr.speech.voice import ENGINES, EngineName

__all__ = ["missing", "voices_here"]

_MODULES: Mapping[EngineName, tuple[str, str]] = {
    "hibari": ("hibari", "pip install 'infoline[voices]', which brings hibari-tts"),
    "pico": ("py_nanotts", "pip install 'infoline[voices]', which brings py-nanotts"),
}
_DEBIAN = {"czech_ph": "festvox-czech-ph", "kal_diphone": "festvox-kallpc16k"}
_FESTIVAL_FOLDERS = {"czech": "cs", "english": "en", "us": "en"}
_LISTING = 10.0  # s for espeak-ng to name its voices; milliseconds as a rule


def missing(engine: EngineName, voice: str) -> str | None:
    """Why an engine with this voice cannot be had, and what to install; None where all of it is there.

    espeak-ng is seen to when it starts, since the line brings its own.
    """
    if engine == "festival":
        return _missing_of_festival(voice)
    if engine in _MODULES:
        module, brings_it = _MODULES[engine]
        if importlib.util.find_spec(module) is None:
            return f"{engine} is not installed: {brings_it}"
    return None


def voices_here(languages: Iterable[str], source: EngineSource = "auto") -> list[tuple[str, EngineName, str]]:
    """Language, engine and voice of every voice that this machine has for the languages.

    VoiceError where not even espeak-ng can be asked.
    """
    found: list[tuple[str, EngineName, str]] = []
    named: dict[EngineName, list[tuple[str, str]]] = {
        "espeak-ng": _of_espeak(source),
        "festival": _of_festival(),
        "hibari": _of_hibari(),
        "pico": _of_pico(),
    }
    for wanted in languages:
        for engine in ENGINES:
            found += [(wanted, engine, voice) for language, voice in named[engine] if language == wanted]
    return found


def _missing_of_festival(voice: str) -> str | None:
    package = _DEBIAN.get(voice, f"festival's voice {voice}")
    if shutil.which("festival") is None:
        return f"festival is not installed: apt install festival {package}"
    if voice not in (name for _, name in _festival_folders()):
        return f"festival has no voice {voice}: apt install {package}"
    return None


def _of_espeak(source: EngineSource) -> list[tuple[str, str]]:
    places = [part for library in engine_libraries(source) for part in (library.library, library.data)]
    program = [sys.executable, "-S", "-P", "-m", "ivr.speech.espeak_listing", *places]
    root = str(Path(__file__).parents[2])
    try:
        listed = subprocess.run(
            program,
            capture_output=True,
            text=True,
            timeout=_LISTING,
            check=True,
            env={**os.environ, "PYTHONPATH": root},
        )
    except subprocess.SubprocessError:
        raise VoiceError("espeak-ng does not name its voices") from None
    return [
        (language, name) for language, _, name in (row.partition("\t") for row in listed.stdout.splitlines())
    ]


def _festival_folders() -> list[tuple[str, str]]:
    return [(file.parent.name, file.name) for place in FESTIVAL_VOICES for file in sorted(place.glob("*/*"))]


def _of_festival() -> list[tuple[str, str]]:
    if shutil.which("festival") is None:
        return []
    return [
        (_FESTIVAL_FOLDERS[folder], voice)
        for folder, voice in _festival_folders()
        if folder in _FESTIVAL_FOLDERS
    ]


def _of_hibari() -> list[tuple[str, str]]:
    assets = _package("hibari", "assets")
    if assets is None:
        return []
    voices = json.loads((assets / "voices.json").read_text(encoding="utf-8"))
    fetched = Path(os.environ.get("HIBARI_HOME") or Path.home() / ".cache" / "hibari")
    return [
        (one["language"][:2].lower(), name)
        for name, one in voices.items()
        if one.get("bundled") or (fetched / one["file"]).is_file()
    ]


def _of_pico() -> list[tuple[str, str]]:
    data = _package("py_nanotts", "lang")
    if data is None:
        return []
    names = [file.name.removesuffix("_ta.bin") for file in sorted(data.glob("*_ta.bin"))]
    return [(name[:2], name) for name in names]


def _package(module: str, folder: str) -> Path | None:
    spec = importlib.util.find_spec(module)
    return None if spec is None or spec.origin is None else Path(spec.origin).parent / folder
