"""A sentence in words in, its samples out: recordings where they say all of it, else the voice."""

from __future__ import annotations

import asyncio

from ivr.speech.catalogue import Catalogue
from ivr.speech.joining import join
from ivr.speech.library import Library
from ivr.speech.render import Samples

__all__ = ["speak"]


async def speak(catalogue: Catalogue, library: Library, language: str, words: str) -> Samples:
    """One sentence in one voice, at 8 kHz. VoiceError where it cannot be spoken."""
    pieces = catalogue.recorded(language, words)
    if pieces is not None:
        return await asyncio.to_thread(join, pieces)
    return (await library.sound(language, words)).samples
