"""What calls take of memory while they are up, and what is left of them when they are over: nothing.

Counted is what Python has allocated. The rows of the media plane, 0.3 KiB each, are there before a call
comes. With these, and what is rounded up below Python, a process takes half as much again (bench.media).
"""

from __future__ import annotations

import gc
import re
import tracemalloc
from collections import Counter

from house import House, callpro, line_test, texts

CALLS = 200
KIB = 1024


class Crowd:
    """Callers of a line, each at an address of its own; all that they keep is the line's tag."""

    def __init__(self, house: House) -> None:
        self._house, self._tags = house, [""] * CALLS
        house.flush = house.line.flush = self._listen  # type: ignore[method-assign]

    def call(self) -> None:
        """All dial, and acknowledge the answer."""
        for turn in range(CALLS):
            host = f"127.64.0.{turn + 1}"
            lines = ["v=0", f"o=- {turn} 1 IN IP4 {host}", "s=-", f"c=IN IP4 {host}", "t=0 0"]
            lines += ["m=audio 4000 RTP/AVP 8 101", "a=rtpmap:101 telephone-event/8000", "a=sendrecv", ""]
            self._send(turn, "INVITE", 1, "\r\n".join(lines))
            self._send(turn, "ACK", 1)

    def hang_up(self) -> None:
        """All are gone, and forgotten."""
        for turn in range(CALLS):
            self._send(turn, "BYE", 2)
        self._tags = [""] * CALLS

    def _send(self, turn: int, method: str, cseq: int, body: str = "") -> None:
        host = f"127.64.0.{turn + 1}"
        lines = [
            f"{method} sip:4488@127.0.0.1:5060 SIP/2.0",
            f"Via: SIP/2.0/UDP {host}:5060;branch=z9hG4bK{turn:08x}{method};rport",
            f"From: <sip:777123456@phone>;tag=of-caller-{turn:08x}",
            f"To: <sip:4488@line>{self._tags[turn]}",
            f"Call-ID: {turn:08x}@{host}",
            f"CSeq: {cseq} {method}",
            f"Contact: <sip:777123456@{host}:5060>",
            f"Content-Length: {len(body)}",
        ]
        if body:
            lines.append("Content-Type: application/sdp")
        self._house.receive("\r\n".join([*lines, "", body]).encode(), (host, 5060))

    def _listen(self) -> None:
        for data, _, _ in self._house.agent.datagrams_to_send():
            if data.startswith(b"SIP/2.0 200") and b" INVITE\r\n" in data:
                tag = re.search(rb"To: [^\r]*(;tag=[^\r;]+)", data)
                turn = re.search(rb"Call-ID: ([0-9a-f]{8})@", data)
                assert tag is not None and turn is not None
                self._tags[int(turn[1], 16)] = tag[1].decode()


async def over(house: House) -> None:
    """A minute passes: nothing is sent again any more."""
    for _ in range(2):
        house.loop.now += 33.0
        house.agent.handle_timeout(house.loop.now)
        house.flush()
        await house.advance(0.2)
    assert not house.plane.waiting


def octets() -> int:
    """What Python has allocated."""
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def values() -> Counter[type]:
    """How many there are of every class of the project's."""
    return Counter(type(one) for one in gc.get_objects() if str(type(one).__module__).startswith("ivr."))


@line_test(max_calls=CALLS, streams=CALLS)
async def test_a_call_takes_five_and_a_half_kib_at_the_most(house: House) -> None:
    """As one of 200, with what is remembered for half a minute of how it came, and facts of the settings."""
    await house.take(callpro(), texts(), {f"fact_{turn}": turn for turn in range(8)})
    crowd = Crowd(house)
    crowd.call()  # what the first brings along is there for good
    crowd.hang_up()
    await over(house)
    tracemalloc.start()
    try:
        house.events.clear()
        before = octets()
        crowd.call()
        await house.advance(1.0)
        assert house.line.calls == house.plane.streams == house.agent.transactions == CALLS
        house.events.clear()
        taken = (octets() - before) / CALLS
    finally:
        tracemalloc.stop()
    assert 1 * KIB < taken < 5.5 * KIB


@line_test(max_calls=CALLS, streams=CALLS)
async def test_nothing_is_left_of_calls_that_have_ended(house: House) -> None:
    """However they ended, half a minute later: by the caller's BYE, or by the line's that nobody answered."""
    crowd = Crowd(house)
    crowd.call()
    await house.advance(1.0)
    up = values()
    crowd.hang_up()
    await over(house)
    before = values()  # the sockets stay
    assert up.total() - before.total() > 15 * CALLS
    crowd.call()
    await house.advance(1.0)
    await house.line.drain(0)
    await over(house)
    await house.advance(5.0)  # a closed call's addresses are known for four seconds
    assert house.line.calls == house.plane.streams == house.agent.legs == house.agent.transactions == 0
    house.events.clear()
    assert values() - before == Counter()
