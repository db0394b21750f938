"""The peers as fixtures. All that a test starts has its own ports and folders and is ended by its process id.

A peer that is not installed skips its tests; with CI set it fails them. ``.ci/peers`` installs all of them.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from peers.asterisk import Asterisk, asterisk_is_here, start_asterisk
from peers.baresip import Baresip, baresip_is_here
from peers.certificates import Certificates, make_certificates
from peers.kamailio import Kamailio, kamailio_is_here, start_kamailio
from peers.line import Line, start_line
from peers.sipp import Sipp, sipp_is_here

HERE: dict[str, Callable[[], bool]] = {
    "asterisk": asterisk_is_here,
    "baresip": baresip_is_here,
    "kamailio": kamailio_is_here,
    "line": lambda: importlib.util.find_spec("ivr.ops.cli") is not None,
    "raw sockets": lambda: os.geteuid() == 0,
    "sipp": sipp_is_here,
    "sipvicious": lambda: importlib.util.find_spec("sipvicious") is not None,
}


def peer_required(name: str) -> None:
    """Skip the test where the peer is missing; fail it where CI is set."""
    if HERE[name]():
        return
    reason = f"{name} is not here (.ci/peers installs it; some of it wants root)"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything under this folder that uses a peer is an interop test.

    A peer that a busy machine kept waiting gets a second try, and is named; what is broken fails both.
    """
    peers = {*HERE, "brisk_line", "calls", "open_line", "streams_line"}
    for item in items:
        if Path(__file__).parent in item.path.parents and peers & set(getattr(item, "fixturenames", ())):
            item.add_marker("interop")
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """The line, as it runs for customers, shared by all tests of a worker; checked to be well at the end."""
    peer_required("line")
    running = start_line(tmp_path_factory.mktemp("line"))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def brisk_line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """A line that gives up after 6.4 s instead of 32 (T1 is 100 ms), for phones that know MD5 alone."""
    peer_required("line")
    running = start_line(tmp_path_factory.mktemp("brisk-line"), sip_more='t1 = "100 ms"\ndigests = ["MD5"]')
    yield running
    running.stop()


@pytest.fixture
def open_line(tmp_path: Path) -> Iterator[Callable[..., Line]]:
    """Opens a line with settings of its own: ``open_line(sip_more='max_calls = 1')``."""
    peer_required("line")
    opened: list[Line] = []

    def start(**more: Any) -> Line:
        folder = tmp_path / f"line-{len(opened)}"
        folder.mkdir()
        opened.append(start_line(folder, **more))
        return opened[-1]

    yield start
    for running in opened:
        running.stop()


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """An authority that signs the certificates of all who speak TLS."""
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def streams_line(tmp_path_factory: pytest.TempPathFactory, certificates: Certificates) -> Iterator[Line]:
    """A line that listens by UDP, TCP and TLS, on 127.0.0.1 and ::1."""
    peer_required("line")
    folder = tmp_path_factory.mktemp("streams-line")
    shown = certificates.copied_to(folder / "tls")
    running = start_line(folder, sip_more='digests = ["MD5"]', certificates=shown, ipv6=True)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def asterisk(line: Line) -> Iterator[Asterisk]:
    """A PBX with ``asterisk-conf/`` whose trunk goes to the line."""
    peer_required("asterisk")
    running = start_asterisk(line.address)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def kamailio(line: Line, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kamailio]:
    """The front of ``kamailio-conf/`` with the line behind it."""
    peer_required("kamailio")
    running = start_kamailio([line.address], tmp_path_factory.mktemp("kamailio"))
    yield running
    running.stop()


@pytest.fixture
def sipp(tmp_path: Path) -> Callable[..., Sipp]:
    """SIPp as a caller: ``sipp(number="777123456", codec=(0, "PCMU")).play("call", line.address)``."""
    peer_required("sipp")
    made: list[Sipp] = []

    def make(**more: object) -> Sipp:
        folder = tmp_path / f"sipp-{len(made)}"
        folder.mkdir()
        made.append(Sipp(folder, **more))  # type: ignore[arg-type]
        return made[-1]

    return make


@pytest.fixture
def baresip(tmp_path: Path) -> Callable[..., Baresip]:
    """A softphone: ``with baresip(server, (user, password), codec="PCMU") as phone``."""
    peer_required("baresip")
    return lambda server, login, **more: Baresip(tmp_path / f"baresip-{login[0]}", server, login, **more)
