"""``bench/speech.py``: sentences that nobody has heard yet, and one line a figure."""

import asyncio

from bench.speech import figure, library_of, sentences, wait_for
from ivr.speech.voice import VOICES


def test_every_sentence_is_another_amount():
    for language in VOICES:
        asked = sentences(language, 30, 0) + sentences(language, 200, 30)
        assert len(set(asked)) == 230


def test_a_figure_names_voice_callers_and_aims_and_says_when_they_are_missed():
    line = figure("espeak-ng", "cs", 200, [50.0] * 190 + [301.0] * 10)
    assert line == (
        "sentence_ms voice=espeak-ng/cs calls=200 median=50.0 p99=301.0 aims=100/300 n=200 MISSED"
    )
    assert "MISSED" not in figure("pico", "fr", 1, [12.0, 15.0])


async def test_sentences_asked_at_once_are_all_waited_for():
    async with library_of("fr", VOICES["fr"], 2) as library:
        times = await asyncio.gather(*(wait_for(library, "fr", words) for words in sentences("fr", 4, 0)))
    assert all(milliseconds > 1 for milliseconds in times)
