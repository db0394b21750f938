"""A process in, the same in a network of its own out: what a fuzzed line sends reaches nobody (Linux).

A mutated message may name any address as where speech or requests go.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys

__all__ = ["go_alone"]

_MARK = "INFOLINE_FUZZ_ALONE"
_SIOCSIFFLAGS, _IFF_UP, _IFF_RUNNING = 0x8914, 0x1, 0x40  # Linux, netdevice(7)


def go_alone(module: str) -> bool:
    """Start the module again where there is only a loopback; False where the system does not let us.

    Does not return when it starts it again; in the new network it gives True.
    """
    if os.environ.get(_MARK):
        _raise_loopback()
        return True
    unshare = shutil.which("unshare")
    if unshare is None:
        return False
    into = [unshare, "--net", "--map-root-user"]
    if subprocess.run([*into, "true"], capture_output=True, check=False).returncode:
        return False
    command = [*into, sys.executable, "-m", module, *sys.argv[1:]]
    return bool(os.execvpe(command[0], command, {**os.environ, _MARK: "1"}))


def _raise_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh", b"lo", _IFF_UP | _IFF_RUNNING))
