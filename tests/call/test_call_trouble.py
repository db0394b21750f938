"""When the store or the voice is slow or fails: what the caller hears, and what the line tells."""

import asyncio
import contextlib
import gc

import pytest
from caller_phone import Phone
from house import NOW, House, line_test, turns, with_line
from known_sound import NoiseVoice

from ivr.accounts.service import Accounts
from ivr.call.events import CallEnded, Fault, LookUpFailed, SentenceFailed
from ivr.errors import VoiceError
from ivr.money import Money
from ivr.speech.sound import Sound

OWN = "Váš kredit"
CREDIT = "Váš kredit je dvě stě třicet čtyři korun padesát haléřů."
VALID = "Platí do čtrnáctého března dva tisíce dvacet sedm."


class FailingVoice(NoiseVoice):
    """Cannot speak sentences that hold certain words."""

    def __init__(self, fails_at: str) -> None:
        self.fails_at = fails_at

    async def sound(self, language: str, words: str, pace: str = "normal", place: int = 0) -> Sound:
        if self.fails_at in words:
            raise VoiceError("no engine is left")
        return await super().sound(language, words, pace)


class WaitingVoice(FailingVoice):
    """Speaks callers' own credit when the test lets it."""

    def __init__(self, fails_at: str = "nothing", waits_at: str = OWN) -> None:
        super().__init__(fails_at)
        self.waits_at = waits_at
        self.asked, self.may_speak = asyncio.Event(), asyncio.Event()

    async def sound(self, language: str, words: str, pace: str = "normal", place: int = 0) -> Sound:
        if words.startswith(self.waits_at):
            self.asked.set()
            await self.may_speak.wait()
        return await super().sound(language, words, pace)


def quiet_between(phone: Phone, one: str, other: str) -> int:
    """How many frames of silence stood between two sentences."""
    names = [phone.house.frames.said([payload])[:1] or ["quiet"] for _, payload in phone.payloads]
    ends = max(n for n, (name,) in enumerate(names) if name.removesuffix("…") == one)
    begins = min(n for n, (name,) in enumerate(names) if name.removesuffix("…") == other)
    return begins - ends - 1


async def asked(house: House, number: str = "777123456", seconds: float = 2.5) -> Phone:
    phone = Phone(house, number).call()
    phone.press("2")
    await house.advance(seconds)
    return phone


async def asked_of(house: House, voice: WaitingVoice) -> Phone:
    """A caller who asks for the credit, of which the voice is being asked for something now."""
    house.voice.engine = voice
    phone = Phone(house).call()
    phone.press("2")
    await house.advance(0.02, settle=False)
    await voice.asked.wait()
    return phone


@line_test()
async def test_a_store_that_cannot_be_reached_is_told_and_the_call_goes_on(house: House):
    (house.folder / "accounts.db").unlink()
    phone = await asked(house)
    assert phone.heard == ["try-later", "menu-short"]
    (failed,) = house.told(LookUpFailed)
    assert failed.look_up == "credit"
    assert "accounts.db is not there" in failed.reason
    assert not phone.hung_up_on


@contextlib.asynccontextmanager
async def busy_store(house: House):
    """All its connections are in use, so every look-up waits."""
    async with contextlib.AsyncExitStack() as stack:
        while house.store._readers.pool.checkedout() < house.store._readers.pool.size():
            await stack.enter_async_context(house.store.reading())
        yield


@line_test(time_limit=3.0)
async def test_while_the_store_is_slow_the_caller_hears_one_moment_once(house: House):
    async with busy_store(house):
        phone = Phone(house).call()
        phone.press("2")
        await house.advance(2.5, settle=False)
        assert phone.heard == ["one-moment"]
    await house.advance(1.0)
    assert phone.heard[1].startswith(OWN)


@line_test(time_limit=2.0)
async def test_a_store_that_is_too_slow_counts_as_unreachable(house: House):
    async with busy_store(house):
        phone = Phone(house).call()
        phone.press("2")
        await house.advance(2.2, settle=False)
    await house.advance(1.0)
    assert phone.heard[:2] == ["one-moment", "try-later"]
    assert "within 2 s" in house.told(LookUpFailed)[0].reason


@pytest.mark.parametrize("seconds", [0.4, 0.8])
@line_test(time_limit=3.0)
async def test_a_slow_store_and_then_a_slow_voice_are_one_wait_for_the_caller(house: House, seconds: float):
    house.voice.engine = voice = WaitingVoice()
    async with busy_store(house):
        phone = Phone(house).call()
        phone.press("2")
        await house.advance(seconds, settle=False)
    await voice.asked.wait()
    await house.advance(0.3, settle=False)
    assert phone.heard[0].startswith("one-moment")
    await house.advance(2, settle=False)
    assert phone.heard == ["one-moment"]
    voice.may_speak.set()
    await house.advance(1)
    assert phone.heard[1].startswith(OWN)


@line_test()
async def test_one_moment_is_said_again_for_the_next_slow_answer(house: House):
    phone = Phone(house).call()
    for _ in range(2):
        await Accounts(house.store).top_up("+420777123456", Money(100), now=NOW)
        house.voice.engine = voice = WaitingVoice()
        phone.press("2")
        await house.advance(0.02, settle=False)
        await voice.asked.wait()
        await house.advance(1, settle=False)
        voice.may_speak.set()
        await house.advance(2)
    assert phone.heard.count("one-moment") == 2


@line_test()
async def test_a_later_sentence_that_is_late_is_bridged_and_said_right_behind_it(house: House):
    voice = WaitingVoice(waits_at="Platí do")
    phone = await asked_of(house, voice)
    await turns()
    await house.advance(0.45, settle=False)  # the first sentence takes 0.4 s, "one moment" 0.08 s
    heard_first = phone.heard[:]
    await house.advance(0.5, settle=False)
    assert (heard_first, phone.heard) == ([CREDIT], [CREDIT, "one-moment…"])
    voice.may_speak.set()
    await house.advance(1.5)
    assert phone.heard[:3] == [CREDIT, "one-moment", VALID]
    assert quiet_between(phone, "one-moment", VALID) == 0


@line_test()
async def test_sentences_that_come_in_time_are_not_bridged(house: House):
    voice = WaitingVoice(waits_at="Platí do")
    phone = await asked_of(house, voice)
    await turns()
    await house.advance(0.8, settle=False)
    voice.may_speak.set()
    await house.advance(1.5)
    assert phone.heard[:2] == [CREDIT, VALID]
    assert "one-moment" not in phone.heard


@line_test(voice=FailingVoice(fails_at="dvě stě"))
async def test_when_the_credit_cannot_be_spoken_the_caller_is_told_so(house: House):
    phone = await asked(house)
    assert phone.heard == ["trouble", "menu-short"]
    (failed,) = house.told(SentenceFailed)
    assert (failed.text, failed.reason) == ("credit-prepaid", "no engine is left")
    assert not phone.hung_up_on


@line_test(voice=FailingVoice(fails_at="Platí do"))
async def test_when_a_later_sentence_fails_what_was_said_before_stands(house: House):
    phone = await asked(house)
    assert phone.heard[0].startswith(OWN)
    assert phone.heard[1:] == ["trouble", "menu-short"]


@line_test(voice=FailingVoice(fails_at="dvě stě"), plan=with_line(trouble=None))
async def test_without_words_for_trouble_the_call_goes_on_all_the_same(house: House):
    phone = await asked(house)
    assert phone.heard == ["menu-short"]


@line_test(time_limit=3.0)
async def test_a_caller_who_hangs_up_during_the_look_up_leaves_nothing(house: House):
    async with busy_store(house):
        phone = Phone(house).call()
        phone.press("2")
        await house.advance(0.2, settle=False)
        phone.hang_up()
        assert (house.line.calls, house.plane.streams) == (0, 0)
        await house.settle()
    assert house.timers() == []
    assert house.told(CallEnded)[0].last_step == "credit"
    assert house.told(Fault) == []


@line_test()
async def test_a_caller_who_hangs_up_while_the_voice_works_leaves_nothing(house: House):
    voice = WaitingVoice()
    phone = await asked_of(house, voice)
    phone.hang_up()
    await house.settle()
    assert house.timers() == []
    assert house.told(SentenceFailed) == []
    voice.may_speak.set()


@line_test()
async def test_a_sentence_nobody_waits_for_any_more_may_fail_unheard(house: House, caplog):
    """The second sentence fails while the first is still being made, and then the caller presses on."""
    voice = WaitingVoice(fails_at="Platí do")
    house.voice.engine = voice
    phone = Phone(house).call()
    phone.press("2")
    await house.advance(0.02, settle=False)
    await voice.asked.wait()
    phone.press("9")
    await house.advance(0.02, settle=False)
    await house.advance(0.5)
    assert phone.heard[-1].startswith("menu")
    gc.collect()  # a task whose failure nobody has looked at complains when it goes
    assert caplog.records == []
