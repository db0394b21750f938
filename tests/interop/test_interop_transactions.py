"""A caller written by hand where SIPp is too well-behaved: doubled INVITE and BYE, CANCEL behind INVITE."""

import secrets
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from peers.line import Line
from peers.wire import status_of

SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio {port} RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
)


@dataclass
class HandCaller:
    """One UDP socket and one call, message by message."""

    target: tuple[str, int]
    door: socket.socket

    def __post_init__(self) -> None:
        self.mark = secrets.token_hex(6)
        self.to_tag = ""

    def message(self, method: str, cseq: int, branch: str, *, body: str = "", to_tag: str = "") -> bytes:
        host, port = self.door.getsockname()
        uri = f"sip:4488@{self.target[0]}:{self.target[1]}"
        lines = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{self.mark}{branch};rport",
            "Max-Forwards: 70",
            f"From: <sip:777123456@{host}>;tag=f{self.mark}",
            f"To: <{uri}>" + (f";tag={to_tag}" if to_tag else ""),
            f"Call-ID: {self.mark}",
            f"CSeq: {cseq} {method}",
            f"Contact: <sip:777123456@{host}:{port}>",
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()

    def invite(self) -> bytes:
        return self.message("INVITE", 1, "i", body=SDP.format(port=self.door.getsockname()[1] + 1))

    def send(self, message: bytes) -> None:
        self.door.sendto(message, self.target)

    def responses(self, seconds: float) -> list[tuple[int, str, str]]:
        """Status, method and To tag of all responses within the time."""
        seen = []
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self.door.settimeout(left)
            try:
                data = self.door.recv(65535)
            except TimeoutError:
                break
            status = status_of(data)
            text = data.decode()
            if status is None or self.mark not in text:
                continue
            method = text.split("CSeq:", 1)[1].split("\r\n", 1)[0].split()[1]
            to = text.split("\r\nTo:", 1)[1].split("\r\n", 1)[0]
            seen.append((status, method, to.split("tag=", 1)[1] if "tag=" in to else ""))
        return seen


@pytest.fixture
def caller(line: Line) -> Iterator[HandCaller]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        door.bind(("127.0.0.1", 0))
        yield HandCaller(line.address, door)


def test_a_repeated_invite_is_one_call_with_one_answer(caller: HandCaller) -> None:
    """RFC 3261 section 17.2.1: the retransmission gets the same response, and no second call begins."""
    for _ in range(3):
        caller.send(caller.invite())
    answers = [answer for answer in caller.responses(0.4) if answer[1] == "INVITE" and answer[0] >= 200]
    assert answers
    assert {(status, to_tag) for status, _, to_tag in answers} == {(200, answers[0][2])}
    to_tag = answers[0][2]
    caller.send(caller.message("ACK", 1, "a", to_tag=to_tag))
    for _ in range(3):
        caller.send(caller.message("BYE", 2, "b", to_tag=to_tag))
    byes = [status for status, method, _ in caller.responses(0.4) if method == "BYE"]
    assert set(byes) == {200}, "a repeated BYE is answered as the first was"


def test_the_call_is_over_once_bye_was_answered(caller: HandCaller) -> None:
    caller.send(caller.invite())
    to_tag = next(tag for status, method, tag in caller.responses(0.4) if (status, method) == (200, "INVITE"))
    caller.send(caller.message("ACK", 1, "a", to_tag=to_tag))
    caller.send(caller.message("BYE", 2, "b", to_tag=to_tag))
    assert (200, "BYE") in [answer[:2] for answer in caller.responses(0.3)]
    caller.send(caller.message("BYE", 3, "c", to_tag=to_tag))
    assert (481, "BYE") in [answer[:2] for answer in caller.responses(0.3)]


def test_a_cancel_right_behind_its_invite_ends_the_call_either_way(caller: HandCaller) -> None:
    """RFC 3261 section 9.2: 487 where the CANCEL was first, else the call stands and is ended by BYE."""
    caller.send(caller.invite())
    caller.send(caller.message("CANCEL", 1, "i"))
    answers = caller.responses(0.5)
    assert (200, "CANCEL") in [answer[:2] for answer in answers]
    status, _, to_tag = next(answer for answer in answers if answer[1] == "INVITE" and answer[0] >= 200)
    assert status in (200, 487)
    caller.send(caller.message("ACK", 1, "i" if status == 487 else "a", to_tag=to_tag))
    caller.send(caller.message("BYE", 2, "b", to_tag=to_tag))
    expected = 481 if status == 487 else 200
    assert (expected, "BYE") in [answer[:2] for answer in caller.responses(0.5)]


def test_a_cancel_of_nothing_is_481(caller: HandCaller) -> None:
    caller.send(caller.message("CANCEL", 1, "i"))
    assert (481, "CANCEL") in [answer[:2] for answer in caller.responses(0.5)]
