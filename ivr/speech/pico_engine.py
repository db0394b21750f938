"""A bare SVOX Pico (py-nanotts): requests in, samples out.

    python -m ivr.speech.pico_engine

Pico reads marks in angle brackets, so these are taken out of a text; rate and pitch are such marks.
"""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ivr.speech.engine_loop import claim_output, refuse_all, serve_in_copies
from ivr.speech.frames import said
from ivr.speech.voice import ENGINES

_RATE = 16000  # Hz
_NO_MARKS = str.maketrans("<>&\\", "    ")


class Pico:
    """The engine and the folder of its voices."""

    def __init__(self) -> None:
        """ImportError where py-nanotts is not installed."""
        import py_nanotts

        self._engine: Any = py_nanotts.NanoTTS()
        self._voices = Path(py_nanotts.__file__).parent / "lang"

    def choose(self, voice: str) -> None:
        """ValueError where the voice is not there."""
        if not (self._voices / f"{voice}_ta.bin").is_file():
            raise ValueError(f'pico has no voice "{voice}"')

    def speak(
        self, text: str, voice: str, rate: int, pitch: int, _volume: int, _word_gap: int
    ) -> tuple[int, bytes]:
        """The sample rate (Hz) and 16-bit samples of a text; ValueError with what Pico did wrong."""
        self.choose(voice)
        speed = rate / ENGINES["pico"].natural
        try:
            samples = self._engine.speak(
                text.translate(_NO_MARKS), voice=voice, speed=speed, pitch=2 ** ((pitch - 50) / 50)
            )
        except RuntimeError as error:
            raise ValueError(f"pico refused the sentence: {error}") from None
        return _RATE, samples


def main() -> int:
    """Load the engine, then serve until the input ends."""
    output = claim_output()
    try:
        pico = Pico()
    except ImportError as error:
        return refuse_all(output, f"pico cannot start: {error}")
    hello = said(0, f"pico by py-nanotts {version('py-nanotts')}".encode())
    return serve_in_copies(output, hello, pico.speak, pico.choose)


if __name__ == "__main__":
    sys.exit(main())
