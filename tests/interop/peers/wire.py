"""Raw datagrams in and out: what a peer answers to a message written by hand."""

from __future__ import annotations

import secrets
import socket
import time

__all__ = ["answers_options", "ask", "options", "status_of"]


def options(target: tuple[str, int], source: tuple[str, int], user: str = "ping") -> bytes:
    """An OPTIONS to the peer itself, with a branch, a tag and a Call-ID of its own."""
    mark = secrets.token_hex(6)
    lines = [
        f"OPTIONS sip:{user}@{target[0]}:{target[1]} SIP/2.0",
        f"Via: SIP/2.0/UDP {source[0]}:{source[1]};branch=z9hG4bK{mark};rport",
        "Max-Forwards: 70",
        f"From: <sip:watch@{source[0]}:{source[1]}>;tag={mark}",
        f"To: <sip:{user}@{target[0]}:{target[1]}>",
        f"Call-ID: {mark}@{source[0]}",
        "CSeq: 1 OPTIONS",
        "Accept: application/sdp",
        "Content-Length: 0",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def status_of(datagram: bytes) -> int | None:
    """The status code of a response; None for anything else."""
    start = datagram.split(b"\r\n", 1)[0].split(b" ", 2)
    if len(start) >= 2 and start[0] == b"SIP/2.0" and start[1].isdigit():
        return int(start[1])
    return None


def ask(
    door: socket.socket, message: bytes, target: tuple[str, int], call_id: bytes, seconds: float
) -> bytes | None:
    """Send a message; the first final response that carries the Call-ID, or None."""
    door.sendto(message, target)
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        door.settimeout(left)
        try:
            answer = door.recv(65535)
        except OSError:
            return None
        if call_id in answer and (status_of(answer) or 0) >= 200:
            return answer
    return None


def answers_options(target: tuple[str, int], seconds: float = 0.5, user: str = "ping") -> bool:
    """Whether the peer answers an OPTIONS with 200."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        door.bind(("127.0.0.1", 0))
        message = options(target, door.getsockname(), user)
        call_id = next(line for line in message.split(b"\r\n") if line.startswith(b"Call-ID:"))[9:]
        answer = ask(door, message, target, call_id, seconds)
    return answer is not None and status_of(answer) == 200
