"""A voice process with a bare engine behind it: requests in, telephone speech out.

    python -m ivr.speech.relay_worker PROGRAM [ARGUMENT ...]

The program is an engine that answers the same frames with samples as they are (`ivr.speech.engine_loop`). It
ends with this process, and this process ends with it; the line starts both anew.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Sequence
from typing import IO

from ivr.speech.engine_loop import claim_output, die_with_parent, refuse_all
from ivr.speech.frames import frame, length_of, pack_request, said, unpack_answer
from ivr.speech.worker_loop import serve

_ROOM = 1 << 20  # bytes: most sentences fit, so that the engine's copy ends without waiting


class Engine:
    """The engine's process."""

    def __init__(self, command: Sequence[str]) -> None:
        """ValueError with the engine's reason where it cannot start, EOFError where it died."""
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pipesize=_ROOM,
            preexec_fn=die_with_parent,
        )
        self.hello = self._answer()

    def speak(
        self, text: str, voice: str, rate: int, pitch: int, volume: int, word_gap: int
    ) -> tuple[int, bytes]:
        """The sample rate (Hz) and samples of a text; ValueError refuses."""
        assert self._process.stdin is not None
        self._process.stdin.write(frame(pack_request(text, voice, rate, pitch, volume, word_gap)))
        self._process.stdin.flush()
        return self._answer()

    def close(self) -> None:
        """End it, by the end of its input."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _answer(self) -> tuple[int, bytes]:
        return unpack_answer(self._read(length_of(self._read(4))))

    def _read(self, count: int) -> bytes:
        output: IO[bytes] | None = self._process.stdout
        read = output.read(count) if output is not None else b""
        if len(read) < count:
            raise EOFError("the engine died")
        return read


def main(command: Sequence[str]) -> int:
    """Start the engine, then serve until the input ends."""
    output = claim_output()
    with contextlib.suppress(EOFError, BrokenPipeError):
        try:
            engine = Engine(command)
        except ValueError as refusal:
            return refuse_all(output, str(refusal))
        serve(output, said(*engine.hello), engine.speak)
        engine.close()
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
