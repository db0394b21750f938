"""A sentence's words with their sound, and how a fixed one is kept on disk."""

from __future__ import annotations

import os
import tempfile
import wave
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ivr.speech.render import RATE, Samples

__all__ = ["Sound", "read_sound", "write_sound", "write_wav"]


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """What is said and how it sounds: mono int16 at 8 kHz, read-only."""

    language: str
    words: str
    samples: Samples

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / RATE


def write_wav(file: Path, samples: Samples) -> None:
    """Write a WAV of 8 kHz mono 16 bits, whole or not at all; OSError where it cannot be written."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.stem[:16]}-", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as opened, wave.open(opened, "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(RATE)
            sound.writeframes(samples.astype("<i2").tobytes())
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write_sound(folder: Path, key: str, samples: Samples) -> None:
    """Keep a sound under its key; its name carries a checksum of the samples."""
    write_wav(folder / f"{key}.{_checksum(samples)}.wav", samples)


def read_sound(folder: Path, key: str) -> Samples | None:
    """The samples kept under a key, read-only; None where there are none. A damaged file is removed."""
    for file in sorted(folder.glob(f"{key}.*.wav")):
        samples = _read_wav(file)
        if samples is not None and file.name == f"{key}.{_checksum(samples)}.wav":
            return samples
        file.unlink(missing_ok=True)
    return None


def _read_wav(file: Path) -> Samples | None:
    try:
        with wave.open(str(file), "rb") as sound:
            if (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) != (1, 2, RATE):
                return None
            return np.frombuffer(sound.readframes(sound.getnframes()), "<i2")
    except (OSError, EOFError, ValueError, wave.Error):
        return None


def _checksum(samples: Samples) -> str:
    return f"{zlib.crc32(samples.astype('<i2').tobytes()):08x}"
