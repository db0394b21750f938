"""Settings in, the real line out: ``ivr run`` in its own process, with its own store, ports and log."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from peers.certificates import Certificates
from peers.process import PeerFailed, Process, free_port, free_range, until
from peers.wire import answers_options

__all__ = ["PHONE", "PLAIN_PHONE", "PROJECT", "Line", "start_line"]

PROJECT = Path(__file__).resolve().parents[3]
RTP_PORTS = 400  # SIPp makes all its calls from one media port, and each needs a port of ours to itself
PHONE = ("jana", "tajné heslo 1")
PLAIN_PHONE = ("petr", "heslo-2")  # for phones whose configuration cannot hold every letter

SETTINGS = """\
[sip]
listen = {listen}
max_lag = "10 s"  # a crowded machine is no reason to refuse a test's call
{sip_more}
{tls}
[media]
ports = "{rtp}-{rtp_last}"
{media_more}
[[phones]]
user = "{phone[0]}"
password = "{phone[1]}"
number = "777000021"

[[phones]]
user = "{plain[0]}"
password = "{plain[1]}"
number = "777000021"

[store]
url = "sqlite:///accounts.db"

[speech]
cache = "{cache}"

[dialplan]
folder = "{dialplan}"

[prompts]
folder = "{project}/prompts"
"""


@dataclass(frozen=True, slots=True)
class Line:
    """The running line: where it answers on 127.0.0.1, and its settings file for other ``ivr`` commands.

    ``tls`` is where it answers by TLS, port 0 without a certificate. Both ports are those of ::1 too, where
    it was started with IPv6.
    """

    process: Process
    address: tuple[str, int]
    settings: Path
    tls: tuple[str, int] = ("127.0.0.1", 0)

    def log(self) -> str:
        """All it has printed."""
        return self.process.said()

    def answers(self) -> bool:
        """Whether it answers an OPTIONS."""
        return answers_options(self.address, seconds=2, user="4488")

    def speaks_from(self, port: int) -> bool:
        """Whether this is one of its ports for speech."""
        first, last = re.findall(r'(?m)^ports = "(\d+)-(\d+)"', self.settings.read_text("utf-8"))[0]
        return int(first) <= port <= int(last)

    def ivr(self, *arguments: str) -> str:
        """What another ``ivr`` command prints with the same settings; it must succeed."""
        run = subprocess.run(
            [*ivr(), *arguments],
            env=environment(self.settings),
            cwd=self.settings.parent,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
        assert run.returncode == 0, (
            f"ivr {' '.join(arguments)} ended with {run.returncode}\n{run.stdout}\n{run.stderr}"
        )
        return run.stdout

    def stop(self) -> None:
        """End it, and check that it was well till then. Asked twice, it does not wait for calls to end."""
        try:
            assert self.process.alive, f"the line has died:\n{self.log()[-6000:]}"
            assert self.answers(), f"the line no longer answers:\n{self.log()[-6000:]}"
        finally:
            self.process.ask_to_stop()
            with contextlib.suppress(PeerFailed):
                until(lambda: not self.process.alive, 3, lambda: "calls go on")
            self.process.stop()
        assert "Traceback" not in self.log(), self.log()[-6000:]


def ivr() -> list[str]:
    """The command line of this environment."""
    return [sys.executable, "-c", "from ivr.ops.cli import main; main()"]


def environment(settings: Path) -> dict[str, str]:
    """Where the command finds its settings; its output is plain text of any width."""
    return {
        **os.environ,
        "INFOLINE_SETTINGS": str(settings),
        "PYTHONUTF8": "1",
        "NO_COLOR": "1",
        "COLUMNS": "200",
    }


def start_line(
    folder: Path,
    *,
    sip_more: str = "",
    media_more: str = "",
    line_more: str = "",
    wait: str = "5 s",
    certificates: Certificates | None = None,
    ipv6: bool = False,
) -> Line:
    """A line with the demo store, ready when it has its accounts. All lines of a user share a speech cache.

    ``line_more`` is added to the ``[line]`` table of the delivered dialplan; ``wait`` is how long its menus
    wait for a key. With ``certificates`` it listens by TLS too, with ``ipv6`` on ::1 too.
    """
    sip, secure, rtp = free_port(), free_port() if certificates else 0, free_range(RTP_PORTS)
    hosts = ["127.0.0.1", "[::1]"] if ipv6 else ["127.0.0.1"]
    listen = [f"{host}:{sip}" for host in hosts] + [f"tls:{host}:{secure}" for host in hosts if secure]
    tls = ""
    if certificates:
        files = {"certificate": certificates.certificate, "key": certificates.key, "ca": certificates.ca}
        tls = "".join(["[sip.tls]\n", *(f'{name} = "{file}"\n' for name, file in files.items())])
    settings = folder / "infoline.toml"
    settings.write_text(
        SETTINGS.format(
            listen=json.dumps(listen), tls=tls, sip_more=sip_more,
            rtp=rtp, rtp_last=rtp + RTP_PORTS - 1, media_more=media_more,
            phone=PHONE, plain=PLAIN_PHONE, project=PROJECT, dialplan=_dialplan(folder, line_more, wait),
            cache=Path(tempfile.gettempdir()) / f"infoline-test-speech-{os.getuid()}",
        ),
        encoding="utf-8",
    )  # fmt: skip
    process = Process("line", [*ivr(), "run", "--demo"], folder, environment=environment(settings))
    line = Line(process, ("127.0.0.1", sip), settings, ("127.0.0.1", secure))
    try:
        process.wait_for(lambda: answers_options(line.address, user="4488"), 120)
        process.wait_for(lambda: "Ctrl-C closes it" in process.said(), 60)  # the demo accounts are entered
    except BaseException:
        process.stop()
        raise
    return line


def _dialplan(folder: Path, line_more: str, wait: str) -> Path:
    delivered = PROJECT / "dialplan"
    if not line_more and wait == "5 s":
        return delivered
    own = shutil.copytree(delivered, folder / "dialplan")
    text = (own / "callpro.toml").read_text("utf-8").replace('= "5 s"', f'= "{wait}"')
    (own / "callpro.toml").write_text(text.replace("[line]", f"[line]\n{line_more}", 1), "utf-8")
    return own
