"""Level and band of what is said, by every voice that this machine has, within the handbook's limits."""

from __future__ import annotations

import asyncio
import math
from pathlib import Path

import numpy as np
import pytest
from active_speech import outside_band, p56_level

from ivr.errors import VoiceError
from ivr.speech.catalogue import Catalogue
from ivr.speech.engines import pool_of
from ivr.speech.render import CHAIN, Samples, active_level
from ivr.speech.voice import ENGINES, VOICES, VoiceSettings, default_voice

PROMPTS = Path(__file__).parents[2] / "prompts"
CHAIN_LEVEL, P56_LEVEL = 1.0, 4.0  # dB around RMS 2600
BELOW_300_HZ, ABOVE_3400_HZ = -2.0, -15.0  # dB of the whole
LIVE = {
    "cs": [
        "Váš kredit je šest tisíc šest set šedesát šest korun sedmdesát šest haléřů.",
        "Platí do třicátého prvního srpna dva tisíce dvacet sedm.",
        "Zbývá jeden den.",
    ],
    "en": [
        "Your credit is six thousand six hundred and sixty-six crowns and seventy-six hellers.",
        "It is valid until the thirty-first of August twenty twenty-seven.",
        "One day is left.",
    ],
    "fr": [
        "Votre crédit est de six mille six cent soixante-six euros et soixante-seize centimes.",
        "Il est valable jusqu'au trente et un août deux mille vingt-sept.",
        "Il reste un jour.",
    ],
}
INSTALLED = [
    default_voice(engine, language)
    for engine, abilities in ENGINES.items()
    for language in LIVE
    if engine != "espeak-ng" and language in abilities.voices
]


def keeps_the_limits(samples: Samples, words: str) -> None:
    level, p56 = (
        20 * math.log10(measured / CHAIN.level) for measured in (active_level(samples), p56_level(samples))
    )
    below, above = outside_band(samples)
    assert abs(level) < CHAIN_LEVEL, words
    assert abs(p56) < P56_LEVEL, words
    assert np.abs(samples.astype(int)).max() <= CHAIN.ceiling, words
    assert below < BELOW_300_HZ, words
    assert above < ABOVE_3400_HZ, words


async def said(voice: VoiceSettings, language: str, sentences: list[str]) -> list[Samples]:
    async with pool_of(voice.engine, {language: voice}, 2) as pool:
        return await asyncio.gather(*(pool.speak(words, language) for words in sentences))


@pytest.mark.parametrize("language", sorted(place.name for place in PROMPTS.iterdir() if place.is_dir()))
async def test_every_fixed_sentence_keeps_level_peak_and_band(language: str) -> None:
    sentences = list(Catalogue.load(PROMPTS).fixed_sentences(language))
    for words, samples in zip(sentences, await said(VOICES[language], language, sentences), strict=True):
        keeps_the_limits(samples, words)


@pytest.mark.parametrize(
    "voice", [*VOICES.values(), *INSTALLED], ids=lambda voice: f"{voice.engine} {voice.voice}"
)
async def test_callers_own_sentences_keep_them_in_every_voice(voice: VoiceSettings) -> None:
    own = [language for language, voices in VOICES.items() if voices == voice]
    (language,) = own or [
        language for language, name in ENGINES[voice.engine].voices.items() if name == voice.voice
    ]
    try:
        sounds = await said(voice, language, LIVE[language])
    except VoiceError as error:
        if "install" in str(error):
            pytest.skip(str(error))
        raise
    for words, samples in zip(LIVE[language], sounds, strict=True):
        keeps_the_limits(samples, words)


def bursts(loud: float, seconds: float = 10.0, part: float = 0.5) -> Samples:
    """A tone of 1 kHz that is there for a part of every two seconds."""
    time = np.arange(int(seconds * 8000)) / 8000
    return (loud * np.sqrt(2) * np.sin(2 * np.pi * 1000 * time) * (time % 2 < 2 * part)).astype(np.int16)


@pytest.mark.parametrize("loud", [100.0, 2600.0, 10000.0])
def test_the_measure_finds_a_steady_tones_level(loud: float) -> None:
    assert p56_level(bursts(loud, part=1.0)) == pytest.approx(loud, rel=0.02)


def test_the_measure_counts_200_ms_behind_speech_and_no_longer_pause() -> None:
    """1 s of tone and 0.2 s (a little more: the envelope falls slowly) in every 2 s are active."""
    level = 20 * math.log10(p56_level(bursts(2600.0)) / 2600)
    assert 10 * math.log10(1 / 1.45) < level < 10 * math.log10(1 / 1.2)


def test_the_measure_of_the_band_finds_tones_outside() -> None:
    time = np.arange(8000) / 8000
    tones = {hertz: 1000 * np.sin(2 * np.pi * hertz * time) for hertz in (200, 1000, 3600)}
    below, above = outside_band((tones[200] + tones[1000] + tones[3600]).astype(np.int16))
    assert below == pytest.approx(10 * math.log10(1 / 3), abs=0.1)
    assert above == pytest.approx(10 * math.log10(1 / 3), abs=0.1)


def test_the_handbook_gives_the_limits() -> None:
    handbook = (PROMPTS / "README.md").read_text(encoding="utf-8")
    for value in (
        f"within {CHAIN_LEVEL:g} dB",
        f"within {P56_LEVEL:g} dB",
        f"at least {-BELOW_300_HZ:g} dB below the whole",
        f"at least {-ABOVE_3400_HZ:g} dB below the whole",
    ):
        assert value in handbook, value
