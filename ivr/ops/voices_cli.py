"""``ivr voices``: what voices this machine has for each language, how fast they are, and samples."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from ivr.errors import ConfigurationError, VoiceError
from ivr.media.g711 import decode, encode
from ivr.ops.settings import Settings, load_settings
from ivr.speech.engines import pool_of
from ivr.speech.installed import missing, voices_here
from ivr.speech.sound import write_wav
from ivr.speech.voice import ENGINES, EngineName, VoiceSettings, default_voice

__all__ = ["voices", "voices_missing"]

# What lines say most: an amount and a date. Three, since an engine may be quicker with some words.
_SAMPLES: Mapping[str, tuple[str, str, str]] = {
    "cs": (
        "Váš kredit je dvě stě třicet čtyři korun padesát haléřů. Platí do čtrnáctého března.",
        "Váš kredit je tisíc osm set devadesát sedm korun. Platí do prvního června.",
        "Váš kredit je šedesát jedna korun dvacet haléřů. Platí do třicátého září.",
    ),
    "fr": (
        "Votre crédit est de deux cent trente-quatre euros et cinquante centimes, au quatorze mars.",
        "Votre crédit est de mille huit cent quatre-vingt-dix-sept euros, au premier juin.",
        "Votre crédit est de soixante et un euros et vingt centimes, au trente septembre.",
    ),
    "en": (
        "Your credit is two hundred and thirty-four crowns and fifty hellers. It lasts until May the first.",
        "Your credit is one thousand eight hundred and ninety-seven crowns. It lasts until June the first.",
        "Your credit is sixty-one crowns and twenty hellers. It lasts until September the thirtieth.",
    ),
}


def voices(
    sample: Annotated[
        Path | None, typer.Option(help="Write a sample to this WAV file, as a telephone plays it.")
    ] = None,
    language: Annotated[str | None, typer.Option("--lang", help="Only this language, such as fr.")] = None,
    voice: Annotated[
        str | None, typer.Option(help='The voice of the sample as it is listed, such as "pico:fr-FR".')
    ] = None,
    settings_file: Annotated[Path | None, typer.Option("--settings", help="The settings file.")] = None,
) -> None:
    """List this machine's voices and the time each takes for a sentence; * marks the chosen ones."""
    settings = load_settings(settings_file)
    chosen = settings.speech.spoken()
    if language is not None and language not in _SAMPLES:
        raise VoiceError(f'the languages are {", ".join(sorted(_SAMPLES))}, not "{language}"')
    if sample is not None:
        _write_sample(sample, language or "cs", voice, chosen)
        return
    if voice is not None:
        raise VoiceError("a voice is named for a sample: --sample FILE")
    _list_voices(chosen, [language] if language else sorted(_SAMPLES))


def voices_missing(settings: Settings) -> list[VoiceError]:
    """The chosen voices whose engine this machine does not have, each with what to install."""
    return [
        VoiceError(f"speech.voices.{language}: {lack}")
        for language, one in settings.speech.spoken().items()
        if (lack := missing(one.engine, one.voice)) is not None
    ]


def _list_voices(chosen: Mapping[str, VoiceSettings], languages: list[str]) -> None:
    here = voices_here(languages)
    known = {(spoken, engine, name.lower()) for spoken, engine, name in here}
    for spoken in languages:
        one = chosen.get(spoken)
        if one is not None and (spoken, one.engine, one.voice.lower()) not in known:
            here.append((spoken, one.engine, one.voice))  # a variant such as cs+f2, or not on this machine
    with Progress(
        TextColumn("Listening to"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"),
        console=Console(stderr=True), transient=True,
    ) as bar:  # fmt: skip
        task = bar.add_task("", total=len(here))
        for language, engine, name in here:
            bar.update(task, description=f"{engine}:{name}")
            settings = _settings_of(engine, name, language, chosen)
            typer.echo(_row(language, settings, chosen.get(language) == settings))
            bar.advance(task)
    lacking = dict.fromkeys(
        lack
        for engine, abilities in ENGINES.items()
        for language, name in abilities.voices.items()
        if language in languages and (lack := missing(engine, name)) is not None
    )
    for lack in lacking:
        typer.echo(lack)


def _row(language: str, settings: VoiceSettings, is_chosen: bool) -> str:
    name = f"{settings.engine}:{settings.voice}"
    try:
        took = f"{asyncio.run(_milliseconds(language, settings)):5.0f} ms a sentence"
    except VoiceError as error:
        took = str(error)
    return f"{language} {'*' if is_chosen else ' '} {name:<26} {took}"


async def _milliseconds(language: str, settings: VoiceSettings) -> float:
    """The median of a few sentences, each said for the first time."""
    times = []
    async with pool_of(settings.engine, {language: settings}, workers=1) as pool:
        for words in _SAMPLES[language]:
            begun = time.perf_counter()
            await pool.speak(words, language)
            times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


def _write_sample(file: Path, language: str, voice: str | None, chosen: Mapping[str, VoiceSettings]) -> None:
    settings = chosen[language] if voice is None else _named(voice, language, chosen)

    async def speak() -> float:
        async with pool_of(settings.engine, {language: settings}, workers=1) as pool:
            samples = await pool.speak(_SAMPLES[language][0], language)
        try:
            write_wav(file, decode(encode(samples, "PCMA"), "PCMA"))
        except OSError as error:
            raise ConfigurationError(file, "", f"cannot be written: {error.strerror}") from None
        return len(samples) / 8000

    seconds = asyncio.run(speak())
    typer.echo(f"{file}: {settings.engine}:{settings.voice}, {seconds:.1f} s")


def _named(voice: str, language: str, chosen: Mapping[str, VoiceSettings]) -> VoiceSettings:
    """A voice as the list has it: ENGINE:VOICE, or ENGINE alone for its own voice of the language."""
    engine, _, name = voice.partition(":")
    known = next((one for one in ENGINES if one == engine), None)
    if known is None:
        raise VoiceError(f'a voice is written ENGINE:VOICE with one of {", ".join(ENGINES)}, not "{voice}"')
    try:
        return _settings_of(known, name or default_voice(known, language).voice, language, chosen)
    except ValueError as error:
        raise VoiceError(str(error)) from None


def _settings_of(
    engine: EngineName, voice: str, language: str, chosen: Mapping[str, VoiceSettings]
) -> VoiceSettings:
    """The voice as the settings have it, or as its engine speaks by itself."""
    own = chosen.get(language)
    if own is not None and own.engine == engine:
        return replace(own, voice=own.voice if own.voice.lower() == voice.lower() else voice)
    return default_voice(engine, language, voice)
