"""A request to read the operator's files again in; a new edition for the next call, or problems, out."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from ivr.call.edition import Edition
from ivr.call.events import Fault, FilesRefused, FilesTaken, Watcher
from ivr.errors import ConfigurationError, VoiceError
from ivr.ops.files import Files
from ivr.ops.sound import prepare
from ivr.speech.library import Library

__all__ = ["Reloading"]


class Reloading:
    """Reads files while calls go on; only what is sound as a whole, sentences and all, is taken into use."""

    def __init__(
        self,
        read: Callable[[], tuple[Files, list[ConfigurationError]]],
        library: Library,
        edition: Edition,
        change: Callable[[Edition], None],
        watch: Watcher,
    ) -> None:
        """``read`` works in a thread of its own; ``change`` takes the one after ``edition`` into use."""
        self._read, self._library, self._edition = read, library, edition
        self._change, self._watch = change, watch
        self._task: asyncio.Task[None] | None = None
        self._again = False

    def begin(self) -> None:
        """Read the files again, in the background; asked meanwhile, once more after that."""
        if self._task is not None and not self._task.done():
            self._again = True
            return
        self._task = asyncio.create_task(self._work())

    async def close(self) -> None:
        """Give up what is under way."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _work(self) -> None:
        self._again = True
        while self._again:
            self._again = False
            try:
                await self._reload()
            except (ConfigurationError, VoiceError) as error:
                self._watch(FilesRefused(tuple(str(error).splitlines())))
            except Exception as error:
                self._watch(Fault("reload", error))

    async def _reload(self) -> None:
        files, problems = await asyncio.to_thread(self._read)
        if problems:
            self._watch(FilesRefused(tuple(str(problem) for problem in problems)))
            return
        self._edition = await prepare(self._library, files, at_once=1, before=self._edition)
        self._change(self._edition)
        texts = sum(len(files.catalogue.texts(language)) for language in files.catalogue.languages)
        self._watch(FilesTaken(len(files.plans), texts))
