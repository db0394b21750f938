"""``python -m bench.coming_and_going``: do callers who come and go make the others' packets late?

The plane speaks to 1,000 callers while others come, hear 0.5 s and go: none, 1,000 a second one by one, and
1,000 a second all at once. Of the 1,000, gaps are measured at a receiver in C by the kernel's time stamps.
"""

from __future__ import annotations

import argparse
import gc
import socket
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from bench.media.phones import FIRST_CALLER, Heard, running_phones
from bench.media.programs import programs
from bench.media.sound import speech
from ivr.media.clip import Clip
from ivr.media.events import Stream
from ivr.media.plane import Plane
from ivr.media.sdp import Agreed
from ivr.net.batch import Batch, open_wire
from ivr.net.metronome import Metronome

_STAYS = 0.5  # seconds that a caller who comes and goes is there
_OTHERS = int(FIRST_CALLER) + (1 << 16)
_SWITCH_INTERVAL = 0.0005  # as the line does


@dataclass(slots=True)
class Crowd:
    """Callers who come and go, ``rate`` a second, ``at_once`` of them at one moment."""

    plane: Plane
    clip: Clip
    port: int
    rate: int
    at_once: int

    def run(self, seconds: float) -> int:
        """Let them come for so long; how many have come and gone."""
        here: deque[tuple[float, Stream]] = deque()
        began = time.monotonic()
        come = gone = 0
        while (now := time.monotonic()) < began + seconds:
            due = int((now - began) * self.rate) // self.at_once * self.at_once
            while come < due:
                host = str(type(FIRST_CALLER)(_OTHERS + come % 60_000))
                stream = self.plane.open(Agreed("PCMA", 8, 101, 20, (host, self.port), True, True))
                self.plane.play(stream, [self.clip])
                here.append((now + _STAYS, stream))
                come += 1
            while here and here[0][0] <= now:
                self.plane.close(here.popleft()[1])
                gone += 1
            time.sleep(0.001)
        for _, stream in here:
            self.plane.close(stream)
        return gone


@contextmanager
def speaking(calls: int, port: int, clip: Clip) -> Iterator[tuple[Plane, Metronome]]:
    """A plane on loopback that speaks to so many callers at a port."""
    batch = Batch()
    plane = Plane(
        lambda number: open_wire("127.0.0.1", number, batch), [0] * 8, lambda event: None, 8192, None
    )
    metronome = Metronome(plane.tick)
    metronome.start()
    clips = (clip,) * int(3600 / clip.seconds)
    for turn in range(calls):
        host = str(FIRST_CALLER + turn)
        plane.play(plane.open(Agreed("PCMA", 8, 101, 20, (host, port), True, True)), clips)
    try:
        yield plane, metronome
    finally:
        metronome.stop()
        plane.shutdown()


def figures(heard: Heard) -> str:
    """What the callers who stay have heard."""
    share = 100 / max(heard.gaps, 1)
    return (
        f"over_30_percent={heard.over_30 * share:.3f} over_40_percent={heard.over_40 * share:.3f} "
        f"longest_ms={heard.longest_ns / 1e6:.1f} missing={heard.missing}"
    )


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m bench.coming_and_going", description=__doc__)
    options.add_argument("--calls", type=int, default=1000, help="that stay")
    options.add_argument("--rate", type=int, default=1000, help="callers who come and go a second")
    options.add_argument("--seconds", type=float, default=10.0)
    asked = options.parse_args()
    sys.setswitchinterval(_SWITCH_INTERVAL)
    gc.disable()  # the line has it run while nobody calls
    clip = speech()
    with ExitStack() as stack:
        folder = stack.enter_context(programs())
        phones = stack.enter_context(running_phones(folder / "phones"))
        sink = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        sink.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        sink.bind(("127.0.0.1", 0))
        plane, metronome = stack.enter_context(speaking(asked.calls, phones.port, clip))
        for name, rate, at_once in (
            ("nobody", 0, 1), ("one_by_one", asked.rate, 1), ("all_at_once", asked.rate, asked.rate)
        ):  # fmt: skip
            time.sleep(0.5)
            late, used = metronome.late, time.process_time()
            phones.begin()
            gone = Crowd(plane, clip, sink.getsockname()[1], rate, at_once).run(asked.seconds)
            heard = phones.end()
            cpu = (time.process_time() - used) / asked.seconds * 100
            print(
                f"come_and_go={name} calls={heard.streams} gone={gone} {figures(heard)}",
                f"cpu_percent={cpu:.1f} late_ticks={metronome.late - late}",
                flush=True,
            )


if __name__ == "__main__":
    main()
