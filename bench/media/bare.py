"""The plane alone: ``python -m bench.media.bare CALLS PORT`` prints its own port and speaks to so many.

The callers are at 127.64.0.1 and the addresses that follow, at PORT. It ends with its standard input.
"""

from __future__ import annotations

import sys

from bench.media.phones import FIRST_CALLER
from bench.media.sound import speech
from ivr.media.plane import Plane
from ivr.media.sdp import Agreed
from ivr.net.batch import Batch, open_wire
from ivr.net.filter import can_filter
from ivr.net.metronome import Metronome

_HOURS = 4


def main(calls: int, port: int) -> None:
    sys.setswitchinterval(0.0005)  # as the line does
    batch, clip = Batch(), speech()
    plane = Plane(
        lambda number: open_wire("127.0.0.1", number, batch), [0], lambda event: None, calls, None,
        thins_out=can_filter(),
    )  # fmt: skip
    metronome = Metronome(plane.tick)
    metronome.start()
    clips = (clip,) * int(_HOURS * 3600 / clip.seconds)
    for turn in range(calls):
        agreed = Agreed("PCMA", 8, 101, 20, (str(FIRST_CALLER + turn), port), True, True)
        stream = plane.open(agreed)
        plane.play(stream, clips)
    print(stream.port, flush=True)
    sys.stdin.read()
    metronome.stop()
    plane.shutdown()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
