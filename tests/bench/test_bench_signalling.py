"""``python -m bench.signalling``: SIPp calls the line and Asterisk in turns, a figure a line."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bench.signalling.asterisk import asterisk_is_here
from bench.signalling.callers import sipp_is_here
from bench.signalling.cost import cpu_seconds, on_core, resident_mib

PROJECT = Path(__file__).parents[2]


def run(*more: str) -> list[str]:
    command = [sys.executable, "-m", "bench.signalling", "--rates", "5", "--seconds", "1", *more]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.interop
@pytest.mark.skipif(not sipp_is_here(), reason="SIPp is not here")
def test_every_call_to_the_line_is_answered_and_its_cost_told():
    lines = run("--line-only")
    assert lines[0] == "calls rate=5 callee=line answered=5 failed=0"
    for line, figure in zip(
        lines[1:],
        (
            r"invite_to_200_ms rate=5 callee=line median=\d+\.\d p99=\d+\.\d",
            r"resident_mib rate=5 callee=line before=\d+ after=\d+",
            r"cpu_s_per_1000_calls rate=5 callee=line median=\d+\.\d\d",
        ),
        strict=True,
    ):
        assert re.fullmatch(figure, line)


@pytest.mark.interop
@pytest.mark.skipif(not (sipp_is_here() and asterisk_is_here()), reason="SIPp and Asterisk are not here")
def test_asterisk_is_called_in_the_same_run_and_the_costs_are_compared():
    lines = run()
    assert "calls rate=5 callee=asterisk answered=5 failed=0" in lines
    assert re.fullmatch(r"cost_beside_asterisk rate=5 ratio=\d+\.\d\d aim=0\.33(?: MISSED)?", lines[-1])


def test_what_a_process_and_its_children_burn_is_counted():
    burn = "import time\nwhile time.process_time() < 0.3: pass\nprint('burnt', flush=True)\ninput()"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}])"
    with on_core(0):
        process = subprocess.Popen(
            [sys.executable, "-c", parent], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "burnt\n"
        assert os.sched_getaffinity(process.pid) == {min(os.sched_getaffinity(0))}
        assert 0.3 <= cpu_seconds(process.pid) < 3
        assert 1 < resident_mib(process.pid) < 1000
    finally:
        process.communicate("\n")
