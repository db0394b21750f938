"""``kamailio-conf/kamailio.cfg`` in, a running Kamailio in front of the given nodes out."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from peers.certificates import Certificates
from peers.process import Process, free_port
from peers.wire import answers_options

__all__ = ["Kamailio", "kamailio_is_here", "start_kamailio"]

CONFIGURATION = Path(__file__).resolve().parents[3] / "kamailio-conf"


def kamailio_is_here() -> bool:
    """Whether Kamailio is installed."""
    return program() is not None


def program(name: str = "kamailio") -> str | None:
    """A program's path; /usr/sbin is not in everybody's PATH."""
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


@dataclass(frozen=True, slots=True)
class Kamailio:
    """A running Kamailio and its ports on 127.0.0.1: ``sip_port`` for UDP and TCP, ``tls_port`` or 0."""

    process: Process
    sip_port: int
    folder: Path
    tls_port: int

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


def start_kamailio(
    nodes: Sequence[tuple[str, int]],
    folder: Path,
    *,
    by: str = "udp",
    certificates: Certificates | None = None,
) -> Kamailio:
    """A Kamailio in front of the nodes; ready when it answers OPTIONS with 200, so when it sees a node.

    The nodes are reached by UDP or TCP (``by``), and with ``certificates`` callers come by TLS too.
    """
    port, tls_port = free_port(), free_port() if certificates else 0
    listed = folder / "dispatcher.list"
    transport = "" if by == "udp" else f";transport={by}"
    listed.write_text(
        "".join(f"1 sip:{host}:{node}{transport} 0 0\n" for host, node in nodes), encoding="ascii"
    )
    secure: list[str | Path] = []
    if certificates:
        text = (CONFIGURATION / "tls.cfg").read_text(encoding="utf-8")
        text = re.sub(r"(?m)^certificate = .*", f"certificate = {certificates.certificate}", text)
        text = re.sub(r"(?m)^private_key = .*", f"private_key = {certificates.key}", text)
        (folder / "tls.cfg").write_text(text, encoding="utf-8")
        secure = ["-A", f"LISTEN_TLS=tls:127.0.0.1:{tls_port}", "-A", f'TLS_CONFIG="{folder}/tls.cfg"']
    process = Process(
        "kamailio",
        [
            program() or "kamailio",
            "-f", CONFIGURATION / "kamailio.cfg",
            "-DD", "-E", "-e",
            "-m", "32", "-M", "8",
            "-P", folder / "kamailio.pid",
            "-Y", folder,
            "-A", f"LISTEN=udp:127.0.0.1:{port}",
            "-A", f"LISTEN_TCP=tcp:127.0.0.1:{port}",
            *secure,
            "-A", f'DISPATCHER_LIST="{listed}"',
            "-A", "PING_INTERVAL=1",
        ],
        folder,
    )  # fmt: skip
    kamailio = Kamailio(process, port, folder, tls_port)
    try:
        process.wait_for(lambda: answers_options(("127.0.0.1", port)), 15)
    except BaseException:
        kamailio.stop()
        raise
    return kamailio
