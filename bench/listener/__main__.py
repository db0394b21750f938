"""``python -m bench.listener``: how many of 100 amounts, and of 100 days, a machine hears exactly, per voice.

A line of its own is opened for each voice. A hundred callers, each with a credit of their own, hear it over
A-law and are recorded; a machine writes down what it hears (``bench/listener/ears.py`` says which one), from
the recording as it is and again with 1 % of the packets lost. Voices stand in ``bench/listener/voices.toml``.

The machines come with ``pip install -e '.[listen]'``. It takes about five minutes a voice.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench.listener.caller import call_all
from bench.listener.drawn import Customer, csv_of, draw
from bench.listener.ears import Ear, ear_for, missing_packages
from bench.listener.lossy import heard
from bench.running_line import running_line

_HERE = Path(__file__).parent
_DIALLED = {
    ("cs", "amount"): "44881",
    ("cs", "day"): "44882",
    ("en", "amount"): "44891",
    ("en", "day"): "44892",
    ("fr", "amount"): "3111",
}
_OPERATORS = {"cs": "callpro", "en": "callpro", "fr": "callshop_fr"}
_AIMS = {"en": 96, "cs": 80}  # of 100 amounts, by the best voice of the language
_LOSSES = (0.0, 0.01)
_PATIENT = 'max_lag = "10 s"'  # a busy machine turns nobody away: time is not measured here


@dataclass(frozen=True, slots=True)
class Voice:
    """One of ``voices.toml``."""

    name: str
    language: str
    settings: dict[str, Any]

    @property
    def table(self) -> str:
        """Its table in the line's settings."""
        rows = [f'{name} = "{value}"' if isinstance(value, str) else f"{name} = {value}"
                for name, value in self.settings.items()]  # fmt: skip
        return "\n".join(["", f"[speech.voices.{self.language}]", *rows, ""])


def read_voices(file: Path) -> list[Voice]:
    """All of a file."""
    return [Voice(**table) for table in tomllib.loads(file.read_text("utf-8"))["voice"]]


def record(
    voice: Voice, customers: Sequence[Customer], whats: Sequence[str], done: Callable[[], object]
) -> dict[str, list[dict[int, bytes]]]:
    """What each customer was told by a line with this voice, as packets: amounts, days.

    ``done`` is called after each call.
    """
    accounts = {_OPERATORS[voice.language]: csv_of(customers)}
    numbers = [one.number for one in customers]
    with running_line(len(customers), _HERE, sip_more=_PATIENT, more=voice.table, accounts=accounts) as line:
        return {
            what: asyncio.run(call_all(line.address, _DIALLED[voice.language, what], numbers, done))
            for what in whats
        }


def understood(
    ear: Ear, told: Sequence[dict[int, bytes]], said: Sequence[str], loss: float, show: bool, bar: Progress
) -> int:
    """How many of the recordings the ear heard exactly."""
    chance, exact = random.Random(f"{loss}"), 0
    for packets, words in bar.track(
        list(zip(told, said, strict=True)), description=f"{ear.name}: listening", total=len(told)
    ):
        written = ear.hear(heard(packets, loss, chance))
        agrees = ear.agrees(words, written)
        exact += agrees
        if show and not agrees:
            print(f"    said {words}\n   heard {written}", flush=True)
    return exact


def main() -> None:
    options = argparse.ArgumentParser(
        prog="python -m bench.listener", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    options.add_argument("--amounts", type=int, default=100, help="how many callers; 100")
    options.add_argument("--language", nargs="*", choices=["cs", "en", "fr"], help="only these languages")
    options.add_argument("--voice", nargs="*", help="only these voices, by name")
    options.add_argument("--what", nargs="*", choices=["amount", "day"], default=["amount", "day"])
    options.add_argument("--voices", type=Path, default=_HERE / "voices.toml", help="another file of voices")
    options.add_argument("--seed", type=int, default=4488, help="of the amounts and days")
    options.add_argument("--show", action="store_true", help="print what was misheard")
    asked = options.parse_args()
    if missing := missing_packages():
        raise SystemExit(f"nobody listens without {', '.join(missing)}: pip install -e '.[listen]'")
    voices = [
        voice
        for voice in read_voices(asked.voices)
        if voice.language in (asked.language or voice.language) and voice.name in (asked.voice or voice.name)
    ]
    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        console=Console(stderr=True), transient=True,
    ) as bar:  # fmt: skip
        for voice in voices:
            _measure(voice, asked, bar)


def _measure(voice: Voice, asked: argparse.Namespace, bar: Progress) -> None:
    customers = draw(voice.language, asked.amounts, asked.seed)
    whats = [what for what in asked.what if (voice.language, what) in _DIALLED]
    task = bar.add_task(f"{voice.name} {voice.language}: calling", total=len(customers) * len(whats))
    told = record(voice, customers, whats, lambda: bar.advance(task))
    bar.remove_task(task)
    for what in whats:
        ear = ear_for(voice.language, what)
        aim = f" aim={_AIMS[voice.language]}" if what == "amount" and voice.language in _AIMS else ""
        for loss in _LOSSES:
            exact = understood(
                ear, told[what], [one.sentence(what) for one in customers], loss, asked.show, bar
            )
            print(
                f"{what}s_heard language={voice.language} voice={voice.name} ear={ear.name} "
                f"loss={loss:.0%} exact={exact} of={len(customers)}{aim}",
                flush=True,
            )


if __name__ == "__main__":
    main()
