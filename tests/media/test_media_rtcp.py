"""RTCP reports, one by one and as rows, and what they mean for a listener."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.media.quality import mos, rating
from ivr.media.rtcp import Block, Name, block_rows, compact, read, receiver_reports, sender_reports
from ivr.media.rtp import read_headers

NAME = Name("A" * 16)


def blocks(*about: int, lost: int = 0, fraction: int = 0, highest: int = 70_000) -> np.ndarray:
    n = len(about)
    return block_rows(
        np.array(about, np.uint32),
        np.full(n, fraction),
        np.full(n, lost),
        np.full(n, highest),
        np.full(n, 12.9),
        np.full(n, 0xABCD0123, np.uint32),
        np.full(n, 1.5),
    )


def senders(count: int, reported: np.ndarray | None) -> np.ndarray:
    numbers = np.arange(1, count + 1)
    return sender_reports(
        numbers.astype(np.uint32), 1000.25, numbers.astype(np.uint32), numbers, numbers * 160, reported, NAME
    )


def test_a_sender_report_reads_back_as_it_was_written():
    rows = senders(3, blocks(7, 8, 9, lost=-2, fraction=64))
    report = read(rows[1].tobytes())
    assert report is not None
    assert (report.source, report.sent) == (2, compact(1000.25))
    assert report.blocks == (Block(8, 64, -2, 70_000, 12, 0xABCD0123, 98304),)


def test_a_sender_report_has_the_layout_of_the_rfc():
    packet = senders(1, None)[0].tobytes()
    first, kind, words, source, whole, part, timestamp, packets, octets = struct.unpack_from(
        "!BBHIIIIII", packet
    )
    assert (first, kind, words) == (0x80, 200, 6)
    assert (source, timestamp, packets, octets) == (1, 1, 1, 160)
    assert (whole - 2_208_988_800, part) == (1000, 2**30)
    first, kind, words, source, item, length = struct.unpack_from("!BBHIBB", packet, 28)
    assert (first, kind, source, item, length) == (0x81, 202, 1, 1, 16)
    assert packet[38:54] == b"A" * 16
    assert packet[54:] == b"\0\0"
    assert 28 + 4 * (words + 1) == len(packet)


def test_a_receiver_report_stands_alone_or_with_a_block():
    for reported in (None, blocks(5)):
        report = read(receiver_reports(np.array([9], np.uint32), reported, NAME)[0].tobytes())
        assert report is not None
        assert (report.source, report.sent, len(report.blocks)) == (9, 0, reported is not None)


def test_our_reports_are_told_from_rtp_on_the_same_port():
    for rows in (senders(2, blocks(1, 2)), receiver_reports(np.array([1], np.uint32), None, NAME)):
        headers = read_headers(rows, np.full(len(rows), rows.shape[1]))
        assert headers.control.all()
        assert not headers.valid.any()


@pytest.mark.parametrize(
    "harm",
    [
        lambda packet: packet[:7],
        lambda packet: packet[:-1],
        lambda packet: packet + b"\x80",
        lambda packet: b"\x9f" + packet[1:],
        lambda packet: b"\x41" + packet[1:],
        lambda packet: b"\xa1" + packet[1:],
        lambda packet: packet[:1] + b"\xca" + packet[2:],
        lambda packet: packet[:2] + b"\xff\xff" + packet[4:],
    ],
)
def test_a_harmed_report_is_none(harm):
    assert read(harm(senders(1, blocks(3))[0].tobytes())) is None


@given(st.binary(max_size=200))
def test_whatever_comes_is_read_or_left(datagram):
    read(datagram)
    read(b"\x81\xc8" + datagram)


def test_a_goodbye_is_seen_behind_a_report():
    packet = receiver_reports(np.array([1], np.uint32), None, NAME)[0].tobytes()
    report = read(packet + struct.pack("!BBHI", 0x81, 203, 1, 1))
    assert report is not None
    assert report.goodbye


def test_the_line_keeps_one_random_name():
    assert Name().octets.size == 20
    assert not np.array_equal(Name().octets, Name().octets)


# ITU-T G.107: the default rating is 93.2, which is a MOS of 4.41.


def test_a_clean_call_is_as_good_as_g711_can_be():
    assert rating(0.0) == pytest.approx(93.2)
    assert mos(0.0) == pytest.approx(4.41, abs=0.01)


def test_a_call_without_any_packet_is_as_bad_as_can_be():
    assert mos(1.0) == 1.0


@pytest.mark.parametrize(("one_way", "costs"), [(0.05, 0.0), (0.1, 0.0), (0.2, 3.07), (0.4, 23.9)])
def test_delay_costs_what_g107_says(one_way, costs):
    assert 93.2 - rating(0.0, one_way) == pytest.approx(costs, abs=0.5)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_more_loss_or_delay_never_sounds_better(loss, more, delay):
    assert mos(max(loss, more), delay) <= mos(min(loss, more), delay)
    assert 1.0 <= mos(loss, delay) <= 4.5
