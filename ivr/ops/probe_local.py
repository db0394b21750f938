"""A probed call in; what the dialplan, prompts, voices and store here say should have been heard, out."""

from __future__ import annotations

import re
from contextlib import AsyncExitStack
from datetime import UTC, datetime

from ivr.accounts.callers import Caller
from ivr.accounts.service import Accounts
from ivr.accounts.sqlite_file import SqliteFile
from ivr.accounts.store import Store
from ivr.errors import ConfigurationError, StoreUnavailable
from ivr.flow.instructions import Facts, Pace
from ivr.flow.plan import Plan
from ivr.flow.reader import read_folder
from ivr.ops.probe_call import Order, ProbedCall, Samples
from ivr.ops.probe_follow import Begun, Followed, LooksUp, Says, follow
from ivr.ops.settings import Settings
from ivr.phone import to_e164
from ivr.speech.catalogue import Catalogue
from ivr.speech.library import Library
from ivr.speech.speaking import speak

__all__ = ["compare"]


async def compare(settings: Settings, order: Order, call: ProbedCall, digits: str) -> Followed:
    """Walk the call again with what stands here.

    ConfigurationError where the files here cannot say what the line should have said: no dialplan for the
    number, no prompts, no store. A store that is there and cannot be read is what the line meets as well.
    """
    plan = _plan(settings, order.number)
    catalogue = Catalogue.load(settings.prompts.folder)
    caller = Caller(_caller(settings, order), order.number)
    async with AsyncExitStack() as stack:
        library = Library(settings.speech.cache, settings.speech.spoken(), workers=1)
        await stack.enter_async_context(library)
        looks_up = await _looks_up(settings, caller, plan.line.operator, stack)
        begun = Begun(order.number, settings.dialplan.facts)
        return await follow(plan, call, digits, _says(catalogue, library), looks_up, begun)


def _plan(settings: Settings, number: str) -> Plan:
    plans, wrong = read_folder(settings.dialplan.folder)
    if wrong:
        raise wrong[0]
    found = next((plan for plan in plans if plan.line.answers(number)), None)
    if found is None:
        raise ConfigurationError(settings.dialplan.folder, "", f"no line here answers {number}")
    return found


def _caller(settings: Settings, order: Order) -> str | None:
    """Who the line believes is calling: a registered phone's number, or what a trusted neighbour says."""
    if order.register:
        phone = settings.phone(order.user)
        return phone.number if phone else None
    trunk = settings.trunk(order.server)  # on this machine a call comes from the address it goes to
    if trunk is None or not trunk.trust.holds(order.number, trunk.country):
        return None
    short = order.user if re.fullmatch(r"\d{2,8}", order.user) else None
    return to_e164(order.user, trunk.country) or short


def _says(catalogue: Catalogue, library: Library) -> Says:
    async def says(language: str, text: str, facts: Facts, pace: Pace) -> tuple[str, Samples]:
        words = catalogue.sentence(language, text, facts)
        if catalogue.is_fixed(language, text) and catalogue.recorded(language, words) is None:
            await library.prepare([(language, words)])
        return words, await speak(catalogue, library, language, words, pace)

    return says


async def _looks_up(settings: Settings, caller: Caller, operator: str, stack: AsyncExitStack) -> LooksUp:
    url = settings.store.url.get_secret_value()
    if not SqliteFile.at(url).path.exists():
        raise ConfigurationError(
            settings.dialplan.folder.parent, "store.url", "there is no account store here"
        )
    try:
        store = await Store.open(url)
    except StoreUnavailable:
        return _unavailable
    stack.push_async_callback(store.close)
    accounts = Accounts(store, terms=settings.terms(), time_limit=settings.store.time_limit).of(operator)
    now = datetime.now(UTC)

    async def looks_up(name: str) -> tuple[str, Facts]:
        finding = await accounts.look_up(name, caller, now)
        return finding.outcome, finding.facts

    return looks_up


async def _unavailable(_name: str) -> tuple[str, Facts]:
    return "unavailable", {}
