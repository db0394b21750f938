"""A sentence in, samples out: pools of voice processes, replaced when they hang or die."""

from __future__ import annotations

import asyncio
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from ivr.errors import VoiceError
from ivr.speech.frames import pack_request
from ivr.speech.render import Samples
from ivr.speech.voice import EngineLibrary, EngineSource, VoiceSettings, engine_libraries
from ivr.speech.worker_process import WorkerLost, WorkerProcess

__all__ = ["Engine", "EspeakPool", "Pyttsx3Pool", "VoicePool"]

_LONGEST_TEXT = 2000  # letters: two minutes; a prompt file that means more has lost its line ends
_TRIES = 2
_FIRST_WORD = "test"  # a word in every language


@dataclass(frozen=True, slots=True)
class Engine:
    """The espeak-ng that answered: where it comes from and its version."""

    library: EngineLibrary
    version: str


class VoicePool:
    """Several processes of one program, one sentence at a time each; others wait their turn."""

    def __init__(
        self, command: Sequence[str], voices: Mapping[str, VoiceSettings], workers: int, patience: float
    ) -> None:
        """``patience``: seconds that one sentence may take before its process is replaced."""
        if workers < 1:
            raise VoiceError("a voice needs at least one process")
        self._voices = voices
        self._workers = [WorkerProcess(command, patience) for _ in range(workers)]
        self._idle: asyncio.Queue[WorkerProcess] = asyncio.Queue()

    @property
    def process_ids(self) -> list[int]:
        """The processes that run now."""
        return [worker.process_id for worker in self._workers if worker.process_id is not None]

    async def open(self) -> None:
        """Start all processes; VoiceError where the engine cannot be had, and none is left running then."""
        try:
            async with asyncio.TaskGroup() as starting:
                for worker in self._workers:
                    starting.create_task(self._start(worker))
        except BaseExceptionGroup as failures:
            await self.close()
            raise failures.exceptions[0] from None
        except BaseException:
            await self.close()
            raise
        for worker in self._workers:
            self._idle.put_nowait(worker)

    async def _start(self, worker: WorkerProcess) -> None:
        await worker.start()

    async def close(self) -> None:
        """End all processes; sentences on their way end in VoiceError."""
        await asyncio.gather(*(worker.close() for worker in self._workers))

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def speak(self, text: str, language: str) -> tuple[Samples, int]:
        """The samples (mono int16) and their rate (Hz) of a sentence in a language's voice.

        A process that hangs or dies is replaced and the sentence tried once more; then VoiceError.
        """
        request = self._request(text, language)
        lost: WorkerLost | None = None
        for _ in range(_TRIES):
            worker = await self._idle.get()
            try:
                rate, samples = await worker.ask(request)
            except WorkerLost as error:
                lost = error
            else:
                return np.frombuffer(samples, "<i2").astype(np.int16, copy=False), rate
            finally:
                self._idle.put_nowait(worker)
        raise VoiceError(f"the sentence could not be spoken in {_TRIES} tries: {lost}")

    def _request(self, text: str, language: str) -> bytes:
        settings = self._voices.get(language)
        if settings is None:
            raise VoiceError(f'there is no voice for the language "{language}"')
        plain = "".join(" " if unicodedata.category(letter)[0] == "C" else letter for letter in text)
        if not any(letter.isalnum() for letter in plain) or len(plain) > _LONGEST_TEXT:
            raise VoiceError(f"a sentence has letters, and up to {_LONGEST_TEXT} of them")
        return pack_request(
            plain, settings.voice, settings.rate, settings.pitch, settings.volume, settings.word_gap
        )


class EspeakPool(VoicePool):
    """Live sentences by espeak-ng through its library: 15 to 30 ms a sentence."""

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
        program = [sys.executable, "-S", "-P", "-m", "ivr.speech.espeak_worker"]
        super().__init__([*program, *places], voices, workers, patience)

    async def _start(self, worker: WorkerProcess) -> None:
        """Say a word in every voice: the first caller waits for no file, and a wrong voice fails at once."""
        await super()._start(worker)
        for language in self._voices:
            await worker.ask(self._request(_FIRST_WORD, language))

    @property
    def engine(self) -> Engine:
        """Which espeak-ng answers; VoiceError before the pool is open."""
        hello = self._workers[0].hello
        if hello is None:
            raise VoiceError("the voices are not open")
        return Engine(self._libraries[hello[0]], hello[1])


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
        program = [sys.executable, "-P", "-m", "ivr.speech.pyttsx3_worker"]
        place = [engine.library.library, engine.library.data, str(folder)]
        super().__init__([*program, *place], voices, workers, patience)
