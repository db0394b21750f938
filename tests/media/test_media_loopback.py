"""The plane over real sockets, driven by the metronome's own thread."""

from __future__ import annotations

import queue
import socket
import threading
import time

import numpy as np
import pytest
from memory_wire import agreed

from ivr.media.clip import Clip
from ivr.media.events import DigitPressed, Played, Stopped
from ivr.media.g711 import encode
from ivr.media.plane import Plane
from ivr.media.rtp import Packet, pack, parse
from ivr.media.telephone_event import key_press
from ivr.media.wire import Ipv6
from ivr.net.addresses import Ipv6Addresses
from ivr.net.batch import Batch, can_batch, open_wire
from ivr.net.filter import can_filter
from ivr.net.metronome import Metronome

HOSTS = {"IPv4": "127.0.0.1", "IPv6": "::1"}


@pytest.fixture(params=["batch", "loop"])
def running(request):
    if request.param == "batch" and not can_batch():
        pytest.skip("no sendmmsg on this system")
    book = Ipv6Addresses()
    batch, batch6 = (Batch(), Batch(addresses=book)) if request.param == "batch" else (None, None)
    events: queue.Queue = queue.Queue()
    plane = Plane(
        lambda port: open_wire("127.0.0.1", port, batch),
        [0] * 4,
        events.put,
        ipv6=Ipv6(lambda port: open_wire("::1", port, batch6, book), book),
        thins_out=can_filter(),
    )
    faults: list[Exception] = []
    metronome = Metronome(plane.tick, failed=faults.append)
    metronome.start()
    yield plane, events
    metronome.stop()
    plane.shutdown()
    assert faults == []


def phone(host: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_DGRAM)
    opened.bind((host, 0))
    opened.settimeout(10)
    return opened


def hear(opened: socket.socket, count: int) -> list[Packet]:
    packets = [parse(opened.recv(2000)) for _ in range(count)]
    return [packet for packet in packets if packet is not None]


@pytest.mark.parametrize("host", HOSTS.values(), ids=HOSTS)
def test_a_phone_hears_the_clip_at_its_pace_and_its_key_stops_the_next(running, host):
    plane, events = running
    pcm = np.random.default_rng(1).integers(-9000, 9000, 1600).astype(np.int16)
    with phone(host) as handset:
        stream = plane.open(agreed(*handset.getsockname()[:2]))
        plane.play(stream, [Clip.from_pcm(pcm)], "hello")
        packets = hear(handset, 1)
        began = time.monotonic()
        while set(packets[0].payload) == {0xD5}:
            packets = hear(handset, 1)
        packets += hear(handset, 9)
        assert time.monotonic() - began > 0.1
        assert b"".join(packet.payload for packet in packets) == encode(pcm, "PCMA").tobytes()
        assert events.get(timeout=10) == Played(stream, "hello")

        plane.play(stream, [Clip.from_pcm(np.tile(pcm, 100))], "long")
        while set(hear(handset, 1)[0].payload) == {0xD5}:
            pass
        first = next(key_press("2"))
        handset.sendto(pack(Packet(101, 1, 800, 9, True, first.payload)), (host, stream.port))
        pressed = events.get(timeout=10)
        assert isinstance(pressed, DigitPressed)
        assert pressed.digit == "2"
        assert events.get(timeout=10) == Stopped(stream, "long")
        while set(hear(handset, 1)[0].payload) != {0xD5}:
            pass
    assert plane.close(stream).received == 1


@pytest.mark.parametrize("host", HOSTS.values(), ids=HOSTS)
def test_calls_opened_and_closed_from_another_thread_leave_the_others_whole(running, host):
    plane, events = running
    pcm = np.random.default_rng(2).integers(-9000, 9000, 4000).astype(np.int16)
    clip, stop = Clip.from_pcm(pcm), threading.Event()

    def churn():
        while not stop.wait(0.0005):
            other = plane.open(agreed("127.0.0.9" if host == "127.0.0.1" else "fd00::9", 9))
            plane.play(other, [clip])
            plane.close(other)

    crowd = threading.Thread(target=churn)
    with phone(host) as handset:
        crowd.start()
        stream = plane.open(agreed(*handset.getsockname()[:2]))
        plane.play(stream, [clip], "steady")
        packets = hear(handset, 25)
        stop.set()
        crowd.join()
        sequence = [packet.sequence for packet in packets]
        assert [(number - sequence[0]) % 65536 for number in sequence] == list(range(25))
        said = b"".join(packet.payload for packet in packets)
        assert said.lstrip(b"\xd5") in encode(pcm, "PCMA").tobytes() + b"\xd5" * 4000
    while events.get(timeout=10) != Played(stream, "steady"):
        pass
    assert plane.streams == 1


@pytest.mark.skipif(not can_filter(), reason="no socket filters on this system")
@pytest.mark.parametrize("host", HOSTS.values(), ids=HOSTS)
def test_of_speech_one_packet_in_64_is_read_and_every_key(running, host):
    plane, events = running
    with phone(host) as handset:
        stream = plane.open(agreed(*handset.getsockname()[:2]))

        def say(first: int, count: int, payload: bytes = b"\xd5" * 160, payload_type: int = 8) -> None:
            for number in range(first, first + count):
                handset.sendto(
                    pack(Packet(payload_type, number, number, 9, False, payload)), (host, stream.port)
                )

        began = time.monotonic()
        while time.monotonic() - began < 1.5:  # heard in full for a second
            say(1, 1)
            hear(handset, 1)
        before = int(plane._in.arrivals.came[stream.slot])
        assert before > 20
        say(1, 640)
        say(641, 1, next(key_press("7")).payload, 101)
        assert events.get(timeout=10).digit == "7"
        assert int(plane._in.arrivals.came[stream.slot]) - before == 11
        numbers = plane.close(stream)
        assert (numbers.received, numbers.lost, numbers.sampled) == (640, 0, True)
