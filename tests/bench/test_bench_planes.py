"""``python -m bench.planes`` and ``python -m bench.coming_and_going``: they run and print their figures."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from bench.media.programs import compiler_is_here

PROJECT = Path(__file__).parents[2]


def run(*command: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.interop
@pytest.mark.skipif(not compiler_is_here(), reason="gcc is not here")
def test_planes_in_threads_and_in_processes_are_compared_with_one_and_with_c():
    lines = run("bench.planes", "--calls", "20", "--seconds", "0.1", "--rounds", "1")
    figure = r"packets_per_second planes=(\d) in=(\w+) calls=20 sent=\d+ beside_one=[\d.]+"
    found = [re.fullmatch(figure, line) for line in lines]
    told = [one and one.groups() for one in found]
    assert told == [(planes, how) for how in ("threads", "processes", "C") for planes in ("1", "2")]


@pytest.mark.interop
@pytest.mark.skipif(not compiler_is_here(), reason="gcc is not here")
def test_callers_who_stay_are_heard_while_others_come_and_go():
    lines = run("bench.coming_and_going", "--calls", "20", "--rate", "40", "--seconds", "2")
    figure = (
        r"come_and_go=(\w+) calls=20 gone=(\d+) over_30_percent=[\d.]+ over_40_percent=[\d.]+"
        r" longest_ms=[\d.]+ missing=0 cpu_percent=[\d.]+ late_ticks=\d+"
    )
    found = [re.fullmatch(figure, line) for line in lines]
    assert [one and one[1] for one in found] == ["nobody", "one_by_one", "all_at_once"]
    assert [int(one[2]) > 0 for one in found] == [False, True, True]
