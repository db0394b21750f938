"""Sounds are rendered once, kept by everything that shapes them, and a caller's own never reach the disk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from ivr.errors import VoiceError
from ivr.speech.catalogue import Catalogue
from ivr.speech.library import Library
from ivr.speech.render import CHAIN, RATE, active_level
from ivr.speech.voice import VOICES, VoiceSettings

CZECH = {"cs": VOICES["cs"]}
PROMPTS = Path(__file__).parents[2] / "prompts"
OWN = "Váš kredit je pět korun."
FIXED = [("cs", "Dobrý den."), ("cs", "Na shledanou."), ("cs", "Dobrý den.")]


@pytest.fixture
async def library(tmp_path: Path) -> AsyncIterator[Library]:
    async with Library(tmp_path, CZECH, workers=1) as opened:
        yield opened


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


async def test_two_callers_who_ask_at_once_get_one_sound(library: Library) -> None:
    one, other = await asyncio.gather(library.sound("cs", OWN), library.sound("cs", OWN))
    assert one is other is await library.sound("cs", OWN)
    assert one.words == OWN
    assert one.samples.dtype == np.int16
    assert not one.samples.flags.writeable
    assert 1 < one.seconds < 4


async def test_a_callers_own_sentence_never_reaches_the_disk(library: Library, tmp_path: Path) -> None:
    await library.sound("cs", OWN)
    assert files(tmp_path) == []


async def test_a_caller_who_hangs_up_does_not_take_the_sound_from_the_other(library: Library) -> None:
    leaving = asyncio.create_task(library.sound("cs", OWN))
    staying = asyncio.create_task(library.sound("cs", OWN))
    await asyncio.sleep(0)
    leaving.cancel()
    assert (await staying).samples.any()
    assert leaving.cancelled()


async def test_a_sentence_that_cannot_be_spoken_fails_for_all_who_asked(library: Library) -> None:
    asked = await asyncio.gather(*(library.sound("cs", "...") for _ in range(2)), return_exceptions=True)
    assert all(isinstance(answer, VoiceError) for answer in asked)
    with pytest.raises(VoiceError, match='the language "fr"'):
        await library.sound("fr", "oui")


async def test_the_memory_for_own_sentences_is_bounded_and_the_oldest_go_first(tmp_path: Path) -> None:
    async with Library(tmp_path, CZECH, workers=1, memory=60_000) as library:
        first = await library.sound("cs", OWN)
        second = await library.sound("cs", "Váš kredit je šest korun.")
        assert await library.sound("cs", OWN) is not first or first.samples.nbytes * 2 <= 60_000
        third = await library.sound("cs", "Váš kredit je sedm korun.")
        assert await library.sound("cs", third.words) is third
        assert await library.sound("cs", second.words) is not second


async def test_fixed_sentences_are_rendered_by_pyttsx3_once_and_then_read(
    tmp_path: Path,
) -> None:
    steps: list[tuple[int, int]] = []
    async with Library(tmp_path, CZECH) as library:
        made = await library.prepare(FIXED, progress=lambda done, total: steps.append((done, total)))
        hello = await library.sound("cs", "Dobrý den.")
    assert (made.cached, made.rendered, made.fallbacks, made.unsaved) == (0, 2, (), ())
    assert steps == [(1, 2), (2, 2)]
    assert len(files(tmp_path / "cs")) == 2
    async with Library(tmp_path, CZECH) as library:
        found = await library.prepare(FIXED)
        again = await library.sound("cs", "Dobrý den.")
    assert (found.cached, found.rendered) == (2, 0)
    assert np.array_equal(hello.samples, again.samples)


async def test_one_at_a_time_is_prepared_while_callers_have_sentences_spoken(tmp_path: Path) -> None:
    made = asyncio.Queue[str]()
    fixed = [
        ("cs", f"{words} pevná věta.") for words in ("První", "Druhá", "Třetí", "Čtvrtá", "Pátá", "Šestá")
    ]
    async with Library(tmp_path, CZECH, workers=1) as library:

        async def own() -> None:
            await library.sound("cs", OWN)
            made.put_nowait("own")

        asked: list[asyncio.Task[None]] = []

        def step(done: int, total: int) -> None:
            made.put_nowait(f"{done} of {total}")
            if done == 1:
                asked.append(asyncio.create_task(own()))

        await library.prepare(fixed, step, at_once=1)
        await asked[0]
    order = [made.get_nowait() for _ in range(made.qsize())]
    assert [one for one in order if one != "own"] == [f"{done} of 6" for done in range(1, 7)]
    assert order.index("own") < order.index("6 of 6")


async def test_sentences_that_are_fixed_no_more_are_forgotten(tmp_path: Path) -> None:
    async with Library(tmp_path, CZECH, workers=1) as library:
        await library.prepare(FIXED)
        kept = await library.sound("cs", "Dobrý den.")
        assert len(library._fixed) == 2
        await library.prepare(FIXED[:1])
        assert [sound.words for sound in library._fixed.values()] == ["Dobrý den."]
        assert np.array_equal((await library.sound("cs", "Dobrý den.")).samples, kept.samples)


async def test_a_changed_setting_never_plays_an_old_voice(tmp_path: Path) -> None:
    async with Library(tmp_path, CZECH) as library:
        await library.prepare(FIXED)
    async with Library(tmp_path, {"cs": VoiceSettings(rate=146)}) as library:
        assert (await library.prepare(FIXED)).rendered == 2
    async with Library(tmp_path, CZECH, source="wheel") as library:
        wheel = await library.prepare(FIXED)
        assert wheel.fallbacks == ()
        assert wheel.rendered == (2 if "wheel" in library.engine("cs") and len(files(tmp_path)) == 6 else 0)


@pytest.mark.parametrize("damage", ["cut", "changed", "emptied"])
async def test_a_damaged_file_is_rendered_anew(tmp_path: Path, damage: str) -> None:
    async with Library(tmp_path, CZECH, workers=1) as library:
        await library.prepare(FIXED)
    file = files(tmp_path)[0]
    whole = file.read_bytes()
    changed = whole[:3000] + bytes([whole[3000] ^ 1]) + whole[3001:]
    file.write_bytes({"cut": whole[:-100], "changed": changed, "emptied": b""}[damage])
    async with Library(tmp_path, CZECH, workers=1) as library:
        made = await library.prepare(FIXED)
    assert (made.cached, made.rendered) == (1, 1)
    assert len(files(tmp_path)) == 2


async def test_without_pyttsx3_the_fixed_sentences_are_spoken_live_and_the_reason_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "pyttsx3.py").write_text("raise RuntimeError('no engine here')")
    monkeypatch.setenv("PYTHONPATH", str(broken))
    async with Library(tmp_path, CZECH, workers=1) as library:
        made = await library.prepare(FIXED)
        assert (await library.sound("cs", "Dobrý den.")).samples.any()
    reason = "pyttsx3 cannot start: RuntimeError: no engine here"
    assert sorted(made.fallbacks) == [("Dobrý den.", reason), ("Na shledanou.", reason)]
    assert made.rendered == 2


# What pyttsx3 is known to do: ends its turn without a file, cuts the file, keeps another voice.
UNRULY = """
import wave
class Engine:
    def connect(self, topic, call): self.finished = call
    def setProperty(self, name, value): pass
    def save_to_file(self, text, file): self.text, self.file = text, file
    def runAndWait(self):
        if "den" in self.text:
            with wave.open(self.file, "wb") as sound:
                sound.setparams((1, 2, 22050, 0, "NONE", None))
                sound.writeframes(bytes(22050))
            with open(self.file, "r+b") as file:
                file.truncate(1000)
        self.finished()
def init(driverName): return Engine()
"""


async def test_a_sentence_that_pyttsx3_spoils_is_spoken_live_and_the_reason_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unruly = tmp_path / "unruly"
    unruly.mkdir()
    (unruly / "pyttsx3.py").write_text(UNRULY)
    monkeypatch.setenv("PYTHONPATH", str(unruly))
    async with Library(tmp_path, CZECH, workers=2) as library:
        made = await library.prepare(FIXED)
        assert (await library.sound("cs", "Dobrý den.")).seconds > 0.5
    assert len(made.fallbacks) == 2
    assert all("pyttsx3 " in reason for _, reason in made.fallbacks)


async def test_a_disk_that_cannot_be_written_is_named_and_the_sounds_are_there(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    async with Library(tmp_path / "file", CZECH, workers=1) as library:
        made = await library.prepare(FIXED)
        assert (await library.sound("cs", "Dobrý den.")).samples.any()
    assert {words for words, _ in made.unsaved} == {"Dobrý den.", "Na shledanou."}


async def test_closing_gives_up_what_is_on_its_way(tmp_path: Path) -> None:
    library = Library(tmp_path, CZECH, workers=1)
    await library.open()
    waiting = asyncio.create_task(library.sound("cs", OWN * 10))
    await asyncio.sleep(0)
    await library.close()
    with pytest.raises((VoiceError, asyncio.CancelledError)):
        await waiting


async def test_every_fixed_sentence_keeps_the_limits_of_level_peak_and_band(
    tmp_path: Path,
) -> None:
    catalogue = Catalogue.load(PROMPTS)
    sentences = [("cs", words) for words in catalogue.fixed_sentences("cs")]
    async with Library(tmp_path, CZECH) as library:
        made = await library.prepare(sentences)
        sounds = [await library.sound(*sentence) for sentence in sentences]
    assert made.fallbacks == ()
    for sound in sounds:
        samples = sound.samples.astype(float)
        assert abs(20 * np.log10(active_level(samples) / CHAIN.level)) < 1, sound.words
        assert np.abs(samples).max() <= CHAIN.ceiling
        power = np.abs(np.fft.rfft(samples)) ** 2
        hertz = np.fft.rfftfreq(len(samples), 1 / RATE)
        outside = power[(hertz < 300) | (hertz > 3400)].sum() / power.sum()
        assert 10 * np.log10(outside) < -5, sound.words
