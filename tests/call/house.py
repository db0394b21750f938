"""The whole line in one event loop whose clock stands still until a test moves it.

Real are the line, the user agent, the store, the dialplan, the texts, the plane and its sockets on loopback.
The voice is another one where speech is not the subject; see ``known_sound``.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import inspect
import itertools
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from known_sound import Frames, NoiseVoice, Remembering
from still_loop import StillLoop

from ivr.accounts.demo import seed_demo
from ivr.accounts.service import Accounts
from ivr.accounts.store import Store
from ivr.call.admission import Limits
from ivr.call.callers import Callers
from ivr.call.edition import Edition
from ivr.call.events import LineEvent
from ivr.call.line import Line
from ivr.call.speaker import Speaker
from ivr.flow import Facts, Plan, read_folder
from ivr.media.plane import Plane
from ivr.media.wire import Ipv6
from ivr.net.addresses import Ipv6Addresses
from ivr.net.batch import open_wire
from ivr.peer import Peer
from ivr.sip.agent import UserAgent
from ivr.sip.digest import Authenticator
from ivr.sip.registration import Registrar
from ivr.speech.catalogue import Catalogue

PROJECT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TICK = 0.005
PORTS = 40
PHONE_PASSWORD = "tajné heslo 1"


class House:
    """A line, what it has told, and the phones that call it."""

    def __init__(
        self, folder: Path, line: Line, agent: UserAgent, plane: Plane, store: Store, voice: Remembering
    ) -> None:
        self.folder, self.line, self.agent, self.plane, self.store = folder, line, agent, plane, store
        self.voice, self.frames = voice, voice.frames
        self.loop: StillLoop = asyncio.get_running_loop()  # type: ignore[assignment]
        self.events: list[LineEvent] = []
        self.phones: list = []
        self._beside: set[asyncio.Task] = set()
        self._ticks = 0
        line.flush = self.flush

    def told(self, kind: type) -> list:
        """The line's events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]

    def receive(self, data: bytes, source: tuple[str, int]) -> None:
        """A datagram comes to the line."""
        self.agent.receive_datagram(data, Peer(*source), self.loop.time())
        self.line.take_events()
        self.flush()

    def flush(self) -> None:
        """What the line sends reaches the phones at once."""
        for data, destination, _ in self.agent.datagrams_to_send():
            for phone in self.phones:
                if destination[:2] == phone.source:
                    phone.receive(data)

    def beside(self, work: Awaitable) -> asyncio.Task:
        """Begin something that ``settle`` does not wait for."""
        task = asyncio.ensure_future(work)
        self._beside.add(task)
        return task

    async def settle(self) -> None:
        """Let the store and the voices finish what they are at; the clock stands."""
        await turns()
        while work := asyncio.all_tasks() - self._beside - {asyncio.current_task()}:
            await asyncio.wait(work)
            await turns()

    async def advance(self, seconds: float, settle: bool = True) -> None:
        """Let time pass. Without ``settle`` it passes while the store and the voices are still at work."""
        for _ in range(round(seconds / TICK)):
            if settle:
                await self.settle()
            self.loop.now += TICK
            self._ticks += 1
            due = self.agent.next_timeout()
            if due is not None and due <= self.loop.now:
                self.agent.handle_timeout(self.loop.now)
                self.line.take_events()
                self.flush()
            self.plane.tick(self._ticks, self.loop.now)
            await turns()
            for phone in self.phones:
                phone.listen()

    async def take(self, plan: Plan, catalogue: Catalogue, facts: Facts | None = None) -> None:
        """The operator has changed the files, and they were read again."""
        speaker = Speaker(catalogue, self.voice)
        for language in plan.line.languages:
            await speaker.prepare(language)
        self.line.change(Edition([plan], speaker, facts))

    def timers(self) -> list[asyncio.TimerHandle]:
        """The event loop's timers that would still ring."""
        return [timer for timer in self.loop._scheduled if not timer.cancelled()]

    async def close(self) -> None:
        """Hang up whatever still talks, and see that nothing of any call is left."""
        await self.line.drain(0)
        await self.settle()
        await self.advance(TICK)
        assert self.line.calls == 0
        assert self.plane.streams == 0
        assert self.timers() == []
        assert asyncio.all_tasks() - self._beside == {asyncio.current_task()}


async def turns() -> None:
    """Enough turns of the loop for everything that is ready, and for what comes of it."""
    for _ in range(4):
        await asyncio.sleep(0)


@functools.cache
def demo_store() -> bytes:
    """An SQLite file with the demo accounts."""

    async def fill(file: Path) -> None:
        store = await Store.open(str(file), patience=30)
        await seed_demo(store, NOW.date())
        await store.close()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(fill(Path(folder, "accounts.db")))
        return Path(folder, "accounts.db").read_bytes()


@functools.cache
def callpro() -> Plan:
    """A small dialplan of its own, so that the delivered ones may grow."""
    plans, problems = read_folder(PROJECT / "tests" / "small" / "dialplan")
    assert not problems
    return next(plan for plan in plans if "4488" in plan.line.numbers)


@functools.cache
def texts() -> Catalogue:
    """The texts as they are delivered."""
    catalogue, problems = Catalogue.read(PROJECT / "tests" / "small" / "prompts")
    assert not problems
    return catalogue


@contextlib.asynccontextmanager
async def open_house(
    folder: Path,
    *,
    voice=None,
    plan: Callable[[Plan], Plan] = lambda plan: plan,
    watch: Callable[[LineEvent], None] = lambda event: None,
    silent_after: float | None = None,
    time_limit: float = 2.0,
    trusted: Callable[[str], bool] = lambda dialled: True,
    silence_for: Callable[[str], bool] = lambda host: True,
    streams: int = 64,
    **limits: float,
) -> AsyncIterator[House]:
    """A line with the demo accounts; a phone may register as ``jana``.

    Trunk 127.0.0.1 is ``trusted`` for calls to these numbers.
    """
    file = folder / "accounts.db"
    file.write_bytes(demo_store())
    store = await Store.open(str(file), patience=30)
    remembering = Remembering(voice or NoiseVoice(), Frames(texts()))
    speaker = Speaker(texts(), remembering)
    await speaker.prepare("cs")
    registrar = Registrar(Authenticator("infoline", b"0" * 32, {"jana": PHONE_PASSWORD}))
    tokens = itertools.count(1)
    agent = UserAgent(lambda peer: "127.0.0.1:5060", lambda: f"{next(tokens):012x}0000", registrar=registrar)
    house: House | None = None

    def tell(event) -> None:
        assert house is not None
        house.line.tell(event)

    def told(event: LineEvent) -> None:
        assert house is not None
        house.events.append(event)
        watch(event)

    book = Ipv6Addresses()
    plane = Plane(
        lambda port: open_wire("127.0.0.1", port),
        itertools.repeat(0, PORTS),
        tell,
        streams,
        silent_after,
        ipv6=Ipv6(lambda port: open_wire("::1", port, addresses=book), book),
    )
    line = Line(
        agent,
        plane,
        Edition([plan(callpro())], speaker),
        Accounts(store, time_limit=time_limit),
        Callers(
            lambda host, dialled: {"127.0.0.1": "CZ"}.get(host) if trusted(dialled) else None,
            {"jana": "+420777000005"},
            registrar.user_at,
            lambda host, user: {("127.0.0.1", "extension"): "4488"}.get((host, user)),
        ),
        Limits(**({"max_calls": 50, "retry_after": 5.0, "answer_after": 0.0, "bridge_after": 0.5} | limits)),
        lambda: NOW,
        lambda peer: "::1" if ":" in peer.host else "127.0.0.1",
        told,
        silence_for,
    )
    house = House(folder, line, agent, plane, store, remembering)
    try:
        yield house
        await house.close()
    finally:
        for phone in house.phones:
            phone.close()
        plane.shutdown()
        await store.close()


def line_test(**settings) -> Callable:
    """A test of a house: ``async def test_...(house)`` with the settings of ``open_house``.

    The test may ask for fixtures and parameters beside the house.
    """

    def decorate(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
        async def run(folder: Path, given: dict) -> None:
            async with open_house(folder, **settings) as house:
                await test(house, **given)

        @functools.wraps(test)
        def wrapper(tmp_path: Path, **given) -> None:
            demo_store()
            with asyncio.Runner(loop_factory=StillLoop) as runner:
                runner.run(run(tmp_path, given))

        parameters = list(inspect.signature(test).parameters.values())[1:]
        first = inspect.Parameter("tmp_path", inspect.Parameter.POSITIONAL_OR_KEYWORD)
        wrapper.__signature__ = inspect.Signature([first, *parameters])
        return wrapper

    return decorate


def with_line(**changes) -> Callable[[Plan], Plan]:
    """The dialplan with other words in its ``[line]`` table."""
    return lambda plan: replace(plan, line=replace(plan.line, **changes))


def with_step(name: str, **changes) -> Callable[[Plan], Plan]:
    """The dialplan with one step changed."""
    return lambda plan: replace(plan, steps={**plan.steps, name: replace(plan.steps[name], **changes)})


TODAY: date = NOW.date()
