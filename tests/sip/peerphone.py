"""A phone that answers INVITEs of the line's as it was told to."""

from __future__ import annotations

from phone import SDP, Heard, Phone
from wire import Wire

from ivr.peer import Peer

OFFER = SDP.replace(b"o=- 1 1", b"o=- 1 2") + b"a=sendonly\r\n"
ANSWER = SDP + b"a=recvonly\r\n"
TIMER = ("Supported", "timer")


class Peerphone(Phone):
    """A phone that answers our INVITEs with what is planned for them, in turn, and then with 200."""

    def __init__(self, wire: Wire, *plan: int | None, address: Peer | None = None) -> None:
        super().__init__(wire, address or Peer("10.0.0.1", 5060))
        self.plan: list[int | None] = list(plan)
        self.lines: list[str] = []  # go into every answer

    def reply(self, request: Heard, status: int) -> None:
        if request.start.startswith("ACK "):
            return
        if request.method != "INVITE":
            super().reply(request, status)
            return
        planned = self.plan.pop(0) if self.plan else 200
        if planned is not None:
            self.answer(request, planned)

    def answer(self, request: Heard, status: int, body: bytes = ANSWER) -> None:
        body = body if status == 200 else b""
        echoed = [f"{n}: {v}" for n, v in request.lines if n in ("Via", "From", "To", "Call-ID", "CSeq")]
        more = [f"Contact: {self.contact}", "Content-Type: application/sdp"] if body else []
        text = [
            f"SIP/2.0 {status} Reason",
            *echoed,
            *more,
            *self.lines,
            f"Content-Length: {len(body)}",
            "",
            "",
        ]
        self.wire.send("\r\n".join(text).encode() + body, self.address)

    def answer_last(self, status: int, body: bytes = ANSWER) -> None:
        self.answer(self.requests("INVITE")[-1], status, body)
        self.wire.advance(0)
