"""Voices in their own processes: they speak, they are replaced, they leave nothing behind."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from ivr.errors import VoiceError
from ivr.speech.engines import EspeakPool, Pyttsx3Pool
from ivr.speech.espeak_source import EngineSource, engine_libraries
from ivr.speech.frames import frame, length_of, pack_request, refused, said, unpack_answer, unpack_request
from ivr.speech.pool import VoicePool
from ivr.speech.render import CHAIN, RATE, active_level
from ivr.speech.voice import VOICES, VoiceSettings

CZECH = {"cs": VOICES["cs"]}
CREDIT = "Váš kredit je dvě stě třicet čtyři korun padesát haléřů."
SOURCES: tuple[EngineSource, ...] = ("auto", "wheel")


@pytest.fixture
async def pool() -> AsyncIterator[EspeakPool]:
    async with EspeakPool(CZECH, workers=1, patience=1.0) as opened:
        yield opened


def runs(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("source", SOURCES)
async def test_the_systems_library_and_the_wheels_both_speak(
    source: EngineSource,
) -> None:
    async with EspeakPool(CZECH, workers=1, source=source) as pool:
        samples = await pool.speak(CREDIT, "cs")
        assert pool.engine.library.origin in ({"wheel"} if source == "wheel" else {"system", "wheel"})
        assert pool.engine.version[0].isdigit()
    assert samples.dtype == np.int16
    assert not samples.flags.writeable
    assert 3 < len(samples) / RATE < 7
    assert active_level(samples) == pytest.approx(CHAIN.level, rel=0.1)


@pytest.mark.parametrize("source", SOURCES)
async def test_pyttsx3_and_the_live_voice_sound_the_same(source: EngineSource, tmp_path: Path) -> None:
    voices = {"cs": VoiceSettings(rate=150, pitch=40, volume=90, word_gap=2)}
    async with EspeakPool(voices, 1, source) as live, Pyttsx3Pool(voices, live.engine, tmp_path, 1) as fixed:
        sounds = [(await pool.speak(CREDIT, "cs")).astype(float) for pool in (live, fixed)]
    assert len(sounds[0]) == len(sounds[1])
    assert np.corrcoef(sounds[0], sounds[1])[0, 1] > 0.99


async def test_every_setting_changes_the_voice(pool: EspeakPool) -> None:
    def other(**change: int | str) -> VoiceSettings:
        return VoiceSettings(**change)  # type: ignore[arg-type]

    spoken = {}
    for settings in (other(), other(rate=200), other(pitch=80), other(volume=50), other(word_gap=8)):
        async with EspeakPool({"cs": settings}, workers=1) as changed:
            spoken[settings] = (await changed.speak(CREDIT, "cs")).tobytes()
    assert len(set(spoken.values())) == len(spoken)


@pytest.mark.parametrize(
    "text", ["-5 korun", "--version", "<speak>ano</speak>", "[[ano]]", "ano\0ne\n\x1b", "ÿ€😀a"]
)
async def test_no_text_is_an_option_or_a_command(pool: EspeakPool, text: str) -> None:
    samples = await pool.speak(text, "cs")
    assert samples.any()


@pytest.mark.parametrize("text", ["", " ", "...", "a" * 2001])
async def test_what_is_no_sentence_is_refused(pool: EspeakPool, text: str) -> None:
    with pytest.raises(VoiceError, match="a sentence has letters"):
        await pool.speak(text, "cs")


async def test_a_language_without_a_voice_is_refused(pool: EspeakPool) -> None:
    with pytest.raises(VoiceError, match='no voice for the language "fr"'):
        await pool.speak("oui", "fr")


@pytest.mark.parametrize("name", ["cs", "zlw/cs", "cs+f2", "roa/fr", "fr", "en-us"])
async def test_a_voice_is_known_by_its_file_to_both_engines(name: str, tmp_path: Path) -> None:
    voices = {"cs": VoiceSettings(voice=name)}
    async with EspeakPool(voices, 1) as live, Pyttsx3Pool(voices, live.engine, tmp_path, 1) as fixed:
        samples = await fixed.speak("ano", "cs")
    assert samples.any()


async def test_pyttsx3_is_caught_ignoring_an_unknown_voice(tmp_path: Path) -> None:
    async with EspeakPool(CZECH, 1) as live:
        voices = {"cs": VoiceSettings(voice="klingonština")}
        async with Pyttsx3Pool(voices, live.engine, tmp_path, 1) as fixed:
            with pytest.raises(VoiceError, match=r'pyttsx3 gave the voice ".+" for "klingonština"'):
                await fixed.speak("ano", "cs")


async def test_an_unknown_voice_is_found_at_the_start_and_leaves_no_process() -> None:
    pool = EspeakPool({"cs": VoiceSettings(voice="klingonština")}, workers=2)
    with pytest.raises(VoiceError, match='no voice "klingonština"'):
        await pool.open()
    assert pool.process_ids == []


async def test_a_killed_process_is_replaced_and_the_sentence_spoken(pool: EspeakPool) -> None:
    (before,) = pool.process_ids
    os.kill(before, signal.SIGKILL)
    samples = await pool.speak(CREDIT, "cs")
    assert samples.any()
    assert pool.process_ids != [before]


async def test_a_hung_process_is_ended_and_replaced(pool: EspeakPool) -> None:
    (before,) = pool.process_ids
    os.kill(before, signal.SIGSTOP)
    samples = await pool.speak(CREDIT, "cs")
    assert samples.any()
    assert not runs(before)


FRAGILE = """
import os, sys
from ivr.speech.engine_loop import claim_output
from ivr.speech.frames import said
from ivr.speech.worker_loop import serve
def speak(text, *settings):
    if "konec" in text:
        os._exit(3)
    if "smetí" in text:
        os.write(output, b"\\xff" * 8)
    return 8000, b"\\0\\20\\0\\340" * 2000
output = claim_output()
print("an engine may print what it likes", flush=True)
serve(output, said(0, b"1"), speak)
"""


@pytest.mark.parametrize("deadly", ["konec", "smetí"])
async def test_a_sentence_that_ends_two_processes_is_given_up_and_the_next_is_spoken(deadly: str) -> None:
    async with VoicePool([sys.executable, "-c", FRAGILE], CZECH, workers=1, patience=5) as pool:
        said = await pool.speak("ano", "cs")
        with pytest.raises(VoiceError, match="could not be spoken in 2 tries"):
            await pool.speak(deadly, "cs")
        assert np.array_equal(await pool.speak("ano", "cs"), said)


async def test_closing_leaves_no_process_and_refuses_further_sentences() -> None:
    pool = EspeakPool(CZECH, workers=2)
    await pool.open()
    processes = pool.process_ids
    assert len(processes) == 2
    os.kill(processes[0], signal.SIGSTOP)  # does not leave by itself
    await pool.close()
    assert not any(runs(process_id) for process_id in processes)
    with pytest.raises(VoiceError, match="closed"):
        await pool.speak(CREDIT, "cs")


async def test_a_cancelled_asker_leaves_no_answer_for_the_next(pool: EspeakPool) -> None:
    short = await pool.speak("Ano.", "cs")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(pool.speak(CREDIT * 30, "cs"), timeout=0.02)
    again = await pool.speak("Ano.", "cs")
    assert len(again) == pytest.approx(len(short), rel=0.1)


async def test_many_sentences_at_once_each_get_their_own_sound() -> None:
    texts = ["Ano. " * count for count in (1, 2, 4, 8)] * 3
    async with EspeakPool(CZECH, workers=2) as pool:
        sounds = await asyncio.gather(*(pool.speak(text, "cs") for text in texts))
    lengths = [len(samples) for samples in sounds]
    assert lengths[0] * 1.5 < lengths[1] < lengths[2] / 1.5 < lengths[3] / 2
    assert lengths[:4] == pytest.approx(lengths[4:8], rel=0.1)


async def test_no_library_is_said_with_its_name(tmp_path: Path) -> None:
    program = [sys.executable, "-P", "-m", "ivr.speech.espeak_engine", str(tmp_path / "none.so"), ""]
    pool = VoicePool(program, CZECH, workers=1, patience=5)
    with pytest.raises(VoiceError, match=r"no espeak-ng can be loaded: .*none\.so"):
        await pool.open()
    assert pool.process_ids == []


async def test_a_library_without_its_data_is_passed_over(tmp_path: Path) -> None:
    (wheel,) = engine_libraries("wheel")
    nowhere = [wheel.library, str(tmp_path / "nothing")]
    program = [sys.executable, "-P", "-m", "ivr.speech.espeak_engine", *nowhere]
    with pytest.raises(VoiceError, match="found no data"):
        await VoicePool(program, CZECH, workers=1, patience=5).open()


@pytest.mark.parametrize(
    "change",
    [{"rate": 10}, {"pitch": 100}, {"volume": 0}, {"word_gap": -1}, {"engine": "x"}, {"voice": ""}],
)
def test_settings_out_of_limits_are_refused(change: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(change))):
        VoiceSettings(**change)  # type: ignore[arg-type]


def test_requests_and_answers_survive_the_pipe() -> None:
    body = pack_request("Dobrý den", "roa/fr", 145, 50, 100, 3)
    assert unpack_request(body) == ("Dobrý den", "roa/fr", 145, 50, 100, 3)
    assert unpack_answer(said(22050, b"ab")) == (22050, b"ab")
    assert length_of(frame(body)[:4]) == len(body)
    with pytest.raises(ValueError, match="není hlas"):
        unpack_answer(refused("není hlas"))
    with pytest.raises(ValueError, match="a frame of"):
        length_of(b"\xff\xff\xff\xff")


async def test_a_sentence_sounds_the_same_to_the_sample_whenever_it_is_said() -> None:
    async with EspeakPool({"cs": VoiceSettings()}, 1) as pool:
        first = await pool.speak(CREDIT, "cs")
        await pool.speak("Něco docela jiného.", "cs")
        again = await pool.speak(CREDIT, "cs")
    assert np.array_equal(first, again)
