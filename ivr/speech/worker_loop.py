"""A voice process's own end: frames on standard input are spoken, telephone speech goes to standard output.

What the engine says goes through the telephone's chain here, in the voice's process, so that many sentences
at once cost the line itself nothing but their bytes.
"""

from __future__ import annotations

import numpy as np

from ivr.errors import VoiceError
from ivr.speech.engine_loop import Speak, requests, write
from ivr.speech.frames import refused, said, unpack_request
from ivr.speech.render import RATE, render

__all__ = ["serve"]


def serve(output: int, hello: bytes, speak: Speak) -> None:
    """Answer until the input ends, which it does when the line closes or dies.

    ``speak`` refuses by ValueError; what it gives is refused where the chain hears nothing in it.
    """
    render((8000 * np.sin(np.arange(4410) / 5)).astype(np.int16), 22050)  # no caller waits for its tables
    write(output, hello)
    for request in requests():
        try:
            rate, samples = speak(*unpack_request(request))
            heard = render(np.frombuffer(samples, "<i2"), rate)
        except (ValueError, VoiceError) as error:
            write(output, refused(str(error)))
        else:
            write(output, said(RATE, heard.astype("<i2", copy=False).tobytes()))
