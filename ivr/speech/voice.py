"""How a language is spoken: the settings of its voice, and what each engine can do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

__all__ = [
    "ENGINES",
    "VOICES",
    "Abilities",
    "EngineName",
    "Pace",
    "VoiceSettings",
    "default_voice",
]

EngineName = Literal["espeak-ng", "festival", "hibari", "pico"]
Pace = Literal["normal", "slow"]

_SLOW = 0.75  # of the rate: what is said again for somebody who writes it down
_NEUTRAL: Mapping[str, int] = {"pitch": 50, "volume": 100, "word_gap": 0}


@dataclass(frozen=True, slots=True)
class Abilities:
    """What an engine can do: its own voice for each language, its rates, and what else it lets one set."""

    voices: Mapping[str, str]
    rates: tuple[int, int]
    natural: int
    settable: frozenset[str] = frozenset()


# The natural rate of festival, hibari and pico is what they speak at by themselves, in words a minute of the
# sentences that the lines say; a rate is turned into their stretch by it.
ENGINES: Mapping[EngineName, Abilities] = {
    "espeak-ng": Abilities({}, (80, 450), 145, frozenset(_NEUTRAL)),
    "festival": Abilities({"cs": "czech_ph", "en": "kal_diphone"}, (80, 300), 150, frozenset({"pitch"})),
    "hibari": Abilities({"en": "heart"}, (95, 370), 185),
    "pico": Abilities({"fr": "fr-FR", "en": "en-GB"}, (80, 400), 165, frozenset({"pitch"})),
}


@dataclass(frozen=True, slots=True)
class VoiceSettings:
    """A voice and how it speaks; every field is part of a sound's cache key.

    Rate is in words a minute, pitch 0 to 99 (50 is the voice's own), volume in percent of the engine's own,
    the gap between words in steps of 10 ms at the normal rate on top of the engine's own. ValueError outside
    of the engine's limits, and for what it cannot set.
    """

    engine: EngineName = "espeak-ng"
    voice: str = "cs"
    rate: int = 145
    pitch: int = 50
    volume: int = 100
    word_gap: int = 0

    def __post_init__(self) -> None:
        engine = ENGINES.get(self.engine)
        if engine is None:
            raise ValueError(f'there is no engine "{self.engine}", only {", ".join(ENGINES)}')
        if not re.fullmatch(r"[A-Za-z0-9_/+ .\-\u00c0-\u024f]{1,99}", self.voice):
            raise ValueError("a voice is a name such as cs or roa/fr")
        limits = {"rate": engine.rates, "pitch": (0, 99), "volume": (1, 100), "word_gap": (0, 100)}
        for name, (low, high) in limits.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise ValueError(f"{name} is from {low} to {high}, not {value}")
        for name, neutral in _NEUTRAL.items():
            if name not in engine.settable and getattr(self, name) != neutral:
                raise ValueError(f"{self.engine} has no {name} that could be set")

    def paced(self, pace: Pace) -> VoiceSettings:
        """The same voice, for "slow" at three quarters of its rate, or as slowly as the engine can."""
        if pace == "normal":
            return self
        return replace(self, rate=max(round(self.rate * _SLOW), ENGINES[self.engine].rates[0]))


def default_voice(engine: EngineName, language: str, voice: str = "") -> VoiceSettings:
    """A voice at its engine's natural rate, else the engine's own for a language; ValueError without any."""
    abilities = ENGINES[engine]
    own = language if engine == "espeak-ng" else abilities.voices.get(language, "")
    if not voice and not own:
        raise ValueError(f'{engine} has no voice of its own for "{language}"; name one')
    return VoiceSettings(engine, voice or own, abilities.natural)


# What a machine understands best over a telephone's band (prompts/README.md has the figures): slower than the
# engine's own 175 words a minute, and variants whose sounds stand apart between 300 and 3,400 Hz.
VOICES: Mapping[str, VoiceSettings] = {
    "cs": VoiceSettings(voice="cs+f2", rate=110),
    "en": VoiceSettings(voice="en-GB-x-rp+Henrique", word_gap=3),
    "fr": VoiceSettings(voice="fr"),
}
