"""What callers who send cost: read in full, thinned out by the kernel, and listened to for tones.

    python -m bench.receiving [--calls 1000 3000] [--seconds 5] [--rounds 3]

The plane speaks to all callers, who send 50 packets a second each, in turn to it and to somebody else: the
difference in its CPU time is what they cost it, and what a busy neighbour on the other core costs is not in
it. The callers are the C program of ``bench/floor``. On the loopback what the network does for a packet
before it reaches the socket is paid by its sender.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

from bench.media.phones import FIRST_CALLER, Phones, running_phones
from bench.media.programs import programs
from bench.media.sound import speech
from bench.running_line import PROJECT
from bench.signalling.cost import on_core
from ivr.media.plane import Plane
from ivr.media.sdp import Agreed
from ivr.net.batch import Batch, open_wire
from ivr.net.metronome import Metronome

__all__ = ["AIM", "WAYS", "Cost", "lines"]

Way = Literal["whole", "thinned", "tones"]
WAYS: dict[Way, str] = {
    "whole": "every packet read",
    "thinned": "one packet in 64 read",
    "tones": "every packet read and listened to for tones",
}
AIM = 3000
"""Callers who send, on one core."""

_PACKETS = 50  # a second and a caller
_HOURS = 2
_HELD = 98.0  # percent of the packets that should leave
_SETTLED = 2.5  # seconds until calls that have begun to send are known, and most of them thinned out
_PLANES, _PHONES = 0, 1  # cores


@dataclass(frozen=True, slots=True)
class Spent:
    """CPU seconds of the plane in a while, and its packets sent and read."""

    cpu: float
    sent: int
    read: int


@dataclass(frozen=True, slots=True)
class Cost:
    """So many calls for so many seconds: callers who send, and who do not send to us."""

    calls: int
    seconds: float
    talking: Spent
    quiet: Spent

    @property
    def _packets(self) -> float:
        """Packets that should go each way."""
        return _PACKETS * self.calls * self.seconds

    @property
    def packet_out(self) -> float:
        """CPU of a packet to a caller, µs."""
        return self.quiet.cpu * 1e6 / max(self.quiet.sent, 1)

    @property
    def packet_in(self) -> float:
        """CPU of a packet that a caller sends, µs, whether or not it is read."""
        return (self.talking.cpu * 1e6 - self.packet_out * self.talking.sent) / self._packets

    @property
    def callers(self) -> float:
        """Callers who send that one core has CPU time for."""
        return 1e6 / (_PACKETS * (self.packet_out + self.packet_in))

    @property
    def sent_percent(self) -> float:
        """Packets sent of those that should have been; below 98 the machine was too busy to measure on."""
        return 100 * min(self.talking.sent, self.quiet.sent) / self._packets

    @property
    def read_percent(self) -> float:
        """Packets read of those that callers should have sent."""
        return 100 * self.talking.read / self._packets


def carry(calls: int, port: int, way: Way) -> None:
    """Speak to callers until standard input ends; a line of it is answered with CPU time and packets read."""
    sys.setswitchinterval(0.0005)  # as the line does
    batch, clip = Batch(), speech()
    plane = Plane(
        lambda number: open_wire("127.0.0.1", number, batch), [0], lambda event: None, calls, None,
        thins_out=way == "thinned",
    )  # fmt: skip
    metronome = Metronome(plane.tick, failed=lambda error: traceback.print_exception(error))
    metronome.start()
    clips = (clip,) * int(_HOURS * 3600 / clip.seconds)
    streams = []
    for turn in range(calls):
        event_type = None if way == "tones" else 101
        streams.append(
            plane.open(Agreed("PCMA", 8, event_type, 20, (str(FIRST_CALLER + turn), port), True, True))
        )
        plane.play(streams[-1], clips)
    print(streams[0].port, flush=True)
    for _ in sys.stdin:
        print(json.dumps([time.process_time(), *plane.packets]), flush=True)
    metronome.stop()
    plane.shutdown()


@contextlib.contextmanager
def _carried(calls: int, phones: Phones, way: Way) -> Iterator[tuple[subprocess.Popen[str], int]]:
    command = [sys.executable, "-m", "bench.receiving", "--carry", str(calls), str(phones.port), way]
    pipe = subprocess.PIPE
    with on_core(_PLANES):
        process = subprocess.Popen(command, cwd=PROJECT, stdin=pipe, stdout=pipe, text=True)
    with process:
        assert process.stdin is not None and process.stdout is not None
        yield process, int(process.stdout.readline())
        phones.talk(False)
        phones.forget()
        process.stdin.close()


def _spent(process: subprocess.Popen[str], seconds: float) -> Spent:
    """What a while takes."""
    assert process.stdin is not None and process.stdout is not None
    readings = []
    for wait in (0.0, seconds):
        time.sleep(wait)
        process.stdin.write("\n")
        process.stdin.flush()
        readings.append(json.loads(process.stdout.readline()))
    before, after = readings
    return Spent(*(late - early for early, late in zip(before, after, strict=True)))


def measure(calls: int, seconds: float, rounds: int, way: Way, phones: Phones) -> list[Cost]:
    """One cost a round."""
    costs = []
    with _carried(calls, phones, way) as (process, port), socket.socket(type=socket.SOCK_DGRAM) as nobody:
        nobody.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        nobody.bind(("127.0.0.1", 0))
        for _ in range(rounds):
            spent = []
            for towards in (port, nobody.getsockname()[1]):
                phones.talk(False)
                phones.forget()
                for turn in range(calls):
                    phones.add(FIRST_CALLER + turn, ("127.0.0.1", towards))
                phones.talk(True)
                time.sleep(_SETTLED)
                spent.append(_spent(process, seconds))
            costs.append(Cost(calls, seconds, *spent))
    return costs


def lines(way: Way, costs: Sequence[Cost]) -> Iterator[str]:
    """The figures of one way, one a line."""
    where = f"calls={costs[0].calls} who={way}"
    for name in ("packet_in", "packet_out"):
        yield f"us_{name} {where} median={median(getattr(cost, name) for cost in costs):.2f}"
    for name in ("sent_percent", "read_percent"):
        yield f"{name} {where} median={median(getattr(cost, name) for cost in costs):.1f}"
    callers, held = median(cost.callers for cost in costs), min(cost.sent_percent for cost in costs) >= _HELD
    verdict = "" if way == "tones" else f" aim={AIM}" + (" MISSED" if callers < AIM else "")
    if not held:
        verdict = " NOT MEASURED: too busy"
    yield f"callers_who_send_a_core {where} median={callers:.0f}{verdict}"


def main() -> None:
    """Measure and print."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    given.add_argument("--calls", type=int, nargs="+", default=[1000, 3000])
    given.add_argument("--seconds", type=float, default=5.0)
    given.add_argument("--rounds", type=int, default=3)
    given.add_argument("--ways", nargs="+", choices=list(WAYS), default=list(WAYS))
    given.add_argument("--carry", nargs=3, help=argparse.SUPPRESS)
    options = given.parse_args()
    if options.carry:
        calls, port, way = options.carry
        carry(int(calls), int(port), way)
        return
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(programs())
        with on_core(_PHONES):
            phones = stack.enter_context(running_phones(folder / "phones"))
        for calls in options.calls:
            for way in options.ways:
                for line in lines(way, measure(calls, options.seconds, options.rounds, way, phones)):
                    print(line, flush=True)


if __name__ == "__main__":
    main()
