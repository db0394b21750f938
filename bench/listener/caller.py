"""Numbers that call in, what each of them heard out: the packets of the line's speech by their place.

A caller dials, acknowledges, listens until the line hangs up, and presses nothing.
"""

from __future__ import annotations

import asyncio
import re
import struct
from collections.abc import Callable, Iterable

from bench.call import Call, receive, udp_socket
from bench.listener.lossy import FRAME

__all__ = ["call_all"]

_AT_ONE_TIME = 12
_LONGEST = 60.0  # seconds for one call
_ECHOED = re.compile(rb"^(?:via|v|from|f|to|t|call-id|i|cseq)\s*:.*$", re.IGNORECASE | re.MULTILINE)
_A_LAW = 8
_FULL_TURN = 1 << 32


async def call_all(
    line: tuple[str, int], dialled: str, numbers: Iterable[str], done: Callable[[], object]
) -> list[dict[int, bytes]]:
    """What each number heard, in their order: A-law packets by their place in steps of 20 ms.

    ``done`` is called after each call. RuntimeError where a call was refused or did not end.
    """
    free = asyncio.Semaphore(_AT_ONE_TIME)

    async def one(turn: int, number: str) -> dict[int, bytes]:
        async with free:
            heard = await _Listening(f"listener-{dialled}-{turn}", number, line, dialled).call()
        done()
        return heard

    try:
        async with asyncio.TaskGroup() as calls:
            tasks = [calls.create_task(one(turn, number)) for turn, number in enumerate(numbers)]
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return [task.result() for task in tasks]


class _Listening:
    """One call from INVITE to the line's BYE."""

    def __init__(self, name: str, number: str, line: tuple[str, int], dialled: str) -> None:
        self._call = Call(name, number, udp_socket(), line, dialled=dialled)
        self._ended = asyncio.Event()
        self._packets: list[tuple[int, bytes]] = []

    async def call(self) -> dict[int, bytes]:
        loop, call = asyncio.get_running_loop(), self._call
        loop.add_reader(call.sip, self._signalling)
        loop.add_reader(call.rtp, self._speech)
        try:
            call.invite()
            async with asyncio.timeout(_LONGEST):
                await self._ended.wait()
        except TimeoutError:
            raise RuntimeError(f"a call to {call.dialled} did not end within {_LONGEST:g} s") from None
        finally:
            loop.remove_reader(call.sip)
            loop.remove_reader(call.rtp)
            call.rtp.close()
            call.sip.close()
        if call.refused:
            raise RuntimeError(f"a call to {call.dialled} was refused: {call.refused}")
        return self._laid()

    def _signalling(self) -> None:
        while (come := receive(self._call.sip)) is not None:
            data, at = come
            if data.startswith(b"SIP/2.0 "):
                self._call.answered(data, at)
            elif data.startswith(b"BYE "):
                lines = [b"SIP/2.0 200 OK", *(line.rstrip(b"\r") for line in _ECHOED.findall(data))]
                self._call.sip.sendto(b"\r\n".join([*lines, b"Content-Length: 0", b"", b""]), self._call.line)
                self._ended.set()
            if self._call.refused:
                self._ended.set()

    def _speech(self) -> None:
        while (come := receive(self._call.rtp)) is not None:
            data, _ = come
            if len(data) == 12 + FRAME and data[1] & 0x7F == _A_LAW:
                self._packets.append((struct.unpack_from("!I", data, 4)[0], data[12:]))

    def _laid(self) -> dict[int, bytes]:
        """Each packet at the place that its timestamp gives (RFC 3550 section 5.1)."""
        if not self._packets:
            raise RuntimeError(f"nothing was heard in a call to {self._call.dialled}")
        first = self._packets[0][0]
        return {(stamp - first) % _FULL_TURN // FRAME: payload for stamp, payload in self._packets}
