"""A process that speaks English by hibari-tts: requests in, telephone speech out.

    python -m ivr.speech.hibari_worker

Only voices that are on the machine already are taken; hibari would download others when first asked.
"""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import Any

import numpy as np

from ivr.speech.engine_loop import claim_output, refuse_all
from ivr.speech.frames import said
from ivr.speech.voice import ENGINES
from ivr.speech.worker_loop import serve

_NOISE = 0  # the seed of the breath in the voice: the same sentence sounds the same, always


class Hibari:
    """The voices that have been asked for, loaded."""

    def __init__(self) -> None:
        """ImportError where hibari or what it runs on is not installed."""
        import hibari
        from hibari.voices import voice_path

        self._engine, self._voice_path = hibari.Hibari, voice_path
        self._loaded: dict[str, Any] = {}

    def speak(
        self, text: str, voice: str, rate: int, _pitch: int, _volume: int, _word_gap: int
    ) -> tuple[int, bytes]:
        """The sample rate (Hz) and 16-bit samples of a text; ValueError where the voice is not there."""
        engine = self._voice(voice)
        wave = engine(text, speed=rate / ENGINES["hibari"].natural, seed=_NOISE)
        samples = np.clip(wave * 32767, -32768, 32767).astype("<i2")
        return engine.sample_rate, samples.tobytes()

    def _voice(self, name: str) -> Any:
        if name not in self._loaded:
            try:
                path = self._voice_path(name, download_missing=False)
            except (ValueError, FileNotFoundError):
                raise ValueError(f'hibari has no voice "{name}" on this machine') from None
            self._loaded[name] = self._engine(voice=name, model=path)
        return self._loaded[name]


def main() -> int:
    """Load the engine, then serve until the input ends."""
    output = claim_output()
    try:
        hibari = Hibari()
    except ImportError as error:
        return refuse_all(output, f"hibari cannot start: {error}")
    versions = f"hibari {version('hibari-tts')} on onnxruntime {version('onnxruntime')}"
    serve(output, said(0, versions.encode()), hibari.speak)
    return 0


if __name__ == "__main__":
    sys.exit(main())
