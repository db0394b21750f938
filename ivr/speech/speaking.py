"""A sentence in words in, its samples out: recordings where they say all of it, else the voice.

Recordings have one pace, so a caller who asks for a slower one hears the voice.
"""

from __future__ import annotations

import asyncio

from ivr.speech.catalogue import Catalogue
from ivr.speech.joining import join
from ivr.speech.library import Library
from ivr.speech.render import Samples
from ivr.speech.voice import Pace

__all__ = ["speak"]


async def speak(
    catalogue: Catalogue, library: Library, language: str, words: str, pace: Pace = "normal"
) -> Samples:
    """One sentence in one voice, at 8 kHz. VoiceError where it cannot be spoken."""
    pieces = catalogue.recorded(language, words) if pace == "normal" else None
    if pieces is not None:
        return await asyncio.to_thread(join, pieces)
    return (await library.sound(language, words, pace)).samples
