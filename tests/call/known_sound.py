"""Sentences that are known again by any 20 ms of them, and a voice that makes such in no time."""

from __future__ import annotations

import zlib

import numpy as np

from ivr.media.g711 import encode
from ivr.speech.catalogue import Catalogue
from ivr.speech.sound import Sound


class NoiseVoice:
    """Says each sentence as noise of its own, so that 20 ms of it tell which sentence and where in it."""

    async def sound(self, language: str, words: str, pace: str = "normal", place: int = 0) -> Sound:
        words += "" if pace == "normal" else f" ({pace})"
        chance = np.random.default_rng(zlib.crc32(words.encode()))
        samples = chance.integers(-8000, 8000, 320 * len(words.split())).astype(np.int16)
        return Sound(language, words, samples)


class Frames:
    """Knows the frames of every sentence said so far, in both laws."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._places: dict[bytes, tuple[str, int, bool]] = {}
        self._names = {
            catalogue.sentence("cs", text, {}): text
            for text in catalogue.texts("cs")
            if catalogue.is_fixed("cs", text)
        }

    def add(self, sound: Sound) -> None:
        """A sentence, under its text's name if it is a fixed one, else under its words."""
        name, count = self._names.get(sound.words, sound.words), -(-len(sound.samples) // 160)
        padded = np.zeros(count * 160, np.int16)
        padded[: len(sound.samples)] = sound.samples
        for law in ("PCMA", "PCMU"):
            octets = encode(padded, law).tobytes()
            frames = [octets[n : n + 160] for n in range(0, len(octets), 160)]
            loud = [frame for frame in frames if not _quiet(frame)]
            for nth, frame in enumerate(loud):
                self._places[frame] = name, nth, nth == len(loud) - 1

    def said(self, payloads: list[bytes]) -> list[str]:
        """The sentences in what was heard; one that was cut off, or joined late, ends in an ellipsis."""
        said: list[str] = []
        going: tuple[str, int] | None = None
        for payload in payloads:
            if _quiet(payload):
                continue
            name, nth, last = self._places.get(payload, ("?", 0, True))
            if going != (name, nth):
                said.append(f"{name}…")
            going = name, nth + 1
            if last:
                said[-1] = said[-1].removesuffix("…")
                going = None
        return said


def _quiet(frame: bytes) -> bool:
    return set(frame) in ({0xD5}, {0xFF})


class Remembering:
    """A voice or library whose every sound is made known to ``Frames``."""

    def __init__(self, engine, frames: Frames) -> None:
        self.engine, self.frames = engine, frames

    async def sound(self, language: str, words: str, pace: str = "normal", place: int = 0) -> Sound:
        sound = await self.engine.sound(language, words, pace)
        self.frames.add(sound)
        return sound
