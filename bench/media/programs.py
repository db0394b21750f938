"""The C programs of ``bench/floor`` in, their binaries out."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

__all__ = ["compiler_is_here", "programs"]

_SOURCES = Path(__file__).resolve().parents[1] / "floor"
_OPTIONS = ["-O2", "-march=native", "-Wall", "-Wextra", "-Werror", "-pthread"]


def compiler_is_here() -> bool:
    """Whether there is a C compiler."""
    return shutil.which("gcc") is not None


@contextlib.contextmanager
def programs() -> Iterator[Path]:
    """A folder with ``floor`` and ``phones``, compiled here and now; it goes in the end."""
    with tempfile.TemporaryDirectory(prefix="infoline-bench-") as name:
        for source in _SOURCES.glob("*.c"):
            target = Path(name) / source.stem
            done = subprocess.run(["gcc", *_OPTIONS, "-o", target, source], capture_output=True, check=False)
            if done.returncode:
                raise RuntimeError(f"{source.name} does not compile:\n{done.stderr.decode()}")
        yield Path(name)
