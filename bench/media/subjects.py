"""A number of calls in, somebody who carries them on one core out: our line, its plane alone, Asterisk, C."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from bench.media.callers import Callers, NotHeld
from bench.media.phones import FIRST_CALLER, Phones
from bench.media.sound import speech
from bench.running_line import PROJECT, running_line
from bench.signalling.asterisk import running_asterisk
from bench.signalling.cost import on_core

__all__ = ["MEASURED_CORE", "OTHER_CORE", "SUBJECTS", "Carried", "Course"]

MEASURED_CORE, OTHER_CORE = 0, 1
_ROOM = 64  # calls that the line may hold beyond those that come
_MEDIA = 'silent_after = "1 h"  # callers who only listen send nothing'
_FILES = Path(__file__).resolve().parents[1] / "peers/asterisk"
_REPEATED = 40  # twenty minutes
_ASTERISK_RATE = 50.0  # calls begun a second: more of them would still be at work when it is measured


@dataclass(frozen=True, slots=True)
class Course:
    """What all of a run share: the compiled programs, the callers' media, and calls begun a second."""

    programs: Path
    phones: Phones
    rate: float


@dataclass(frozen=True, slots=True)
class Carried:
    """Calls that are up: the process that carries them, what each takes of its memory, and how to wait."""

    process: int
    kib_a_call: float
    wait: Callable[[float], None]
    lost: Callable[[], int] = lambda: 0


def _own_kib(process: int) -> int:
    """Memory of a process without files, counted page by page (the figures in ``statm`` lag)."""
    text = Path(f"/proc/{process}/smaps_rollup").read_text("utf-8")
    return int(text.split("Anonymous:")[1].split()[0])


def _few(calls: int) -> int:
    """How many of the calls come first, so that what they bring along is not counted as the others'."""
    return min(max(calls // 10, 1), 20)


@contextlib.contextmanager
def _spoken_to(course: Course, command: Sequence[str | Path], calls: int) -> Iterator[tuple[int, int]]:
    """A process that sends to so many callers, without SIP; its number and its port."""
    with (
        on_core(MEASURED_CORE),
        subprocess.Popen(
            [str(word) for word in command], cwd=PROJECT,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        ) as process,
    ):  # fmt: skip
        assert process.stdin is not None and process.stdout is not None
        with on_core(OTHER_CORE):
            port = int(process.stdout.readline())
            for turn in range(calls):
                course.phones.add(FIRST_CALLER + turn, ("127.0.0.1", port))
            yield process.pid, port
        process.stdin.close()


@contextlib.contextmanager
def _without_sip(
    course: Course, command: Callable[[int], Sequence[str | Path]], calls: int
) -> Iterator[Carried]:
    """Memory is told by one with few calls beside one with all."""
    few = _few(calls)
    with _spoken_to(course, command(few), 0) as (process, _):
        before = _own_kib(process)
    with _spoken_to(course, command(calls), calls) as (process, _):
        time.sleep(0.2)
        kib = (_own_kib(process) - before) / max(calls - few, 1)
        yield Carried(process, kib, time.sleep)


def floor(course: Course, calls: int) -> AbstractContextManager[Carried]:
    """``bench/floor/floor.c``."""
    first, port = str(int(FIRST_CALLER)), str(course.phones.port)
    return _without_sip(course, lambda calls: [course.programs / "floor", str(calls), first, port], calls)


def plane(course: Course, calls: int) -> AbstractContextManager[Carried]:
    """The line's media plane alone in a process: no calls, no sessions, no signalling."""
    port = str(course.phones.port)
    return _without_sip(
        course, lambda calls: [sys.executable, "-m", "bench.media.bare", str(calls), port], calls
    )


@contextlib.contextmanager
def _called(
    course: Course, address: tuple[str, int], process: int, calls: int, rate: float
) -> Iterator[Carried]:
    """Calls brought up by SIP, so many a second, at one who answers. NotHeld."""
    with on_core(OTHER_CORE), contextlib.closing(Callers(address, course.phones)) as callers:
        few = _few(calls)
        callers.call(few, rate)
        callers.attend(1.0)
        before = _own_kib(process)
        callers.call(calls - few, rate)
        callers.attend(1.0)
        kib = (_own_kib(process) - before) / max(calls - few, 1)
        yield Carried(process, kib, callers.attend, lambda: callers.lost)


@contextlib.contextmanager
def line(course: Course, calls: int) -> Iterator[Carried]:
    """``ivr run`` with its own settings, beside as many calls as are needed and callers that stay silent."""
    with (
        on_core(MEASURED_CORE),
        running_line(1, Path(__file__).parent, calls + _ROOM, media_more=_MEDIA) as running,
        _called(course, running.address, running.process, calls, course.rate) as carried,
    ):
        yield carried


@contextlib.contextmanager
def asterisk(course: Course, calls: int) -> Iterator[Carried]:
    """Asterisk 22 with the configuration in ``bench/peers/asterisk``. NotHeld when it ends on the way."""
    files = {file.stem: file.read_text("utf-8") for file in _FILES.glob("*.conf")}
    clip = speech()
    sound = clip.alaw[: clip.size].tobytes() * _REPEATED
    with on_core(MEASURED_CORE), running_asterisk(sound, files) as running:
        try:
            rate = min(course.rate, _ASTERISK_RATE)
            with _called(course, running.address, running.process, calls, rate) as carried:
                yield carried
        except FileNotFoundError as error:
            raise NotHeld("Asterisk has ended") from error


SUBJECTS: dict[str, Callable[[Course, int], AbstractContextManager[Carried]]] = {
    "floor": floor,
    "plane": plane,
    "line": line,
    "asterisk": asterisk,
}
"""In the order in which they are measured in a round."""
