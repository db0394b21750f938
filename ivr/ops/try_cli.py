"""``ivr try`` at the terminal: its arguments in, the transcript of the call out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import typer

from ivr.accounts.callers import Caller
from ivr.accounts.packs import operator_of
from ivr.accounts.service import Accounts
from ivr.accounts.store import Store
from ivr.call.enquiries import Enquiries
from ivr.errors import ConfigurationError, StoreUnavailable
from ivr.flow import Facts, Identify, LookUp, Plan
from ivr.flow.steps import KEYS
from ivr.ops.files import Files
from ivr.ops.settings import Settings, load_settings
from ivr.ops.terminal import SettingsFile, sound_files
from ivr.ops.try_call import HANG_UP, SILENCE, Answers, Trial, as_lines, try_call
from ivr.phone import to_e164

__all__ = ["printed", "try_it"]


def _telephone_keys(keys: str) -> str:
    keys = "".join(keys.split())
    wrong = next((key for key in keys if key.upper() not in KEYS + SILENCE + HANG_UP), None)
    if wrong is not None:
        raise typer.BadParameter(
            f"a telephone has no key {wrong!r}, only {KEYS}; {SILENCE!r} is a silence, {HANG_UP!r} hangs up"
        )
    return keys


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter('a time is written like "2026-12-24T18:30"') from None


def try_it(
    number: Annotated[str, typer.Argument(help="The number as it is dialled, such as 4488 or 3111*0.")],
    caller: Annotated[
        str | None, typer.Option("--from", help="The number that calls; none: withheld.")
    ] = None,
    trusted: Annotated[
        bool, typer.Option("--trusted/--untrusted", help="Whether the number that calls is believed.")
    ] = True,
    keys: Annotated[
        str,
        typer.Option(
            help="Keys, one whenever the line waits, the digits of a number one after the other; a comma "
            'lets a wait pass, a full stop hangs up: "2 ,, 12345# 4321."',
            callback=_telephone_keys,
        ),
    ] = "",
    language: Annotated[
        str | None, typer.Option(help="The language that the call begins with, such as en.")
    ] = None,
    at: Annotated[
        datetime | None,
        typer.Option(help='What the clock says: "2026-12-24T18:30", the operator\'s time.', parser=_moment),
    ] = None,
    connect: Annotated[bool, typer.Option(help="Whether a transfer gets through.")] = True,
    settings_file: SettingsFile = None,
) -> None:
    """Walk a call without a telephone, and print what is said and pressed."""
    settings = load_settings(settings_file)
    files = sound_files(settings)
    for line in asyncio.run(printed(settings, files, number, caller, trusted, keys, language, at, connect)):
        typer.echo(line)


async def printed(
    settings: Settings,
    files: Files,
    number: str,
    caller: str | None,
    trusted: bool,
    keys: str,
    language: str | None,
    at: datetime | None,
    connect: bool,
) -> list[str]:
    """The lines of the transcript; the arguments are those of the command."""
    dialled = unquote(number)
    plan = _beginning_in(language, _plan(settings, files, dialled))
    zone = ZoneInfo(operator_of(plan.line.operator).time_zone)
    now = datetime.now(zone) if at is None else at.replace(tzinfo=zone) if at.tzinfo is None else at
    e164 = to_e164(caller, plan.line.country) or caller if caller and trusted else None
    who = Caller(e164, plan.line.number_called(dialled) or "")
    async with _answers(settings, plan, who, now) as answers:
        trial = Trial(plan, dialled, keys, files.catalogue.sentence, answers, now, connect, files.facts)
        return as_lines(await try_call(trial))


def _plan(settings: Settings, files: Files, dialled: str) -> Plan:
    plan = files.plan_for(dialled)
    if plan is None:
        numbers = ", ".join(one for known in files.plans for one in known.line.numbers)
        raise ConfigurationError(settings.dialplan.folder, "", f"no line answers {dialled}, only {numbers}")
    return plan


def _beginning_in(language: str | None, plan: Plan) -> Plan:
    """The same plan for a call that begins in a language, whatever was dialled."""
    if language is None:
        return plan
    if language not in plan.line.languages:
        spoken = ", ".join(plan.line.languages)
        raise ConfigurationError(plan.file, "line.languages", f"{language} is not spoken here, only {spoken}")
    return replace(plan, line=replace(plan.line, language=language, language_for={}))


@asynccontextmanager
async def _answers(settings: Settings, plan: Plan, caller: Caller, now: datetime) -> AsyncIterator[Answers]:
    """The accounts as they answer this caller; those of a store that is out of reach are unavailable."""
    try:
        store = await Store.open(settings.store.url.get_secret_value())
    except StoreUnavailable:
        yield _OutOfReach()
        return
    try:
        accounts = Accounts(store, terms=settings.terms(), time_limit=settings.store.time_limit)
        mine = accounts.of(plan.line.operator)
        yield Enquiries("try", caller, mine, lambda: now.astimezone(UTC), lambda event: None)
    finally:
        await store.close()


class _OutOfReach:
    def answer_at_once(self, asked: LookUp) -> str | None:
        return "not_proven" if asked.trust == "pin" else None

    async def look_up(self, asked: LookUp) -> tuple[str, Facts]:
        return "unavailable", {}

    async def identify(self, asked: Identify) -> tuple[str, Facts]:
        return "unavailable", {}
