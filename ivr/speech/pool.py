"""A sentence in, telephone speech out: pools of voice processes, replaced when they hang or die."""

from __future__ import annotations

import asyncio
import contextlib
import unicodedata
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

import numpy as np

from ivr.errors import VoiceError
from ivr.speech.frames import pack_request
from ivr.speech.render import Samples
from ivr.speech.turns import Turns
from ivr.speech.voice import Pace, VoiceSettings
from ivr.speech.worker_process import WorkerLost, WorkerProcess

__all__ = ["VoicePool"]

_LONGEST_TEXT = 2000  # letters: two minutes; a prompt file that means more has lost its line ends
_TRIES = 2
_FIRST_WORD = "test"  # a word in every language


class VoicePool:
    """Several processes of one program, one sentence at a time each; others wait their turn."""

    def __init__(
        self,
        command: Sequence[str],
        voices: Mapping[str, VoiceSettings],
        workers: int,
        patience: float,
        first_word: bool = True,
    ) -> None:
        """``patience``: seconds that one sentence may take before its process is replaced.

        ``first_word``: each process says a word in every voice before it is asked for anything, so that the
        first caller waits for no file and a voice that is not there is found at the start.
        """
        if workers < 1:
            raise VoiceError("a voice needs at least one process")
        self._voices, self._first_word = voices, first_word
        self._workers = [WorkerProcess(command, patience) for _ in range(workers)]
        self._turns: Turns[WorkerProcess] = Turns()
        self._replacing: set[asyncio.Task[None]] = set()

    @property
    def process_ids(self) -> list[int]:
        """The processes that run now."""
        return [worker.process_id for worker in self._workers if worker.process_id is not None]

    @property
    def hello(self) -> tuple[int, str]:
        """What the processes said when they were ready; VoiceError before the pool is open."""
        hello = self._workers[0].hello
        if hello is None:
            raise VoiceError("the voices are not open")
        return hello

    @property
    def engine_version(self) -> str:
        """The engine and all of its versions that shape a sound."""
        return self.hello[1]

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
            self._turns.give(worker)

    async def _start(self, worker: WorkerProcess) -> None:
        await worker.start()
        if self._first_word:
            for language in self._voices:
                await worker.ask(self._request(_FIRST_WORD, language, "normal"))

    async def close(self) -> None:
        """End all processes; sentences on their way end in VoiceError."""
        for task in self._replacing:
            task.cancel()
        await asyncio.gather(*self._replacing, return_exceptions=True)
        await asyncio.gather(*(worker.close() for worker in self._workers))

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def speak(self, text: str, language: str, pace: Pace = "normal", place: int = 0) -> Samples:
        """A sentence in a language's voice, as telephone speech: mono int16 at 8 kHz, read-only.

        ``place``: how many sentences of the same answer are said before it, so that it may wait a little.
        A process that hangs or dies is replaced while the others go on, and the sentence is tried once more;
        then VoiceError.
        """
        request = self._request(text, language, pace)
        lost: WorkerLost | None = None
        for _ in range(_TRIES):
            worker = await self._turns.take(place)
            try:
                _, samples = await worker.ask(request)
            except WorkerLost as error:
                lost = error
            else:
                return np.frombuffer(samples, "<i2").astype(np.int16, copy=False)
            finally:
                self._give_back(worker)
        raise VoiceError(f"the sentence could not be spoken in {_TRIES} tries: {lost}")

    def _give_back(self, worker: WorkerProcess) -> None:
        """Let the next sentence have it: at once, or when its process has been replaced."""
        if worker.process_id is not None or worker.closed:
            self._turns.give(worker)
            return
        task = asyncio.create_task(self._replace(worker))
        self._replacing.add(task)
        task.add_done_callback(self._replacing.discard)

    async def _replace(self, worker: WorkerProcess) -> None:
        try:
            with contextlib.suppress(VoiceError, OSError):  # whoever asks it next is told
                await self._start(worker)
        finally:
            self._turns.give(worker)

    def _request(self, text: str, language: str, pace: Pace) -> bytes:
        settings = self._voices.get(language)
        if settings is None:
            raise VoiceError(f'there is no voice for the language "{language}"')
        plain = "".join(" " if unicodedata.category(letter)[0] == "C" else letter for letter in text)
        if not any(letter.isalnum() for letter in plain) or len(plain) > _LONGEST_TEXT:
            raise VoiceError(f"a sentence has letters, and up to {_LONGEST_TEXT} of them")
        told = settings.paced(pace)
        return pack_request(plain, told.voice, told.rate, told.pitch, told.volume, told.word_gap)
