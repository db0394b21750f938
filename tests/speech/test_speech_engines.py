"""The engines beside espeak-ng, and all of them when their processes are killed, hung or lied to."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import numpy as np
import pytest

from ivr.errors import VoiceError
from ivr.speech.engines import InstalledPool, pool_of
from ivr.speech.installed import missing
from ivr.speech.pool import VoicePool
from ivr.speech.render import CHAIN, RATE, Samples, active_level
from ivr.speech.voice import VOICES, EngineName, VoiceSettings, default_voice

CREDIT = {
    "cs": "Váš kredit je dvě stě třicet čtyři korun padesát haléřů.",
    "fr": "Votre crédit est de deux cent trente-quatre euros et cinquante centimes.",
    "en": "Your credit is two hundred and thirty-four crowns and fifty hellers.",
}
INSTALLED: list[tuple[EngineName, str]] = [
    ("festival", "cs"),
    ("hibari", "en"),
    ("pico", "fr"),
    ("pico", "en"),
]


def voice_of(engine: EngineName, language: str) -> VoiceSettings:
    """The engine's own voice; where it is not installed the test is skipped, in CI it fails."""
    if engine == "espeak-ng":
        return VOICES[language]
    settings = default_voice(engine, language)
    if lack := missing(engine, settings.voice):
        (pytest.fail if os.environ.get("CI") else pytest.skip)(lack)
    return settings


def pool_for(engine: EngineName, language: str, workers: int = 1, patience: float = 5.0) -> VoicePool:
    voices = {language: voice_of(engine, language)}
    if engine == "espeak-ng":
        return pool_of(engine, voices, workers)
    return InstalledPool(engine, voices, workers, patience)


def children(process: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def runs(process: int) -> bool:
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except FileNotFoundError:
        return False
    return "State:\tZ" not in status  # ended, and nobody has asked how


@pytest.mark.parametrize(("engine", "language"), INSTALLED)
async def test_every_engine_gives_telephone_speech_the_same_each_time_and_slower_when_asked(
    engine: EngineName, language: str
) -> None:
    async with pool_for(engine, language) as pool:
        said = await pool.speak(CREDIT[language], language)
        await pool.speak("1 2 3", language)
        again = await pool.speak(CREDIT[language], language)
        slow = await pool.speak(CREDIT[language], language, "slow")
        assert engine in pool.engine_version
    assert 2.5 < len(said) / RATE < 6
    assert active_level(said) == pytest.approx(CHAIN.level, rel=0.12)
    assert not said.flags.writeable
    assert len(again) == len(said)
    assert np.corrcoef(said, again)[0, 1] > 0.98
    assert 1.2 < len(slow) / len(said) < 1.45


@pytest.mark.parametrize(("engine", "language"), [("festival", "cs"), ("pico", "fr")])
async def test_a_set_pitch_is_heard(engine: EngineName, language: str) -> None:
    own = voice_of(engine, language)

    async def spoken(pitch: int) -> Samples:
        voice = VoiceSettings(engine, own.voice, own.rate, pitch)
        async with InstalledPool(engine, {language: voice}, 1) as pool:
            return await pool.speak(CREDIT[language], language)

    low, high = [first_harmonic(await spoken(pitch)) for pitch in (40, 75)]
    assert high > low * 1.2


def first_harmonic(samples: Samples) -> float:
    """The pitch in Hz: the lag at which the sound is most like itself, from 60 to 400 Hz."""
    wave = samples.astype(float)
    power = np.abs(np.fft.rfft(wave, 2 * len(wave))) ** 2
    alike = np.fft.irfft(power)[RATE // 400 : RATE // 60]
    return RATE / (RATE // 400 + int(alike.argmax()))


@pytest.mark.parametrize(("engine", "language"), [("espeak-ng", "cs"), *INSTALLED[:3]])
async def test_processes_killed_while_many_sentences_wait_lose_none(
    engine: EngineName, language: str
) -> None:
    async with pool_for(engine, language, workers=2) as pool:
        asked = [asyncio.create_task(pool.speak(f"{CREDIT[language]} {n}", language)) for n in range(16)]
        for turn in (2, 6, 10):
            await asked[turn]
            os.kill(pool.process_ids[0], signal.SIGKILL)
        said = await asyncio.gather(*asked)
        assert all(active_level(one) > CHAIN.level / 2 for one in said)
        assert (
            np.array_equal(said[0], await pool.speak(f"{CREDIT[language]} 0", language)) or engine == "pico"
        )


@pytest.mark.parametrize(("engine", "language"), INSTALLED[:3])
async def test_a_hung_process_is_ended_and_the_sentence_spoken_by_another(
    engine: EngineName, language: str
) -> None:
    async with pool_for(engine, language, patience=3.0) as pool:
        (before,) = pool.process_ids
        os.kill(before, signal.SIGSTOP)
        assert (await pool.speak(CREDIT[language], language)).any()
        assert pool.process_ids != [before]


@pytest.mark.parametrize("harm", [signal.SIGKILL, signal.SIGSTOP])
async def test_a_festival_that_dies_or_hangs_behind_its_process_is_replaced_and_leaves_nothing(
    harm: signal.Signals,
) -> None:
    async with pool_for("festival", "cs", patience=3.0) as pool:
        (process,) = pool.process_ids
        (festival,) = children(process)
        os.kill(festival, harm)
        assert (await pool.speak(CREDIT["cs"], "cs")).any()
        assert children(pool.process_ids[0]) != [festival]
        assert not runs(festival)


@pytest.mark.parametrize(("engine", "language"), [("espeak-ng", "cs"), ("pico", "fr")])
@pytest.mark.parametrize("harm", [signal.SIGKILL, signal.SIGSTOP])
async def test_a_bare_engine_that_dies_or_hangs_behind_its_process_is_replaced(
    engine: EngineName, language: str, harm: signal.Signals
) -> None:
    async with pool_for(engine, language) as pool:
        (process,) = pool.process_ids
        (bare,) = children(process)
        os.kill(bare, harm)
        assert (await pool.speak(CREDIT[language], language)).any()
        assert pool.process_ids != [process]
        assert not runs(bare)


@pytest.mark.parametrize(
    ("engine", "language", "sly"),
    [
        ("festival", "cs", 'ano") (exit) ("ne'),
        ("festival", "cs", 'ano\\") (exit) (set! x "ne'),
        ("festival", "cs", "ano 'riff) €漢字 \u0301 ne"),
        ("pico", "fr", '<speed level="20">oui</speed>'),
        ("pico", "fr", "<usepico &amp; </pitch> oui \\"),
        ("hibari", "en", "<yes> /no/ [[slash]] €漢字"),
    ],
)
async def test_no_text_is_a_command(engine: EngineName, language: str, sly: str) -> None:
    async with pool_for(engine, language) as pool:
        (before,) = pool.process_ids
        said = await pool.speak(sly, language)
        assert pool.process_ids == [before]
    assert 0.3 < len(said) / RATE < 6


async def test_an_engine_that_is_not_installed_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    pool = InstalledPool("festival", {"cs": default_voice("festival", "cs")})
    with pytest.raises(VoiceError, match="festival is not installed: apt install festival festvox-czech-ph"):
        await pool.open()
    assert pool.process_ids == []
    monkeypatch.setattr("sys.path", [])
    for engine, package in (("hibari", "hibari-tts"), ("pico", "py-nanotts")):
        assert package in str(missing(engine, "any"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("engine", "language", "voice"),
    [("hibari", "en", "emma"), ("pico", "fr", "fr-CA"), ("festival", "cs", "x")],
)
async def test_a_voice_that_is_not_there_is_found_at_the_start(
    engine: EngineName, language: str, voice: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    voice_of(engine, language)
    monkeypatch.setenv("HIBARI_HOME", str(tmp_path))  # where hibari keeps what it has downloaded
    pool = InstalledPool(engine, {language: VoiceSettings(engine, voice, 150)}, 1)
    with pytest.raises(VoiceError, match=f"{engine} has no voice.*{voice}"):
        await pool.open()
    assert pool.process_ids == []


def test_what_an_engine_cannot_set_is_refused() -> None:
    with pytest.raises(ValueError, match="hibari has no pitch"):
        VoiceSettings("hibari", "heart", 185, pitch=60)
    with pytest.raises(ValueError, match="festival has no word_gap"):
        VoiceSettings("festival", "czech_ph", word_gap=3)
    with pytest.raises(ValueError, match="rate is from 95 to 370"):
        VoiceSettings("hibari", "heart", 80)
    with pytest.raises(ValueError, match='hibari has no voice of its own for "fr"'):
        default_voice("hibari", "fr")


def test_the_slow_pace_is_three_quarters_and_no_slower_than_the_engine_can() -> None:
    assert VoiceSettings(rate=160).paced("slow").rate == 120
    assert VoiceSettings(rate=90).paced("slow").rate == 80
    assert VoiceSettings(rate=160).paced("normal").rate == 160
