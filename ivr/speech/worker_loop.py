"""A voice process's own end: frames on standard input are spoken, telephone speech goes to standard output.

What the engine says goes through the telephone's chain here, in the voice's process, so that many sentences
at once cost the line itself nothing but their bytes.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable, Iterator

import numpy as np

from ivr.errors import VoiceError
from ivr.speech.frames import frame, length_of, refused, said, unpack_request
from ivr.speech.render import RATE, render

__all__ = ["Speak", "claim_output", "die_with_parent", "refuse_all", "serve", "serve_in_copies"]

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


def serve(output: int, hello: bytes, speak: Speak) -> None:
    """Answer until the input ends, which it does when the line closes or dies."""
    _warm_up()
    _write(output, hello)
    for request in _requests():
        _write(output, _answer(speak, request))


def serve_in_copies(output: int, hello: bytes, speak: Speak, choose: Choose) -> int:
    """As ``serve``, but each sentence is spoken by a copy of this process (``fork``), which then ends.

    So an engine that carries something from one sentence to the next says the same one the same way, always.
    Returns 1 after a copy that died, since half an answer may have gone out; 0 when the input ends.
    """
    _warm_up()
    _write(output, hello)
    for request in _requests():
        try:
            choose(unpack_request(request)[1])
        except ValueError as error:
            _write(output, refused(str(error)))
            continue
        child = os.fork()
        if child == 0:
            died = 1
            try:
                die_with_parent()
                _write(output, _answer(speak, request))
                died = 0
            finally:
                os._exit(died)
        if os.waitpid(child, 0)[1]:
            return 1
    return 0


def refuse_all(output: int, reason: str) -> int:
    """Say why there is no engine, and wait for the line to end this process; 1, as its exit status."""
    _write(output, refused(reason))
    return 1


def die_with_parent() -> None:
    """A process that is killed because it hangs must not leave this one behind (``prctl(2)``, Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)


def _answer(speak: Speak, request: bytes) -> bytes:
    try:
        rate, samples = speak(*unpack_request(request))
        heard = render(np.frombuffer(samples, "<i2"), rate)
    except (ValueError, VoiceError) as error:
        return refused(str(error))
    return said(RATE, heard.astype("<i2", copy=False).tobytes())


def _warm_up() -> None:
    """Run the chain once, so that no caller waits for its tables."""
    render((8000 * np.sin(np.arange(4410) / 5)).astype(np.int16), 22050)


def _requests() -> Iterator[bytes]:
    while head := sys.stdin.buffer.read(4):
        yield sys.stdin.buffer.read(length_of(head))


def _write(output: int, body: bytes) -> None:
    rest = memoryview(frame(body))
    while rest:
        rest = rest[os.write(output, rest) :]
