"""All lines behind a real Asterisk, dialled as callers dial them: believed, not believed, withheld, forged.

The PBX is believed for all numbers but 0 805 123 200, a carrier for that one alone, and a stranger for none.
All calls are made at once; each test listens to one of them.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from conftest import peer_required
from listening import RATE, Samples, find
from peers.asterisk import start_asterisk
from peers.ear import Packet, audio, listening
from peers.line import PROJECT, start_line
from peers.scenario import (
    ack,
    bye,
    challenged,
    invite,
    keys,
    pause,
    receive,
    refused_ack,
    until_told,
    write_scenario,
)
from peers.sipp import Outcome, Sipp
from sentences import CREDIT, rendered
from together import ALIKE, Listener, go_on_once_heard

from ivr.money import Money
from ivr.speech.catalogue import Catalogue

PBX, CARRIER, STRANGER = "127.0.0.1", "127.0.0.2", "127.0.0.3"
TRUNKS = f"""
[[trunks]]
name = "PBX"
networks = ["{PBX}/32"]
trust = ["4488", "3111", "0170229848", "4603", "4077"]

[[trunks]]
name = "carrier"
networks = ["{CARRIER}/32"]
country = "FR"
trust = ["0805123200"]

[[trunks]]
name = "stranger"
networks = ["{STRANGER}/32"]
trust = false
"""
PHONES = {
    "booth": "+33140000011",
    "mobile": "+33612000001",
    "gomobil": "603000245",
    "vodafone": "608000500",
    "nobody": "601999888",
    "hidden": "777123456",
    "hidden-booth": "+33140000011",
    "hidden-gomobil": "603000245",
}
PHONE = """
[{name}](phone)
auth={name}
aors={name}
dtmf_mode=rfc4733
callerid="{name}" <{number}>
{more}
[{name}](phone-address)
[{name}](phone-password)
username={name}
password=secret-{name}
"""
ASSERTED = "P-Asserted-Identity: <sip:{}@127.0.0.1>"
TEXTS = Catalogue.load(PROJECT / "prompts")


def text(language: str, name: str, **facts: object) -> tuple[str, str]:
    return language, TEXTS.sentence(language, name, facts)


def words(language: str, name: str, **facts: object) -> str:
    return text(language, name, **facts)[1]


def balances(minutes: int = 4) -> list[tuple[str, str]]:
    """The balance of account 990001 as it is told now, and in the minutes to come."""
    now = datetime.now(ZoneInfo("Europe/Paris"))
    moments = [now + timedelta(minutes=minute) for minute in range(minutes)]
    return [text("fr", "balance", as_of=at, credit=Money(56_000, "EUR")) for at in moments]


def spent(line: str, spend: int, limit: int) -> tuple[str, str]:
    facts = {"spend": Money(spend), "limit": Money(limit), "left": Money(limit - spend)}
    return text("cs", f"{line}-spend", **facts, percent=100 * spend // limit)


GOMOBIL = spent("gomobil", 24_500, 30_000)
VODAFONE = spent("vodafone", 50_000, 150_000)
BALANCE = "the balance of any of these minutes"
ASK_ACCOUNT = words("fr", "ask-account")
ANONYMOUS, UNKNOWN = words("cs", "anonymous-caller"), words("cs", "unknown-caller")


@dataclass(frozen=True)
class Call:
    """One call: who makes it (a phone of the PBX, or an address), what is dialled, pressed and claimed.

    It lasts until the sentence is heard that it ``waits_for``, and at least so many ``seconds``: there must
    be time to hear what must not be said.
    """

    caller: str
    dial: str
    press: tuple[str, ...] = ()
    claims: str | None = None
    waits_for: str = BALANCE
    seconds: float = 0


@dataclass
class Calls:
    """How each call went and what it heard; ``sounds`` are the sentences to be looked for."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    heard: dict[str, Samples] = field(default_factory=dict)
    sounds: dict[str, Samples] = field(default_factory=dict)
    balances: list[str] = field(default_factory=list)

    def waited_for(self, call: str, packets: list[Packet]) -> bool:
        """Whether the call has lasted long enough, and what it waits for is in its packets up to now."""
        if not packets or time.monotonic() < packets[0].at + CALLS[call].seconds:
            return False
        heard, wanted = audio(list(packets)), CALLS[call].waits_for
        sentences = self.balances if wanted == BALANCE else [wanted]
        return any(find(heard, self.sounds[one]).correlation > ALIKE for one in sentences)

    def alike(self, call: str, *sentences: str) -> float:
        """How well the best of the sentences is heard in the call."""
        assert self.outcomes[call].code == 0, self.outcomes[call].explain()
        assert self.heard[call].any(), f"{call}: nothing was heard in {len(self.heard[call]) / RATE:.1f} s"
        return max(find(self.heard[call], self.sounds[words]).correlation for words in sentences)


PIN = "1234#"
CALLS = {
    "3111*0 as one": Call("booth", "3111*0"),
    "3111%2A0": Call("booth", "3111%2A0"),
    "3111 and * 0": Call("booth", "3111", ("*0",)),
    "a known mobile": Call("mobile", "0170229848"),
    "0805 by the PBX": Call("booth", "0805123200", ("990001#", PIN)),
    "0805 by the carrier": Call(CARRIER, "0805123200", claims="+33140000012"),
    "3111 by the carrier": Call(CARRIER, "3111*0", claims="+33140000012", waits_for=ASK_ACCOUNT, seconds=11),
    "a hidden booth": Call("hidden-booth", "3111*0", waits_for=ASK_ACCOUNT, seconds=11),
    "a forged mobile": Call("nobody", "0170229848", claims="+33612000001", waits_for=ASK_ACCOUNT, seconds=14),
    "gomobil": Call("gomobil", "4603", ("1",), waits_for=GOMOBIL[1]),
    "a hidden gomobil": Call("hidden-gomobil", "4603", ("1",), waits_for=ANONYMOUS, seconds=12),
    "vodafone": Call("vodafone", "4077", ("1",), waits_for=VODAFONE[1]),
    "a stranger's vodafone": Call(
        STRANGER, "4077", ("1",), claims="608000500", waits_for=ANONYMOUS, seconds=12
    ),
    "hidden, then PIN": Call("hidden", "4488", ("2", "777123456#", PIN), waits_for=CREDIT),
    "forged by a phone": Call("nobody", "4488", ("2",), claims="777123456", waits_for=UNKNOWN, seconds=12),
    "forged by a stranger": Call(
        STRANGER, "4488", ("2",), claims="777123456", waits_for=ANONYMOUS, seconds=12
    ),
}


def scenario(folder: Path, name: str, call: Call) -> Path:
    claimed = [ASSERTED.format(call.claims)] if call.claims else []
    ringing = [receive(status, optional=True) for status in (100, 180, 183)]
    steps, cseq = [invite(*claimed)], 1
    if call.caller in PHONES:
        steps += [receive(100, optional=True), challenged(), refused_ack(3)]
        steps += [invite("[authentication]", *claimed, cseq=2)]
        cseq = 2
    steps += [*ringing, receive(200, rrs=True), ack(cseq), pause(2)]
    for pressed in call.press:
        steps += [keys(pressed), pause(0.4 + 0.55 * len(pressed))]
    return write_scenario(folder, re.sub(r"\W+", "-", name), *steps, until_told(), bye(cseq + 1))


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Calls]:
    """All calls, made at once."""
    for peer in ("line", "asterisk", "sipp", "raw sockets"):
        peer_required(peer)
    folder = tmp_path_factory.mktemp("lines")
    phones = "".join(
        PHONE.format(
            name=name, number=number,
            more="callerid_privacy=prohib_not_screened" if name.startswith("hidden") else "",
        )
        for name, number in PHONES.items()
    )  # fmt: skip
    line = start_line(folder, media_more=TRUNKS)
    try:
        pbx = start_asterisk(line.address, more={"pjsip.conf": phones})
        try:
            yield play(folder, {PBX: ("127.0.0.1", pbx.sip_port)}, line.address, line.settings)
        finally:
            pbx.stop()
    finally:
        line.stop()


def play(folder: Path, pbx: dict[str, tuple[str, int]], line: tuple[str, int], settings: Path) -> Calls:
    calls = Calls()
    told = balances()
    calls.balances = [words for _, words in told]
    fixed = [text("fr", "price-from-plan"), ("fr", ASK_ACCOUNT), ("cs", ANONYMOUS), ("cs", UNKNOWN)]
    calls.sounds = rendered(settings, fixed, [*told, ("cs", CREDIT), GOMOBIL, VODAFONE])
    for _, words in (GOMOBIL, VODAFONE):  # spend and limit; the rest would make the call long
        calls.sounds[words] = calls.sounds[words][: 7 * RATE]
    callers = {}
    for name, call in CALLS.items():
        mine = folder / re.sub(r"\W+", "-", name)
        mine.mkdir()
        behind = call.caller in PHONES
        callers[name] = Sipp(
            mine, number=call.caller if behind else call.claims or "", host=PBX if behind else call.caller
        )
    with listening((caller.host, caller.media_port) for caller in callers.values()) as packets:
        at_work = {}
        for name, call in CALLS.items():
            behind = call.caller in PHONES
            at_work[name] = callers[name].start(
                scenario(folder, name, call),
                pbx[PBX] if behind else line,
                dial=call.dial,
                login=(call.caller, f"secret-{call.caller}") if behind else None,
            )
        go_on_once_heard(
            {
                name: Listener(
                    callers[name],
                    process,
                    partial(calls.waited_for, name, packets[callers[name].host, callers[name].media_port]),
                )
                for name, process in at_work.items()
            }
        )
        calls.outcomes = {name: callers[name].outcome(process) for name, process in at_work.items()}
    calls.heard = {name: audio(packets[caller.host, caller.media_port]) for name, caller in callers.items()}
    return calls


@pytest.mark.parametrize(
    "call",
    [
        pytest.param("3111*0 as one", id="CS_01 dialled as one"),
        pytest.param("3111%2A0", id="CS_05 with %2A"),
        pytest.param("3111 and * 0", id="CS_05 as keys"),
        pytest.param("a known mobile", id="CS_03 from a mobile made known"),
        pytest.param("0805 by the carrier", id="CS_02 CS_09 where the carrier is believed"),
        pytest.param("0805 by the PBX", id="CS_07 CS_09 with account number and PIN"),
    ],
)
def test_the_balance_of_a_call_shop_is_heard(calls: Calls, call: str) -> None:
    assert calls.alike(call, *calls.balances) > ALIKE


def test_CS_08_a_mobile_hears_the_price_first(calls: Calls) -> None:
    price = find(calls.heard["a known mobile"], calls.sounds[words("fr", "price-from-plan")])
    balance = max(
        (find(calls.heard["a known mobile"], calls.sounds[one]) for one in calls.balances),
        key=lambda found: found.correlation,
    )
    assert price.correlation > ALIKE
    assert price.offset_s < balance.offset_s


@pytest.mark.parametrize(
    "call",
    [
        pytest.param("a hidden booth", id="CS_06 withheld"),
        pytest.param("a forged mobile", id="CS_06 forged"),
        pytest.param("3111 by the carrier", id="CS_09 by a network that is not believed for this number"),
    ],
)
def test_no_balance_of_a_call_shop_is_heard_but_account_number_and_pin_are_asked_for(
    calls: Calls, call: str
) -> None:
    assert calls.alike(call, ASK_ACCOUNT) > ALIKE
    assert calls.alike(call, *calls.balances) < 0.65


@pytest.mark.parametrize(
    ("call", "spend"),
    [
        pytest.param("gomobil", GOMOBIL, id="GM_01"),
        pytest.param("vodafone", VODAFONE, id="VL_01"),
    ],
)
def test_spend_and_limit_are_heard_on_key_1(calls: Calls, call: str, spend: tuple[str, str]) -> None:
    assert calls.alike(call, spend[1]) > ALIKE


@pytest.mark.parametrize(
    ("call", "spend"),
    [
        ("a hidden gomobil", GOMOBIL),
        ("a stranger's vodafone", VODAFONE),
    ],
)
def test_whoever_nobody_vouches_for_hears_no_spend(calls: Calls, call: str, spend: tuple[str, str]) -> None:
    assert calls.alike(call, ANONYMOUS) > ALIKE
    assert calls.alike(call, spend[1]) < 0.65


def test_CP_03_a_withheld_number_hears_the_credit_after_number_and_pin(calls: Calls) -> None:
    assert calls.alike("hidden, then PIN", CREDIT) > ALIKE


@pytest.mark.parametrize(
    ("call", "told"), [("forged by a phone", "unknown-caller"), ("forged by a stranger", "anonymous-caller")]
)
def test_CP_03_a_forged_number_hears_no_credit(calls: Calls, call: str, told: str) -> None:
    assert calls.alike(call, words("cs", told)) > ALIKE
    assert calls.alike(call, CREDIT) < 0.65
