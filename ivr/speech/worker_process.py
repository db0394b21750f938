"""The line's end of one voice process: a request in, its answer out, or the news that the process is lost."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Sequence
from pathlib import Path

from ivr.errors import VoiceError
from ivr.speech.frames import frame, length_of, unpack_answer

__all__ = ["WorkerLost", "WorkerProcess"]

_ROOT = Path(__file__).parents[2]
_START = 20.0  # s for a process to say that it is ready; milliseconds unless the machine is crowded
_WORKERS_OWN = {
    "OPENBLAS_NUM_THREADS": "1",  # there are as many processes as cores
    "OMP_NUM_THREADS": "1",
    "MALLOC_MMAP_THRESHOLD_": "67108864",  # what one sentence needed stays for the next (mallopt(3), glibc)
    "MALLOC_TRIM_THRESHOLD_": "134217728",
}
_GOODBYE = 1.0  # s for it to leave by itself once its input has ended


class WorkerLost(VoiceError):
    """The process died, hung or answered nonsense; it has been ended, and another may be asked."""


class WorkerProcess:
    """Starts when first asked, and again after it was lost. One request at a time: the owner sees to that."""

    def __init__(self, command: Sequence[str], patience: float) -> None:
        """``patience``: seconds for one answer."""
        self._command, self._patience = command, patience
        self._process: asyncio.subprocess.Process | None = None
        self._closed = False
        self.hello: tuple[int, str] | None = None

    @property
    def closed(self) -> bool:
        """Whether it stays ended."""
        return self._closed

    @property
    def process_id(self) -> int | None:
        """The running process, None before the first request and after a loss."""
        return self._process.pid if self._process else None

    async def start(self) -> tuple[int, str]:
        """Start it and wait until it is ready: the number of the library taken, and the engine's version.

        VoiceError where the engine cannot be had, WorkerLost where the process fails to say so.
        """
        if self._closed:
            raise VoiceError("the voices are closed")
        path = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = {**os.environ, **_WORKERS_OWN, "PYTHONPATH": os.pathsep.join(path)}
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=environment,
            start_new_session=True,  # Ctrl-C at the terminal is for the line, which closes its voices itself
        )
        number, version = await self._exchange(None, _START)
        self.hello = number, version.decode(errors="replace")
        return self.hello

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Sample rate and samples for a request; VoiceError for a refusal, WorkerLost as its name says."""
        if self._process is None:
            await self.start()
        return await self._exchange(request, self._patience)

    async def close(self) -> None:
        """End the process: by itself when its input ends, else by force. It stays ended."""
        self._closed = True
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_GOODBYE):
                    await self._process.wait()
            await self._end()

    async def _exchange(self, request: bytes | None, patience: float) -> tuple[int, bytes]:
        try:
            async with asyncio.timeout(patience):
                body = await self._transfer(request)
        except TimeoutError:
            await self._end()
            raise WorkerLost(f"the voice gave no answer in {patience:g} s") from None
        except (asyncio.IncompleteReadError, OSError, ValueError) as error:
            await self._end()
            raise WorkerLost("the voice's process ended") from error
        except asyncio.CancelledError:
            await self._end()  # its answer would be taken for the next one's
            raise
        try:
            return unpack_answer(body)
        except ValueError as refusal:
            raise VoiceError(str(refusal)) from None

    async def _transfer(self, request: bytes | None) -> bytes:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise OSError("the process has gone")
        if request is not None:
            process.stdin.write(frame(request))
            await process.stdin.drain()
        length = length_of(await process.stdout.readexactly(4))
        return await process.stdout.readexactly(length)

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        if process.stdin is not None:
            process.stdin.close()
        await process.wait()
