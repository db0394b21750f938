"""What callers send: keys, reports, loss, silence and nonsense; in virtual time."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from memory_wire import PHONE, Bench, agreed, audio

from ivr.media.rtp import Packet, pack
from ivr.media.telephone_event import DIGITS


def test_every_key_is_heard_once_and_dated_by_its_tick():
    bench = Bench()
    stream = bench.plane.open(agreed())
    bench.run()
    for place, digit in enumerate(DIGITS):
        bench.press(stream, digit, PHONE, 10_000 * place)
        bench.run()
    assert bench.digits == [(stream, digit) for digit in DIGITS]
    assert bench.events[0].arrived_at == pytest.approx(1000.01)


def test_keys_of_another_payload_type_are_not_ours():
    bench = Bench()
    stream = bench.plane.open(agreed(event_type=96))
    deaf = bench.plane.open(agreed(port=4002, event_type=None))
    bench.run()
    bench.press(stream, "1", PHONE, 1, event_type=101)
    bench.press(stream, "2", PHONE, 2, event_type=96)
    bench.press(deaf, "3", ("192.0.2.1", 4002), 3)
    bench.run()
    assert bench.digits == [(stream, "2")]


def test_keys_of_one_batch_reach_each_their_call():
    bench = Bench(ports=[20000])
    streams = {port: bench.plane.open(agreed(port=port)) for port in range(2000, 2300)}
    bench.settle()
    for port, stream in streams.items():
        bench.press(stream, DIGITS[port % 16], ("192.0.2.1", port), port)
    bench.run(3)
    assert dict(bench.digits) == {stream: DIGITS[port % 16] for port, stream in streams.items()}
    assert len(bench.digits) == 300


def test_a_key_event_behind_contributors_and_padding_is_heard():
    bench = Bench()
    stream = bench.plane.open(agreed())
    bench.run()
    datagram = bytearray(pack(Packet(101, 1, 1, 7, True, b"\0\0\0\0\x05\x0a\0\xa0\0\0\0\x04")))
    datagram[0] = 0xA1
    bench.hear(stream, bytes(datagram), PHONE)
    bench.run()
    assert bench.digits == [(stream, "5")]


def test_a_caller_who_sends_nothing_is_told_once_and_not_on_hold():
    bench = Bench(silent_after=5.0)
    gone, held, there = (bench.plane.open(agreed(port=port)) for port in (4000, 4002, 4004))
    bench.plane.redirect(held, agreed(port=4002, send=False))
    for second in range(12):
        bench.hear(there, audio(second), ("192.0.2.1", 4004))
        bench.run_ms(1000)
        if second == 3:
            assert bench.silent == []
    assert bench.silent == [gone]
    assert bench.plane.idle_seconds(gone, bench.now) == pytest.approx(12.0, abs=0.1)
    assert bench.plane.idle_seconds(there, bench.now) == pytest.approx(1.0, abs=0.1)
    bench.plane.redirect(held, agreed(port=4002))
    bench.run_ms(6000)
    assert set(bench.silent) == {gone, held, there}
    assert len(bench.silent) == 3


def test_a_silent_caller_is_not_told_where_that_is_switched_off():
    bench = Bench(silent_after=None)
    bench.plane.open(agreed())
    bench.run_ms(40_000)
    assert bench.events == []


def test_loss_is_estimated_over_a_wrap_and_a_restart():
    bench = Bench()
    stream = bench.plane.open(agreed())
    bench.run()
    for sequence in [65533, 65534, 1, 3, 2, 4, 4, 30000, 30001, 30003]:  # 65535, 0 and 30002 are missing
        bench.hear(stream, audio(sequence), PHONE)
        bench.run()
    numbers = bench.plane.statistics(stream)
    assert numbers.received == 10
    assert numbers.lost == 2  # three missing, one came twice


def test_loss_is_counted_within_one_batch_as_well():
    bench = Bench()
    stream = bench.plane.open(agreed())
    bench.run()
    for sequence in range(100):
        if sequence % 10 != 5:
            bench.hear(stream, audio(sequence), PHONE)
    bench.run(3)
    numbers = bench.plane.close(stream)
    assert (numbers.received, numbers.lost) == (90, 10)


def test_rtcp_on_the_same_port_is_no_audio():
    bench = Bench()
    stream = bench.plane.open(agreed())
    bench.run()
    bench.hear(stream, b"\x80\xc8\x00\x06" + bytes(24), PHONE)
    bench.run()
    bench.hear(stream, b"\x80\xc9\x00\x01\0\0\0\1", PHONE)
    bench.hear(stream, b"\x80\xcb\x00\x01", PHONE)
    bench.hear(stream, b"\x80\xc8\x00\x06" + bytes(24), ("203.0.113.9", 6))
    bench.run()
    assert bench.plane.statistics(stream).received == 0
    assert bench.plane.counts == {"rtcp": 3, "malformed": 1, "strangers": 0}
    assert bench.to(("203.0.113.9", 6)) == []


@pytest.mark.parametrize(("source", "alive"), [(PHONE, True), (("203.0.113.9", 6), False)])
def test_a_caller_who_sends_only_rtcp_is_alive(source, alive):
    """RFC 5761 section 4: reports on the shared port are told apart from a stream, not lost."""
    bench = Bench(silent_after=5.0)
    stream = bench.plane.open(agreed())
    for _ in range(8):
        bench.run_ms(1000)
        bench.hear(stream, b"\x80\xc9\x00\x01\0\0\0\1", source)
    assert bench.silent == ([] if alive else [stream])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.binary(max_size=700), st.integers(0, 3)), max_size=30), st.randoms())
def test_any_datagram_from_anybody_leaves_the_plane_working(datagrams, chance):
    bench = Bench(ports=[20000])
    stream = bench.plane.open(agreed())
    bench.run()
    event = bytearray(pack(Packet(101, 5, 160, 7, True, b"\x05\x0a\x00\xa0")))
    for junk, place in datagrams:
        mutated = bytes(event[:place]) + junk + bytes(event[place:]) if chance.random() < 0.5 else junk
        bench.hear(stream, mutated, [PHONE, ("192.0.2.1", 1), ("203.0.113.1", 2), ("0.0.0.0", 0)][place])
    bench.run(2)
    bench.press(stream, "#", PHONE, 0xABCDEF)
    since = bench.number
    bench.run_ms(100)
    assert (stream, "#") in bench.digits
    assert len(bench.sent(stream, since)) == 5


def test_a_flood_is_read_bit_by_bit_and_keeps_no_packet_from_leaving():
    bench = Bench()
    stream = bench.plane.open(agreed())
    bench.run_ms(40)
    for number in range(10_000):
        bench.hear(stream, audio(number), PHONE if number % 2 else ("203.0.113.9", 5))
    since = bench.number
    bench.run()
    assert len(bench.wire(stream).incoming) == 10_000 - 2048
    bench.run_ms(35)
    assert len(bench.sent(stream, since)) == 2
    assert bench.plane.statistics(stream).received == 5000
    assert bench.plane.counts["strangers"] == 5000
