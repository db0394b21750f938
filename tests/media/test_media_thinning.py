"""Which speech the system may drop unread, and that nothing is missed for it; in virtual time."""

from __future__ import annotations

import numpy as np
import pytest
from memory_wire import PHONE, Bench, agreed, audio

from ivr.media.clip import Clip
from ivr.media.g711 import encode
from ivr.media.rtcp import read
from ivr.media.rtp import Packet
from ivr.media.tones import sequence

G711 = {0, 8}


def thinning(**settings) -> Bench:
    return Bench(thins_out=True, **settings)


def talk(
    bench: Bench, stream, source=PHONE, packets: int = 50, begin: int = 1, payload_type: int = 8
) -> None:
    """Speech, a packet every 20 ms."""
    for number in range(begin, begin + packets):
        bench.hear(stream, audio(number, payload_type), source)
        bench.run_ms(20)


def thinned(bench: Bench, stream) -> tuple[set[int], set[int], set[int]]:
    return bench.wire(stream).thinned


def test_without_being_asked_every_packet_is_read():
    bench = Bench()
    stream = bench.plane.open(agreed())
    talk(bench, stream, packets=150)
    assert bench.wire(stream).thinnings == 0
    statistics = bench.plane.close(stream)
    assert (statistics.received, statistics.lost, statistics.sampled) == (150, 0, False)


def test_a_call_with_events_is_heard_in_full_for_a_second_and_then_sampled():
    bench = thinning()
    stream = bench.plane.open(agreed())
    bench.run_ms(100)
    assert thinned(bench, stream) == (G711, {0xC0000201}, set())
    talk(bench, stream, packets=60)
    assert thinned(bench, stream) == (G711, set(), set())
    before = int(bench.plane._in.arrivals.came[stream.slot])
    talk(bench, stream, packets=640, begin=61)
    assert int(bench.plane._in.arrivals.came[stream.slot]) - before == 10
    statistics = bench.plane.close(stream)
    assert statistics.sampled
    assert statistics.lost == 0
    assert abs(statistics.received - 700) < 64
    assert statistics.heard.mos > 4.3
    assert statistics.heard.jitter < 0.001


def test_keys_by_event_are_all_heard_on_a_thinned_socket():
    bench = thinning()
    stream = bench.plane.open(agreed(event_type=96))
    other = bench.plane.open(agreed("192.0.2.2", event_type=0))  # a number that others speak with
    talk(bench, stream, packets=60)
    bench.hear(other, Packet(0, 3, 5, 7, True, b"\x03\x0a\0\xa0"), ("192.0.2.2", 4000))
    for digit, moment in (("1", 9000), ("5", 19000)):
        bench.press(stream, digit, PHONE, moment, event_type=96)
        bench.run_ms(20)
    assert [digit for _, digit in bench.digits] == ["3", "1", "5"]
    assert thinned(bench, other)[0] == {8}


def test_tones_are_heard_beside_calls_with_events():
    bench = thinning(ports=[20000])
    bench.plane.open(agreed())
    by_tones = bench.plane.open(agreed("192.0.2.2", event_type=None))
    octets = encode(sequence("159#", 0.1, 0.1), "PCMA").tobytes()
    bench.run_ms(100)
    talk(bench, by_tones, ("192.0.2.2", 4000), 60)
    for place in range(0, len(octets) - 159, 160):
        number = 61 + place // 160
        packet = Packet(8, number, number * 160, 7, False, octets[place : place + 160])
        bench.hear(by_tones, packet, ("192.0.2.2", 4000))
        bench.run_ms(20)
    assert [digit for _, digit in bench.digits] == list("159#")
    assert thinned(bench, by_tones)[1] == {0xC0000201, 0xC0000202}
    assert not bench.plane.close(by_tones).sampled


def test_a_socket_on_which_all_listen_for_tones_is_not_thinned_out():
    bench = thinning()
    stream = bench.plane.open(agreed(event_type=None))
    bench.run_ms(200)
    assert bench.wire(stream).thinnings == 0


def test_once_keys_come_by_info_the_tones_need_not_be_heard():
    bench = thinning()
    stream = bench.plane.open(agreed(event_type=None))
    talk(bench, stream)
    bench.plane.told_by_info(stream, "1")
    talk(bench, stream, packets=60, begin=51)
    assert thinned(bench, stream) == (G711, set(), set())


def test_a_trunks_calls_are_told_apart_by_their_ports():
    bench = thinning(ports=[20000])
    streams = [bench.plane.open(agreed(port=port)) for port in (4000, 4002, 4004)]
    bench.run_ms(100)
    assert thinned(bench, streams[0]) == (G711, set(), {4000, 4002, 4004})
    talk(bench, streams[1], ("192.0.2.1", 4002), 60)
    assert thinned(bench, streams[0]) == (G711, set(), {4000, 4004})


def test_a_phone_behind_nat_is_latched_on_at_its_first_packet():
    bench = thinning()
    known = bench.plane.open(agreed("192.168.1.6"), "198.51.100.6")
    talk(bench, known, ("198.51.100.6", 4000), 60)
    stream = bench.plane.open(agreed("192.168.1.5"), "198.51.100.7")
    bench.run_ms(100)
    talk(bench, stream, ("198.51.100.7", 31000), 1)
    since = bench.number
    bench.run_ms(40)
    assert bench.to(("198.51.100.7", 31000), since)
    assert not bench.to(("198.51.100.7", 4000), since)


def test_a_new_address_is_heard_in_full_again():
    bench = thinning()
    stream = bench.plane.open(agreed())
    talk(bench, stream, packets=60)
    bench.plane.redirect(stream, agreed("192.0.2.9"))
    bench.run_ms(100)
    assert thinned(bench, stream) == (G711, {0xC0000209}, set())


def test_a_caller_whose_numbers_never_divide_by_64_is_not_taken_for_silent():
    bench = thinning(silent_after=30.0)
    stream = bench.plane.open(agreed())
    for number in range(3, 3 + 2 * 50 * 45, 2):  # odd numbers alone
        bench.hear(stream, audio(number), PHONE)
        bench.run_ms(20)
    assert bench.silent == []


def test_a_caller_who_falls_silent_is_told_of_as_before():
    bench = thinning(silent_after=5.0)
    stream = bench.plane.open(agreed())
    talk(bench, stream, packets=500)
    assert bench.silent == []
    bench.run_ms(5_000 + 1_280 + 500)
    assert bench.silent == [stream]


def test_more_calls_that_need_their_speech_than_a_program_holds_stop_the_thinning():
    bench = thinning(ports=[20000])
    by_event = bench.plane.open(agreed("192.0.2.200"))
    by_tones = [bench.plane.open(agreed(port=2000 + n, event_type=None)) for n in range(401)]
    bench.settle()
    bench.run_ms(100)
    assert thinned(bench, by_event) == (set(), set(), set())
    bench.plane.close(by_tones.pop())
    bench.run_ms(100)
    assert len(thinned(bench, by_event)[2]) == 400


def test_more_new_calls_than_a_program_holds_do_not_stop_it():
    bench = thinning(ports=[20000])
    streams = [bench.plane.open(agreed(port=2000 + n)) for n in range(500)]
    bench.settle()
    bench.run_ms(100)
    speech, hosts, ports = thinned(bench, streams[0])
    assert (speech, len(hosts) + len(ports)) == (G711, 400)
    talk(bench, streams[-1], ("192.0.2.1", 2499), 130)
    assert bench.plane.statistics(streams[-1]).received >= 64


def test_when_the_last_call_is_gone_the_socket_lets_everything_in():
    bench = thinning()
    stream = bench.plane.open(agreed())
    talk(bench, stream, packets=60)
    assert thinned(bench, stream)[0] == G711
    bench.plane.close(stream)
    bench.run_ms(200)
    assert thinned(bench, stream) == (set(), set(), set())


def test_calls_that_change_nothing_cost_no_new_program():
    bench = thinning()
    stream = bench.plane.open(agreed())
    talk(bench, stream, packets=60)
    before = bench.wire(stream).thinnings
    talk(bench, stream, packets=500, begin=61)
    assert bench.wire(stream).thinnings == before


def test_over_ipv6_it_is_the_same():
    bench = thinning()
    stream = bench.plane.open(agreed("2001:db8::1"))
    bench.run_ms(100)
    assert thinned(bench, stream) == (G711, {1}, set())
    talk(bench, stream, ("2001:db8::1", 4000), 60)
    assert thinned(bench, stream) == (G711, set(), set())


def test_without_symmetric_rtp_new_calls_are_heard_in_full_by_their_ports():
    bench = thinning(symmetric=False, ports=[20000])
    stream = bench.plane.open(agreed(port=4002))
    talk(bench, stream, ("192.0.2.1", 4002), 60)
    bench.plane.open(agreed())
    bench.run_ms(100)
    assert thinned(bench, stream) == (G711, set(), {4000})


def test_our_reports_tell_what_the_sample_tells():
    bench = thinning(ports=[20000])
    stream = bench.plane.open(agreed(control=4000))
    bench.run()
    for number in range(64 * 60):
        lost = number >= 64 * 20 and number % 128 == 64  # of the sample every second one, of the rest none
        if not lost:
            bench.hear(stream, audio(number), PHONE)
        bench.run_ms(20)
    told = [block for datagram, _ in bench.wires[20000].reports for block in read(datagram).blocks]
    assert told[0].lost == 0
    assert sorted(block.fraction for block in told[-3:])[1] == pytest.approx(128, abs=50)
    assert told[-1].highest % 64 == 0
    assert abs(told[-1].lost - 20 * 64) < 5 * 64
    statistics = bench.plane.close(stream)
    assert statistics.lost == 19 * 64  # the last one that came was behind 19 of them
    assert statistics.heard.mos < 2


@pytest.mark.parametrize("after", range(8))
def test_a_key_stops_speech_within_two_frames_whenever_it_comes(after: int):
    bench = thinning(burst=1)
    stream = bench.plane.open(agreed())
    talk(bench, stream, packets=60)
    bench.plane.play(stream, [Clip.from_pcm(np.full(16_000, 3000, np.int16))], "long")
    bench.run(20 + after)
    since = bench.number
    bench.press(stream, "1", PHONE, 99_000)
    bench.run_ms(20)
    assert [digit for _, digit in bench.digits] == ["1"]
    bench.run_ms(100)
    spoken = [one for one in bench.sent(stream, since) if set(one.packet.payload) != {0xD5}]
    assert len(spoken) <= 2
