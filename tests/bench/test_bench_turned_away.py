"""``python -m bench.turned_away`` against a line of its own: what a refusal and a stranger cost."""

import re
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[2]


def test_it_measures_refusals_and_strangers_and_says_what_was_aimed_at():
    run = subprocess.run(
        [sys.executable, "-m", "bench.turned_away", "--count", "1000"],
        cwd=PROJECT, capture_output=True, text=True, timeout=90, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    figure = r"(\w+_us) each=(-?\d+) aim=(\d+) rate=\d+ n=1000(?: MISSED)?"
    lines = [re.fullmatch(figure, line) for line in run.stdout.splitlines()]
    assert [line and (line[1], line[3]) for line in lines] == [("refused_us", "300"), ("stranger_us", "50")]
    assert [int(line[2]) < 2000 for line in lines if line] == [True, True]
