"""Folders of recordings for tests, spoken by a voice that is not the line's own."""

from __future__ import annotations

import wave
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np

from ivr.speech.espeak_engine import Espeak
from ivr.speech.espeak_source import engine_libraries
from ivr.speech.render import Samples
from ivr.speech.voice import VoiceSettings

OTHER_VOICE = VoiceSettings(voice="cs+f2", rate=130, pitch=60)


def write_wave(file: Path, samples: Samples, rate: int, channels: int = 1, width: int = 2) -> None:
    """One WAV of any kind from mono samples of 16 bits."""
    wide = np.repeat(samples.astype(np.int32), channels)
    data = {
        1: lambda: ((wide >> 8) + 128).astype(np.uint8).tobytes(),
        2: lambda: wide.astype("<i2").tobytes(),
        3: lambda: (wide << 8).astype("<i4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes(),
        4: lambda: (wide << 16).astype("<i4").tobytes(),
    }[width]()
    with wave.open(str(file), "wb") as sound:
        sound.setparams((channels, width, rate, 0, "NONE", None))
        sound.writeframes(data)


def noise(seconds: float = 0.5, rate: int = 8000, loudness: float = 3000.0, seed: int = 1) -> Samples:
    """Something to hear where no words are needed."""
    drawn = np.random.default_rng(seed).normal(0, loudness, int(seconds * rate))
    return np.clip(drawn, -32768, 32767).astype(np.int16)


def write_list(folder: Path, phrases: Mapping[str, str]) -> None:
    """``phrases.txt`` for files and their words."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"{file} = {phrase}" for file, phrase in phrases.items()]
    (folder / "phrases.txt").write_text("# what is said\n\n" + "\n".join(lines), encoding="utf-8")


async def record(folder: Path, phrases: Mapping[str, str]) -> None:
    """Have another voice say the phrases into WAV files, each louder or softer than the one before."""
    write_list(folder, phrases)
    voice = OTHER_VOICE
    for number, (file, phrase) in enumerate(phrases.items()):
        rate, spoken = _engine().speak(
            phrase, voice.voice, voice.rate, voice.pitch, voice.volume, voice.word_gap
        )
        samples = np.frombuffer(spoken, "<i2") * (1.0, 0.2, 0.5)[number % 3]
        write_wave(folder / file, samples.astype(np.int16), rate)


@cache
def _engine() -> Espeak:
    """The wheel's library, as an announcer's studio would bring: at its own rate, with silence around."""
    (wheel,) = engine_libraries("wheel")
    return Espeak(wheel.library, wheel.data)
