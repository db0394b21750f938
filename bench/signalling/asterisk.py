"""A sound in, an Asterisk 22 that plays it to every caller and hangs up out, with no module beside these.

It runs in the chroot that ``tests/interop/peers/asterisk.sh make`` builds; ASTERISK_ROOT names another.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.running_line import free_port

__all__ = ["RunningAsterisk", "asterisk_is_here", "running_asterisk"]

_OPENS_WITHIN = 30.0
_AS_SHIPPED = ("acl", "ccss", "cel", "features", "indications", "pjproject", "udptl")
_MODULES = (
    "pbx_config", "app_playback", "format_pcm", "codec_alaw", "bridge_simple", "res_crypto",
    "res_timing_timerfd", "res_sorcery_config", "res_sorcery_memory", "res_sorcery_astdb", "res_pjproject",
    "res_pjsip", "res_pjsip_session", "res_pjsip_sdp_rtp", "res_pjsip_endpoint_identifier_ip",
    "res_pjsip_pubsub", "res_pjsip_authenticator_digest",
    "res_rtp_asterisk", "chan_pjsip",
)  # fmt: skip
_FILES = {
    "asterisk": """\
[directories]
astcachedir => {here}/var
astetcdir => {here}/etc
astmoddir => {modules}
astvarlibdir => {here}/var
astdbdir => {here}/var
astkeydir => {here}/var
astdatadir => /usr/share/asterisk
astspooldir => {here}/var
astrundir => {here}/var
astlogdir => {here}/var

[options]
verbose = 0
nocolor = yes
""",
    "modules": "[modules]\nautoload=no\n{load}\n",
    "cdr": "[general]\nenable=no\n",
    "logger": "[general]\n\n[logfiles]\nmessages => warning,error\n",
    "rtp": "[general]\nrtpstart=22000\nrtpend=31999\n",
    "extensions": """\
[callers]
exten => 4488,1,Answer()
 same => n,Playback({here}/sentence)
 same => n,Hangup()
""",
    "pjsip": """\
[global]
type=global
endpoint_identifier_order=ip

[udp]
type=transport
protocol=udp
bind=127.0.0.1:{port}

[caller]
type=endpoint
transport=udp
context=callers
disallow=all
allow=alaw
direct_media=no

[caller]
type=identify
endpoint=caller
match=127.0.0.1
""",
}


@dataclass(frozen=True, slots=True)
class RunningAsterisk:
    """Where it answers, and its process."""

    address: tuple[str, int]
    process: int


def _root() -> Path:
    return Path(os.environ.get("ASTERISK_ROOT", "/var/cache/infoline-asterisk"))


def asterisk_is_here() -> bool:
    """Whether the chroot stands and this user may enter it."""
    return os.geteuid() == 0 and (_root() / "usr/sbin/asterisk").exists()


@contextlib.contextmanager
def running_asterisk(sentence: bytes, files: Mapping[str, str] = _FILES) -> Iterator[RunningAsterisk]:
    """Open it with what it says, as A-law; close it in the end. RuntimeError when it does not open.

    ``files`` are its configuration by name, with ``{here}``, ``{port}``, ``{modules}`` and ``{load}`` to be
    filled in.
    """
    folder = Path(tempfile.mkdtemp(prefix="infoline-bench-", dir=_root() / "tmp"))
    inside, port = f"/{folder.relative_to(_root())}", free_port()
    try:
        _write(folder, inside, port, files)
        (folder / "sentence.alaw").write_bytes(sentence)
        command = ["chroot", _root(), "asterisk", "-f", "-C", f"{inside}/etc/asterisk.conf"]
        with (folder / "output").open("w") as output:
            process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        try:
            _wait_until_open(process, folder, inside)
            yield RunningAsterisk(("127.0.0.1", port), process.pid)
        finally:
            process.kill()
            process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write(folder: Path, inside: str, port: int, files: Mapping[str, str]) -> None:
    for name in ("etc", "var", "var/keys"):
        (folder / name).mkdir()
    modules = next((_root() / "usr/lib").glob("*/asterisk/modules")).relative_to(_root())
    load = "\n".join(f"load={name}.so" for name in _MODULES)
    for name, text in files.items():
        written = text.format(here=inside, modules=f"/{modules}", load=load, port=port)
        (folder / f"etc/{name}.conf").write_text(written, "utf-8")
    for name in set(_AS_SHIPPED) - set(files):
        shutil.copy(_root() / f"etc/asterisk/{name}.conf", folder / "etc")


def _wait_until_open(process: subprocess.Popen[bytes], folder: Path, inside: str) -> None:
    ask = ["chroot", _root(), "asterisk", "-C", f"{inside}/etc/asterisk.conf", "-rx", "core waitfullybooted"]
    deadline = time.monotonic() + _OPENS_WITHIN
    while b"fully booted" not in subprocess.run(ask, capture_output=True, check=False).stdout:
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"Asterisk did not open:\n{(folder / 'output').read_text()[-2000:]}")
        time.sleep(0.1)
