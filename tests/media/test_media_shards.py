"""Several planes behind one face: where a call goes, and that its verbs reach it there."""

from __future__ import annotations

import queue
import threading

import numpy as np
import pytest
from memory_wire import Bench, agreed
from test_media_loopback import hear, phone

from ivr.media.clip import Clip
from ivr.media.events import Played, Statistics
from ivr.media.plane import Plane
from ivr.media.ports import NoPortFree
from ivr.media.shards import Shards
from ivr.net.batch import open_wire
from ivr.net.metronome import Metronome

TONE = Clip.from_pcm(np.random.default_rng(1).integers(-8000, 8000, 3200).astype(np.int16))


def test_calls_go_where_the_fewest_are_and_their_verbs_after_them():
    benches = [Bench(ports=[20000]), Bench(ports=[20002])]
    shards = Shards([bench.plane for bench in benches])
    streams = [shards.open(agreed(port=port)) for port in range(4000, 4006)]
    assert [bench.plane.streams for bench in benches] == [3, 3]
    for stream in streams:
        shards.play(stream, [TONE], stream)
    for bench in benches:
        bench.run_ms(200)
    shards.redirect(streams[0], agreed(port=5000))
    for stream in streams[:4]:
        shards.stop(stream)
    for bench in benches:
        bench.run_ms(400)
    assert sorted(stream.slot for bench in benches for stream in bench.stopped) == [0, 0, 1, 1]
    assert sorted(stream.slot for bench in benches for stream in bench.played) == [2, 2]
    assert len(benches[0].to(("192.0.2.1", 5000)) + benches[1].to(("192.0.2.1", 5000))) == 20
    assert shards.statistics(streams[5]).sent == 30
    assert shards.packets == (180, 0)


def test_a_plane_without_a_port_leaves_the_call_to_the_next():
    full, free = Bench(ports=[]), Bench(ports=[20000])
    shards = Shards([full.plane, free.plane])
    assert shards.open(agreed()).port == 20000
    with pytest.raises(NoPortFree):
        shards.open(agreed())
    assert (shards.streams, shards.families) == (1, (4, 6))


def test_a_closed_call_is_in_no_plane_and_its_verbs_do_nothing():
    bench = Bench()
    shards = Shards([bench.plane])
    stream = shards.open(agreed())
    bench.press(stream, "1", ("192.0.2.99", 4000), 1)
    bench.run_ms(100)
    assert shards.idle_seconds(stream, bench.now + 1) > 0.9
    assert shards.close(stream).sent == 5
    assert shards.close(stream) == Statistics(0, 0, 0)
    shards.play(stream, [TONE])
    shards.stop(stream)
    shards.redirect(stream, agreed())
    shards.told_by_info(stream, "1")
    assert shards.statistics(stream).sent == shards.idle_seconds(stream, bench.now) == 0
    assert shards.counts["strangers"] == 7
    bench.run()
    shards.shutdown()
    assert all(wire.closed for wire in bench.wires.values())


def test_planes_in_threads_of_their_own_speak_at_the_same_time():
    events: queue.Queue = queue.Queue()
    threads = set()

    def tell(event) -> None:
        threads.add(threading.current_thread().name)
        events.put(event)

    planes = [Plane(lambda port: open_wire("127.0.0.1", port), [0], tell) for _ in range(2)]
    shards, metronomes = Shards(planes), [Metronome(plane.tick) for plane in planes]
    for metronome in metronomes:
        metronome.start()
    with phone("127.0.0.1") as one, phone("127.0.0.1") as other:
        streams = [shards.open(agreed(*handset.getsockname())) for handset in (one, other)]
        for stream in streams:
            shards.play(stream, [TONE], "hello")
        for handset in (one, other):
            sequence = [packet.sequence for packet in hear(handset, 20)]
            assert [(number - sequence[0]) % 65536 for number in sequence] == list(range(20))
    told = {events.get(timeout=10), events.get(timeout=10)}
    assert told == {Played(stream, "hello") for stream in streams}
    assert streams[0].port != streams[1].port
    for metronome in metronomes:
        metronome.stop()
    shards.shutdown()
