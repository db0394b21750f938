"""While the line says nothing, a caller is sent silence, or nothing at all where the trunk prefers that."""

import pytest
from caller_phone import Phone
from house import House, line_test

QUIET = b"\xd5" * 160


async def a_second_of_waiting(house: House, phone: Phone) -> list[bytes]:
    """What comes by RTP after the menu, while the line waits for a key."""
    await house.advance(2)
    while phone.payloads and phone.payloads[-1][1] != QUIET and phone.payloads[-1][0] > house.loop.now - 0.03:
        await house.advance(0.1)
    begun = house.loop.now
    await house.advance(1)
    return [payload for when, payload in phone.payloads if when > begun]


@line_test()
async def test_a_caller_is_sent_silence_while_the_line_waits(house: House):
    phone = Phone(house).call()
    assert await a_second_of_waiting(house, phone) == [QUIET] * 50
    assert phone.heard == ["welcome", "menu"]


@pytest.mark.parametrize("pressed", ["9", "0"])
@line_test(silence_for=lambda host: host != "127.0.0.1")
async def test_a_trunk_that_prefers_it_is_sent_nothing_between_sentences(house: House, pressed: str):
    phone = Phone(house).call()
    assert await a_second_of_waiting(house, phone) == []
    phone.press(pressed)
    await house.advance(1)
    assert len(phone.heard) == 3
    assert QUIET not in [payload for _, payload in phone.payloads]
