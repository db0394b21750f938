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


def test_planes_in_threads_and_in_processes_are_compared_with_one():
    lines = run("bench.planes", "--calls", "20", "--seconds", "0.1")
    assert re.fullmatch(r"packets_per_second planes=1 calls=20 sent=\d+", lines[0])
    figure = r"packets_per_second planes=2 in=(\w+) calls=20 sent=\d+ beside_one=[\d.]+"
    assert [re.fullmatch(figure, line)[1] for line in lines[1:]] == ["threads", "processes"]


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
