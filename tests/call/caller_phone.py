"""A phone played by hand: keys and requests in, what the line answered and said out."""

from __future__ import annotations

import hashlib
import itertools
import re
import socket
from dataclasses import dataclass, field

from house import PHONE_PASSWORD, House

from ivr.media.rtp import Packet, pack, parse
from ivr.media.telephone_event import key_press

SDP = "application/sdp"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Message:
    """A SIP message as a phone reads it: no code of the line's in it."""

    start: str
    headers: dict[str, str]
    body: str

    @classmethod
    def read(cls, data: bytes) -> Message:
        head, _, body = data.decode().partition("\r\n\r\n")
        start, *lines = head.split("\r\n")
        pairs = (line.split(":", 1) for line in lines)
        return cls(start, {name.strip().lower(): value.strip() for name, value in pairs}, body)

    @property
    def status(self) -> int:
        return int(self.start.split()[1]) if self.start.startswith("SIP/2.0 ") else 0

    @property
    def method(self) -> str:
        return "" if self.status else self.start.split()[0]


@dataclass
class Phone:
    """One caller. ``call`` dials and acknowledges; the verbs below do one thing each."""

    house: House
    number: str = "777123456"
    host: str = "127.0.0.1"
    headers: tuple[str, ...] = ()
    law: str = "PCMA"
    media: str = "127.0.0.1"
    answers: list[Message] = field(default_factory=list)
    requests: list[Message] = field(default_factory=list)
    payloads: list[tuple[float, bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.nth = next(_numbers)
        self.source = self.host, 20000 + self.nth
        self.call_id, self.tag, self.cseq, self.to_tag = f"call-{self.nth}@phone", f"t{self.nth}", 0, ""
        self._branch = ""
        family = socket.AF_INET6 if ":" in self.media else socket.AF_INET
        self._rtp = socket.socket(family, socket.SOCK_DGRAM)
        self._rtp.bind((self.media, 0))
        self._rtp.setblocking(False)
        self._sent = 0
        self.house.phones.append(self)

    def close(self) -> None:
        self._rtp.close()

    # Signalling

    @property
    def status(self) -> int:
        """The last status that came."""
        return self.answers[-1].status if self.answers else 0

    @property
    def hung_up_on(self) -> bool:
        """Whether the line has sent BYE."""
        return any(request.method == "BYE" for request in self.requests)

    def sdp(self, direction: str = "sendrecv", law: str | None = None) -> str:
        number = {"PCMA": 8, "PCMU": 0}[law or self.law]
        port = self._rtp.getsockname()[1]
        address = f"IN IP{6 if ':' in self.media else 4} {self.media}"
        return (
            f"v=0\r\no=- 1 1 {address}\r\ns=-\r\nc={address}\r\nt=0 0\r\n"
            f"m=audio {port} RTP/AVP {number} 101\r\na=rtpmap:101 telephone-event/8000\r\na={direction}\r\n"
        )

    def request(self, method: str, uri: str, body: str = "", kind: str = SDP, *more: str) -> None:
        if method not in ("ACK", "CANCEL"):
            self.cseq += 1
        if method != "CANCEL":
            self._branch = f"z9hG4bK{self.nth}-{self.cseq}-{method}"
        to = f"<sip:{uri}@line>" + (f";tag={self.to_tag}" if self.to_tag else "")
        head = [
            f"{method} sip:{uri}@127.0.0.1:5060 SIP/2.0",
            f"Via: SIP/2.0/UDP {self.source[0]}:{self.source[1]};branch={self._branch};rport",
            "Max-Forwards: 70",
            f"From: <sip:{self.number}@phone>;tag={self.tag}",
            f"To: {to}",
            f"Call-ID: {self.call_id}",
            f"CSeq: {self.cseq} {method}",
            f"Contact: <sip:{self.number}@{self.source[0]}:{self.source[1]}>",
            *more,
            *([f"Content-Type: {kind}"] if body else []),
            f"Content-Length: {len(body.encode())}",
        ]
        self.house.receive("\r\n".join([*head, "", body]).encode(), self.source)

    def receive(self, data: bytes) -> None:
        """A datagram of the line's; requests are answered 200."""
        message = Message.read(data)
        if message.status:
            self.answers.append(message)
            tag = re.search(r";tag=([^;>\s]+)", message.headers["to"])
            if tag and message.status < 300 and "INVITE" in message.headers["cseq"]:
                self.to_tag = tag[1]
            return
        self.requests.append(message)
        echoed = ("via", "from", "to", "call-id", "cseq")
        lines = ["SIP/2.0 200 OK", *(f"{name}: {message.headers[name]}" for name in echoed), "", ""]
        self.house.loop.call_soon(self.house.receive, "\r\n".join(lines).encode(), self.source)

    def invite(self, called: str = "4488", body: str | None = None) -> None:
        """Dial; an empty body leaves the offer to the line."""
        self.called = called
        self.request("INVITE", called, self.sdp() if body is None else body, SDP, *self.headers)

    def ack(self, body: str = "") -> None:
        self.request("ACK", self.called, body)

    def call(self, called: str = "4488", body: str | None = None) -> Phone:
        """Dial, be answered, acknowledge."""
        self.invite(called, body)
        assert self.status == 200, self.answers
        self.ack()
        return self

    def hang_up(self) -> None:
        self.request("BYE", self.called)

    def cancel(self) -> None:
        self.request("CANCEL", self.called)

    def info(self, key: str, kind: str = "application/dtmf-relay") -> None:
        body = f"Signal={key}\r\nDuration=160\r\n" if kind.endswith("relay") else key
        self.request("INFO", self.called, body, kind)

    def notify(self, line: str) -> None:
        self.request("NOTIFY", self.called, line, "message/sipfrag", "Event: refer")

    def register(self, user: str = "jana") -> None:
        """Register with the password, as MD5 asks (RFC 2617)."""
        self.number = user
        self.request("REGISTER", user)
        assert self.status == 401
        asked = dict(re.findall(r'(\w+)="?([^",]+)', self.answers[-1].headers["www-authenticate"]))

        def digest(text: str) -> str:
            return hashlib.new(asked.get("algorithm", "MD5").replace("-", ""), text.encode()).hexdigest()

        uri = f"sip:{user}@127.0.0.1:5060"
        ends = digest(f"{user}:infoline:{PHONE_PASSWORD}"), digest(f"REGISTER:{uri}")
        proof = digest(f"{ends[0]}:{asked['nonce']}:00000001:abc:auth:{ends[1]}")
        self.request(
            "REGISTER", user, "", SDP,
            f'Authorization: Digest username="{user}", realm="infoline", nonce="{asked["nonce"]}", '
            f'uri="{uri}", response="{proof}", algorithm={asked.get("algorithm", "MD5")}, qop=auth, '
            'nc=00000001, cnonce="abc"',
        )  # fmt: skip
        assert self.status == 200

    # Media

    @property
    def line_port(self) -> int:
        """Where the line hears, as its last description says."""
        bodies = [message.body for message in self.answers if message.body]
        return int(re.search(r"m=audio (\d+)", bodies[-1])[1])

    def press(self, keys: str) -> None:
        """Press keys one after the other, each packet once."""
        for key in keys:
            self._sent += 8000
            for count, part in enumerate(key_press(key)):
                moment = self._sent + part.timestamp_offset
                packet = Packet(101, self._sent + count, moment, 7, part.marker, part.payload)
                self._rtp.sendto(pack(packet), (self.media, self.line_port))

    def listen(self) -> None:
        """Take what has come by RTP."""
        while True:
            try:
                packet = parse(self._rtp.recv(2048))
            except BlockingIOError:
                return
            assert packet is not None
            self.payloads.append((self.house.loop.now, packet.payload))

    @property
    def heard(self) -> list[str]:
        """The sentences heard so far; see ``Frames.said``."""
        return self.house.frames.said([payload for _, payload in self.payloads])
