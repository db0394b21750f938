"""A bare engine's own end: frames on standard input are spoken, samples as they are go to standard output.

Nothing heavy is imported here: each sentence is spoken by a copy of the process (``fork``), and a copy costs
the more the more memory there is. `ivr.speech.relay_worker` stands between such an engine and the line.
"""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator

from ivr.speech.frames import frame, length_of, refused, said, unpack_request

__all__ = ["Speak", "claim_output", "die_with_parent", "refuse_all", "requests", "serve_in_copies", "write"]

Speak = Callable[[str, str, int, int, int, int], tuple[int, bytes]]
"""Text, voice, rate, pitch, volume, word gap to a sample rate (Hz) and 16-bit samples; ValueError refuses."""

Choose = Callable[[str], None]
"""Takes a voice's name and makes ready to speak in it; ValueError refuses."""

_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG


def claim_output() -> int:
    """Keep standard output for frames; whatever the engine prints goes nowhere. Returns the descriptor."""
    ours = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return ours


def requests() -> Iterator[bytes]:
    """The bodies of the frames that come in, until the input ends."""
    while head := sys.stdin.buffer.read(4):
        yield sys.stdin.buffer.read(length_of(head))


def write(output: int, body: bytes) -> None:
    """One frame out, all of it."""
    rest = memoryview(frame(body))
    while rest:
        rest = rest[os.write(output, rest) :]


def serve_in_copies(output: int, hello: bytes, speak: Speak, choose: Choose) -> int:
    """Answer until the input ends, each request in a copy of this process, which then ends.

    An engine that carries something from one sentence into the next so says the same one always the same.
    Where the system has no ``fork``, the engine speaks in place. Returns 0, or 1 after a copy that died: half
    an answer may have gone out.
    """
    write(output, hello)
    gc.freeze()
    for request in requests():
        try:
            choose(unpack_request(request)[1])
        except ValueError as error:
            write(output, refused(str(error)))
            continue
        if not hasattr(os, "fork"):
            write(output, _answer(speak, request))
        elif _spoken_by_a_copy(output, speak, request):
            return 1
    return 0


def _spoken_by_a_copy(output: int, speak: Speak, request: bytes) -> int:
    """The copy's exit status."""
    copy = os.fork()
    if copy:
        return os.waitpid(copy, 0)[1]
    status = 1
    try:
        die_with_parent()
        write(output, _answer(speak, request))
        status = 0
    finally:
        os._exit(status)


def _answer(speak: Speak, request: bytes) -> bytes:
    try:
        return said(*speak(*unpack_request(request)))
    except ValueError as error:
        return refused(str(error))


def refuse_all(output: int, reason: str) -> int:
    """Say why there is no engine; 1, the exit status that goes with it."""
    write(output, refused(reason))
    return 1


def die_with_parent() -> None:
    """A process that is killed because it hangs must not leave this one behind (``prctl(2)``, Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
