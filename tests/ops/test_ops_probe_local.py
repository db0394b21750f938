"""The probe compares with the dialplan, prompts, voice and store of this machine: real ones, in a folder."""

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from ivr.accounts.model import Charging, NewAccount
from ivr.accounts.service import Accounts
from ivr.accounts.store import Store
from ivr.errors import ConfigurationError
from ivr.media.g711 import decode, encode
from ivr.money import Money
from ivr.ops.probe_call import RATE, Order, ProbedCall
from ivr.ops.probe_local import compare
from ivr.ops.settings import load_settings
from ivr.speech.catalogue import Catalogue
from ivr.speech.library import Library
from ivr.speech.speaking import speak
from tests.speech.recorded_phrases import noise, write_list, write_wave

DIALPLAN = """
[line]
name = "Test"
numbers = ["4488"]
country = "CZ"
language = "cs"
start = "menu"
longest_call = "10 min"

[step.menu]
ask = "menu"
keys.2 = "credit"
wait = "5 s"
tries = 1
give_up = "end"

[step.credit]
look_up = "credit"
outcomes.prepaid = "say-credit"
outcomes.expiring = "say-credit"
outcomes.unavailable = "sorry"
outcomes.unknown = "sorry"
outcomes.anonymous = "sorry"

[step.say-credit]
say = "credit"
then = "end"

[step.sorry]
say = "sorry"
then = "end"

[step.end]
hang_up = true
"""
PROMPTS = """
menu = Pro kredit stiskněte dvojku.
credit = Váš kredit je { MONEY($credit) }.
sorry = Zkuste to později.
"""
ORDER = Order("127.0.0.1", 5060, "+420 4488", "777123456", keys="2")
MENU, SORRY = FIXED = "Pro kredit stiskněte dvojku.", "Zkuste to později."
CREDIT = "Váš kredit je dvě stě třicet čtyři korun padesát haléřů."


@pytest.fixture
async def house(tmp_path):
    (tmp_path / "dialplan").mkdir()
    (tmp_path / "dialplan" / "test.toml").write_text(DIALPLAN, encoding="utf-8")
    (tmp_path / "prompts" / "cs").mkdir(parents=True)
    (tmp_path / "prompts" / "cs" / "test.ftl").write_text(PROMPTS, encoding="utf-8")
    (tmp_path / "var").mkdir()
    (tmp_path / "infoline.toml").touch()
    settings = load_settings(tmp_path / "infoline.toml")
    store = await Store.open(settings.store.url.get_secret_value())
    new = NewAccount("+420777123456", Charging.PREPAID, Money(23450), date(2099, 1, 1))
    await Accounts(store).add(new, datetime.now(UTC))
    await store.close()
    return settings


async def heard_call(settings, *parts: str | float):
    """A call in which these were heard, sentences and seconds of silence, by A-law; key 2 after the first."""
    sounds = []
    catalogue = Catalogue.load(settings.prompts.folder)
    async with Library(settings.speech.cache, settings.speech.spoken(), workers=1) as library:
        await library.prepare([("cs", words) for words in FIXED])
        for part in parts:
            if isinstance(part, str):
                sounds.append(await speak(catalogue, library, "cs", part))
            else:
                sounds.append(np.zeros(int(part * RATE), np.int16))
    sound = decode(encode(np.concatenate(sounds), "PCMA"), "PCMA")
    key = 0.05 + (len(sounds[0]) + len(sounds[1]) / 2) / RATE
    return ProbedCall(
        answer_ms=20, sound=sound, began=0.05, keys=(key,), ended_by="line", ended_at=0.1 + len(sound) / RATE
    )


async def test_the_credit_of_the_caller_is_what_should_be_heard(house):
    call = await heard_call(house, MENU, 0.8, CREDIT)
    followed = await compare(house, ORDER, call, "2")
    assert [(s.words, s.good) for s in followed.sentences] == [
        (MENU, True),
        (CREDIT, True),
    ]
    assert followed.line_hangs_up


async def test_what_is_recorded_should_be_heard_from_the_recordings(house, tmp_path):
    spoken = await heard_call(house, MENU, 0.8, CREDIT)
    write_list(tmp_path / "prompts" / "cs" / "recordings", {"menu.wav": MENU})
    write_wave(tmp_path / "prompts" / "cs" / "recordings" / "menu.wav", noise(2.5), 8000)
    recorded = await heard_call(house, MENU, 0.8, CREDIT)
    for call, good in ((recorded, True), (spoken, False)):
        assert (await compare(house, ORDER, call, "2")).sentences[0].good is good


@pytest.mark.parametrize(
    ("right", "wrong"), [("čtyři", "pět"), ("padesát haléřů", "šedesát haléřů"), ("dvě stě", "tři sta")]
)
async def test_one_wrong_figure_is_not_what_should_be_heard(house, right, wrong):
    call = await heard_call(house, MENU, 0.8, CREDIT.replace(right, wrong))
    assert [s.good for s in (await compare(house, ORDER, call, "2")).sentences] == [True, False]


async def test_a_caller_nobody_believes_is_not_told_a_credit(house, tmp_path):
    untrusted = '[[trunks]]\nname = "pbx"\nnetworks = ["127.0.0.0/8"]\ntrust = false\n'
    (tmp_path / "infoline.toml").write_text(untrusted, encoding="utf-8")
    settings = load_settings(tmp_path / "infoline.toml")
    call = await heard_call(settings, MENU, 0.8, SORRY)
    assert [s.good for s in (await compare(settings, ORDER, call, "2")).sentences] == [True, True]


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        ("var/accounts.db", "no account store"),
        ("dialplan/test.toml", "no .toml"),
        ("prompts/cs/test.ftl", ".ftl files"),
    ],
)
async def test_without_the_files_of_the_line_there_is_nothing_to_compare_with(
    house, tmp_path: Path, gone, said
):
    (tmp_path / gone).unlink()
    call = ProbedCall(answer_ms=20, sound=np.zeros(RATE, np.int16), ended_at=1.0)
    with pytest.raises(ConfigurationError, match=said):
        await compare(house, ORDER, call, "2")


async def test_a_number_no_line_here_answers_is_nothing_to_compare_with(house):
    with pytest.raises(ConfigurationError, match="no line here answers 4499"):
        await compare(house, Order("127.0.0.1", 5060, "4499", "777123456"), ProbedCall(), "")
