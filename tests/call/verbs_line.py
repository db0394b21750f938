"""The house answers as the small line with every verb of the dialplan, in Czech and English, in few words."""

from __future__ import annotations

from house import PROJECT, House

from ivr.accounts.numbering import NumberDesk
from ivr.accounts.pins import Pins, PinTerms
from ivr.accounts.rules import callpro
from ivr.flow.plan import Plan
from ivr.flow.reader import read
from ivr.speech.catalogue import Catalogue

VERBS = PROJECT / "tests" / "small" / "verbs"
ACCOUNT, PIN, WRONG = "100234", "2580", "1111"
NUMBER = "+420777123456"
CREDIT = "dvě stě třicet čtyři korun padesát haléřů"


def plan() -> Plan:
    """The line with every verb."""
    found, problems = read(VERBS / "dialplan" / "verbs.toml")
    assert found is not None, problems
    return found


def texts() -> Catalogue:
    """What it says."""
    return Catalogue.load(VERBS / "prompts")


async def take_verbs(house: House, **facts: object) -> None:
    """Let the house answer as this line, with an account number and a PIN for one of the demo accounts."""
    await house.take(plan(), texts(), facts)
    desk = NumberDesk(house.store, callpro.OPERATOR, Pins(PinTerms(time_cost=1, memory_kib=8)))
    await desk.set_account_number(NUMBER, ACCOUNT)
    await desk.set_pin(NUMBER, PIN)
