"""``python -m bench`` against a line of its own: a figure a line, each with its aim."""

import re
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[2]


def test_it_measures_a_running_line_and_says_what_was_aimed_at():
    run = subprocess.run(
        [sys.executable, "-m", "bench", "--calls", "3", "--measured", "2"],
        cwd=PROJECT, capture_output=True, text=True, timeout=90, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    figure = r"(\w+_ms) calls=3 median=(\d+\.\d) p99=(\d+\.\d) aim=(\d+) n=2(?: MISSED)?"
    lines = [re.fullmatch(figure, line) for line in run.stdout.splitlines()]
    assert [line and (line[1], line[4]) for line in lines] == [
        ("invite_to_200_ms", "20"), ("ack_to_speech_ms", "40"), ("key_to_answer_ms", "60"),
    ]  # fmt: skip
    assert all(0 < float(line[2]) <= float(line[3]) < 3000 for line in lines)
