"""``python -m bench.speech``: from a caller's own sentence to a clip that can be played, one figure a line.

Every sentence is an amount that nobody has asked for yet, so that all of it is rendered: by each voice that
this machine has, first one after another and then as many as callers ask at once. A clip is what the media
plane takes: both laws, encoded. ``--workers`` processes speak, as many as there are cores by default.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench.figures import rank
from ivr.media.clip import Clip
from ivr.money import Money
from ivr.speech.functions import speller_for
from ivr.speech.installed import missing
from ivr.speech.library import Library
from ivr.speech.voice import ENGINES, VOICES, EngineName, VoiceSettings, default_voice

SENTENCES = {
    "cs": "Váš kredit je {}.",
    "fr": "Votre crédit est de {}.",
    "en": "Your credit is {}.",
}
_AIMS = {"median": 100, "p99": 300}  # ms
_ALONE, _MANY = 30, 200


def voices() -> Iterator[tuple[EngineName, str, VoiceSettings]]:
    """Engine, language and settings of every voice that is here."""
    for engine in ENGINES:
        for language in SENTENCES:
            try:
                own = VOICES[language]
                settings = own if own.engine == engine else default_voice(engine, language)
            except ValueError:
                continue
            if missing(engine, settings.voice) is None:
                yield engine, language, settings


def sentences(language: str, count: int, first: int) -> list[str]:
    """Amounts from 100.50 on, each a little over two hundred from the one before, in words."""
    currency = "EUR" if language == "fr" else "CZK"
    amounts = (Money(10_050 + (first + turn) * 20_714 % 900_000, currency) for turn in range(count))
    return [SENTENCES[language].format(speller_for(language).money(amount)) for amount in amounts]


async def wait_for(library: Library, language: str, words: str) -> float:
    """Milliseconds from the sentence to its clip."""
    begun = time.perf_counter()
    Clip.from_pcm((await library.sound(language, words)).samples)
    return (time.perf_counter() - begun) * 1000


@asynccontextmanager
async def library_of(language: str, settings: VoiceSettings, workers: int) -> AsyncIterator[Library]:
    with tempfile.TemporaryDirectory(prefix="infoline-bench-") as folder:
        async with Library(Path(folder), {language: settings}, workers) as library:
            yield library


def figure(engine: str, language: str, calls: int, times: list[float]) -> str:
    """``sentence_ms voice=espeak-ng/cs calls=200 median=330.0 p99=640.0 aims=100/300 n=200 MISSED``."""
    ordered = sorted(times)
    median, late = rank(ordered, 0.5), rank(ordered, 0.99)
    missed = "" if median <= _AIMS["median"] and late <= _AIMS["p99"] else " MISSED"
    return (
        f"sentence_ms voice={engine}/{language} calls={calls} median={median:.1f} p99={late:.1f}"
        f" aims={_AIMS['median']}/{_AIMS['p99']} n={len(ordered)}{missed}"
    )


async def measure(alone: int, many: int, workers: int, bar: Progress) -> None:
    for engine, language, settings in voices():
        task = bar.add_task(f"{engine} {language}", total=alone + many)
        async with library_of(language, settings, workers) as library:
            one_by_one = []
            for words in sentences(language, alone, 0):
                one_by_one.append(await wait_for(library, language, words))
                bar.advance(task)
            asked = sentences(language, many, alone)
            at_once = await asyncio.gather(*(wait_for(library, language, words) for words in asked))
        bar.remove_task(task)
        print(figure(engine, language, 1, one_by_one), flush=True)
        print(figure(engine, language, many, list(at_once)), flush=True)


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m bench.speech", description=__doc__)
    options.add_argument("--alone", type=int, default=_ALONE, help="sentences one after another")
    options.add_argument("--many", type=int, default=_MANY, help="sentences at once")
    options.add_argument("--workers", type=int, default=os.cpu_count() or 2, help="processes a voice")
    asked = options.parse_args()
    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        console=Console(stderr=True), transient=True,
    ) as bar:  # fmt: skip
        asyncio.run(measure(asked.alone, asked.many, asked.workers, bar))


if __name__ == "__main__":
    main()
