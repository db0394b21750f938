"""SIPVicious, as scanners use it, against the running line: it learns no number, no name and no password."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import peer_required
from peers.line import PHONE, PLAIN_PHONE, Line

SCANNER = Path(sys.executable).parent
ADMITTED, STRANGER = "127.0.0.1", "127.0.0.2"
KNOWN = ("4488", PHONE[0], PLAIN_PHONE[0], "777000021")
UNKNOWN = ("9999", "nobody", "1000")
ELSEWHERE = '[[trunks]]\nname = "PBX"\nnetworks = ["127.0.0.99"]\n'


@dataclass(frozen=True)
class Scanner:
    """The tools, at work on one line from an address of this machine."""

    line: Line
    folder: Path

    def run(self, tool: str, *arguments: str, source: str = ADMITTED, words: tuple[str, ...] = ()) -> str:
        """All it prints. ``words`` become its dictionary."""
        host, port = self.line.address
        command = [str(SCANNER / f"sipvicious_{tool}"), "-p", str(port), "-b", source, "-x", source]
        if words:
            dictionary = self.folder / "words"
            dictionary.write_text("\n".join(words) + "\n", "utf-8")
            command += ["-d", str(dictionary)]
        done = subprocess.run(
            [*command, *arguments, host],
            cwd=self.folder,
            env={**os.environ, "HOME": str(self.folder)},  # where it keeps what it has found
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done.stdout + done.stderr

    def crack(self, *words: str, more: tuple[str, ...] = ()) -> str:
        return self.run("svcrack", "-u", PLAIN_PHONE[0], "--maximumtime=3", *more, words=words)


@pytest.fixture
def scanner(open_line: Callable[..., Line], tmp_path: Path) -> Scanner:
    """Against a line whose trunk is elsewhere, with phones at one address, and MD5, the one it knows."""
    peer_required("sipvicious")
    settings = f'phones_from = ["{ADMITTED}"]\ndigests = ["MD5"]\nregisters_per_second = 1000'
    return Scanner(open_line(sip_more=settings, media_more=ELSEWHERE), tmp_path)


def test_svmap_finds_nothing_from_a_strangers_address_and_no_name_from_an_admitted_one(
    scanner: Scanner,
) -> None:
    assert "found nothing" in scanner.run("svmap", "-t", "1", source=STRANGER)
    for method in ("OPTIONS", "INVITE", "REGISTER"):
        found = scanner.run("svmap", "-t", "1", "-m", method, "-e", KNOWN[0], "-d")
        assert str(scanner.line.address[1]) in found
        assert not re.search(r"(?im)^(User-Agent|Server|Contact):", found), found


@pytest.mark.parametrize("method", ["REGISTER", "OPTIONS", "INVITE"])
def test_svwar_cannot_tell_numbers_and_users_that_exist_from_others(scanner: Scanner, method: str) -> None:
    """By itself it gives up: a user it has made up gets the same answer. So it is forced, name by name."""
    wanted = "200" if method == "OPTIONS" else "401"
    for name in (*KNOWN, *UNKNOWN):
        found = scanner.run("svwar", "-m", method, "--force", "--debug", "--maximumtime=3", words=(name,))
        assert "found nothing" in found
        assert set(re.findall(r"SIP/2\.0 (\d{3})", found)) == {wanted}, name


@pytest.mark.parametrize("reuse", [(), ("-n",)])
def test_svcrack_is_locked_out_before_it_comes_to_a_weak_password(
    scanner: Scanner, reuse: tuple[str, ...]
) -> None:
    """It finds the password among its first words, and not behind a few more."""
    password = PLAIN_PHONE[1]
    assert f"| {password}" in scanner.crack("a", "b", password)
    wrong = tuple(f"word-{n}" for n in range(20))
    found = scanner.crack(*wrong, password, *wrong, more=reuse)
    assert "found nothing" in found
    assert password not in found
