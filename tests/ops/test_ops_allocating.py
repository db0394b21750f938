"""Checks of PINs take 19 MiB each and leave none of it behind."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

CHECKS = """
import sys, threading
from argon2 import PasswordHasher
from ivr.ops.allocating import give_back_large_blocks

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4 // 1024

def check():
    for _ in range(4):
        hasher.hash("1234")

if sys.argv[1] == "given back":
    give_back_large_blocks()
hasher = PasswordHasher(time_cost=1, memory_cost=19456, parallelism=1)
before = resident()
threads = [threading.Thread(target=check) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(resident() - before)
"""


def grown(how: str) -> int:
    """MiB that eight checks in two threads leave behind."""
    done = subprocess.run(
        [sys.executable, "-c", CHECKS, how], capture_output=True, text=True, timeout=60, check=True
    )
    return int(done.stdout)


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="mallopt is glibc's")
def test_checks_of_pins_leave_no_memory_behind() -> None:
    assert grown("given back") < 8
    assert grown("kept") > 15
