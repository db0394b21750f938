"""Calls over IPv6 beside those over IPv4, in virtual time: latching, strangers, and addresses let go of."""

from __future__ import annotations

import pytest
from memory_wire import Bench, agreed, audio

from ivr.media.plane import Plane
from ivr.media.ports import NoPortFree
from ivr.media.wire import Ipv6

PHONE = ("2001:db8::1", 4000)


def test_calls_of_both_families_are_sent_and_heard_side_by_side():
    bench = Bench()
    four = bench.plane.open(agreed())
    six = bench.plane.open(agreed(*PHONE))
    assert (four.family, six.family, four.port, six.port) == (4, 6, 20000, 20000)
    bench.run()
    bench.press(four, "4", ("192.0.2.1", 4000), 1)
    bench.press(six, "6", PHONE, 1)
    bench.run_ms(100)
    assert bench.digits == [(four, "4"), (six, "6")]
    assert {one.to for one in bench.sent(four)} == {("192.0.2.1", 4000)}
    assert {one.to for one in bench.sent(six)} == {PHONE}


def test_the_first_packet_from_another_port_of_the_agreed_host_is_latched_on():
    bench = Bench()
    stream = bench.plane.open(agreed(*PHONE))
    bench.run_ms(20)
    bench.hear(stream, audio(1), ("2001:db8::1", 9999))
    bench.run()
    since = bench.number
    bench.run_ms(100)
    assert {one.to for one in bench.sent(stream, since)} == {("2001:db8::1", 9999)}


def test_a_phone_that_sends_from_the_address_it_signals_from_is_heard():
    """RFC 8981: a phone has a temporary address beside its stable one."""
    bench = Bench()
    stream = bench.plane.open(agreed(*PHONE), "2001:db8::a:b")
    bench.run()
    bench.press(stream, "1", ("2001:db8::a:b", 4000), 1)
    bench.run()
    assert bench.digits == [(stream, "1")]


def test_strangers_are_counted_and_leave_nothing_in_the_book():
    bench = Bench()
    stream = bench.plane.open(agreed(*PHONE))
    bench.run()
    for host in range(200):
        bench.press(stream, "9", (f"2001:db8:bad::{host:x}", 4000), host)
    bench.run(25)
    assert bench.digits == []
    assert bench.plane.counts["strangers"] == 1400
    assert len(bench.book) == 1
    since = bench.number
    bench.run_ms(40)
    assert {one.to for one in bench.sent(stream, since)} == {PHONE}


def test_addresses_are_let_go_of_after_the_call_and_after_a_change():
    bench = Bench()
    stream = bench.plane.open(agreed(*PHONE), "2001:db8::5")
    for port in range(50):
        bench.plane.redirect(stream, agreed(f"2001:db8::1:{port:x}", 4000), f"2001:db8::2:{port:x}")
        bench.run_ms(100)
    bench.run_ms(5000)
    assert len(bench.book) == 4
    bench.plane.close(stream)
    bench.run_ms(3000)
    assert len(bench.book) == 4
    bench.run_ms(3000)
    assert len(bench.book) == 0


def test_a_call_that_finds_no_port_holds_nothing():
    bench = Bench(ports=[20000])
    bench.plane.open(agreed(*PHONE))
    with pytest.raises(NoPortFree):
        bench.plane.open(agreed(*PHONE), "2001:db8::7")
    assert len(bench.book) == 1


def test_a_call_without_an_address_yet_gets_one_in_the_family_that_it_signals_in():
    bench = Bench()
    stream = bench.plane.open(None, "2001:db8::1")
    assert stream.family == 6
    bench.plane.redirect(stream, agreed(*PHONE), "2001:db8::1")
    bench.run_ms(40)
    assert {one.to for one in bench.sent(stream)} == {PHONE}
    assert bench.plane.open(None, "192.0.2.1").family == 4
    assert bench.plane.open(None, "::ffff:192.0.2.1").family == 4
    assert bench.plane.open(agreed("0.0.0.0", send=False), "2001:db8::1").family == 6


@pytest.mark.parametrize("host", ["::", "0.0.0.0"])
def test_on_hold_at_no_address_nothing_is_sent_and_the_call_goes_on_after_it(host):
    bench = Bench()
    stream = bench.plane.open(agreed(*PHONE))
    bench.run_ms(100)
    bench.plane.redirect(stream, agreed(host, 4000, send=False))
    since = bench.number
    bench.run_ms(100)
    assert bench.sent(stream, since) == []
    bench.plane.redirect(stream, agreed(*PHONE))
    bench.run_ms(100)
    assert {one.to for one in bench.sent(stream, since)} == {PHONE}


def test_signalling_in_the_other_family_tells_nothing_of_the_media():
    bench = Bench()
    one = bench.plane.open(agreed(*PHONE), "198.51.100.7")
    two = bench.plane.open(agreed("10.0.0.1"), "2001:db8::9")
    bench.run()
    bench.press(one, "1", PHONE, 1)
    bench.press(two, "2", ("10.0.0.1", 4000), 1)
    bench.run()
    assert bench.digits == [(one, "1"), (two, "2")]


def test_a_link_local_phone_is_reached_in_the_zone_that_it_signals_from():
    """RFC 4007: SDP has no zones, so the one of the signalling counts."""
    bench = Bench()
    bench.plane.open(agreed("fe80::1", 4000), "fe80::2%lo")
    assert bench.book.hold("fe80::1%lo") == 1


def test_a_plane_of_one_family_says_so_and_opens_no_other():
    four = Plane(Bench()._open_wire, [20000], lambda event: None)
    assert four.families == (4,)
    assert four.open(None, "2001:db8::1").family == 4
    bench = Bench()
    assert bench.plane.families == (4, 6)
    six = Plane(None, [20000], lambda event: None, ipv6=Ipv6(bench._open_wire6, bench.book))
    assert six.families == (6,)
    assert six.open(None, "192.0.2.1").family == 6


def test_an_agreement_of_the_other_family_does_not_move_a_call():
    bench = Bench()
    stream = bench.plane.open(agreed())
    with pytest.raises(ValueError):
        bench.plane.redirect(stream, agreed(*PHONE))
    bench.run_ms(40)
    assert {one.to for one in bench.sent(stream)} == {("192.0.2.1", 4000)}
