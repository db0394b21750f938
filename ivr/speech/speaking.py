"""A sentence in words in, its samples out: recordings where they say all of it, else the voice.

A caller who asks for a slower pace hears the same recordings with more room between them.
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
    catalogue: Catalogue,
    library: Library,
    language: str,
    words: str,
    pace: Pace = "normal",
    place: int = 0,
) -> Samples:
    """One sentence in one voice, at 8 kHz. VoiceError where it cannot be spoken.

    ``place``: how many sentences of the same answer are said before it.
    """
    pieces = catalogue.recorded(language, words)
    if pieces is not None:
        return await asyncio.to_thread(join, pieces, slow=pace == "slow")
    return (await library.sound(language, words, pace, place)).samples
