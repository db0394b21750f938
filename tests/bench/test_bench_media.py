"""``python -m bench.media``: the line, its plane, Asterisk and a C program carry calls, a figure a line."""

import re
import socket
import struct
import subprocess
import sys
import time
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from bench.media.measured import FIGURES, Table, Window
from bench.media.phones import FIRST_CALLER, Heard, running_phones
from bench.media.programs import compiler_is_here, programs
from bench.signalling.asterisk import asterisk_is_here

PROJECT = Path(__file__).parents[2]
needs_c = pytest.mark.skipif(not compiler_is_here(), reason="gcc is not here")


def run(page: Path, *who: str) -> list[str]:
    command = [
        sys.executable, "-m", "bench.media", "--calls", "20", "--seconds", "2", "--rounds", "1",
        "--page", str(page), "--who", *who,
    ]  # fmt: skip
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=140, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def check(lines: list[str], page: Path, *who: str) -> None:
    every = iter(lines)
    for callers in ("listen", "talk"):
        for name in who:
            where = f"calls=20 callers={callers} who={name}"
            for figure in FIGURES:
                assert re.fullmatch(rf"{figure} {where} median=[-\d.]+ beside_floor=[-\d.nai]+", next(every))
            assert re.fullmatch(rf"arrived_percent {where} median=[\d.]+ dropped=\d+", next(every))
    told = [re.fullmatch(r"(\w+) reached=[-\d.]+ aim=[\d.]+(?: MISSED)?", line) for line in every]
    assert [line and line[1] for line in told] == [
        "listening_calls", "talking_calls", "beside_the_floor", "beside_asterisk", "kib_per_call", "flat",
    ]  # fmt: skip
    assert page.read_text("utf-8").count("\n| 20 |") == 2 * len(who)
    assert page.with_suffix(".svg").read_text("utf-8").rstrip().endswith("</svg>")


@pytest.mark.interop
@needs_c
def test_the_line_and_its_plane_are_measured_beside_the_floor(tmp_path):
    who = "floor", "plane", "line"
    check(run(tmp_path / "page.md", *who), tmp_path / "page.md", *who)


@pytest.mark.interop
@needs_c
@pytest.mark.skipif(not asterisk_is_here(), reason="Asterisk is not here")
def test_asterisk_is_measured_as_the_line_is(tmp_path):
    who = "floor", "asterisk"
    check(run(tmp_path / "page.md", *who), tmp_path / "page.md", *who)


@pytest.mark.interop
@needs_c
def test_a_late_and_a_missing_packet_are_counted_by_stream():
    with programs() as folder, running_phones(folder / "phones") as phones, socket.socket(
        socket.AF_INET, socket.SOCK_DGRAM
    ) as sock:  # fmt: skip
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(5)
        phones.add(FIRST_CALLER, sock.getsockname())
        phones.talk(True)  # what it says every 20 ms is the clock here
        phones.begin()
        sent: dict[int, float] = {}
        for ssrc, sequence, later in ((1, 5, 0), (2, 65535, 0), (1, 6, 0.032), (2, 1, 0.044)):
            while time.monotonic() < sent.get(ssrc, 0) + later:
                sock.recv(400)
            packet = struct.pack("!BBHII", 0x80, 8, sequence, 0, ssrc) + bytes(160)
            sock.sendto(packet, (str(FIRST_CALLER), phones.port))
            sent[ssrc] = time.monotonic()
        heard = phones.end()
    assert (heard.streams, heard.packets, heard.gaps, heard.missing, heard.dropped) == (2, 4, 2, 1, 0)
    assert heard.over_30 == 2 and heard.over_40 >= 1 and heard.longest_ns >= 44_000_000


@pytest.mark.interop
@needs_c
def test_a_caller_talks_from_the_address_it_was_given():
    with programs() as folder, running_phones(folder / "phones") as phones, socket.socket(
        socket.AF_INET, socket.SOCK_DGRAM
    ) as sock:  # fmt: skip
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(5)
        phones.add(IPv4Address("127.64.3.7"), sock.getsockname())
        phones.talk(True)
        packet, source = sock.recvfrom(400)
    assert source == ("127.64.3.7", phones.port)
    assert len(packet) == 172 and packet[:2] == b"\x80\x08"


def of(calls: int, cpu: float, late: int = 0) -> Window:
    packets = calls * 50 * 10
    return Window(calls, 10.0, cpu, 4.0, Heard(calls, packets, packets, late, late, 0, 0, 0), 0)


def test_figures_are_medians_beside_the_floors():
    table = Table()
    for cpu in (1.0, 1.2, 9.0):
        table.add("line", False, of(1000, cpu))
        table.add("floor", False, of(1000, 1.0))
    figures = table.figures("line", 1000, False)
    assert figures is not None and figures.held
    assert figures.values["us_per_packet"] == pytest.approx(2.4)
    assert figures.ratios["us_per_packet"] == pytest.approx(1.2)
    assert figures.calls_a_core == pytest.approx(1000 * 10 / 1.2)


def test_calls_that_are_late_are_not_held_and_what_is_aimed_at_says_so():
    table = Table()
    table.add("line", False, of(1000, 1.0))
    table.add("line", False, of(5000, 5.0, late=5000))
    table.add("asterisk", False, of(500, 5.0))
    reached = {aim.name: (value, aim.missed(value)) for aim, value in table.aims()}
    assert reached["listening_calls"] == (1000, True)
    assert reached["beside_asterisk"] == (pytest.approx(10), False)
    assert reached["flat"] == (pytest.approx(1), False)
    assert not reached["beside_the_floor"][1], "there was no floor to compare with"
