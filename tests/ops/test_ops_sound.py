"""The settings of ``[media]`` as the plane takes them, on real sockets."""

from __future__ import annotations

import socket

import pytest

from ivr.media.rtp import Packet, pack
from ivr.media.sdp import Agreed
from ivr.net.filter import can_filter
from ivr.ops.settings import MediaSettings, Settings
from ivr.ops.sound import open_plane


def spoken_to(media: MediaSettings, source: str) -> tuple[int, bool, dict[str, int]]:
    """A phone at 127.0.0.1 speaks from ``source``: packets received, whether sampled, and the counts."""
    shards = open_plane(Settings(media=media), lambda event: None)
    (plane,) = shards.planes
    families = socket.AF_INET, socket.SOCK_DGRAM
    try:
        with socket.socket(*families) as named, socket.socket(*families) as other:
            for phone in (named, other):
                phone.bind(("127.0.0.1", 0))
            speaks = {"agreed": named, "other": other}[source]
            stream = shards.open(Agreed("PCMA", 8, 101, 20, named.getsockname(), True, True))
            plane.tick(0, 100.0)
            for number in range(10):
                packet = Packet(8, number, number * 160, 7, False, b"\xd5" * 160)
                speaks.sendto(pack(packet), ("127.0.0.1", stream.port))
            plane.tick(8, 100.04)
            counts = shards.counts
            statistics = shards.close(stream)
            return statistics.received, statistics.sampled, counts
    finally:
        shards.shutdown()


@pytest.mark.skipif(not can_filter(), reason="no socket filters on this system")
def test_speech_is_left_to_the_systems_filter_unless_the_settings_say_no():
    assert spoken_to(MediaSettings(), "agreed")[1]
    received, sampled, _ = spoken_to(MediaSettings(filter="none"), "agreed")
    assert (received, sampled) == (10, False)


def test_a_phone_that_speaks_from_another_port_is_believed_unless_the_settings_say_no():
    assert spoken_to(MediaSettings(filter="none"), "other")[0] == 10
    received, _, counts = spoken_to(MediaSettings(filter="none", symmetric=False), "other")
    assert (received, counts["strangers"]) == (0, 10)


def test_shards_have_their_own_ports_and_take_calls_in_turns():
    shards = open_plane(Settings(media=MediaSettings(shards=2)), lambda event: None)
    try:
        here = [Agreed("PCMA", 8, 101, 20, (f"127.64.0.{host}", 4000), True, True) for host in range(1, 5)]
        ports = [shards.open(agreed).port for agreed in here]
        assert [plane.streams for plane in shards.planes] == [2, 2]
        assert len(set(ports)) == 2
        assert all(port % 2 == 0 for port in ports)
        assert (ports[0] - ports[1]) % 4 == 2, "every second even port is the other's"
    finally:
        shards.shutdown()
