"""Whom a call believes: the agreed address, the first packet that may be latched on, never a stranger."""

from __future__ import annotations

import pytest
from memory_wire import PHONE, Bench, agreed, audio

from ivr.media.events import Stream
from ivr.media.ports import NoPortFree


def sent_to(bench: Bench, stream: Stream, milliseconds: int) -> set[tuple[str, int]]:
    """Where a call's speech goes from now on."""
    since = bench.number
    bench.run_ms(milliseconds)
    return {one.to for one in bench.sent(stream, since)}


def heard_from(source: tuple[str, int]) -> tuple[Bench, Stream]:
    """A call that one packet has come for."""
    bench = Bench()
    stream = bench.plane.open(agreed())
    bench.run()
    bench.hear(stream, audio(1), source)
    bench.run()
    return bench, stream


def test_the_first_packet_from_another_port_of_the_agreed_host_is_latched_on():
    bench = Bench()
    stream = bench.plane.open(agreed())
    bench.run_ms(20)
    bench.hear(stream, audio(1), ("192.0.2.1", 9999))
    bench.run()
    assert sent_to(bench, stream, 100) == {("192.0.2.1", 9999)}
    assert bench.plane.statistics(stream).received == 1


def test_a_phone_behind_nat_is_latched_on_at_its_signalling_address():
    bench = Bench()
    stream = bench.plane.open(agreed("192.168.1.5", 4000), "198.51.100.7")
    bench.run_ms(20)
    bench.press(stream, "4", ("198.51.100.7", 31000), 1)
    bench.run()
    goes_to = sent_to(bench, stream, 40)
    assert bench.digits == [(stream, "4")]
    assert goes_to == {("198.51.100.7", 31000)}


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
    bench, stream = heard_from(PHONE)
    bench.press(stream, "1", ("192.0.2.1", 9999), 1)
    bench.run()
    assert bench.digits == []
    assert bench.plane.counts["strangers"] == 7


def test_the_agreed_address_wins_over_a_wrong_latch():
    bench, stream = heard_from(("192.0.2.1", 9999))
    bench.hear(stream, audio(1), PHONE)
    bench.run()
    since = bench.number
    bench.hear(stream, audio(2), ("192.0.2.1", 9999))
    bench.run_ms(100)
    assert {one.to for one in bench.sent(stream, since)} == {PHONE}
    assert bench.plane.counts["strangers"] == 1


def test_the_agreed_address_wins_within_one_batch_as_well():
    bench, stream = heard_from(("192.0.2.1", 9999))
    bench.hear(stream, audio(1), PHONE)
    bench.hear(stream, audio(2), ("192.0.2.1", 9999))
    bench.run()
    assert sent_to(bench, stream, 100) == {PHONE}


@pytest.mark.parametrize("second", [("192.0.2.1", 9997), ("198.51.100.7", 9997)])
def test_of_two_sources_that_come_at_once_the_first_is_latched_on_and_the_other_is_nobodys(second):
    bench = Bench(ports=[20000])
    stream = bench.plane.open(agreed(), "198.51.100.7")
    bench.run()
    bench.hear(stream, audio(1), ("192.0.2.1", 9999))
    bench.hear(stream, audio(2), second)
    bench.run()
    assert sent_to(bench, stream, 100) == {("192.0.2.1", 9999)}
    assert bench.plane.counts["strangers"] == 1
    bench.plane.close(stream)
    bench.run_ms(5000)
    again = bench.plane.open(agreed("203.0.113.8"))
    bench.run()
    for place in [("192.0.2.1", 9999), second]:
        bench.press(again, "5", place, 3)
    assert sent_to(bench, again, 100) == {("203.0.113.8", 4000)}
    assert bench.digits == []


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
    goes_to = sent_to(bench, stream, 40)
    assert bench.digits == []
    assert bench.plane.counts["strangers"] == 700
    assert goes_to == {PHONE}
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
    goes_to = sent_to(bench, new, 100)
    assert bench.digits == []
    assert bench.plane.counts["strangers"] == 0
    assert goes_to == {("192.0.2.1", 4002)}


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
    bench, stream = heard_from(PHONE)
    bench.plane.redirect(stream, agreed("203.0.113.5", 6000))
    bench.run()
    bench.press(stream, "1", ("203.0.113.5", 6002), 1)
    bench.run()
    goes_to = sent_to(bench, stream, 40)
    assert bench.digits == [(stream, "1")]
    assert goes_to == {("203.0.113.5", 6002)}


def two_calls_of_a_trunk() -> tuple[Bench, Stream, Stream]:
    bench = Bench(ports=[20000])
    one, two = (bench.plane.open(agreed(port=port)) for port in (4000, 5000))
    bench.run_ms(40)
    for stream, port in ((one, 4000), (two, 5000)):
        bench.hear(stream, audio(1), ("192.0.2.1", port))
    bench.run()
    return bench, one, two


def test_a_call_that_is_led_to_the_address_of_another_is_heard_as_soon_as_that_one_ends():
    bench, one, two = two_calls_of_a_trunk()
    bench.plane.redirect(two, agreed(port=4000))
    bench.run()
    bench.plane.close(one)
    bench.run()
    bench.press(two, "5", ("192.0.2.1", 4000), 77)
    bench.run()
    bench.plane.close(two)
    bench.run()
    bench.press(two, "6", ("192.0.2.1", 4000), 99)
    bench.run()
    assert bench.digits == [(two, "5")]


def test_two_calls_that_change_their_addresses_with_each_other_are_both_heard():
    bench, one, two = two_calls_of_a_trunk()
    bench.plane.redirect(two, agreed(port=4000))
    bench.plane.redirect(one, agreed(port=5000))
    bench.run()
    bench.press(two, "5", ("192.0.2.1", 4000), 77)
    bench.press(one, "6", ("192.0.2.1", 5000), 77)
    bench.run()
    assert bench.digits == [(two, "5"), (one, "6")]


def test_a_call_that_turns_away_again_inherits_nothing():
    bench, one, two = two_calls_of_a_trunk()
    bench.plane.redirect(two, agreed(port=4000))
    bench.plane.redirect(two, agreed(port=6000))
    bench.plane.close(one)
    bench.run()
    bench.press(two, "5", ("192.0.2.1", 4000), 77)
    bench.press(two, "6", ("192.0.2.1", 6000), 99)
    bench.run()
    assert bench.digits == [(two, "6")]


def test_a_repeated_agreement_keeps_the_latched_source():
    bench, stream = heard_from(("192.0.2.1", 9999))
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
