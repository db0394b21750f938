"""``kamailio-conf/kamailio.cfg`` in, a running Kamailio in front of the given nodes out."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from peers.process import Process, free_port
from peers.wire import answers_options

__all__ = ["Kamailio", "kamailio_is_here", "start_kamailio"]

CONFIGURATION = Path(__file__).resolve().parents[3] / "kamailio-conf/kamailio.cfg"


def kamailio_is_here() -> bool:
    """Whether Kamailio is installed."""
    return program() is not None


def program(name: str = "kamailio") -> str | None:
    """A program's path; /usr/sbin is not in everybody's PATH."""
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


@dataclass(frozen=True, slots=True)
class Kamailio:
    """A running Kamailio and its SIP port on 127.0.0.1."""

    process: Process
    sip_port: int
    folder: Path

    def nodes(self) -> dict[str, str]:
        """Each node's address and flags as ``kamcmd dispatcher.list`` shows them: AP active, IP left out."""
        run = subprocess.run(
            [program("kamcmd") or "kamcmd", "-s", f"unix:{self.folder}/kamailio_ctl", "dispatcher.list"],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
        return dict(re.findall(r"URI: (\S+)\s+FLAGS: (\w+)", run.stdout))

    def stop(self) -> None:
        """End it, its children with it."""
        self.process.stop()


def start_kamailio(nodes: Sequence[tuple[str, int]], folder: Path) -> Kamailio:
    """A Kamailio in front of the nodes; ready when it answers OPTIONS with 200, so when it sees a node."""
    port = free_port()
    listed = folder / "dispatcher.list"
    listed.write_text("".join(f"1 sip:{host}:{node} 0 0\n" for host, node in nodes), encoding="ascii")
    process = Process(
        "kamailio",
        [
            program() or "kamailio",
            "-f", CONFIGURATION,
            "-DD", "-E", "-e",
            "-m", "32", "-M", "8",
            "-P", folder / "kamailio.pid",
            "-Y", folder,
            "-A", f"LISTEN=udp:127.0.0.1:{port}",
            "-A", f'DISPATCHER_LIST="{listed}"',
            "-A", "PING_INTERVAL=1",
        ],
        folder,
    )  # fmt: skip
    kamailio = Kamailio(process, port, folder)
    try:
        process.wait_for(lambda: answers_options(("127.0.0.1", port)), 15)
    except BaseException:
        kamailio.stop()
        raise
    return kamailio
