"""What a caller hears of an operator's recordings: whole sentences of them, or none of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from ivr.call.speaker import Speaker
from ivr.media.clip import Clip
from ivr.money import Money
from ivr.speech.catalogue import Catalogue
from ivr.speech.joining import join
from ivr.speech.library import Library
from ivr.speech.voice import VOICES
from tests.speech.recorded_phrases import noise, write_list, write_wave

TEXTS = "hello = Dobrý den.\ncredit = Váš kredit je { MONEY($credit) }.\n"
PHRASES = {"a.wav": "Dobrý den.", "b.wav": "Váš kredit je", "c.wav": "pět", "d.wav": "korun."}


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    folder = tmp_path / "prompts" / "cs"
    write_list(folder / "recordings", PHRASES)
    for number, file in enumerate(PHRASES):
        write_wave(folder / "recordings" / file, noise(0.4, seed=number), 8000)
    (folder / "line.ftl").write_text(TEXTS, encoding="utf-8")
    return folder.parent


@pytest.fixture
async def library(tmp_path: Path) -> AsyncIterator[Library]:
    async with Library(tmp_path / "cache", VOICES, workers=1) as opened:
        yield opened


def same(clip: Clip, samples: np.typing.NDArray[np.int16]) -> bool:
    return bool(np.array_equal(clip.alaw, Clip.from_pcm(samples).alaw))


async def test_a_sentence_that_is_recorded_is_played_from_its_recordings(
    prompts: Path, library: Library
) -> None:
    catalogue = Catalogue.load(prompts)
    speaker = Speaker(catalogue, library)
    for text, facts, words in [
        ("hello", {}, "Dobrý den."),
        ("credit", {"credit": Money(500)}, "Váš kredit je pět korun."),
    ]:
        pieces = catalogue.recorded("cs", words)
        assert pieces is not None
        assert same(await speaker.clip("cs", text, facts), join(pieces))


async def test_a_sentence_with_one_word_missing_is_spoken_whole_by_the_voice(
    prompts: Path, library: Library
) -> None:
    speaker = Speaker(Catalogue.load(prompts), library)
    clip = await speaker.clip("cs", "credit", {"credit": Money(600)})
    assert same(clip, (await library.sound("cs", "Váš kredit je šest korun.")).samples)


async def test_new_recordings_are_heard_by_new_calls_and_the_old_ones_by_those_in_progress(
    prompts: Path, library: Library
) -> None:
    old = Speaker(Catalogue.load(prompts), library)
    before = await old.clip("cs", "hello", {})
    write_wave(prompts / "cs" / "recordings" / "a.wav", noise(0.7, seed=9), 8000)
    new = Speaker(Catalogue.load(prompts), library)
    assert (await new.clip("cs", "hello", {})).seconds > before.seconds + 0.2
    assert await old.clip("cs", "hello", {}) is before
    assert (await old.clip("cs", "credit", {"credit": Money(500)})).seconds > 1


async def test_slower_the_same_recordings_are_heard_with_more_room_between_them(
    prompts: Path, library: Library
) -> None:
    catalogue = Catalogue.load(prompts)
    pieces = catalogue.recorded("cs", "Váš kredit je pět korun.")
    assert pieces is not None
    speaker = Speaker(catalogue, library)
    slow = await speaker.clip("cs", "credit", {"credit": Money(500)}, "slow")
    assert same(slow, join(pieces, slow=True))
    assert slow.seconds > (await speaker.clip("cs", "credit", {"credit": Money(500)})).seconds + 0.3


async def test_callers_own_sentences_are_kept_within_a_bound_and_the_last_ones_said_stay(
    prompts: Path, library: Library
) -> None:
    speaker = Speaker(Catalogue.load(prompts), library, memory=150_000)
    first, *_, last = [await speaker.clip("cs", "credit", {"credit": Money(100 * n)}) for n in range(1, 9)]
    assert speaker._own_octets == sum(clip.octets_held for clip in speaker._own.values()) <= 150_000
    assert await speaker.clip("cs", "credit", {"credit": Money(800)}) is last
    assert await speaker.clip("cs", "credit", {"credit": Money(100)}) is not first
