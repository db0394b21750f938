"""The line with a real voice: callers' own sentences by espeak-ng, in a process of its own."""

import contextlib
import os
import signal
from collections.abc import AsyncIterator

from caller_phone import Phone
from house import House, line_test

from ivr.call.events import SentenceFailed
from ivr.media.clip import Clip
from ivr.speech.library import Library
from ivr.speech.voice import VOICES

CREDIT = "Váš kredit je dvě stě třicet čtyři korun padesát haléřů."
VALID = "Platí do čtrnáctého března dva tisíce dvacet sedm."


@contextlib.asynccontextmanager
async def espeak(house: House) -> AsyncIterator[Library]:
    async with Library(house.folder / "speech", VOICES, workers=1) as library:
        house.voice.engine = library
        yield library


def stop_voice(library: Library) -> int:
    """Hang the voice's process."""
    (process,) = library.process_ids
    os.kill(process, signal.SIGSTOP)
    return process


async def asked(house: House) -> Phone:
    phone = Phone(house).call()
    await house.advance(0.4)
    phone.press("2")
    return phone


@line_test()
async def test_the_credit_is_played_octet_for_octet_as_it_was_spoken(house: House):
    async with espeak(house) as library:
        phone = await asked(house)
        await house.advance(13)
        assert phone.heard[:5] == ["welcome", "menu…", CREDIT, VALID, "menu-short"]
        played = b"".join(payload for _, payload in phone.payloads)
        for words in (CREDIT, VALID):
            clip = Clip.from_pcm((await library.sound("cs", words)).samples)
            assert clip.seconds > 2
            assert clip.octets("PCMA")[: clip.size].tobytes() in played


@line_test()
async def test_a_voice_that_comes_late_is_bridged_and_then_heard(house: House):
    async with espeak(house) as library:
        phone = await asked(house)
        process = stop_voice(library)
        await house.advance(1.5, settle=False)
        assert phone.heard == ["welcome", "menu…", "one-moment"]
        os.kill(process, signal.SIGCONT)
        await house.advance(13)
        assert phone.heard[3:5] == [CREDIT, VALID]


@line_test()
async def test_a_voice_that_hangs_is_replaced_and_the_caller_hears_the_credit(house: House):
    async with espeak(house) as library:
        phone = await asked(house)
        stop_voice(library)
        await house.advance(6.2, settle=False)  # the patience with each of the two sentences
        await house.advance(13)
        assert phone.heard[2:5] == ["one-moment", CREDIT, VALID]
        assert house.told(SentenceFailed) == []


@line_test()
async def test_without_any_voice_left_the_caller_is_told_so(house: House):
    async with espeak(house) as library:
        await library.close()
        phone = await asked(house)
        await house.advance(3)
        assert phone.heard == ["welcome", "menu…", "trouble", "menu-short"]
        assert house.told(SentenceFailed)[0].reason == "the voices are closed"
