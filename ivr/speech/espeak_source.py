"""Which espeak-ng libraries there may be, in the order in which they are tried."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Literal

import espeakng_loader

from ivr.errors import VoiceError

__all__ = ["EngineLibrary", "EngineSource", "engine_libraries"]

EngineSource = Literal["auto", "system", "wheel"]

_SYSTEM = {
    "linux": ("libespeak-ng.so.1",),
    "darwin": ("/opt/homebrew/lib/libespeak-ng.1.dylib", "/usr/local/lib/libespeak-ng.1.dylib"),
    "win32": (r"C:\Program Files\eSpeak NG\libespeak-ng.dll",),
}


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
