from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.media.telephone_event import DIGITS, EventReceiver, key_press


def pressed(digit: str, start: int = 1000, held_ms: int = 100) -> list[tuple[int, bytes]]:
    return [
        ((start + packet.timestamp_offset) % 2**32, packet.payload) for packet in key_press(digit, held_ms)
    ]


def heard(*packets: tuple[int, bytes]) -> str:
    ears = EventReceiver()
    return "".join(digit for digit in (ears.receive(*packet) for packet in packets) if digit)


@pytest.mark.parametrize("digit", DIGITS)
def test_a_key_is_heard_once_on_its_first_packet(digit):
    ears = EventReceiver()
    first, *rest = pressed(digit)
    assert ears.receive(*first) == digit
    assert [ears.receive(*packet) for packet in rest] == [None] * len(rest)


def test_a_lost_end_packet_still_ends_the_digit():
    one = [packet for packet in pressed("1") if not packet[1][1] & 0x80]
    again = pressed("1", start=9000)
    assert heard(*one, *again) == "11"


def test_a_lost_start_is_made_up_for_by_any_later_packet():
    assert heard(*pressed("7")[3:]) == "7"


def test_the_end_alone_is_a_key():
    assert heard(pressed("7")[-1]) == "7"


def test_doubled_packets_and_repeated_ends_are_one_key():
    assert heard(*[packet for packet in pressed("3") for _ in range(3)]) == "3"


def test_packets_out_of_order_are_one_key():
    assert heard(*reversed(pressed("5"))) == "5"


def test_a_late_packet_of_the_key_before_is_not_a_new_key():
    one, two = pressed("1", 1000), pressed("2", 3000)
    assert heard(*one[:-1], *two[:2], one[-1], *two[2:]) == "12"


def test_the_same_key_twice_is_two_keys():
    assert heard(*pressed("1", 1000), *pressed("1", 3000)) == "11"


def test_a_new_source_may_begin_at_the_timestamp_of_the_one_before():
    """RFC 3550 section 5.1: timestamps are a source's own. SIPp begins each key with a new SSRC at 24400."""
    ears = EventReceiver()
    keys = [ears.receive(*packet, source) for source in (1, 2, 3) for packet in pressed("7", 24400)]
    assert [key for key in keys if key] == ["7", "7", "7"]
    assert [ears.receive(*packet, 1) for packet in pressed("7", 24400)] == [None] * len(pressed("7"))


def test_a_held_key_does_not_go_on_in_another_source():
    ears = EventReceiver()
    first, *_ = pressed("4", 1000)
    assert ears.receive(*first, 1) == "4"
    assert ears.receive(1000 + 0xFFFF, first[1], 2) == "4"


def test_timestamps_may_wrap_within_and_between_keys():
    assert heard(*pressed("1", 2**32 - 1600), *pressed("2", 2**32 - 300), *pressed("1", 100)) == "121"


@pytest.mark.parametrize("start", [1000, 2**32 - 70000])
def test_a_key_held_for_half_a_minute_is_one_key_in_segments(start):
    packets = pressed("8", start, held_ms=30_000)
    assert len({timestamp for timestamp, _ in packets}) == 4
    assert heard(*packets) == "8"


def test_a_long_key_that_lost_a_whole_segment_is_one_key():
    packets = pressed("8", held_ms=30_000)
    second = sorted({timestamp for timestamp, _ in packets})[1]
    assert heard(*[packet for packet in packets if packet[0] != second]) == "8"


def test_the_same_key_pressed_where_a_segment_would_begin_is_new_once_the_first_has_ended():
    assert heard(*pressed("8", 1000), *pressed("8", 1000 + 0xFFFF)) == "88"


def test_flash_and_tones_are_not_keys():
    assert heard((1, b"\x10\x0a\x00\xa0"), (2, b"\xff\x0a\x00\xa0")) == ""


@pytest.mark.parametrize("payload", [b"", b"\x01", b"\x01\x0a\x00"])
def test_a_short_payload_is_not_a_key(payload):
    assert heard((1, payload)) == ""


@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.binary(max_size=12)), max_size=50))
def test_any_payload_gives_a_key_or_nothing(packets):
    ears = EventReceiver()
    assert all(ears.receive(*packet) in (None, *DIGITS) for packet in packets)


@given(st.text(DIGITS, min_size=1, max_size=8), st.randoms(), st.integers(0, 2**32 - 1))
def test_a_number_survives_loss_and_doubling_as_long_as_each_key_has_one_packet(number, chance, start):
    packets = []
    for place, digit in enumerate(number):
        whole = pressed(digit, (start + 2400 * place) % 2**32)
        kept = [packet for packet in whole if chance.random() < 0.4] or [chance.choice(whole)]
        packets += [packet for packet in kept for _ in range(chance.choice([1, 1, 2]))]
    assert heard(*packets) == number


def test_the_packets_of_a_press_grow_and_end_three_times():
    packets = list(key_press("5", 100))
    assert [int.from_bytes(packet.payload[2:], "big") for packet in packets] == [
        160,
        320,
        480,
        640,
        800,
        800,
        800,
    ]
    assert [packet.payload[1] >> 7 for packet in packets] == [0, 0, 0, 0, 1, 1, 1]
    assert [packet.marker for packet in packets] == [True] + [False] * 6
    assert [packet.after_ms for packet in packets] == [0, 20, 40, 60, 80, 100, 120]


@pytest.mark.parametrize("digit", ["", "E", "12", "a"])
def test_what_is_not_on_the_keypad_cannot_be_pressed(digit):
    with pytest.raises(ValueError, match="no key"):
        list(key_press(digit))
