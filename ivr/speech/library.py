"""A sentence in words in, its sound out: rendered once, kept by everything that shapes it.

Fixed sentences are rendered before the line opens, espeak-ng's by pyttsx3, and kept on disk; a caller's own
are spoken live and stay in memory only, within a limit.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from ivr.errors import VoiceError
from ivr.speech.engines import EspeakPool, Pyttsx3Pool, pool_of
from ivr.speech.espeak_source import EngineSource
from ivr.speech.pool import VoicePool
from ivr.speech.render import CHAIN
from ivr.speech.sound import Sound, read_sound, write_sound
from ivr.speech.voice import ENGINES, Pace, VoiceSettings

__all__ = ["Library", "Prepared"]

_TRIES = 3  # pyttsx3 now and then returns before it has written a sound

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Prepared:
    """What `Library.prepare` did, counted in sentences; each fallback and unsaved one with its reason."""

    cached: int
    rendered: int
    fallbacks: tuple[tuple[str, str], ...]
    unsaved: tuple[tuple[str, str], ...]


class Library:
    """All sounds of a line. Use as an async context, or `open` and `close`."""

    def __init__(
        self,
        cache_folder: Path,
        voices: Mapping[str, VoiceSettings],
        workers: int = 2,
        source: EngineSource = "auto",
        memory: int = 4 << 20,
    ) -> None:
        """``voices``: settings per language; ``memory``: bytes for callers' own sentences, said lately."""
        self._folder, self._voices, self._workers = cache_folder, dict(voices), workers
        self._pools = {
            engine: pool_of(engine, spoken, workers, source)
            for engine in ENGINES
            if (spoken := {name: one for name, one in self._voices.items() if one.engine == engine})
        }
        self._fixed: dict[str, Sound] = {}
        self._own: OrderedDict[str, Sound] = OrderedDict()
        self._own_bytes, self._memory = 0, memory
        self._rendering: dict[str, asyncio.Task[Sound]] = {}
        self._opened = AsyncExitStack()

    async def open(self) -> None:
        """Start the voices; VoiceError where there is no engine or a voice is unknown to it."""
        async with AsyncExitStack() as opened:
            for pool in self._pools.values():
                await opened.enter_async_context(pool)
            self._opened = opened.pop_all()

    async def close(self) -> None:
        """Stop the voices; sentences on their way are given up."""
        for task in self._rendering.values():
            task.cancel()
        await asyncio.gather(*self._rendering.values(), return_exceptions=True)
        await self._opened.aclose()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def process_ids(self) -> list[int]:
        """The voices' processes that run now."""
        return [process for pool in self._pools.values() for process in pool.process_ids]

    def engine(self, language: str) -> str:
        """What speaks a language, such as ``espeak-ng 1.51 (system)``; VoiceError where nothing does."""
        return self._pool(language).engine_version

    async def sound(self, language: str, words: str, pace: Pace = "normal", place: int = 0) -> Sound:
        """The sound of a sentence: at once where it is known, else rendered, once for all who ask meanwhile.

        Start several at once and play the first while the next are rendered. A caller who is cancelled does
        not cancel it for the others. ``place``: how many sentences of the same answer are said before it;
        those of a lower one come first. VoiceError where it cannot be spoken.
        """
        key = self._key(language, words, pace)
        known = self._fixed.get(key) or self._own.get(key)
        if known is not None:
            if key in self._own:
                self._own.move_to_end(key)
            return known
        return await self._once(key, lambda: self._speak_own(key, language, words, pace, place))

    async def prepare(
        self,
        sentences: Iterable[tuple[str, str]],
        progress: Progress | None = None,
        at_once: int | None = None,
    ) -> Prepared:
        """Have the sound of every fixed sentence (language, words) ready, from disk or by pyttsx3.

        ``progress(done, total)`` is called after each. A sentence that pyttsx3 fails at is spoken by the live
        voice, and the result says why. With ``at_once`` no more than so many are made at one time, so that
        callers who wait for a sentence of their own need not wait for all of these; None is as many as there
        are processes. Sentences that were prepared before and are not among these are forgotten. VoiceError
        where a sentence cannot be spoken at all.
        """
        wanted = {self._key(*sentence): sentence for sentence in sentences}
        run = _Preparation(len(wanted), progress)
        missing = []
        for key, (language, words) in wanted.items():
            if key in self._fixed:
                run.step(cached=True)
                continue
            samples = await asyncio.to_thread(read_sound, self._folder / language, key)
            if samples is None:
                missing.append(key)
            else:
                self._fixed[key] = Sound(language, words, samples)
                run.step(cached=True)
        if missing:
            async with AsyncExitStack() as stack:
                recorder = await self._recorder(stack, run, min(self._workers, at_once or self._workers))
                turns = asyncio.Semaphore(at_once or len(missing))
                tasks = [self._prepare_one(key, *wanted[key], recorder, run, turns) for key in missing]
                results = await asyncio.gather(*tasks, return_exceptions=True)
            for result in results:
                if isinstance(result, BaseException):
                    raise result
        self._fixed = {key: self._fixed[key] for key in wanted}
        return run.result()

    async def _recorder(self, stack: AsyncExitStack, run: _Preparation, workers: int) -> VoicePool | None:
        """pyttsx3's processes, None (and the reason) where they cannot start or espeak-ng says nothing."""
        live = self._pools.get("espeak-ng")
        if not isinstance(live, EspeakPool):
            return None
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="infoline-voice-")))
        recorder = Pyttsx3Pool(self._voices, live.engine, folder, workers)
        try:
            return await stack.enter_async_context(recorder)
        except VoiceError as error:
            run.no_recorder = str(error)
            return None

    async def _prepare_one(
        self,
        key: str,
        language: str,
        words: str,
        recorder: VoicePool | None,
        run: _Preparation,
        turns: asyncio.Semaphore,
    ) -> None:
        async with turns:
            sound = await self._say_fixed(language, words, recorder, run)
        self._fixed[key] = sound
        try:
            await asyncio.to_thread(write_sound, self._folder / language, key, sound.samples)
        except OSError as error:
            run.unsaved.append((words, str(error)))
        run.step(cached=False)

    async def _say_fixed(
        self, language: str, words: str, recorder: VoicePool | None, run: _Preparation
    ) -> Sound:
        live = self._pool(language)
        reason = run.no_recorder
        sound = None if isinstance(live, EspeakPool) else await self._render(live, language, words)
        for _ in range(_TRIES):
            if sound is not None or recorder is None:
                break
            try:
                sound = await self._render(recorder, language, words)
            except VoiceError as error:
                reason = str(error)
        if sound is None:
            run.fallbacks.append((words, reason))
            sound = await self._render(live, language, words)
        return sound

    async def _speak_own(self, key: str, language: str, words: str, pace: Pace, place: int) -> Sound:
        sound = await self._render(self._pool(language), language, words, pace, place)
        self._own[key] = sound
        self._own_bytes += sound.samples.nbytes
        while self._own_bytes > self._memory and len(self._own) > 1:
            _, oldest = self._own.popitem(last=False)
            self._own_bytes -= oldest.samples.nbytes
        return sound

    async def _render(
        self, pool: VoicePool, language: str, words: str, pace: Pace = "normal", place: int = 0
    ) -> Sound:
        return Sound(language, words, await pool.speak(words, language, pace, place))

    def _pool(self, language: str) -> VoicePool:
        settings = self._voices.get(language)
        if settings is None:
            raise VoiceError(f'there is no voice for the language "{language}"')
        return self._pools[settings.engine]

    async def _once(self, key: str, make: Callable[[], Coroutine[None, None, Sound]]) -> Sound:
        task = self._rendering.get(key)
        if task is None:
            task = asyncio.create_task(make())
            self._rendering[key] = task
            task.add_done_callback(lambda done: self._rendered(key, done))
        return await asyncio.shield(task)

    def _rendered(self, key: str, task: asyncio.Task[Sound]) -> None:
        self._rendering.pop(key, None)
        if not task.cancelled():
            task.exception()  # looked at here, for the case that everybody who asked has hung up

    def _key(self, language: str, words: str, pace: Pace = "normal") -> str:
        """A hash of the words and of everything that shapes their sound."""
        engine = self.engine(language)
        told = self._voices[language].paced(pace)
        shaped_by = [language, words, asdict(told), engine, asdict(CHAIN)]
        return hashlib.sha256(json.dumps(shaped_by, sort_keys=True).encode()).hexdigest()[:40]


class _Preparation:
    """One run of `Library.prepare`: what has been done so far."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self._total, self._progress = total, progress
        self._cached = self._rendered = 0
        self.no_recorder = ""
        self.fallbacks: list[tuple[str, str]] = []
        self.unsaved: list[tuple[str, str]] = []

    def step(self, cached: bool) -> None:
        self._cached += cached
        self._rendered += not cached
        if self._progress is not None:
            self._progress(self._cached + self._rendered, self._total)

    def result(self) -> Prepared:
        return Prepared(self._cached, self._rendered, tuple(self.fallbacks), tuple(self.unsaved))
