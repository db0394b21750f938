"""A key that a phone sends in two ways is pressed once; the better way is believed from then on."""

from __future__ import annotations

from caller_phone import Phone
from house import House, line_test

from ivr.media.g711 import encode
from ivr.media.rtp import Packet, pack
from ivr.media.tones import sequence

ONCE = ["welcome", "menu…", "menu"]  # key 9 says the menu again
TWICE = ["welcome", "menu…", "menu…", "menu"]


def plain(phone: Phone) -> str:
    """An offer without telephone-event, so that the line listens for tones."""
    return phone.sdp().replace("8 101", "8").replace("a=rtpmap:101 telephone-event/8000\r\n", "")


def tones(phone: Phone, digit: str) -> None:
    """A key of 100 ms and a pause, all packets at once."""
    octets = encode(sequence(digit, 0.1), "PCMA").tobytes()
    for first in range(0, len(octets), 160):
        phone._sent += 160
        packet = Packet(8, phone._sent // 160, phone._sent, 7, False, octets[first : first + 160])
        phone._rtp.sendto(pack(packet), (phone.media, phone.line_port))


@line_test()
async def test_info_and_then_the_event_is_one_press_that_does_not_cut_the_answer(house: House):
    phone = Phone(house).call()
    await house.advance(0.4)
    phone.info("9")
    await house.advance(0.1)
    phone.press("9")
    await house.advance(2)
    assert phone.heard == ONCE


@line_test()
async def test_an_event_and_then_info_is_one_press(house: House):
    phone = Phone(house).call()
    await house.advance(0.4)
    phone.press("9")
    await house.advance(0.1)
    phone.info("9")
    await house.advance(2)
    assert phone.heard == ONCE


@line_test()
async def test_after_an_event_no_info_is_believed_however_late(house: House):
    phone = Phone(house).call()
    await house.advance(0.4)
    phone.press("9")
    await house.advance(3)
    phone.info("9")
    await house.advance(2)
    assert phone.heard == ONCE


@line_test()
async def test_info_and_a_second_later_an_event_are_two_presses(house: House):
    phone = Phone(house).call()
    await house.advance(0.4)
    phone.info("9")
    await house.advance(1.1)
    phone.press("9")
    await house.advance(2)
    assert phone.heard[:2] == ONCE[:2]
    assert len(phone.heard) == 4


@line_test()
async def test_another_key_by_event_is_another_press(house: House):
    phone = Phone(house).call()
    await house.advance(0.4)
    phone.info("7")
    await house.advance(0.1)
    phone.press("9")
    await house.advance(2)
    assert phone.heard[-1] == "menu"
    assert "wrong-key-1…" in phone.heard


@line_test()
async def test_one_key_pressed_twice_by_info_is_two_presses(house: House):
    phone = Phone(house).call()
    await house.advance(0.4)
    phone.info("9")
    await house.advance(0.2)
    phone.info("9")
    await house.advance(2)
    assert phone.heard == TWICE


@line_test()
async def test_info_and_then_the_tones_is_one_press_that_does_not_cut_the_answer(house: House):
    phone = Phone(house)
    phone.call(body=plain(phone))
    await house.advance(0.4)
    phone.info("9")
    tones(phone, "9")
    await house.advance(2)
    assert phone.heard == ONCE


@line_test()
async def test_tones_and_then_info_is_one_press_and_the_tones_after_it_are_none(house: House):
    phone = Phone(house)
    phone.call(body=plain(phone))
    await house.advance(0.4)
    tones(phone, "9")
    await house.advance(0.1)
    phone.info("9")
    await house.advance(0.1)
    tones(phone, "9")
    await house.advance(2)
    assert phone.heard == ONCE


@line_test()
async def test_tones_alone_are_pressed_as_often_as_they_come(house: House):
    phone = Phone(house)
    phone.call(body=plain(phone))
    await house.advance(0.4)
    tones(phone, "9")
    await house.advance(0.2)
    tones(phone, "9")
    await house.advance(2)
    assert phone.heard == TWICE


@line_test()
async def test_a_hold_does_not_bring_the_tones_back(house: House):
    phone = Phone(house)
    phone.call(body=plain(phone))
    await house.advance(0.4)
    phone.info("9")
    await house.advance(0.1)
    phone.request("INVITE", "4488", plain(phone))
    phone.ack()
    await house.advance(0.1)
    tones(phone, "9")
    await house.advance(2)
    assert phone.heard == ONCE


async def that_gave_up_events(house: House) -> Phone:
    """A phone that has told a key by event, and has agreed since on having none."""
    phone = Phone(house).call()
    await house.advance(0.4)
    phone.press("9")
    await house.advance(0.1)
    phone.request("INVITE", "4488", plain(phone))
    phone.ack()
    await house.advance(2)
    assert phone.heard == ONCE
    return phone


@line_test()
async def test_when_a_new_agreement_takes_the_events_away_tones_are_keys_again(house: House):
    phone = await that_gave_up_events(house)
    tones(phone, "9")
    await house.advance(2)
    assert phone.heard == [*ONCE, "menu"]


@line_test()
async def test_when_a_new_agreement_takes_the_events_away_info_is_believed_again(house: House):
    phone = await that_gave_up_events(house)
    phone.info("9")
    await house.advance(2)
    assert phone.heard == [*ONCE, "menu"]
