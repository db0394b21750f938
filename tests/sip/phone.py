"""A caller written for the tests: it builds every byte itself, so that it shares no fault with the line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from wire import Address, Wire

from ivr.peer import Peer

LINE = "10.0.0.9:5060"
SDP = (
    b"v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\n"
    b"m=audio 4000 RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
)
Lines = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class Heard:
    """A message that came: start line, header lines as they stood, body."""

    at: float
    start: str
    lines: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def status(self) -> int:
        return int(self.start.split()[1]) if self.start.startswith("SIP/") else 0

    @property
    def method(self) -> str:
        return self.header("CSeq").split()[1]

    def all(self, name: str) -> list[str]:
        return [value for line, value in self.lines if line.lower() == name.lower()]

    def header(self, name: str) -> str:
        values = self.all(name)
        assert len(values) == 1, (name, values)
        return values[0]

    @property
    def tag(self) -> str:
        return self.header("To").rpartition(";tag=")[2]


def read(data: bytes, at: float) -> Heard:
    head, _, body = data.partition(b"\r\n\r\n")
    start, *lines = head.decode("utf-8", "surrogateescape").split("\r\n")
    pairs = tuple((name, value) for name, _, value in (line.partition(": ") for line in lines))
    heard = Heard(at, start, pairs, body)
    assert int(heard.header("Content-Length")) == len(body)
    return heard


class Phone:
    """One call of one phone. What it sends by name is a fresh transaction; ``again`` repeats the last."""

    made = 0

    def __init__(self, wire: Wire, address: Address = ("10.0.0.1", 5060), user: str = "777123456") -> None:
        Phone.made += 1
        self.wire, self.address, self.user = wire, Peer(*address), user
        host = f"[{address[0]}]" if ":" in address[0] else address[0]
        self.name = f"{host}:{address[1]}"
        self.call_id, self.tag = f"call-{Phone.made}@{address[0]}", f"from-{Phone.made}"
        self.from_ = f"<sip:{user}@{address[0]}>;tag={self.tag}"
        self.to = f"<sip:4488@{LINE}>"
        self.contact = f"<sip:{user}@{self.name}>"
        self.rport = ";rport"
        self.cseq = 0
        self.branch = ""
        self.heard: list[Heard] = []
        self.last = b""
        self.answer_with: int | None = 200  # to requests of the line's
        wire.listen(address, self.hear)

    # What it hears

    def hear(self, data: bytes) -> None:
        message = read(data, self.wire.now)
        self.heard.append(message)
        if not message.status and self.answer_with is not None:
            self.reply(message, self.answer_with)

    def statuses(self, method: str = "") -> list[int]:
        return [m.status for m in self.heard if m.status and method in ("", m.method)]

    def response(self, method: str) -> Heard:
        """The last response to a method."""
        return [m for m in self.heard if m.status and m.method == method][-1]

    def requests(self, method: str) -> list[Heard]:
        return [m for m in self.heard if m.start.startswith(f"{method} ")]

    # What it says

    def build(
        self,
        method: str,
        *,
        uri: str = f"sip:4488@{LINE}",
        tag: str = "",
        body: bytes = b"",
        kind: str = "application/sdp",
        lines: Lines = (),
        vias: Iterable[str] = (),
        version: str = "SIP/2.0",
        branch: str = "",
        cseq: int | None = None,
    ) -> bytes:
        """A request as bytes, of the branch and CSeq given or of the last."""
        to = f"{self.to};tag={tag}" if tag else self.to
        written = [
            f"{method} {uri} {version}",
            f"Via: SIP/2.0/{self.address.transport} {self.name};branch={branch or self.branch}{self.rport}",
            *(f"Via: {via}" for via in vias),
            "Max-Forwards: 70",
            f"From: {self.from_}",
            f"To: {to}",
            f"Call-ID: {self.call_id}",
            f"CSeq: {self.cseq if cseq is None else cseq} {method}",
            *([f"Contact: {self.contact}"] if self.contact else []),
            *(f"{name}: {value}" for name, value in lines),
            *([f"Content-Type: {kind}"] if body and kind else []),
            f"Content-Length: {len(body)}",
        ]
        return ("\r\n".join(written) + "\r\n\r\n").encode("utf-8", "surrogateescape") + body

    def say(self, data: bytes) -> None:
        self.last = data
        self.wire.send(data, self.address)
        self.wire.advance(0)

    def again(self) -> None:
        self.say(self.last)

    def fresh(self) -> None:
        """The next transaction: a new branch and CSeq."""
        self.cseq += 1
        self.branch = f"z9hG4bK{self.tag}.{self.cseq}"

    def request(self, method: str, **more: object) -> None:
        self.fresh()
        self.say(self.build(method, **more))  # type: ignore[arg-type]

    def invite(self, body: bytes = SDP, **more: object) -> None:
        self.request("INVITE", body=body, **more)

    def cancel(self) -> None:
        self.say(self.build("CANCEL"))

    def ack(self, body: bytes = b"", **more: object) -> None:
        """For a 2xx: a transaction of its own; for a refusal: the INVITE's branch."""
        answer = [m for m in self.heard if m.status >= 200 and m.method == "INVITE"][-1]
        cseq = int(answer.header("CSeq").split()[0])
        branch = f"z9hG4bKack.{self.tag}.{cseq}" if answer.status < 300 else ""
        self.say(self.build("ACK", tag=answer.tag, body=body, branch=branch, cseq=cseq, **more))  # type: ignore[arg-type]

    def reply(self, request: Heard, status: int) -> None:
        """Answer a request of the line's."""
        echoed = [line for line in request.lines if line[0] in ("Via", "From", "To", "Call-ID", "CSeq")]
        written = [f"SIP/2.0 {status} Reason", *(f"{name}: {value}" for name, value in echoed)]
        self.wire.send(
            "\r\n".join([*written, "Content-Length: 0", "", ""]).encode("utf-8", "surrogateescape"),
            self.address,
        )

    def talk(self) -> str:
        """Call, be answered and acknowledge; gives the leg."""
        self.invite()
        leg = self.wire.events[-1].leg
        self.wire.do(self.wire.agent.accept, leg, SDP)
        self.ack()
        return leg
