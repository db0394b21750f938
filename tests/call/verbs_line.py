"""A line of its own for tests of the hall: every verb of the dialplan, in Czech and English, in few words."""

from __future__ import annotations

from pathlib import Path

from house import House

from ivr.accounts.numbering import NumberDesk
from ivr.accounts.pins import Pins, PinTerms
from ivr.accounts.rules import callpro
from ivr.flow import Plan, parse
from ivr.speech.catalogue import Catalogue

ACCOUNT, PIN, WRONG = "100234", "2580", "1111"
NUMBER = "+420777123456"
CREDIT = "dvě stě třicet čtyři korun padesát haléřů"

DIALPLAN = """
[line]
name = "Verbs"
numbers = ["4488", "4489", "3111", "3111*0"]
country = "CZ"
language = "cs"
languages = ["cs", "en"]
start = "menu"
longest_call = "10 min"
one_moment = "one-moment"
trouble = "trouble"
start_for."3111*0" = "own"
language_for."4489" = "en"

[step.menu]
ask = "menu"
keys.1 = "own"
keys.2 = "proven"
keys.4 = "english"
keys.6 = "desk"
keys.7 = "on-call"
keys.8 = "slower"
keys."*" = "star"
wait = "5 s"
tries = 1
give_up = "end"

[step.star]
ask = "menu"
keys.0 = "own"
wait = "5 s"
tries = 1
give_up = "menu"

[step.own]
look_up = "credit"
outcomes.prepaid = "say-credit"
outcomes.expiring = "say-credit"
outcomes.expired = "say-unavailable"
outcomes.empty = "say-unavailable"
outcomes.postpaid = "say-unavailable"
outcomes.postpaid_with_limit = "say-unavailable"
outcomes.unknown = "read-account"
outcomes.anonymous = "read-account"
outcomes.unavailable = "say-unavailable"

[step.proven]
look_up = "credit"
trust = "pin"
outcomes.prepaid = "say-credit"
outcomes.expiring = "say-credit"
outcomes.expired = "say-unavailable"
outcomes.empty = "say-unavailable"
outcomes.postpaid = "say-unavailable"
outcomes.postpaid_with_limit = "say-unavailable"
outcomes.unknown = "read-account"
outcomes.anonymous = "read-account"
outcomes.not_proven = "read-account"
outcomes.unavailable = "say-unavailable"

[step.say-credit]
say = "credit-is"
then = "menu"

[step.say-unavailable]
say = "unavailable"
then = "menu"

[step.read-account]
read = "which-account"
into = "account"
digits = "4-10"
wait = "6 s"
next_wait = "3 s"
tries = 1
then = "read-pin"
give_up = "end"

[step.read-pin]
read = "which-pin"
into = "pin"
digits = "4"
wait = "6 s"
next_wait = "3 s"
tries = 1
then = "identify"
give_up = "end"

[step.identify]
identify = { account = "account", pin = "pin" }
proven = "resume"
refused = "say-refused"
no_tries_left = "say-no-tries"
unavailable = "say-unavailable"

[step.say-refused]
say = "refused"
then = "read-account"

[step.say-no-tries]
say = "no-tries"
then = "end"

[step.english]
language = "en"
then = "menu"

[step.desk]
hours = "desk"
open.service = "say-open"
closed = "say-closed"

[hours.desk]
time_zone = "Europe/Prague"
working_days = "mon-fri"
working_day.service = ["09:00-17:00"]

[step.say-open]
say = "open"
then = "menu"

[step.say-closed]
say = "closed"
then = "menu"

[step.on-call]
transfer = "on_call_number"
connected = "end"
failed = "say-unavailable"

[step.slower]
repeat = "slower"
then = "menu"

[step.end]
hang_up = true
"""

CZECH = """
menu = Nabídka.
one-moment = Okamžik prosím.
trouble = Porucha hlasu.
credit-is = Máte { MONEY($credit) }.
unavailable = Zkuste to později.
which-account = Číslo účtu.
which-pin = Tajný kód.
refused = To nesouhlasí.
no-tries = Už ani jednou.
open = Otevřeno.
closed = Zavřeno, otvíráme { DATE($next_service, year: "no") }.
"""
ENGLISH = """
menu = The menu.
one-moment = One moment please.
trouble = Our voice fails.
credit-is = You have { MONEY($credit) }.
unavailable = Try again later.
which-account = Your account.
which-pin = Your code.
refused = That is wrong.
no-tries = No more tries.
open = We are open.
closed = We are closed until { DATE($next_service, year: "no") }.
"""


def plan() -> Plan:
    """The line with every verb."""
    read, problems = parse(DIALPLAN, "verbs.toml")
    assert read is not None, problems
    return read


def texts(folder: Path) -> Catalogue:
    """What it says."""
    for language, said in (("cs", CZECH), ("en", ENGLISH)):
        (folder / "verbs" / language).mkdir(parents=True)
        (folder / "verbs" / language / "line.ftl").write_text(said, encoding="utf-8")
    return Catalogue.load(folder / "verbs")


async def take_verbs(house: House, **facts: object) -> None:
    """Let the house answer as this line, with an account number and a PIN for one of the demo accounts."""
    await house.take(plan(), texts(house.folder), facts)
    desk = NumberDesk(house.store, callpro.OPERATOR, Pins(PinTerms(time_cost=1, memory_kib=8)))
    await desk.set_account_number(NUMBER, ACCOUNT)
    await desk.set_pin(NUMBER, PIN)
