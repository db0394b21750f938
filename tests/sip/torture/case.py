"""What one torture message is: its bytes, and what an element that receives it owes (RFC 4475, RFC 5118)."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ACCEPTED", "DROPPED", "Case", "answer", "audio_and_video", "message"]

ACCEPTED = 0  # an INVITE that reaches the hall: the line may answer it
DROPPED = -1  # nothing is sent, nothing happens


@dataclass(frozen=True)
class Case:
    """One message. ``verdicts`` are the outcomes the RFC allows: a status, ACCEPTED or DROPPED."""

    section: str
    name: str
    data: bytes
    verdicts: frozenset[int]
    user: str = ""  # a REGISTER is sent again with this user's password, since the line challenges it

    def __str__(self) -> str:
        return f"{self.section}-{self.name}"


def answer(*verdicts: int) -> frozenset[int]:
    return frozenset(verdicts)


def message(head: str, body: bytes = b"") -> bytes:
    """Header lines written one under the other, folds included; the wire's line ends and the empty line."""
    lines = head.strip("\n").split("\n")
    return "\r\n".join([*lines, "", ""]).encode() + body


def audio_and_video(host: str, connection: str = "", times: str = "0 0") -> bytes:
    """The offer most of the messages carry: PCMU with an unlisted payload, and LPC declared for video."""
    lines = [
        "v=0",
        f"o=mhandley 29739 7272939 IN IP4 {host}",
        "s=-",
        f"c=IN IP4 {connection or host}",
        f"t={times}",
        "m=audio 49217 RTP/AVP 0 12",
        "m=video 3227 RTP/AVP 31",
        "a=rtpmap:31 LPC",
    ]
    return ("\r\n".join(lines) + "\r\n").encode()
