"""What a caller of the demo store must hear, and a recording in, whether it was heard out.

What is said to everybody is compared with the sound the line keeps, what is said to one caller with the same
sentence spoken once more (``ivr say``): the same words and settings give the same samples.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from listening import RATE, Found, find, read_wav
from peers.line import PROJECT, Line

from ivr.ops.settings import load_settings
from ivr.speech.catalogue import Catalogue
from ivr.speech.library import Library

__all__ = ["CREDIT", "PHONES_CREDIT", "hears", "hears_prompt", "prompt", "rendered", "spoken_by"]

Samples = npt.NDArray[np.int16]

WELCOME = "Dobrý den, vítá vás infolinka CallPro."
CREDIT = "Váš kredit je dvě stě třicet čtyři korun padesát haléřů."
PHONES_CREDIT = "Váš kredit je dvacet jedna korun dvacet jedna haléřů."

spoken: dict[str, Samples] = {}  # one voice for all lines


def hears(line: Line, heard: Samples, sentence: str, folder: Path) -> Found:
    """Where a caller's own sentence, rendered by the line's own voice, is in the recording."""
    if sentence not in spoken:
        wanted = folder / "wanted.wav"
        line.ivr("say", sentence, "--lang", "cs", "--out", str(wanted))
        spoken[sentence] = read_wav(wanted)
    return find(heard, spoken[sentence])


def spoken_by(line: Line, sentence: str) -> Samples:
    """A caller's own sentence in the line's own voice."""
    if sentence not in spoken:
        spoken.update(rendered(line.settings, [], [("cs", sentence)]))
    return spoken[sentence]


def hears_prompt(line: Line, heard: Samples, text: str, seconds: float = 60) -> Found:
    """Where a text of ``prompts/cs`` that says the same to everybody begins to be heard for so long."""
    return find(heard, prompt(line, text)[: round(seconds * RATE)])


def prompt(line: Line, text: str) -> Samples:
    """The source of such a text: the samples on disk, before any law."""
    return kept(line.settings, Catalogue.load(PROJECT / "prompts").sentence("cs", text, {}))


@cache
def kept(settings_file: Path, words: str) -> Samples:
    """The samples the line has kept for these words; AssertionError where it has not."""

    async def read() -> Samples:
        speech = load_settings(settings_file).speech
        async with Library(speech.cache, speech.spoken(), workers=1) as library:
            prepared = await library.prepare([("cs", words)])
            assert prepared.cached == 1, f"the line has not kept: {words}"
            return (await library.sound("cs", words)).samples

    return asyncio.run(read())


def rendered(
    settings_file: Path, fixed: Sequence[tuple[str, str]], own: Sequence[tuple[str, str]]
) -> dict[str, Samples]:
    """What (language, words) sound like in the line's own voices, by the words.

    ``fixed`` are said to everybody and were prepared by the line, ``own`` to one caller.
    """

    async def render() -> dict[str, Samples]:
        speech = load_settings(settings_file).speech
        async with Library(speech.cache, speech.spoken(), workers=2) as library:
            await library.prepare(fixed)
            return {
                words: (await library.sound(language, words)).samples for language, words in (*fixed, *own)
            }

    return asyncio.run(render())
