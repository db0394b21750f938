"""Reports on the wire: sent in time, to the right port, with what was lost, late and far away."""

from __future__ import annotations

import random
import struct

import numpy as np
import pytest
from memory_wire import PHONE, UTC, Bench, agreed, audio

from ivr.media.rtcp import Name, Report, block_rows, compact, read, receiver_reports, sender_reports
from ivr.media.rtp import Packet
from ivr.media.sdp import read_offer

THEM = 0xABCD1234


def opened(control: int = 4000, **how) -> tuple[Bench, object]:
    bench = Bench(ports=[20000])
    stream = bench.plane.open(agreed(control=control, **how))
    bench.run()
    return bench, stream


def talk(bench: Bench, stream, numbers, delays=(0,)) -> None:
    """A packet every 20 ms, each handed over some ticks late."""
    due: dict[int, list[int]] = {}
    for place, number in enumerate(numbers):
        due.setdefault(place * 4 + delays[place % len(delays)], []).append(number)
    for tick in range(max(due) + 1):
        for number in due.get(tick, ()):
            bench.hear(stream, audio(number, ssrc=THEM), PHONE)
        bench.run()


def reports(bench: Bench, port: int = 20000) -> list[tuple[Report, tuple[str, int]]]:
    found = [(read(datagram), to) for datagram, to in bench.wires[port].reports]
    assert all(report is not None for report, _ in found)
    return found  # type: ignore[return-value]


def about(bench: Bench) -> int:
    return bench.wires[20000].sent[-1].packet.ssrc


def from_them(bench: Bench, lost: int, jitter: float, last: int, delay: float) -> bytes:
    def one(value, kind):
        return np.array([value], kind)

    blocks = block_rows(
        one(about(bench), np.uint32), one(0, np.int64), one(lost, np.int64), one(1, np.int64),
        one(jitter, np.float64), one(last, np.uint32), one(delay, np.float64),
    )  # fmt: skip
    return receiver_reports(one(THEM, np.uint32), blocks, Name())[0].tobytes()


def test_a_stream_reports_every_few_seconds_to_the_port_it_shares():
    bench, _ = opened()
    bench.run_ms(60_000)
    found = reports(bench)
    assert 8 <= len(found) <= 24
    assert {to for _, to in found} == {PHONE}
    assert {report.source for report, _ in found} == {about(bench)}
    assert all(report.sent for report, _ in found)


def test_octets_are_counted_as_they_were_sent_when_the_packet_time_changes():
    bench, stream = opened(ptime_ms=60)
    bench.run_ms(10_000)
    long = len(bench.sent(stream))
    for ptime in (10, 20):
        bench.plane.redirect(stream, agreed(control=4000, ptime_ms=ptime))
        bench.run_ms(10_000)
    counted = [struct.unpack("!II", datagram[20:28]) for datagram, _ in bench.wires[20000].reports]
    assert counted[-1][0] > 2 * long
    for packets, octets in counted:
        assert octets == sum(len(one.packet.payload) for one in bench.sent(stream)[:packets])


def test_reports_leave_by_the_next_port_where_theirs_is_apart():
    bench, _ = opened(control=4001)
    bench.run_ms(20_000)
    assert bench.wires[20000].reports == []
    assert {to for _, to in reports(bench, 20001)} == {("192.0.2.1", 4001)}


def test_who_agreed_to_no_reports_gets_none():
    bench, _ = opened(control=0)
    bench.run_ms(20_000)
    assert bench.wires[20000].reports == []
    assert list(bench.wires) == [20000]


def test_reports_of_a_port_that_is_taken_are_left_out():
    bench = Bench(ports=[20000], taken=[20001])
    stream = bench.plane.open(agreed(control=4001))
    bench.run_ms(20_000)
    assert bench.wires[20000].reports == []
    assert bench.plane.statistics(stream).sent


def test_what_was_lost_is_reported_as_the_rfc_counts_it():
    bench, stream = opened()
    talk(bench, stream, [number for number in range(400) if number % 4])
    bench.run_ms(8000)
    blocks = [block for report, _ in reports(bench) for block in report.blocks]
    assert blocks[-1].about == THEM
    assert blocks[-1].lost == 99  # 100 are missing; the first of all cannot be known of
    assert blocks[-1].highest == 399
    assert 60 <= blocks[0].fraction <= 66


def test_nothing_heard_since_means_no_block():
    bench, stream = opened()
    bench.run_ms(20_000)
    assert not any(report.blocks for report, _ in reports(bench))
    talk(bench, stream, range(50))
    bench.run_ms(30_000)
    # Of the six or so that leave in that time: one, or two where the first fell into that second.
    assert sum(len(report.blocks) for report, _ in reports(bench)) in (1, 2)


def test_a_held_stream_that_sends_nothing_reports_as_a_receiver():
    bench, _ = opened(send=False)
    bench.run_ms(20_000)
    found = reports(bench)
    assert found
    assert not any(report.sent for report, _ in found)


def test_even_packets_have_no_jitter_and_uneven_ones_have():
    bench, stream = opened()
    talk(bench, stream, range(200))
    assert bench.plane.statistics(stream).heard.jitter == pytest.approx(0.0, abs=1e-6)
    talk(bench, stream, range(200, 500), delays=(0, 2))  # 10 ms late every other time
    assert bench.plane.statistics(stream).heard.jitter == pytest.approx(0.010, abs=0.0015)


def test_a_new_source_does_not_jitter_against_the_old_one():
    bench, stream = opened()
    talk(bench, stream, range(50))
    bench.hear(stream, Packet(8, 50, 99_000_000, 5, False, b"\xd5" * 160), PHONE)
    bench.run_ms(20)
    assert bench.plane.statistics(stream).heard.jitter < 0.001


def test_keys_are_no_jitter():
    bench, stream = opened()
    talk(bench, stream, range(50))
    bench.press(stream, "5", PHONE, 50 * 160)
    bench.run_ms(400)
    assert bench.plane.statistics(stream).heard.jitter == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("control", [4000, 4001])
def test_what_they_heard_of_us_is_known_at_the_end(control):
    bench, stream = opened(control)
    talk(bench, stream, range(500))
    bench.run_ms(2000)
    sent = bench.plane.statistics(stream).sent
    port = 20000 if control == 4000 else 20001
    utc = UTC + bench.number * 0.005
    datagram = from_them(bench, sent // 10, 80.0, compact(utc - 0.3), 0.2)
    bench.wires[port].incoming.append((datagram, ("192.0.2.1", control)))
    bench.run_ms(1000)
    heard = bench.plane.close(stream).heard
    assert heard.far_loss == pytest.approx(0.1, abs=0.01)
    assert heard.far_jitter == pytest.approx(0.010)
    assert heard.round_trip == pytest.approx(0.1, abs=0.52 if control == 4001 else 0.01)
    assert heard.far_mos is not None
    assert 1.0 < heard.far_mos < 3.0
    assert heard.mos == pytest.approx(4.41, abs=0.01)


def test_their_sender_report_comes_back_with_its_age():
    bench, stream = opened()
    talk(bench, stream, range(20))
    utc = UTC + bench.number * 0.005
    ones = np.array([THEM], np.uint32)
    report = sender_reports(ones, utc, ones, np.array([1]), np.array([160]), None, Name())
    bench.hear(stream, report[0].tobytes(), PHONE)
    talk(bench, stream, range(20, 400))
    block = [block for one, _ in reports(bench) for block in one.blocks][-1]
    assert block.last == compact(utc)
    left = UTC + bench.number * 0.005 - utc
    assert 0 < block.delay / 65536 <= left + 0.01


def test_a_report_about_somebody_else_tells_nothing_of_this_call():
    bench, stream = opened()
    talk(bench, stream, range(20))
    stranger = block_rows(*(np.array([number]) for number in (1, 2, 3, 4, 5.0, 6, 7.0)))
    datagram = receiver_reports(np.array([THEM], np.uint32), stranger, Name())[0].tobytes()
    bench.hear(stream, datagram, PHONE)
    bench.hear(stream, datagram, ("198.51.100.9", 4000))
    bench.run_ms(1000)
    assert bench.plane.statistics(stream).heard.far_loss is None


def test_a_row_is_used_again_and_knows_nothing_of_the_call_before():
    bench, stream = opened()
    talk(bench, stream, range(100), delays=(0, 2))
    bench.plane.close(stream)
    bench.run_ms(3000)
    again = bench.plane.open(agreed(control=4000))
    bench.run()
    heard = bench.plane.statistics(again).heard
    assert (heard.jitter, heard.mos, heard.far_loss, heard.round_trip) == (0.0, None, None, None)


@pytest.mark.parametrize(
    ("line", "control"),
    [("a=rtcp-mux", 4000), ("a=rtcp:5000", 5000), ("a=rtcp:5000 IN IP4 192.0.2.1", 5000), ("", 4001)],
)
def test_where_reports_go_is_read_from_the_description(line, control):
    head = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
    body = f"{head}m=audio 4000 RTP/AVP 8\r\n{line}\r\n"
    assert read_offer(body).agreed.control == control


def test_behind_the_last_port_there_is_none_for_reports():
    body = (
        "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 65535 RTP/AVP 8\r\n"
    )
    assert read_offer(body).agreed.control == 0


def test_a_thousand_streams_never_report_all_at_once():
    bench = Bench(chance=random.Random(1))
    for number in range(1000):
        bench.plane.open(agreed(port=1000 + number, control=1000 + number))
    bench.settle()
    most = 0
    for _ in range(400):
        before = sum(len(wire.reports) for wire in bench.wires.values())
        bench.run(4)
        most = max(most, sum(len(wire.reports) for wire in bench.wires.values()) - before)
    assert 0 < most < 80


def test_reports_from_strangers_are_counted_and_tell_nothing():
    bench, stream = opened(control=4001)
    talk(bench, stream, range(10))
    report = from_them(bench, 5, 80.0, 0, 0.0)
    bench.wires[20001].incoming += [
        (report, ("203.0.113.5", 4001)),
        (report[:4] + bytes(len(report) - 4), PHONE),
    ]
    bench.run_ms(600)
    assert bench.plane.counts["rtcp"] == 2
    assert bench.plane.close(stream).heard.far_loss is None
