"""A voice process's own end: frames on standard input are spoken, the answers go to standard output."""

from __future__ import annotations

import os
import sys

from ivr.speech.frames import frame, length_of, refused, said, unpack_request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["claim_output", "serve"]


def claim_output() -> int:
    """Keep standard output for frames; whatever the engine prints goes nowhere. Returns the descriptor."""
    ours = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return ours


def serve(output: int, hello: bytes, speak: Callable[..., tuple[int, bytes]]) -> None:
    """Answer until the input ends, which it does when the line closes or dies.

    ``speak`` takes a request's parts and gives a sample rate and samples; its ValueError is a refusal.
    """
    _write(output, hello)
    while head := sys.stdin.buffer.read(4):
        body = sys.stdin.buffer.read(length_of(head))
        try:
            rate, samples = speak(*unpack_request(body))
            _write(output, said(rate, samples))
        except ValueError as error:
            _write(output, refused(str(error)))


def _write(output: int, body: bytes) -> None:
    rest = memoryview(frame(body))
    while rest:
        rest = rest[os.write(output, rest) :]
