from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.media.rtp import HEADER, Packet, pack, parse, read_headers

PACKET = Packet(8, 65535, 2**32 - 1, 0xDEADBEEF, True, b"\xd5" * 160)


def changed(first: int, rest: bytes = b"") -> bytes:
    return bytes([first]) + pack(PACKET)[1:12] + rest


def test_a_packet_comes_back_as_itself():
    assert parse(pack(PACKET)) == PACKET


def test_the_header_of_the_arrays_is_that_of_the_packet():
    header = np.zeros(1, HEADER)
    header[0] = (0x80, 0x88, 65535, 2**32 - 1, 0xDEADBEEF)
    assert header.tobytes() == pack(PACKET)[:12]


def test_contributors_extension_and_padding_are_taken_off():
    rest = b"\0" * 8 + b"\xbe\xde\x00\x01" + b"\0" * 4 + b"speech" + b"\0\0\x03"
    packet = parse(changed(0x80 | 0x20 | 0x10 | 2, rest))
    assert packet is not None
    assert packet.payload == b"speech"


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        pack(PACKET)[:11],
        changed(0x00),
        changed(0x40),
        changed(0xC0),
        changed(0x8F, b"\0" * 59),  # 15 contributors need 60 octets
        changed(0x90, b"\0" * 3),  # no room for the extension's header
        changed(0x90, b"\0\0\0\x02\0\0\0\0"),  # nor for its body
        changed(0xA0, b"ab\x00"),  # padding of nothing
        changed(0xA0, b"ab\x04"),  # padding longer than the payload
    ],
)
def test_a_packet_that_does_not_fit_itself_is_refused(datagram):
    assert parse(datagram) is None


def test_batches_know_what_is_not_rtp():
    datagrams = [pack(PACKET), b"\x80\xc8" + bytes(26), b"\x00" * 40, pack(PACKET)[:11]]
    data = np.zeros((4, 200), np.uint8)
    for row, datagram in zip(data, datagrams, strict=True):
        row[: len(datagram)] = np.frombuffer(datagram, np.uint8)
    headers = read_headers(data, np.array([len(datagram) for datagram in datagrams]))
    assert headers.valid.tolist() == [True, False, False, False]
    assert headers.payload_type[0] == 8
    assert headers.sequence[0] == 65535


@given(st.binary(max_size=200), st.integers(0, 255))
def test_any_datagram_is_a_packet_or_nothing(junk, first):
    for datagram in (junk, changed(first, junk)):
        packet = parse(datagram)
        assert packet is None or len(packet.payload) <= len(datagram) - 12
