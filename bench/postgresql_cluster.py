"""A folder comes in, a PostgreSQL server of one's own on a free port goes out, and is ended again.

It is found where Debian keeps it or in PATH. Started by root it runs as another user, since it refuses root.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["Cluster", "postgresql_is_here", "running_cluster"]

_OWNERS = ("postgres", "nobody")
_START_WITHIN = 60.0  # seconds


def program(name: str) -> str | None:
    """The newest of Debian's versions, or what is in PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parts[4]))
    return str(found[-1]) if found else shutil.which(name)


def postgresql_is_here() -> bool:
    """Whether a server can be started here."""
    return all(program(name) for name in ("initdb", "postgres", "pg_isready"))


class Cluster:
    """A server of one's own; ``stop`` ends it, ``kill`` is a power cut, ``start`` brings it back."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.port = _free_port()
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None
        self._run("initdb", "-D", "data", "-U", "infoline", "--auth=trust", "-E", "UTF8", "--no-sync")

    def start(self) -> None:
        """Start the server and wait until it takes connections; RuntimeError with its log if it does not."""
        named = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "200",
        }
        settings = [part for name, value in named.items() for part in ("-c", f"{name}={value}")]
        given = [part for option in self._options for part in ("-c", option)]
        log = self.folder / "log"
        with log.open("ab") as sink:
            self._process = subprocess.Popen(
                [str(program("postgres")), "-D", "data", *settings, *given],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                start_new_session=True,
                **_owner(),
            )
        asking = [str(program("pg_isready")), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        until = time.monotonic() + _START_WITHIN
        while subprocess.run(asking, check=False).returncode != 0:
            if self._process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"PostgreSQL does not start: {log.read_text()[-2000:]}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End the server at once, connections and all, without tidying what is thrown away anyway."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """``kill -9`` to the server and all its processes at once."""
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(30)

    def address(self) -> str:
        """The store address of the one database."""
        return f"postgresql+asyncpg://infoline@127.0.0.1:{self.port}/postgres"

    def empty(self) -> None:
        """Throw away all that is in the database."""
        self.ask("SET client_min_messages = warning; DROP SCHEMA public CASCADE; CREATE SCHEMA public")

    def ask(self, statement: str) -> str:
        """What psql answers; RuntimeError where it refuses."""
        return self._run(
            *("psql", "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-U", "infoline"),
            *("-h", "127.0.0.1", "-p", str(self.port), "-d", "postgres", "-f", "-"),
            given=statement,
        ).strip()

    def _run(self, name: str, *arguments: str, given: str = "") -> str:
        done = subprocess.run(
            [str(program(name)), *arguments],
            cwd=self.folder,
            input=given.encode(),
            capture_output=True,
            check=False,
            **_owner(),
        )
        if done.returncode != 0:
            raise RuntimeError(f"{name}: {done.stderr.decode()[-2000:]}")
        return done.stdout.decode()


@contextmanager
def running_cluster(*options: str) -> Iterator[Cluster]:
    """A server with these settings (``fsync=off``) in a temporary folder, ended and removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="infoline-postgresql-"))
    cluster: Cluster | None = None
    try:
        if os.geteuid() == 0:
            who = pwd.getpwnam(str(_owner()["user"]))
            os.chown(folder, who.pw_uid, who.pw_gid)
        cluster = Cluster(folder, *options)
        cluster.start()
        yield cluster
    finally:
        if cluster is not None:
            cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _owner() -> dict[str, object]:
    """How a process is started as somebody whom PostgreSQL accepts."""
    if os.geteuid() != 0:
        return {}
    for name in _OWNERS:
        with contextlib.suppress(KeyError):
            who = pwd.getpwnam(name)
            return {"user": name, "group": who.pw_gid, "extra_groups": []}
    raise RuntimeError("PostgreSQL does not run as root, and there is no other user here")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
