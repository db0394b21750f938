"""What callers send: keys, latching, strangers, loss, silence; in virtual time."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from memory_wire import Bench, agreed

from ivr.media.ports import NoPortFree
from ivr.media.rtp import Packet, pack
from ivr.media.telephone_event import DIGITS

PHONE = ("192.0.2.1", 4000)


def audio(sequence: int, payload_type: int = 8) -> Packet:
    return Packet(payload_type, sequence, sequence * 160, 7, False, b"\xd5" * 160)


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


def test_the_first_packet_from_another_port_of_the_agreed_host_is_latched_on():
    bench = Bench()
    stream = bench.plane.open(agreed())
    bench.run_ms(20)
    bench.hear(stream, audio(1), ("192.0.2.1", 9999))
    bench.run()
    since = bench.number
    bench.run_ms(100)
    assert {one.to for one in bench.sent(stream, since)} == {("192.0.2.1", 9999)}
    assert bench.plane.statistics(stream).received == 1


def test_a_phone_behind_nat_is_latched_on_at_its_signalling_address():
    bench = Bench()
    stream = bench.plane.open(agreed("192.168.1.5", 4000), "198.51.100.7")
    bench.run_ms(20)
    bench.press(stream, "4", ("198.51.100.7", 31000), 1)
    bench.run()
    since = bench.number
    bench.run_ms(40)
    assert bench.digits == [(stream, "4")]
    assert {one.to for one in bench.sent(stream, since)} == {("198.51.100.7", 31000)}


def test_two_phones_behind_one_nat_get_ports_of_their_own():
    bench = Bench()
    one = bench.plane.open(agreed("192.168.1.5"), "198.51.100.7")
    two = bench.plane.open(agreed("192.168.1.6"), "198.51.100.7")
    assert one.port != two.port
    bench.run()
    bench.press(one, "1", ("198.51.100.7", 31000), 1)
    bench.press(two, "2", ("198.51.100.7", 31001), 1)
    bench.run()
    assert bench.digits == [(one, "1"), (two, "2")]


def test_once_latched_another_port_is_a_stranger():
    bench = Bench()
    stream = bench.plane.open(agreed())
    bench.run()
    bench.hear(stream, audio(1), PHONE)
    bench.run()
    bench.press(stream, "1", ("192.0.2.1", 9999), 1)
    bench.run()
    assert bench.digits == []
    assert bench.plane.counts["strangers"] == 7


def test_the_agreed_address_wins_over_a_wrong_latch():
    bench = Bench()
    stream = bench.plane.open(agreed())
    bench.run()
    bench.hear(stream, audio(1), ("192.0.2.1", 9999))
    bench.run()
    bench.hear(stream, audio(1), PHONE)
    bench.run()
    since = bench.number
    bench.hear(stream, audio(2), ("192.0.2.1", 9999))
    bench.run_ms(100)
    assert {one.to for one in bench.sent(stream, since)} == {PHONE}
    assert bench.plane.counts["strangers"] == 1


def test_the_agreed_address_wins_within_one_batch_as_well():
    bench = Bench()
    stream = bench.plane.open(agreed())
    bench.run()
    bench.hear(stream, audio(1), ("192.0.2.1", 9999))
    bench.run()
    bench.hear(stream, audio(1), PHONE)
    bench.hear(stream, audio(2), ("192.0.2.1", 9999))
    bench.run()
    since = bench.number
    bench.run_ms(100)
    assert {one.to for one in bench.sent(stream, since)} == {PHONE}


def test_a_phone_behind_nat_shares_no_port_with_calls_of_its_signalling_host():
    bench = Bench()
    for port in range(4000, 4008):
        bench.plane.open(agreed("198.51.100.7", port))
    taken = set(bench.wires)
    assert len(taken) == 4
    assert bench.plane.open(agreed("192.168.1.5"), "198.51.100.7").port not in taken


def test_strangers_are_counted_and_change_nothing():
    bench = Bench()
    stream = bench.plane.open(agreed())
    bench.run()
    for port in range(100):
        bench.press(stream, "9", ("203.0.113.66", 1000 + port), port)
    bench.run()
    since = bench.number
    bench.run_ms(40)
    assert bench.digits == []
    assert bench.plane.counts["strangers"] == 700
    assert {one.to for one in bench.sent(stream, since)} == {PHONE}
    assert bench.plane.statistics(stream).received == 0


def test_a_source_that_two_silent_calls_could_mean_is_nobodys():
    bench = Bench(ports=[20000])
    calls = [bench.plane.open(agreed(port=port)) for port in (4000, 4002)]
    bench.run()
    bench.press(calls[0], "1", ("192.0.2.1", 9999), 1)
    bench.run()
    assert bench.digits == []
    assert bench.plane.counts["strangers"] == 7


def test_phones_that_send_from_another_address_of_theirs_are_told_apart_by_the_port_they_named():
    """A machine with two addresses: 192.0.2.9 in the description, 192.0.2.1 on the packets."""
    bench = Bench(ports=[20000])
    bench.plane.open(agreed(port=4000), "192.0.2.1")
    one = bench.plane.open(agreed("192.0.2.9", 5000), "192.0.2.1")
    two = bench.plane.open(agreed("192.0.2.9", 5002), "192.0.2.1")
    bench.run()
    bench.press(two, "2", ("192.0.2.1", 5002), 1)
    bench.press(one, "1", ("192.0.2.1", 5000), 1)
    bench.run()
    assert bench.digits == [(two, "2"), (one, "1")]


def test_late_packets_of_a_closed_call_are_not_taken_for_a_new_one():
    bench = Bench(ports=[20000])
    old = bench.plane.open(agreed())
    bench.run()
    bench.hear(old, audio(1), PHONE)
    bench.run()
    bench.plane.close(old)
    new = bench.plane.open(agreed(port=4002))
    bench.run()
    bench.press(new, "1", PHONE, 1)
    bench.run()
    since = bench.number
    bench.run_ms(100)
    assert bench.digits == []
    assert bench.plane.counts["strangers"] == 0
    assert {one.to for one in bench.sent(new, since)} == {("192.0.2.1", 4002)}


def test_a_new_call_from_the_address_of_one_just_closed_is_heard():
    bench = Bench(ports=[20000])
    for digit in "123":
        stream = bench.plane.open(agreed())
        bench.run()
        bench.press(stream, digit, PHONE, 77)
        bench.run()
        bench.plane.close(stream)
    assert [digit for _, digit in bench.digits] == ["1", "2", "3"]


def test_after_two_seconds_a_closed_calls_peer_is_a_stranger():
    bench = Bench(ports=[20000])
    stream = bench.plane.open(agreed())
    bench.run()
    bench.plane.close(stream)
    bench.run_ms(3000)
    bench.hear(stream, audio(1), PHONE)
    bench.run()
    assert bench.plane.counts["strangers"] == 1


def test_a_redirected_call_latches_anew():
    bench = Bench()
    stream = bench.plane.open(agreed())
    bench.run()
    bench.hear(stream, audio(1), PHONE)
    bench.run()
    bench.plane.redirect(stream, agreed("203.0.113.5", 6000))
    bench.run()
    bench.press(stream, "1", ("203.0.113.5", 6002), 1)
    bench.run()
    since = bench.number
    bench.run_ms(40)
    assert bench.digits == [(stream, "1")]
    assert {one.to for one in bench.sent(stream, since)} == {("203.0.113.5", 6002)}


def test_a_repeated_agreement_keeps_the_latched_source():
    bench = Bench()
    stream = bench.plane.open(agreed())
    bench.run()
    bench.hear(stream, audio(1), ("192.0.2.1", 9999))
    bench.run()
    bench.plane.redirect(stream, agreed())
    bench.run()
    since = bench.number
    bench.press(stream, "1", ("192.0.2.1", 9999), 1)
    bench.run_ms(40)
    assert bench.digits == [(stream, "1")]
    assert {one.to for one in bench.sent(stream, since)} == {("192.0.2.1", 9999)}


def test_calls_of_one_address_get_different_ports_and_others_share():
    bench = Bench()
    same = [bench.plane.open(agreed()) for _ in range(5)]
    assert len({stream.port for stream in same}) == 5
    others = [bench.plane.open(agreed(port=port)) for port in range(5000, 5100)]
    assert len({stream.port for stream in others}) <= 5
    assert all(stream.port % 2 == 0 for stream in others)


def test_when_every_port_would_be_confused_the_call_is_refused_until_one_ends():
    bench = Bench(ports=[20000, 20002])
    first, _ = bench.plane.open(agreed()), bench.plane.open(agreed())
    with pytest.raises(NoPortFree):
        bench.plane.open(agreed())
    bench.plane.close(first)
    assert bench.plane.open(agreed()).port == first.port


def test_a_port_that_is_taken_is_passed_over():
    bench = Bench(taken=range(20000, 20006))
    assert bench.plane.open(agreed()).port == 20006


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


def test_without_symmetric_rtp_only_the_agreed_address_is_believed():
    bench = Bench(symmetric=False)
    stream = bench.plane.open(agreed(), "198.51.100.7")
    bench.run()
    for source in (("192.0.2.1", 9999), ("198.51.100.7", 4000)):
        bench.hear(stream, audio(1), source)
        bench.press(stream, "1", source, 1)
    bench.press(stream, "2", PHONE, 2)
    bench.run()
    assert bench.digits == [(stream, "2")]
    assert bench.plane.counts["strangers"] == 2 * 8
    bench.run_ms(40)
    assert {one.to for one in bench.sent(stream)} == {PHONE}


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
