"""A machine that echoes, with the skin around it, for tests of sockets."""

from __future__ import annotations

import asyncio
import contextlib
import socket

from ivr.net.signalling import Signalling
from ivr.peer import Datagram, Peer


class Echo:
    """A machine that gives back what it gets, and obeys a few words."""

    def __init__(self) -> None:
        self.received: list[tuple[bytes, tuple[str, int]]] = []
        self.rang: list[float] = []
        self.alarm: float | None = None
        self.out: list[tuple] = []
        self.unreached, self.wanted, self.answered = [], [], []

    def receive_datagram(self, data, source, now):
        self.received.append((data, source))
        if data == b"stumble":
            raise ValueError("a bug in the machine")
        if data.startswith(b"ring"):
            self.alarm = now + float(data[4:])
        self.out.append((data, source))

    def handle_timeout(self, now):
        self.rang.append(now)
        at, self.alarm = self.alarm, None
        if at is None or at > now:
            raise ValueError("rung too early")
        self.out.append((b"rung", self.received[-1][1]))

    def next_timeout(self):
        return self.alarm

    def unreachable(self, destination, now):
        self.unreached.append(destination)

    def targets_to_look_up(self):
        wanted, self.wanted = self.wanted, []
        return wanted

    def found(self, target, peers, now):
        self.answered.append((target, list(peers)))

    def datagrams_to_send(self):
        ready, self.out = [Datagram(*one) for one in self.out], []
        return ready


class Client:
    """A plain socket, waited for by the event loop."""

    def __init__(self, to: tuple[str, int], host: str = "127.0.0.1") -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((host, 0))
        self.socket.setblocking(False)
        self.to = to[:2]

    def send(self, data: bytes) -> None:
        self.socket.sendto(data, self.to)

    async def hears(self) -> bytes:
        async with asyncio.timeout(5):
            return await asyncio.get_running_loop().sock_recv(self.socket, 65535)


class Skin:
    """A server around an ``Echo``; ``steps`` holds what the machine had got when its events were taken."""

    def __init__(self, **options) -> None:
        self.machine, self.steps, self.failures, self.seen = Echo(), [], [], []
        self.stumble_after = False
        self.server = Signalling(
            self.machine,
            self.after,
            self.failures.append,
            seen=lambda *shown: self.seen.append(shown),
            **options,
        )

    def after(self) -> None:
        if self.stumble_after:
            raise KeyError("a bug behind the machine")
        self.steps.append(len(self.machine.received))


async def until(condition) -> None:
    """Let the loop turn till the condition holds, at most for some seconds."""
    async with asyncio.timeout(8):
        while not condition():  # noqa: ASYNC110 - a turn of the loop, not a wait
            await asyncio.sleep(0)


def message(body: bytes = b"", name: bytes = b"INFO") -> bytes:
    """As little of a SIP message as framing looks at."""
    return b"%s sip:a@b SIP/2.0\r\nContent-Length: %d\r\n\r\n%s" % (name, len(body), body)


class Caller:
    """A peer on a stream."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def dial(cls, to: Peer, **options) -> Caller:
        async with asyncio.timeout(5):
            return cls(*await asyncio.open_connection(to.host, to.port, **options))

    @classmethod
    async def turned_away(cls, to: Peer) -> bool:
        """Whether a connection there is closed without a word."""
        try:
            caller = await cls.dial(to)
        except ConnectionError:
            return True
        caller.send(message())
        said = await caller.hung_up()
        await caller.close()
        return said == b""

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def hears(self, expected: bytes) -> bool:
        async with asyncio.timeout(8):
            return await self.reader.readexactly(len(expected)) == expected

    async def hung_up(self) -> bytes:
        """What still comes until the other side closes or resets the connection."""
        async with asyncio.timeout(8):
            try:
                return await self.reader.read(-1)
            except ConnectionError:
                return b""

    async def close(self) -> None:
        self.writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(5):
                await self.writer.wait_closed()


class Listener:
    """A server on a stream that keeps what was said to it; the first ``answers`` times it gives it back."""

    def __init__(self, answers: int = 0) -> None:
        self.heard, self.callers, self.answers = b"", [], answers

    async def open(self, host: str = "127.0.0.1", transport: str = "TCP", **options) -> Peer:
        self.server = await asyncio.start_server(self.serve, host, 0, **options)
        return Peer(*self.server.sockets[0].getsockname()[:2], transport)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.callers.append(Caller(reader, writer))
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                self.heard += data
                if self.answers:
                    self.answers -= 1
                    writer.write(data)

    async def close(self) -> None:
        self.server.close()
        for caller in self.callers:
            await caller.close()
        await self.server.wait_closed()
