"""An engine's name and its voices in, the pool of processes that speak by it out."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ivr.errors import VoiceError
from ivr.speech.espeak_source import EngineLibrary, EngineSource, engine_libraries
from ivr.speech.installed import missing
from ivr.speech.pool import VoicePool
from ivr.speech.voice import EngineName, VoiceSettings

__all__ = ["Engine", "EspeakPool", "InstalledPool", "Pyttsx3Pool", "pool_of"]


@dataclass(frozen=True, slots=True)
class Engine:
    """The espeak-ng that answered: where it comes from and its version."""

    library: EngineLibrary
    version: str


class EspeakPool(VoicePool):
    """Sentences by espeak-ng through its library: about 15 ms a sentence."""

    def __init__(
        self,
        voices: Mapping[str, VoiceSettings],
        workers: int = 2,
        source: EngineSource = "auto",
        patience: float = 3.0,
    ) -> None:
        """``source``: the system's library and then the wheel's ("auto"), or only one of them."""
        self._libraries = engine_libraries(source)
        places = [part for library in self._libraries for part in (library.library, library.data)]
        engine = [*_program("espeak_engine", "-S"), *places]
        super().__init__([*_program("relay_worker"), *engine], voices, workers, patience)

    @property
    def engine(self) -> Engine:
        """Which espeak-ng answers; VoiceError before the pool is open."""
        number, version = self.hello
        return Engine(self._libraries[number], version)

    @property
    def engine_version(self) -> str:
        """Such as ``espeak-ng 1.51 (system)``."""
        return f"espeak-ng {self.engine.version} ({self.engine.library.origin})"


class Pyttsx3Pool(VoicePool):
    """Fixed sentences by pyttsx3, on the same library as the live voice."""

    def __init__(
        self,
        voices: Mapping[str, VoiceSettings],
        engine: Engine,
        folder: Path,
        workers: int = 2,
        patience: float = 20.0,
    ) -> None:
        """``folder``: an existing place for pyttsx3's files, which go as soon as they are read."""
        place = [engine.library.library, engine.library.data, str(folder)]
        super().__init__([*_program("pyttsx3_worker"), *place], voices, workers, patience, first_word=False)


class InstalledPool(VoicePool):
    """Sentences by festival, hibari or pico, as this machine has them."""

    def __init__(
        self,
        engine: EngineName,
        voices: Mapping[str, VoiceSettings],
        workers: int = 2,
        patience: float = 5.0,
    ) -> None:
        self._lacking = [
            lack for settings in voices.values() if (lack := missing(engine, settings.voice)) is not None
        ]
        super().__init__(_PROGRAMS[engine], voices, workers, patience)

    async def open(self) -> None:
        """As for every pool; VoiceError names what to install where the engine is not there."""
        if self._lacking:
            raise VoiceError(self._lacking[0])
        await super().open()


def pool_of(
    engine: EngineName, voices: Mapping[str, VoiceSettings], workers: int = 2, source: EngineSource = "auto"
) -> VoicePool:
    """The pool for languages that one engine speaks; not yet open."""
    if engine == "espeak-ng":
        return EspeakPool(voices, workers, source)
    return InstalledPool(engine, voices, workers)


def _program(module: str, *options: str) -> list[str]:
    return [sys.executable, *options, "-P", "-m", f"ivr.speech.{module}"]


_PROGRAMS: Mapping[EngineName, list[str]] = {
    "festival": _program("festival_worker"),
    "hibari": _program("hibari_worker"),
    "pico": [*_program("relay_worker"), *_program("pico_engine")],
}
