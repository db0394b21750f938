"""``python -m fuzz.datagrams``: the running line stands what the whole internet may send it."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

PROJECT = Path(__file__).parents[2]
sys.path.insert(0, str(PROJECT))

from fuzz.dialogs import Dialogs  # noqa: E402
from fuzz.mutations import harm  # noqa: E402

LINE = ("127.0.0.1", 5060)
PHONE = ("127.0.0.2", 5070)


@given(st.integers(0, 2**32))
def test_the_same_seed_gives_the_same_noise(seed: int) -> None:
    def noise() -> list[bytes]:
        chance = random.Random(seed)
        dialogs = Dialogs(chance, LINE)
        messages = [dialogs.message(*PHONE) for _ in range(4)]
        return [harm(data, chance, messages) for data in messages]

    assert noise() == noise()


def test_what_the_line_answers_makes_later_messages_fit_its_calls() -> None:
    dialogs = Dialogs(random.Random(1), LINE)
    invite = dialogs.message(*PHONE)
    assert invite.startswith(b"INVITE ")
    call_id = re.search(rb"Call-ID: (.*)\r", invite)
    assert call_id
    head = b"SIP/2.0 200 OK\r\nTo: <sip:a@b>;tag=ours\r\nCall-ID: " + call_id[1]
    dialogs.take(head + b"\r\nCSeq: 1 INVITE\r\n\r\n")
    following = [dialogs.message(*PHONE) for _ in range(20)]
    assert any(data.startswith(b"ACK ") and b";tag=ours\r\n" in data for data in following)


def test_only_a_sixth_of_the_noise_is_left_whole() -> None:
    chance = random.Random(2)
    invite = Dialogs(chance, LINE).message(*PHONE)
    whole = sum(harm(invite, chance, [invite]) == invite for _ in range(2000))
    assert 200 < whole < 600


@pytest.mark.interop
def test_eight_thousand_harmed_datagrams_leave_the_line_well() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "fuzz.datagrams", "--count", "8000"],
        cwd=PROJECT, capture_output=True, text=True, timeout=140, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr[-2000:]
    heard = re.search(r"real_calls_heard=(\d+) of=(\d+)", run.stdout)
    assert heard and int(heard[1]) == int(heard[2]) > 0
