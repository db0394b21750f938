"""``ivr``: what is typed in, the line and its tools out."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ivr.accounts.catalogue import check_tariffs
from ivr.accounts.demo import DemoAccount, seed_demo
from ivr.accounts.demo_cast import PIN
from ivr.accounts.packs import OPERATORS
from ivr.accounts.service import Accounts
from ivr.accounts.store import Store
from ivr.errors import AccountError, ConfigurationError, InfolineError, StoreUnavailable
from ivr.flow import describe
from ivr.media.g711 import decode, encode
from ivr.ops import accounts_cli, cards_cli, logs
from ivr.ops.addresses import reachable_at
from ivr.ops.files import Files, read_files, recordings_left
from ivr.ops.probe import probe
from ivr.ops.running import Running, open_line, read_certificates
from ivr.ops.settings import Settings, load_settings
from ivr.ops.terminal import SettingsFile, all_sound, sound_files
from ivr.ops.try_cli import try_it
from ivr.ops.voices_cli import voices, voices_missing
from ivr.ops.watching import log_events
from ivr.peer import Peer
from ivr.speech.joining import join
from ivr.speech.library import Library
from ivr.speech.recordings_reader import read_recordings
from ivr.speech.render import RATE
from ivr.speech.sound import write_wav

__all__ = ["app", "main"]

_DRAIN_SECONDS = 10.0  # calls in progress may end by themselves for so long

app = typer.Typer(
    help="A telephone balance line.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(
    accounts_cli.build(lambda: load_settings().store.url.get_secret_value(), lambda: load_settings().terms()),
    name="accounts",
)
app.add_typer(cards_cli.cards, name="cards")
app.command()(probe)
app.command()(voices)
app.command("try")(try_it)


@app.command()
def run(
    demo: Annotated[bool, typer.Option("--demo", help="Enter demo accounts into an empty store.")] = False,
    settings_file: SettingsFile = None,
) -> None:
    """Open the line and answer calls until interrupted."""
    settings = load_settings(settings_file)
    files = sound_files(settings)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_run(settings, files, demo, lambda: load_settings(settings_file)))


async def _run(settings: Settings, files: Files, demo: bool, again: Callable[[], Settings]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    log = logs.set_up(settings.log.format, settings.log.level)
    changed, loop = asyncio.Event(), asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGHUP, changed.set)

    def seen(direction: str, peer: Peer, datagram: bytes) -> None:
        logs.packet(log, direction, str(peer), datagram)

    with Progress(
        TextColumn("Speaking the fixed sentences"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        console=console, transient=True,
    ) as bar:  # fmt: skip
        task = bar.add_task("speech", total=None)
        opening = open_line(
            settings,
            files,
            log_events(log),
            lambda done, total: bar.update(task, completed=done, total=total),
            seen if settings.log.level == "debug" else None,
            again,
        )
        running = await opening.__aenter__()
    loop.add_signal_handler(signal.SIGHUP, running.reload)
    try:
        if changed.is_set():
            running.reload()
        cast = await seed_demo(running.store, date.today()) if demo else None
        stopped = asyncio.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, stopped.set)
        _announce(console, settings, files, running)
        if cast is not None:
            _announce_cast(console, files, cast)
        console.print(f"Ctrl-C closes it. After a change: ivr check && kill -HUP {os.getpid()}")
        await stopped.wait()
        for name in (signal.SIGINT, signal.SIGTERM):  # a second one ends it at once
            loop.remove_signal_handler(name)
        if running.line.calls:
            console.print(f"Closing: {running.line.calls} calls may end, for {_DRAIN_SECONDS:g} s")
        await running.line.drain(_DRAIN_SECONDS)
    finally:
        await opening.__aexit__(None, None, None)


def _announce(console: Console, settings: Settings, files: Files, running: Running) -> None:
    places = reachable_at(running.addresses, settings.sip)
    console.print(f"[bold green]The line is open[/] on {', '.join(str(place) for place in places)}")
    address = places[0].address
    width = max((len(plan.line.name) for plan in files.plans), default=0)
    for plan in files.plans:
        for number in plan.line.numbers:
            console.print(f"  {number:<12} {plan.line.name:<{width}} dial  sip:{number}@{address}")
    for phone in settings.phones:
        console.print(f"  a softphone registers as {phone.user}@{address} and calls as {phone.number}")
    for entry in settings.registrations:
        console.print(f"  registers as {entry.user} with {entry.registrar}, for calls to {entry.dialled}")
    if running.api is not None:
        console.print(f"  takes usage, payments and orders at http://{running.api}/openapi.json")


def _announce_cast(console: Console, files: Files, cast: Sequence[DemoAccount]) -> None:
    """Who may call for the demo, by line, with what each shows."""
    if not cast:
        console.print("  the store holds accounts of its own, so no demo callers are entered")
    for plan in files.plans:
        number = plan.line.numbers[0]
        callers = [one for one in cast if one.operator == plan.line.operator]
        if callers:
            console.print(
                f"  demo callers of {plan.line.name}, for `ivr probe {number} --keys KEYS --from NUMBER`:"
            )
        for one in callers:
            console.print(f"    {one.number:<14} {one.shows}")
            if one.account_number is not None:
                others = "".join(f", also {number}" for number in one.others)
                console.print(f"    {'':<14} account number {one.account_number}{others}")
    if cast:
        console.print(f"  From elsewhere: the number, or the account number, and PIN {PIN}.")


@app.command()
def check(settings_file: SettingsFile = None) -> None:
    """Read settings, dialplans, prompts and store, and say everything that is wrong with them."""
    settings = load_settings(settings_file)
    files, found = read_files(settings)
    problems: list[InfolineError] = [*found, *voices_missing(settings)]
    try:
        read_certificates(settings.sip.tls)
    except ConfigurationError as error:
        problems.append(error)

    async def look_into_store() -> int:
        store = await Store.open(settings.store.url.get_secret_value())
        try:
            accounts = Accounts(store)
            for fault in await check_tariffs(accounts.of("vodafone_cz")):
                problems.append(AccountError(f"accounts of vodafone_cz: {fault}"))
            codes = {plan.line.operator for plan in files.plans} & OPERATORS.keys()
            return sum([await accounts.of(code).count() for code in codes])
        finally:
            await store.close()

    count = 0
    try:
        count = asyncio.run(look_into_store())
    except (StoreUnavailable, ConfigurationError) as error:
        problems.append(error)
    all_sound(problems)
    for plan in files.plans:
        typer.echo(describe(plan))
    for line in recordings_left(files):
        typer.echo(line)
    texts = sum(len(files.catalogue.texts(language)) for language in files.catalogue.languages)
    typer.echo(f"Sound: {len(files.plans)} line(s), {texts} texts, {count} accounts.")


@app.command()
def say(
    words: Annotated[str, typer.Argument(help="The sentence, in words.")],
    out: Annotated[Path, typer.Option("--out", help="The WAV file to write: 8 kHz, 16 bit, mono.")],
    language: Annotated[str, typer.Option("--lang", help="The language, such as cs.")] = "cs",
    settings_file: SettingsFile = None,
) -> None:
    """Write what a sentence sounds like on the phone."""
    settings = load_settings(settings_file)

    async def render() -> float:
        pieces = read_recordings(settings.prompts.folder / language).recordings.cover(words)
        if pieces:
            samples = join(pieces)
        else:
            async with Library(settings.speech.cache, settings.speech.spoken(), workers=1) as library:
                samples = (await library.sound(language, words)).samples
        try:
            write_wav(out, decode(encode(samples, "PCMA"), "PCMA"))
        except OSError as error:
            raise ConfigurationError(out, "", f"cannot be written: {error.strerror}") from None
        return len(samples) / RATE

    seconds = asyncio.run(render())
    typer.echo(f"{out}: {seconds:.1f} s")


def main(arguments: Sequence[str] | None = None) -> None:
    """The command ``ivr``: a mistake of the user's is one plain line and exit status 1."""
    try:
        app(arguments)
    except InfolineError as error:
        typer.echo(str(error), err=True)
        sys.exit(1)
