"""A text's name and a caller's facts in, a clip for the plane out; each rendered and encoded once."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping

from ivr.flow import Pace
from ivr.media.clip import Clip
from ivr.speech.catalogue import Catalogue
from ivr.speech.library import Library
from ivr.speech.render import Samples
from ivr.speech.speaking import speak

__all__ = ["Speaker"]


class Speaker:
    """Says the sentences of all calls."""

    def __init__(self, catalogue: Catalogue, library: Library, memory: int = 16 << 20) -> None:
        """``memory``: octets for callers' own sentences, some 200 of them; the fixed ones stay for good."""
        self._catalogue, self._library = catalogue, library
        self._fixed: dict[tuple[str, str], Clip] = {}
        self._encoded: dict[tuple[str, str], tuple[Samples, Clip]] = {}  # the same by their words
        self._own: OrderedDict[tuple[str, str, Pace], Clip] = OrderedDict()
        self._own_octets, self._memory = 0, memory

    def words(self, language: str, text: str, facts: Mapping[str, object]) -> str:
        """The sentence in words; ConfigurationError when text or fact is missing."""
        return self._catalogue.sentence(language, text, facts)

    def ready(self, language: str, text: str, pace: Pace = "normal") -> Clip | None:
        """The clip of a fixed sentence, if it has been made already; of a slow one it has not."""
        return self._fixed.get((language, text)) if pace == "normal" else None

    async def prepare(self, language: str, before: Speaker | None = None) -> None:
        """Encode every fixed sentence of a language, so that no caller waits for one. VoiceError.

        What sounds as it did ``before`` is taken over. Calls that are up have their turn between any two.
        """
        known = {} if before is None else before._encoded
        for text in self._catalogue.texts(language):
            if self._catalogue.is_fixed(language, text):
                words = self.words(language, text, {})
                samples = await speak(self._catalogue, self._library, language, words)
                encoded = known.get((language, words))
                if encoded is None or encoded[0] is not samples:
                    encoded = samples, Clip.from_pcm(samples)
                self._encoded[language, words] = encoded
                self._fixed[language, text] = encoded[1]
                await asyncio.sleep(0)

    async def clip(
        self,
        language: str,
        text: str,
        facts: Mapping[str, object],
        pace: Pace = "normal",
        place: int = 0,
    ) -> Clip:
        """The clip of one sentence, in its ``place`` of an answer. VoiceError, ConfigurationError."""
        if clip := self.ready(language, text, pace):
            return clip
        words = self.words(language, text, facts)
        key = language, words, pace
        if clip := self._own.get(key):
            self._own.move_to_end(key)
            return clip
        clip = Clip.from_pcm(await speak(self._catalogue, self._library, language, words, pace, place))
        if pace == "normal" and self._catalogue.is_fixed(language, text):
            self._fixed[language, text] = clip
        else:
            self._keep(key, clip)
        return clip

    def _keep(self, key: tuple[str, str, Pace], clip: Clip) -> None:
        """Have a caller's own sentence at hand for the next time, in place of those not said for longest."""
        if key not in self._own:  # two callers may have waited for it
            self._own_octets += clip.octets_held
        self._own[key] = clip
        while self._own_octets > self._memory and len(self._own) > 1:
            self._own_octets -= self._own.popitem(last=False)[1].octets_held
