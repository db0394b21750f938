"""A running line out: ``ivr run`` in its own process, on free ports, with a store of its own."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["PROJECT", "CallingNumbers", "RunningLine", "free_port", "running_line"]

PROJECT = Path(__file__).resolve().parents[1]
_MEDIA_PORTS = 64
_OPENS_WITHIN = 60.0  # seconds, most of them for the fixed sentences
SETTINGS = """\
[sip]
listen = "127.0.0.1:{port}"
max_calls = {max_calls}
{sip_more}

[media]
ports = "{first}-{last}"
{media_more}

[store]
url = "sqlite:///accounts.db"

[dialplan]
folder = "{texts}/dialplan"

[prompts]
folder = "{texts}/prompts"
"""


@dataclass(frozen=True, slots=True)
class CallingNumbers:
    """Prepaid numbers, each with a credit and so with a sentence of its own."""

    count: int

    def number(self, turn: int) -> str:
        """The number of the n-th caller, as it is dialled at home."""
        return f"{606_000_000 + turn % self.count * 97}"

    def csv(self) -> str:
        """All of them, as ``ivr accounts import`` reads them."""
        rows = []
        for turn in range(self.count):
            credit = f"{turn + 11}.{turn % 100:02}"
            until = f"2099-{turn % 12 + 1:02}-{turn % 28 + 1:02}"
            rows.append(f"{self.number(turn)},prepaid,{credit},{until}")
        return "\n".join(["number,charging,credit,valid_until", *rows, ""])


@dataclass(frozen=True, slots=True)
class RunningLine:
    """Where it answers, its process by number, who may call, the folder with its files, and its process."""

    address: tuple[str, int]
    process: int
    numbers: CallingNumbers
    folder: Path
    running: subprocess.Popen[bytes]

    def log(self) -> str:
        """All it has printed."""
        return (self.folder / "log").read_text("utf-8", "replace")


@contextlib.contextmanager
def running_line(
    callers: int,
    texts: Path = PROJECT,
    max_calls: int = 500,
    sip_more: str = "",
    more: str = "",
    *,
    ports: int = _MEDIA_PORTS,
    media_more: str = "",
    accounts: Mapping[str, str] | None = None,
    arguments: Sequence[str] = (),
) -> Iterator[RunningLine]:
    """Open a line that knows so many numbers; close it in the end. RuntimeError when it does not open.

    ``texts`` is the folder that ``dialplan/`` and ``prompts/`` are in; ``sip_more`` is added to the settings'
    ``[sip]`` table, ``media_more`` to ``[media]``, ``more`` behind all of them; ``ports`` are for media.
    ``accounts`` are other accounts than its own numbers: a CSV for each operator, as ``ivr accounts import``
    reads it; ``arguments`` are for ``ivr run``.
    """
    numbers = CallingNumbers(callers)
    with tempfile.TemporaryDirectory(prefix="infoline-bench-") as name:
        folder = Path(name)
        port, media = free_port(), min(free_port(), 65000 - ports) & ~1
        (folder / "infoline.toml").write_text(
            SETTINGS.format(
                port=port,
                first=media,
                last=media + ports,
                texts=texts,
                max_calls=max_calls,
                sip_more=sip_more,
                media_more=media_more,
            )
            + more,
            "utf-8",
        )
        for operator, csv in ({"callpro": numbers.csv()} if accounts is None else accounts).items():
            (folder / "accounts.csv").write_text(csv, "utf-8")
            subprocess.run(
                [*_ivr(), "accounts", "--operator", operator, "import", "accounts.csv"],
                cwd=folder,
                env=_environment(),
                check=True,
                capture_output=True,
            )
        with (folder / "log").open("w") as log:
            command = [*_ivr(), "run", *arguments]
            process = subprocess.Popen(
                command, cwd=folder, env=_environment(), stdout=log, stderr=subprocess.STDOUT
            )
        try:
            _wait_until_open(process, folder / "log")
            yield RunningLine(("127.0.0.1", port), process.pid, numbers, folder, process)
            if process.poll():  # zero: it was asked to end
                raise RuntimeError(f"the line has ended:\n{(folder / 'log').read_text()[-2000:]}")
        finally:
            process.kill()
            process.wait()


def _wait_until_open(process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _OPENS_WITHIN
    while "Ctrl-C closes it" not in (said := log.read_text()):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the line did not open:\n{said[-2000:]}")
        time.sleep(0.05)


def _ivr() -> list[str]:
    return [sys.executable, "-c", "from ivr.ops.cli import main; main()"]


def _environment() -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if name != "INFOLINE_SETTINGS"}
    return own | {"PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(PROJECT), "NO_COLOR": "1"}


def free_port() -> int:
    """A port of 127.0.0.1 that nobody had a moment ago, over UDP or TCP."""
    while True:
        with contextlib.suppress(OSError), socket.socket(type=socket.SOCK_STREAM) as stream:
            stream.bind(("127.0.0.1", 0))
            with socket.socket(type=socket.SOCK_DGRAM) as datagrams:
                datagrams.bind(stream.getsockname())
                return int(stream.getsockname()[1])
