"""How a language is spoken: the settings of its voice, and where the engine comes from."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Literal

import espeakng_loader

from ivr.errors import VoiceError

__all__ = ["VOICES", "EngineLibrary", "EngineSource", "VoiceSettings", "engine_libraries"]

EngineSource = Literal["auto", "system", "wheel"]

_SYSTEM = {
    "linux": ("libespeak-ng.so.1",),
    "darwin": ("/opt/homebrew/lib/libespeak-ng.1.dylib", "/usr/local/lib/libespeak-ng.1.dylib"),
    "win32": (r"C:\Program Files\eSpeak NG\libespeak-ng.dll",),
}


@dataclass(frozen=True, slots=True)
class VoiceSettings:
    """A voice and how it speaks; every field is part of a sound's cache key.

    Rate is in words a minute, pitch 0 to 99, volume in percent of the engine's own, the gap between words in
    steps of 10 ms at the normal rate on top of the engine's own. ValueError outside of the limits.
    """

    engine: str = "espeak-ng"
    voice: str = "cs"
    rate: int = 145
    pitch: int = 50
    volume: int = 100
    word_gap: int = 0

    def __post_init__(self) -> None:
        if self.engine != "espeak-ng":
            raise ValueError(f'there is no engine "{self.engine}", only espeak-ng')
        if not 0 < len(self.voice.encode()) < 100 or not self.voice.isprintable():
            raise ValueError("a voice is a name such as cs or roa/fr")
        limits = {"rate": (80, 450), "pitch": (0, 99), "volume": (1, 100), "word_gap": (0, 100)}
        for name, (low, high) in limits.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise ValueError(f"{name} is from {low} to {high}, not {value}")


# Slower than the engine's own 175 words a minute: figures over a narrow band want time.
VOICES = {"cs": VoiceSettings()}


@dataclass(frozen=True, slots=True)
class EngineLibrary:
    """One espeak-ng that may be there: a name for the loader, its data (empty: its own place), its origin."""

    library: str
    data: str
    origin: Literal["system", "wheel"]


def engine_libraries(source: EngineSource) -> tuple[EngineLibrary, ...]:
    """Where to look for espeak-ng, in this order; VoiceError for a source that does not exist."""
    system = tuple(EngineLibrary(name, "", "system") for name in _SYSTEM.get(sys.platform, ()))
    wheel = EngineLibrary(espeakng_loader.get_library_path(), espeakng_loader.get_data_path(), "wheel")
    match source:
        case "auto":
            return (*system, wheel)
        case "system":
            return system
        case "wheel":
            return (wheel,)
    raise VoiceError(f'espeak-ng comes from "auto", "system" or "wheel", not "{source}"')
