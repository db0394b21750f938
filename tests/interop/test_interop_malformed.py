"""Bad datagrams to the running line: each is answered or dropped, and an OPTIONS after each is answered."""

import socket
from collections.abc import Iterator

import pytest
from malformed import DATAGRAMS, datagram
from peers.line import Line
from peers.process import until
from peers.wire import answers_options, ask, status_of


@pytest.fixture(scope="module")
def door() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.bind(("127.0.0.1", 0))
        yield opened


def test_there_are_enough_of_them() -> None:
    assert len(DATAGRAMS) >= 150
    assert all(len(data) <= 65507 for data in DATAGRAMS.values()), "does not fit a datagram"


@pytest.mark.parametrize("name", DATAGRAMS)
def test_the_line_answers_after(brisk_line: Line, door: socket.socket, name: str) -> None:
    door.sendto(datagram(name, *door.getsockname()), brisk_line.address)
    assert answers_options(brisk_line.address, seconds=2, user="4488"), f"dead or deaf after: {name}"


def test_nothing_of_it_left_a_call_or_a_trace(brisk_line: Line) -> None:
    """The bad INVITEs that were answered with 200 are never acknowledged: after 64*T1 none is left."""
    until(
        lambda: brisk_line.log().count("call began") == brisk_line.log().count("call ended"),
        10,
        lambda: brisk_line.log()[-3000:],
    )
    assert "Traceback" not in brisk_line.log()


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("compact headers", 200),
        ("headers in any case", 200),
        ("spaces around the colons", 200),
        ("a folded Via", 200),
        ("line ends before the start line", 200),
        ("escaped letters of the number", 200),
        ("a quoted name full of signs", 200),
        ("BYE of no call", 481),
        ("CANCEL of no call", 481),
        ("INFO of no call", 481),
        ("re-INVITE of no call", 481),
        ("REGISTER without credentials", 401),
        ("unknown Require", 420),
        ("a body of another type", 415),
        ("CSeq of another method", 400),
        ("Content-Length too large", 400),
        ("version 3.0", 505),
    ],
)
def test_what_can_be_understood_gets_its_own_answer(brisk_line: Line, name: str, status: int) -> None:
    """RFC 3261 sections 7.3.1, 8.2.2.3, 8.2.3, 8.1.1.5, 12.2.2, 18.3, 21.5.6."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as fresh:
        fresh.bind(("127.0.0.1", 0))
        answer = ask(fresh, datagram(name, *fresh.getsockname()), brisk_line.address, b"", 2)
    assert answer is not None, "no answer"
    assert status_of(answer) == status
