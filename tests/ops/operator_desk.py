"""An operator's folder: settings, a small dialplan with its texts, a demo store; and the command to type."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ivr.accounts.demo import seed_demo
from ivr.accounts.store import Store
from ivr.ops.cli import main

PATIENCE = 60
"""Seconds: a crowded machine that speaks the fixed sentences for the first time."""
PROJECT = Path(__file__).parents[2]
SPEECH = Path(tempfile.gettempdir()) / f"infoline-test-speech-{os.getuid()}"  # rendered once for all tests
SETTINGS = f"""\
[sip]
listen = "127.0.0.1:{{port}}"
max_lag = "10 s"  # a crowded machine is no reason to refuse a test's call

[media]
ports = "{{ports}}"

[store]
url = "sqlite:///accounts.db"

[speech]
cache = "{SPEECH}"
"""


@dataclass(frozen=True)
class Desk:
    """The folder, and what a command run in it prints."""

    folder: Path
    port: int

    @property
    def settings(self) -> Path:
        return self.folder / "infoline.toml"

    def change(self, file: str, old: str, new: str) -> None:
        """Edit a file as an operator would."""
        text = (self.folder / file).read_text("utf-8")
        assert old in text
        (self.folder / file).write_text(text.replace(old, new, 1), "utf-8")

    def demo(self) -> None:
        """Enter the demo accounts."""

        async def fill() -> None:
            store = await Store.open(str(self.folder / "accounts.db"))
            await seed_demo(store, date.today())
            await store.close()

        asyncio.run(fill())

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start ``ivr`` in a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-c", "from ivr.ops.cli import main; main()", *arguments],
            cwd=self.folder,
            env={**os.environ, "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1", "NO_COLOR": "1", "COLUMNS": "200"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )


@contextlib.contextmanager
def started(desk: Desk, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The command in a process of its own, which ends with the block."""
    process = desk.start(*arguments)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def until(process: subprocess.Popen[str], words: str) -> list[str]:
    """Its lines up to one that holds these words."""
    said: list[str] = []
    assert process.stdout is not None
    for line in process.stdout:
        said.append(line.rstrip())
        if words in line:
            return said
    raise AssertionError("\n".join(said))


@dataclass(frozen=True)
class Printed:
    """What a command left behind: exit status, standard output, standard error."""

    status: int
    out: str
    err: str

    @property
    def complaints(self) -> list[str]:
        return self.err.splitlines()


def open_desk(folder: Path, line: str = "small") -> Desk:
    """A sound folder with a line of ``tests/small`` and ports that are free now."""
    port, ports = free_port(), free_port() & ~1
    for name in ("dialplan", "prompts"):
        shutil.copytree(PROJECT / "tests" / line / name, folder / name)
    desk = Desk(folder, port)
    desk.settings.write_text(SETTINGS.format(port=port, ports=f"{ports}-{ports + 20}"), "utf-8")
    return desk


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return min(probe.getsockname()[1], 65000)


def type_in(capsys, *arguments: str) -> Printed:
    """Run a command in this process, as the terminal would."""
    status = 0
    try:
        main(arguments)
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    printed = capsys.readouterr()
    plain = re.compile(r"\x1b\[[0-9;]*m")
    return Printed(status, plain.sub("", printed.out), plain.sub("", printed.err))
