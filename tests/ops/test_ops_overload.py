"""A real event loop that is held up: what came meanwhile is refused, and nothing once it has caught up."""

from __future__ import annotations

import asyncio
import socket
import time
from itertools import count

from ivr.net.lag import LoopLag
from ivr.net.signalling import Signalling
from ivr.ops.entrance import open_entrance
from ivr.ops.settings import Settings
from ivr.sip.agent import UserAgent

MAX_LAG = 0.05
SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n"


def invite(us: str, call: int) -> bytes:
    lines = [
        "INVITE sip:4488@127.0.0.1 SIP/2.0",
        f"Via: SIP/2.0/UDP {us};branch=z9hG4bK{call};rport",
        f"From: <sip:777123456@{us}>;tag=f{call}",
        "To: <sip:4488@127.0.0.1>",
        f"Call-ID: {call}@{us}",
        "CSeq: 1 INVITE",
        f"Contact: <sip:777123456@{us}>",
        "Content-Type: application/sdp",
        f"Content-Length: {len(SDP)}",
    ]
    return "\r\n".join([*lines, "", SDP]).encode()


async def test_a_call_that_waited_while_the_loop_was_held_up_is_refused_and_the_next_one_let_in() -> None:
    loop, lag, tokens = asyncio.get_running_loop(), LoopLag(), count(1)
    registrar, guard = open_entrance(Settings(), lambda host: 100, lambda now: lag.seconds(now) > MAX_LAG)
    agent = UserAgent(
        lambda peer: "127.0.0.1:5060", lambda: f"{next(tokens):016x}", registrar=registrar, guard=guard
    )
    bugs: list[Exception] = []
    came = asyncio.Event()
    signalling = Signalling(agent, lambda: came.set() if agent.legs else None, bugs.append)
    address = signalling.listen("UDP", "127.0.0.1", 0)
    lag.start()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as caller:
        caller.bind(("127.0.0.1", 0))
        caller.setblocking(False)
        us = "{}:{}".format(*caller.getsockname())
        async with asyncio.timeout(5):
            caller.sendto(invite(us, 1), address[:2])
            held_until = time.monotonic() + 4 * MAX_LAG
            while time.monotonic() < held_until:
                pass
            refusal = (await loop.sock_recv(caller, 4096)).decode()
            assert refusal.startswith("SIP/2.0 503 ")
            assert "Retry-After: 5\r\n" in refusal
            assert (guard.refused, agent.legs, agent.transactions) == (1, 0, 0)
            while lag.seconds(loop.time()) > MAX_LAG / 5:  # noqa: ASYNC110 - it fades with the time
                await asyncio.sleep(0)
            caller.sendto(invite(us, 2), address[:2])
            await came.wait()
    assert agent.legs == 1
    assert not bugs
    lag.stop()
    await signalling.close()
