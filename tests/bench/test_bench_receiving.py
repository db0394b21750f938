"""``python -m bench.receiving``: what callers who send cost, a figure a line."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from bench.media.programs import compiler_is_here
from bench.receiving import WAYS, Cost, Spent, lines

PROJECT = Path(__file__).parents[2]


def cost(talking: Spent, quiet: Spent) -> Cost:
    return Cost(1000, 1.0, talking, quiet)


def test_what_callers_cost_is_what_the_plane_takes_more_with_them():
    one = cost(Spent(0.30, 50_000, 50_000), Spent(0.20, 50_000, 0))
    assert (one.packet_out, one.packet_in) == (pytest.approx(4.0), pytest.approx(2.0))
    assert one.callers == pytest.approx(1e6 / 300)
    assert list(lines("whole", [one]))[-1].endswith("median=3333 aim=3000")


def test_a_machine_that_was_too_busy_has_measured_nothing():
    one = cost(Spent(0.1, 20_000, 50_000), Spent(0.1, 50_000, 0))
    assert list(lines("thinned", [one]))[-1].endswith("NOT MEASURED: too busy")


def test_packets_that_did_not_leave_are_not_counted_as_cheap_ones():
    one = cost(Spent(0.20, 40_000, 50_000), Spent(0.20, 50_000, 0))
    assert one.packet_in == pytest.approx((200_000 - 160_000) / 50_000)


def test_too_few_callers_a_core_are_told():
    one = cost(Spent(0.40, 50_000, 50_000), Spent(0.20, 50_000, 0))
    assert list(lines("thinned", [one]))[-1].endswith("median=2500 aim=3000 MISSED")


@pytest.mark.interop
@pytest.mark.skipif(not compiler_is_here(), reason="gcc is not here")
def test_every_way_is_measured():
    command = [
        sys.executable, "-m", "bench.receiving", "--calls", "20", "--seconds", "1", "--rounds", "1",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=140, check=False)
    assert done.returncode == 0, done.stderr
    told = iter(done.stdout.splitlines())
    for way in WAYS:
        where = f"calls=20 who={way} median="
        for name in ("us_packet_in", "us_packet_out", "sent_percent", "read_percent"):
            line = next(told)
            assert re.fullmatch(rf"{name} {where}-?[\d.]+", line), line
        assert next(told).startswith(f"callers_who_send_a_core {where}")
