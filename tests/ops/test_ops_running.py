"""``ivr run`` in a process of its own: what it announces, how it is refused a port, how it closes."""

import asyncio
import gc
import signal
import socket
import sys

import pytest
from hand_phone import HandPhone
from operator_desk import PATIENCE, Desk, open_desk, started, until

from ivr.errors import ConfigurationError, StoreUnavailable
from ivr.ops.files import read_files
from ivr.ops.running import open_line
from ivr.ops.settings import load_settings


@pytest.fixture
def desk(tmp_path) -> Desk:
    return open_desk(tmp_path)


def test_it_announces_itself_answers_and_closes_when_told(desk):
    with started(desk, "run", "--demo") as process:
        said = until(process, "Ctrl-C closes it")
        text = "\n".join(said)
        assert f"The line is open on 127.0.0.1:{desk.port} (UDP, TCP)" in text
        assert f"sip:4488@127.0.0.1:{desk.port}" in text
        assert "+420777123456" in text
        with HandPhone(desk.port) as caller:
            caller.call()
            caller.hang_up()
        process.send_signal(signal.SIGTERM)
        rest = process.communicate(timeout=PATIENCE)[0]
        assert process.returncode == 0
        assert "Traceback" not in rest
        assert "call ended" in rest
        assert "777123456" not in rest


def test_it_lets_the_calls_it_has_end_before_it_closes(desk):
    with started(desk, "run") as process, HandPhone(desk.port) as caller, HandPhone(desk.port) as late:
        until(process, "Ctrl-C closes it")
        caller.call()
        process.send_signal(signal.SIGTERM)
        until(process, "Closing: 1 calls may end")
        late.send("INVITE", 1)
        assert "retry-after: " in late.hears("SIP/2.0 503").lower()
        assert process.poll() is None
        caller.hang_up()
        rest = process.communicate(timeout=9)[0]
        assert (process.returncode, "Traceback" in rest) == (0, False)


def test_a_second_signal_closes_it_at_once(desk):
    with started(desk, "run") as process, HandPhone(desk.port) as caller:
        until(process, "Ctrl-C closes it")
        caller.call()
        process.send_signal(signal.SIGINT)
        until(process, "Closing: 1 calls may end")
        process.send_signal(signal.SIGINT)
        rest = process.communicate(timeout=9)[0]
        assert "Traceback" not in rest


def test_a_taken_port_is_one_line_and_exit_1(desk):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", desk.port))
        with started(desk, "run") as process:
            said = process.communicate(timeout=PATIENCE)[0]
            assert process.returncode == 1
            assert f"sip.listen: cannot listen on udp:127.0.0.1:{desk.port}: Address already in use" in said
            assert len([line for line in said.splitlines() if line.strip()]) == 1


def test_a_store_that_cannot_be_read_is_one_line_and_exit_1(desk):
    (desk.folder / "accounts.db").write_text("no database at all, but a letter\n" * 40)
    with started(desk, "run") as process:
        said = process.communicate(timeout=PATIENCE)[0]
        assert process.returncode == 1
        assert "accounts.db" in said
        assert len([line for line in said.splitlines() if line.strip()]) == 1


@pytest.fixture
def interval():
    """The line shortens the interpreter's switch interval for its process; this one gets it back."""
    before = sys.getswitchinterval()
    yield
    sys.setswitchinterval(before)


async def test_what_was_opened_is_closed_again_when_a_later_part_fails(desk, interval):
    settings = load_settings(desk.settings)
    files, problems = read_files(settings)
    assert not problems
    tasks = asyncio.all_tasks()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", desk.port))
        with pytest.raises(ConfigurationError, match="cannot listen"):
            async with open_line(settings, files, lambda event: None):
                pass
    async with open_line(settings, files, lambda event: None) as running:
        assert running.addresses[0][:2] == ("127.0.0.1", desk.port)
        assert running.line.calls == 0
    assert asyncio.all_tasks() == tasks


async def test_the_collector_is_left_as_it_was_found(desk, interval):
    settings = load_settings(desk.settings)
    async with open_line(settings, read_files(settings)[0], lambda event: None):
        assert not gc.isenabled()
        assert gc.get_freeze_count() > 10_000
    assert gc.isenabled()
    assert not gc.get_freeze_count()


async def test_the_sentences_spoken_before_the_line_opens_are_counted(desk, interval):
    settings = load_settings(desk.settings)
    files, _ = read_files(settings)
    steps: list[tuple[int, int]] = []
    async with open_line(settings, files, lambda event: None, lambda *step: steps.append(step)):
        assert steps[-1][0] == steps[-1][1] == len(files.catalogue.fixed_sentences("cs"))


async def test_a_store_that_cannot_be_opened_opens_nothing(desk, interval):
    (desk.folder / "accounts.db").mkdir()
    settings = load_settings(desk.settings)
    with pytest.raises(StoreUnavailable):
        async with open_line(settings, read_files(settings)[0], lambda event: None):
            pass
