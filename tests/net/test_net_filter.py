"""What the kernel lets in of media packets, asked of the kernel itself over the loopback."""

from __future__ import annotations

import gc
import socket
import struct

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.net.filter import MOST_SOURCES, MOST_TYPES, attach, can_filter, detach, program

pytestmark = pytest.mark.skipif(not can_filter(), reason="no socket filters on this system")

FAMILIES = {"IPv4": socket.AF_INET, "IPv6": socket.AF_INET6}
HOST = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}
LAST = b"the last"
LOOPBACK = {socket.AF_INET: 0x7F000001, socket.AF_INET6: 1}


@pytest.fixture(params=FAMILIES.values(), ids=FAMILIES)
def pair(request):
    """A socket that is filtered, and a phone; ``arrived`` gives what gets through."""
    family = request.param
    with socket.socket(family, socket.SOCK_DGRAM) as ours, socket.socket(family, socket.SOCK_DGRAM) as phone:
        for one in (ours, phone):
            one.bind((HOST[family], 0))
        ours.settimeout(5)
        phone.connect(ours.getsockname())
        yield ours, phone


def rtp(payload_type: int, sequence: int, marker: bool = False, first: int = 0x80) -> bytes:
    return struct.pack("!BBHII", first, marker << 7 | payload_type, sequence, 1, 2) + b"\xd5" * 160


def arrived(ours: socket.socket, phone: socket.socket, packets: list[bytes]) -> list[bytes]:
    """Send these; the ones that are let in. What is no RTP always gets through, and ends them."""
    for packet in [*packets, LAST]:
        phone.send(packet)
    heard = []
    while (packet := ours.recv(2000)) != LAST:
        heard.append(packet)
    return heard


def test_of_speech_one_packet_in_64_is_let_in(pair):
    ours, phone = pair
    assert attach(ours, program([0, 8], [], [], ours.family))
    packets = [rtp(8, sequence) for sequence in range(65400, 65536)] + [rtp(8, n) for n in range(130)]
    assert arrived(ours, phone, packets) == [rtp(8, n) for n in (65408, 65472, 0, 64, 128)]


def test_keys_comfort_noise_and_what_no_call_speaks_in_are_let_in(pair):
    ours, phone = pair
    assert attach(ours, program([0, 8], [], [], ours.family))
    packets = [rtp(kind, 77) for kind in range(128) if kind not in (0, 8)]
    assert arrived(ours, phone, [*packets, rtp(0, 77), rtp(8, 77)]) == packets


def test_the_first_packet_of_a_talkspurt_is_let_in(pair):
    ours, phone = pair
    assert attach(ours, program([8], [], [], ours.family))
    assert arrived(ours, phone, [rtp(8, 1, marker=True), rtp(8, 2)]) == [rtp(8, 1, marker=True)]


def test_rtcp_and_what_is_no_rtp_are_let_in(pair):
    ours, phone = pair
    assert attach(ours, program(range(32), [], [], ours.family))
    packets = [
        b"", b"\x80", b"\x80\x08\x00\x01", rtp(8, 1)[:11], rtp(8, 1, first=0x40), rtp(8, 1, first=0),
        *(struct.pack("!BBH", 0x80, kind, 1) + bytes(4) for kind in (200, 201, 203)),
        rtp(72, 1, marker=True),
    ]  # fmt: skip
    assert arrived(ours, phone, packets) == packets


def test_padding_extension_and_contributors_do_not_hide_speech(pair):
    ours, phone = pair
    assert attach(ours, program([8], [], [], ours.family))
    assert arrived(ours, phone, [rtp(8, 1, first=first) for first in (0xA0, 0x90, 0x81, 0xBF)]) == []


@pytest.mark.parametrize("others", [0, 3, 4, 5, 9, 100, MOST_SOURCES - 1])
def test_a_named_port_is_let_in_among_any_number_of_others(pair, others):
    ours, phone = pair
    port = phone.getsockname()[1]
    rest = [number for number in range(port - others // 2 - 1, port + others) if number != port][:others]
    assert attach(ours, program([8], [], [port, *rest], ours.family))
    assert arrived(ours, phone, [rtp(8, 1)]) == [rtp(8, 1)]
    assert attach(ours, program([8], [], [*rest, 65535], ours.family))
    assert arrived(ours, phone, [rtp(8, 2)]) == []


@pytest.mark.parametrize("others", [0, 7, 200])
def test_a_named_host_is_let_in_among_any_number_of_others(pair, others):
    ours, phone = pair
    host = LOOPBACK[ours.family]
    rest = [0xC0000201 + number for number in range(others)]
    assert attach(ours, program([8], [host, *rest], [1, 2, 3], ours.family))
    assert arrived(ours, phone, [rtp(8, 1)]) == [rtp(8, 1)]
    assert attach(ours, program([8], [*rest, host + 1], [1, 2, 3], ours.family))
    assert arrived(ours, phone, [rtp(8, 2)]) == []


def test_a_new_program_takes_the_place_of_the_old_one_and_none_lets_all_in(pair):
    ours, phone = pair
    for kinds, expected in (([8], [0]), ([0], [8])):
        assert attach(ours, program(kinds, [], [], ours.family))
        assert arrived(ours, phone, [rtp(0, 1), rtp(8, 1)]) == [rtp(kind, 1) for kind in expected]
    for _ in range(2):
        detach(ours)
        assert arrived(ours, phone, [rtp(0, 1), rtp(8, 1)]) == [rtp(0, 1), rtp(8, 1)]


def test_programs_of_any_length_leave_nothing_to_the_garbage_collector(pair):
    """The line does not collect garbage while it has calls, and they change the program all the time."""
    ours, _ = pair
    programs = [program({8}, (), range(2000, 2000 + count), ours.family) for count in range(1, 40)]
    gc.collect()
    gc.disable()
    try:
        assert all(attach(ours, instructions) for instructions in programs)
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_a_program_that_the_system_refuses_leaves_none_behind(pair):
    ours, phone = pair
    assert attach(ours, program([8], [], [], ours.family))
    assert not attach(ours, b"\xff" * 8)
    assert arrived(ours, phone, [rtp(8, 1)]) == [rtp(8, 1)]


def test_too_many_types_or_sources_are_no_program():
    for speech, sources in ((range(MOST_TYPES + 1), []), ([], []), ([8], range(MOST_SOURCES + 1))):
        with pytest.raises(ValueError, match="too many"):
            program(speech, sources, [], socket.AF_INET)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    speech=st.sets(st.integers(0, 127).filter(lambda n: not 64 <= n <= 95), min_size=1, max_size=MOST_TYPES),
    ports=st.sets(st.integers(0, 65535), max_size=40),
    hosts=st.sets(st.integers(2, 0xFFFFFFFF).filter(lambda n: n != 0x7F000001), max_size=40),
    named=st.sampled_from(["port", "host", "neither"]),
    packets=st.lists(
        st.tuples(st.integers(0, 255), st.integers(0, 255), st.integers(0, 65535), st.integers(0, 12)),
        max_size=20,
    ),
)
def test_drawn_packets_are_let_in_as_the_table_says(pair, speech, ports, hosts, named, packets):
    ours, phone = pair
    own = phone.getsockname()[1]
    ports = ports - {own} | ({own} if named == "port" else set())
    hosts = hosts | ({LOOPBACK[ours.family]} if named == "host" else set())
    assert attach(ours, program(speech, hosts, ports, ours.family))
    sent, expected = [], []
    for first, second, sequence, more in packets:
        packet = struct.pack("!BBH", first, second, sequence) + bytes(more)
        sent.append(packet)
        ours_to_drop = len(packet) >= 12 and first >> 6 == 2 and second in speech and sequence % 64
        if named != "neither" or not ours_to_drop:
            expected.append(packet)
    assert arrived(ours, phone, sent) == expected
