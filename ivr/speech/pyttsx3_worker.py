"""A process that renders fixed sentences by pyttsx3: requests in, telephone speech out.

    python -m ivr.speech.pyttsx3_worker LIBRARY DATA FOLDER

LIBRARY is the espeak-ng that the live voice uses. It is loaded first and for all, so that pyttsx3, which
looks for "libespeak-ng.so.1" by name, gets the same one (the loader answers a name that is already loaded).

pyttsx3 is held by what it does:

- One sentence an engine turn.
- A turn begins by cancelling what the engine has not done yet, settings included, so these are set before it
  and seen to have arrived.
- A turn may end before the file is written, so the engine's own "finished" is waited for, and then the file
  is checked for its length.
- An unknown voice is ignored in silence, so voice and settings are read back, from the library itself:
  pyttsx3 leaves out the argument that asks for the current value.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
import time
import wave
from pathlib import Path
from typing import Any

from ivr.speech.engine_loop import claim_output, refuse_all
from ivr.speech.espeak_voice import wrong_voice
from ivr.speech.frames import said
from ivr.speech.worker_loop import serve

# espeak_PARAMETER; pyttsx3 has no property for the gap
_PARAMETERS = {"rate": 1, "volume": 2, "pitch": 3, "word gap": 7}
_CURRENT = 1
_PATIENCE = 15.0  # s for one sentence
_SETTLING = 1.0  # s for the engine to take its settings; a millisecond as a rule
_SHORTEST_LETTER = 0.02  # s: speech twice as fast as the fastest announcer; less is a cut file
_WAV_HEAD = 44  # bytes before the samples


class Renderer:
    """One pyttsx3 engine and the folder for its files."""

    def __init__(self, library: str, data: str, folder: Path) -> None:
        """OSError, ImportError or RuntimeError where pyttsx3 or the library cannot be used."""
        if data:
            os.environ["ESPEAK_DATA_PATH"] = data
        self._library = ctypes.CDLL(library, mode=ctypes.RTLD_GLOBAL)
        import pyttsx3

        self._engine: Any = pyttsx3.init(driverName="espeak")
        self._file = folder / f"{os.getpid()}.wav"
        self._finished = threading.Event()
        self._engine.runAndWait()  # an empty turn: from now on settings are taken at once, not in a turn
        self._engine.connect("finished-utterance", lambda **_said: self._finished.set())

    def speak(
        self, text: str, voice: str, rate: int, pitch: int, volume: int, word_gap: int
    ) -> tuple[int, bytes]:
        """The sample rate (Hz) and 16-bit samples of a text; ValueError with what pyttsx3 did wrong."""
        self._file.unlink(missing_ok=True)
        self._finished.clear()
        for name, value in (("voice", voice), ("rate", rate), ("pitch", pitch), ("volume", volume / 100)):
            self._engine.setProperty(name, value)
        self._library.espeak_SetParameter(_PARAMETERS["word gap"], word_gap, 0)
        wanted = {"rate": rate, "volume": volume, "pitch": pitch, "word gap": word_gap}
        self._settle(voice, wanted)
        self._engine.save_to_file(text, str(self._file))
        self._engine.runAndWait()
        if not self._finished.wait(_PATIENCE):
            raise ValueError("pyttsx3 did not finish the sentence")
        self._verify(voice, wanted)
        try:
            return self._read_file(text)
        finally:
            self._file.unlink(missing_ok=True)

    def _settle(self, voice: str, wanted: dict[str, int]) -> None:
        """Wait until the engine has taken the settings: the turn's start drops those still on their way."""
        deadline = time.monotonic() + _SETTLING
        while True:
            try:
                return self._verify(voice, wanted)
            except ValueError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.001)

    def _verify(self, voice: str, wanted: dict[str, int]) -> None:
        """Read back what was set."""
        for name, value in wanted.items():
            got = self._library.espeak_GetParameter(_PARAMETERS[name], _CURRENT)
            if got != value:
                raise ValueError(f"pyttsx3 has the {name} {got} instead of {value}")
        wrong = wrong_voice(self._library, voice)
        if wrong is not None:
            raise ValueError(f'pyttsx3 gave the voice "{wrong}" for "{voice}"')

    def _read_file(self, text: str) -> tuple[int, bytes]:
        deadline = time.monotonic() + 2.0
        while not self._file.exists():
            if time.monotonic() > deadline:
                raise ValueError("pyttsx3 wrote no file")
            time.sleep(0.01)
        size = self._file.stat().st_size
        try:
            with wave.open(str(self._file), "rb") as sound:
                rate, frames = sound.getframerate(), sound.getnframes()
                samples = sound.readframes(frames)
        except (wave.Error, EOFError) as error:
            raise ValueError(f"pyttsx3 wrote a file that is no sound: {error}") from error
        if len(samples) != frames * 2 or size != _WAV_HEAD + len(samples):
            raise ValueError("pyttsx3 cut the file")
        if frames / rate < _SHORTEST_LETTER * sum(letter.isalpha() for letter in text):
            raise ValueError(f"pyttsx3 gave {frames / rate:.2f} s for {len(text)} letters")
        return rate, samples


def main(arguments: list[str]) -> int:
    """Start the engine, then serve until the input ends."""
    output = claim_output()
    library, data, folder = arguments
    try:
        renderer = Renderer(library, data, Path(folder))
    except Exception as error:  # the engine's own import and start fail in any way they like
        return refuse_all(output, f"pyttsx3 cannot start: {type(error).__name__}: {error}")
    serve(output, said(0, b"pyttsx3"), renderer.speak)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
