"""``asterisk-conf/`` in, a running Asterisk 22 out: the PBX person's files with the ports of a test."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from peers.certificates import Certificates
from peers.process import PeerFailed, Process, free_port, free_range, until
from peers.sipp import Message

__all__ = ["Asterisk", "Streams", "asterisk_is_here", "root", "start_asterisk"]

SCRIPT = Path(__file__).with_name("asterisk.sh")
TEMPLATES = Path(__file__).resolve().parents[3] / "asterisk-conf"
RTP_PORTS = 100

OTHER_TRUNKS = ("pjsip-tcp.conf", "pjsip-tls.conf")

# as Debian ships them; a PBX has them anyway, and without them Asterisk complains
DEBIANS = ("acl", "ccss", "cdr", "cel", "features", "indications", "pjproject", "udptl")

ASTERISK_CONF = """\
[directories]
astcachedir => {here}/cache
astetcdir => {here}/etc
astmoddir => {modules}
astvarlibdir => {here}/lib
astdbdir => {here}/lib
astkeydir => {here}/lib
astdatadir => /usr/share/asterisk
astspooldir => {here}/spool
astrundir => {here}/run
astlogdir => {here}/log

[options]
verbose = 3
nocolor = yes
"""


def root() -> Path:
    """The folder of the chroot."""
    return Path(os.environ.get("ASTERISK_ROOT", "/var/cache/infoline-asterisk"))


def asterisk_is_here() -> bool:
    """Whether the chroot stands and this user may enter it."""
    return os.geteuid() == 0 and (root() / "usr/sbin/asterisk").exists()


# "pjsip set logger on"; a message ends where the next line of the console begins
LOGGED = re.compile(
    r"^<--- (Transmitting|Received) SIP \w+ \(\d+ bytes\) \w+ \S+ --->\s*?\n(.*?)(?=^<---|^\s*-- |^\[|\Z)",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Streams:
    """Where the line answers by TCP and by TLS, and whose certificates the PBX believes and shows."""

    tcp: tuple[str, int]
    tls: tuple[str, int]
    certificates: Certificates


@dataclass(frozen=True, slots=True)
class Asterisk:
    """A running Asterisk: its SIP port on 127.0.0.1 and its command line."""

    process: Process
    sip_port: int
    folder: Path
    config_inside: str

    def cli(self, command: str) -> str:
        """What ``asterisk -rx`` prints for a command."""
        run = subprocess.run(
            ["chroot", str(root()), "asterisk", "-C", self.config_inside, "-rx", command],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        return run.stdout + run.stderr

    def log(self) -> str:
        """Its messages file: notices, warnings, errors and the dialplan's steps."""
        return (self.folder / "log/messages").read_text(encoding="utf-8", errors="replace")

    def messages(self) -> list[Message]:
        """Every SIP message it has logged since ``pjsip set logger on``, in order; ``at`` is not known."""
        return [
            Message(0.0, way == "Received", text.replace("\r", "").strip())
            for way, text in LOGGED.findall(self.process.said())
        ]

    def contact(self, aor: str) -> str:
        """What OPTIONS have found of an aor's one contact: Avail, Unavail or NonQual."""
        found = re.search(rf"(?m)^\s*Contact:\s+{aor}/\S+\s+\S+\s+(\w+)", self.cli(f"pjsip show aor {aor}"))
        return found[1] if found else ""

    def sees_the_line(self) -> bool:
        """Whether all trunks have had an answer to OPTIONS."""
        seen = re.findall(
            r"(?m)^\s*Contact:\s+infoline\S*/\S+\s+\S+\s+(\w+)", self.cli("pjsip show contacts")
        )
        return len(seen) >= 2 and set(seen) == {"Avail"}

    def stop(self) -> None:
        """End it and remove its folder."""
        self.process.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def set_once(text: str, setting: str, value: str) -> str:
    """The text with the one line ``setting=...`` changed; PeerFailed where there is not just one."""
    changed, times = re.subn(rf"(?m)^{setting}=.*$", f"{setting}={value}", text)
    if times != 1:
        raise PeerFailed(f"asterisk-conf: {setting}= stands there {times} times, not once")
    return changed


def write_streams(folder: Path, inside: str, sip_port: int, streams: Streams) -> str:
    """pjsip-tcp.conf and pjsip-tls.conf with this test's ports and keys; what includes them."""
    streams.certificates.copied_to(folder / "etc/keys")
    for name, host, bind in (
        ("tcp", streams.tcp, sip_port),
        ("tls", streams.tls, free_port()),
    ):
        text = (TEMPLATES / f"pjsip-{name}.conf").read_text(encoding="utf-8")
        text = set_once(text, "bind", f"127.0.0.1:{bind}")
        text = set_once(text, "contact", rf"sip:{host[0]}:{host[1]}\\;transport={name}")
        text = set_once(text, "qualify_frequency", "2")
        if name == "tls":
            for setting, file in (
                ("cert_file", "server.pem"),
                ("priv_key_file", "server.key"),
                ("ca_list_file", "ca.pem"),
            ):
                text = set_once(text, setting, f"{inside}/etc/keys/{file}")
        (folder / f"etc/pjsip-{name}.conf").write_text(text, encoding="utf-8")
    return '\n#include "pjsip-tcp.conf"\n#include "pjsip-tls.conf"\n'


def write_configuration(
    folder: Path, inside: str, sip_port: int, line: tuple[str, int], more: Mapping[str, str]
) -> None:
    """The templates with this test's ports, and an asterisk.conf that keeps everything in the folder."""
    for name in ("etc", "lib", "lib/keys", "spool", "run", "log", "cache"):
        (folder / name).mkdir()
    for template in TEMPLATES.glob("*.conf"):
        if template.name in OTHER_TRUNKS:
            continue
        text = template.read_text(encoding="utf-8")
        if template.name == "pjsip.conf":
            text = set_once(text, "bind", f"127.0.0.1:{sip_port}")
            text = set_once(text, "contact", f"sip:{line[0]}:{line[1]}")
            text = set_once(text, "match", line[0])
            text = set_once(text, "qualify_frequency", "2")
        elif template.name == "rtp.conf":
            first = free_range(RTP_PORTS)
            text = set_once(text, "rtpstart", str(first))
            text = set_once(text, "rtpend", str(first + RTP_PORTS - 1))
        text += more.get(template.name, "")
        (folder / "etc" / template.name).write_text(text, encoding="utf-8")
    for name in DEBIANS:
        shutil.copy(root() / f"etc/asterisk/{name}.conf", folder / "etc")
    modules = next((root() / "usr/lib").glob("*/asterisk/modules"))
    (folder / "etc/asterisk.conf").write_text(
        ASTERISK_CONF.format(here=inside, modules="/" + str(modules.relative_to(root()))), encoding="utf-8"
    )


def start_asterisk(
    line: tuple[str, int],
    *,
    line_answers: bool = True,
    more: Mapping[str, str] | None = None,
    streams: Streams | None = None,
) -> Asterisk:
    """An Asterisk whose trunk goes to the line at (host, port); ready when it sees the line answer.

    ``more`` is appended to the files of these names; ``streams`` adds the trunks by TCP and TLS.
    """
    folder = Path(tempfile.mkdtemp(prefix="infoline-test-", dir=root() / "tmp"))
    inside = "/" + str(folder.relative_to(root()))
    sip_port = free_port()
    write_configuration(folder, inside, sip_port, line, more or {})
    if streams is not None:
        includes = write_streams(folder, inside, sip_port, streams)
        with (folder / "etc/pjsip.conf").open("a", encoding="utf-8") as file:
            file.write(includes)
    config = f"{inside}/etc/asterisk.conf"
    process = Process("asterisk", [SCRIPT, "run", config], folder)
    asterisk = Asterisk(process, sip_port, folder, config)
    try:
        process.wait_for(lambda: "fully booted" in asterisk.cli("core waitfullybooted"), 30)
        if line_answers:
            until(
                asterisk.sees_the_line,
                15,
                lambda: "the PBX does not see the line:\n" + asterisk.cli("pjsip show contacts"),
            )
    except BaseException:
        asterisk.stop()
        raise
    return asterisk
