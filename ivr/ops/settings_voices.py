"""``[speech.voices.<language>]``: how each language is spoken, to the voices that the speech room takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pydantic import Field

from ivr.ops.settings_values import Section, Whole
from ivr.speech.voice import VOICES, EngineName, VoiceSettings, default_voice

__all__ = ["VoiceTable", "spoken"]


class VoiceTable(Section):
    """One language's voice. What is not written is the language's own, with another engine that engine's."""

    engine: EngineName = "espeak-ng"
    voice: str = Field(default="", max_length=99)
    rate: Whole | None = Field(default=None, ge=80, le=450)
    pitch: Whole | None = Field(default=None, ge=0, le=99)
    volume: Whole | None = Field(default=None, ge=1, le=100)
    word_gap: Whole | None = Field(default=None, ge=0, le=100)

    def voice_for(self, language: str) -> VoiceSettings:
        """The voice of a language; ValueError where the engine cannot do what is asked of it."""
        own = VOICES.get(language)
        if own is None or own.engine != self.engine:
            own = default_voice(self.engine, language, self.voice)
        written = self.model_dump(exclude={"engine", "voice"}, exclude_none=True)
        return replace(own, voice=self.voice or own.voice, **written)


def spoken(tables: Mapping[str, VoiceTable]) -> dict[str, VoiceSettings]:
    """The voice of each language, with those that have no table; ValueError names the language."""
    named = {}
    for language, table in tables.items():
        try:
            named[language] = table.voice_for(language)
        except ValueError as error:
            raise ValueError(f"{language}: {error}") from None
    return {**VOICES, **named}
