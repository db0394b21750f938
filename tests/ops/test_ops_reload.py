"""Reading the operator's files again: in this process event by event, and by SIGHUP in one of its own."""

import asyncio
import contextlib
import shutil
import signal
from collections.abc import AsyncIterator

import pytest
from hand_phone import HandPhone
from operator_desk import Desk, open_desk, started, until

from ivr.call.edition import Edition
from ivr.call.events import Fault, FilesRefused, FilesTaken
from ivr.ops.files import Files, read_again, read_files
from ivr.ops.reloading import Reloading
from ivr.ops.settings import load_settings
from ivr.ops.settings_dialplan import FACTS
from ivr.ops.sound import prepare
from ivr.speech.library import Library


@pytest.fixture
def desk(tmp_path) -> Desk:
    return open_desk(tmp_path)


def add(desk: Desk, text: str) -> None:
    """Write something at the end of the line's file."""
    with (desk.folder / "dialplan" / "callpro.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n{text}\n")


class Line:
    """Where editions go, and what is told."""

    def __init__(self, desk: Desk, library: Library, first: Edition) -> None:
        self.desk, self.library, self.first = desk, library, first
        self.settings = load_settings(desk.settings)
        self.editions: list[Edition] = []
        self.reads = 0
        self.told: asyncio.Queue = asyncio.Queue()
        self.reloading = Reloading(self.read, library, first, self.editions.append, self.told.put_nowait)

    def read(self) -> tuple[Files, list]:
        self.reads += 1
        return read_again(self.settings, lambda: load_settings(self.desk.settings))

    async def reload(self):
        """What is told of one reload."""
        self.reloading.begin()
        async with asyncio.timeout(60):
            return await self.told.get()


@contextlib.asynccontextmanager
async def opened(desk: Desk) -> AsyncIterator[Line]:
    settings = load_settings(desk.settings)
    async with Library(settings.speech.cache, settings.speech.spoken(), workers=1) as library:
        line = Line(desk, library, await prepare(library, read_files(settings)[0]))
        yield line
        await line.reloading.close()


async def test_changed_files_are_taken_with_their_new_sentences_already_spoken(desk):
    async with opened(desk) as line:
        desk.change("prompts/cs/line.ftl", "Dobrý den", "Hezký den")
        desk.change("dialplan/callpro.toml", '"4488"', '"4488", "4499"')
        told = await line.reload()
        (edition,) = line.editions
        assert isinstance(told, FilesTaken) and told.lines == len(edition.plans)
        assert edition.speaker.words("cs", "welcome", {}).startswith("Hezký den")
        assert edition.speaker.ready("cs", "welcome") is not None
        assert edition.plan_for("4499") is edition.plan_for("4488")
        assert edition.speaker.ready("cs", "menu") is line.first.speaker.ready("cs", "menu")  # as it was


async def test_a_bad_file_is_told_problem_by_problem_and_nothing_is_taken(desk):
    async with opened(desk) as line:
        add(desk, '[step.lonely]\nsay = "no-such-sentence"\nthen = "nowhere"\nloudly = true')
        told = await line.reload()
        assert isinstance(told, FilesRefused)
        assert len(told.problems) > 1
        assert all("\n" not in problem and "callpro.toml:" in problem for problem in told.problems)
        assert line.editions == []
        shutil.rmtree(desk.folder / "prompts")
        assert isinstance(await line.reload(), FilesRefused)


async def test_a_request_while_files_are_read_reads_them_once_more(desk):
    async with opened(desk) as line:
        for _ in range(5):
            line.reloading.begin()
            await asyncio.sleep(0)
        async with asyncio.timeout(60):
            assert [type(await line.told.get()) for _ in range(2)] == [FilesTaken, FilesTaken]
        assert line.reads == 2


async def test_a_sentence_that_cannot_be_spoken_leaves_the_files_before(desk):
    async with opened(desk) as line:
        desk.change("prompts/cs/line.ftl", "Dobrý den", "Dobrý den " * 300)
        told = await line.reload()
        assert isinstance(told, FilesRefused) and "up to 2000" in told.problems[0]
        assert line.editions == []


async def test_a_bug_in_reading_is_told_and_the_next_reload_works(desk):
    async with opened(desk) as line:
        settings, line.settings = line.settings, None
        assert isinstance(await line.reload(), Fault)
        line.settings = settings
        assert isinstance(await line.reload(), FilesTaken)


async def test_facts_of_the_settings_are_read_again_and_nothing_else_of_them(desk):
    async with opened(desk) as line:
        desk.change("infoline.toml", "[media]", '[dialplan.facts]\non_call_number = "777 123 456"\n[media]')
        desk.change("infoline.toml", 'max_lag = "10 s"', "max_calls = 1")
        assert isinstance(await line.reload(), FilesTaken)
        assert line.editions[0].facts == {**FACTS, "on_call_number": "777 123 456"}
        desk.change("infoline.toml", "max_calls = 1", "max_calls = true\nretry = 1")
        told = await line.reload()
        assert isinstance(told, FilesRefused)
        assert [problem.split(": ")[0].rpartition("/")[2] for problem in told.problems] == [
            "infoline.toml:3", "infoline.toml:4"
        ]  # fmt: skip


def test_sighup_changes_the_line_for_the_next_call_and_drops_none(desk):
    with (
        started(desk, "run") as process,
        HandPhone(desk.port) as caller,
        HandPhone(desk.port, user="4499") as next_one,
    ):
        until(process, "Ctrl-C closes it")
        caller.call()
        process.send_signal(signal.SIGHUP)
        until(process, "dialplans and prompts read")
        desk.change("dialplan/callpro.toml", '"4488"', '"4499"')
        add(desk, '[step.lonely]\nsay = "welcome"\nthen = "nowhere"')
        process.send_signal(signal.SIGHUP)
        until(process, "dialplans and prompts not read, the old ones stay")
        (problem,) = until(process, "not sound")
        assert "callpro.toml:" in problem and "nowhere" in problem
        next_one.send("INVITE", 1)
        next_one.hears("SIP/2.0 404")
        desk.change("dialplan/callpro.toml", '[step.lonely]\nsay = "welcome"\nthen = "nowhere"', "")
        process.send_signal(signal.SIGHUP)
        until(process, "dialplans and prompts read")
        with HandPhone(desk.port, user="4499") as known:
            known.call()
            known.hang_up()
        caller.hang_up()
        process.send_signal(signal.SIGTERM)
        rest = process.communicate(timeout=60)[0]
        assert (process.returncode, "Traceback" in rest) == (0, False)
