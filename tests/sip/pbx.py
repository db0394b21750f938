"""A registrar written for the tests: REGISTER in, the answers a test wants out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from functools import partial

from phone import Heard, read
from wire import Wire

from ivr.peer import Peer
from ivr.sip.bindings import Registration
from ivr.sip.events import Registered, RegistrationFailed, Unregistered
from ivr.sip.uri import Uri

HASHES = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256, "SHA-512-256": partial(hashlib.new, "sha512_256")}
PBX = Peer("10.0.0.2", 5060)
Answer = tuple[int, Sequence[str]]  # status and header lines


class Pbx:
    """Answers the next REGISTER with the next of ``answers``, and every one after these with ``usual``."""

    def __init__(self, wire: Wire, *answers: Answer | None, at: Peer = PBX) -> None:
        self.wire, self.at = wire, at
        self.answers = list(answers)
        self.usual: Callable[[Heard], Answer | None] = self.bind
        self.heard: list[Heard] = []
        self.keep_alives = 0
        wire.listen(at, self.hear)

    def hear(self, data: bytes) -> None:
        if not data.strip():
            self.keep_alives += 1
            return
        message = read(data, self.wire.now)
        self.heard.append(message)
        answer = self.answers.pop(0) if self.answers else self.usual(message)
        if answer is not None:
            self.say(message, *answer)

    def say(self, message: Heard, status: int, lines: Sequence[str] = ()) -> None:
        echoed = [f"{n}: {v}" for n, v in message.lines if n in ("Via", "From", "To", "Call-ID", "CSeq")]
        text = "\r\n".join([f"SIP/2.0 {status} Word", *echoed, *lines, "Content-Length: 0", "", ""])
        self.wire.send(text.encode(), self.at)

    def bind(self, message: Heard) -> Answer:
        """200 with what was asked for."""
        return 200, [f"Contact: {message.header('Contact')};expires={message.header('Expires')}"]

    @property
    def times(self) -> list[float]:
        """When each REGISTER came."""
        return [message.at for message in self.heard]


def challenge(
    *,
    realm: str = "pbx",
    nonce: str = "n1",
    algorithm: str = "MD5",
    rest: str = ', qop="auth"',
    status: int = 401,
) -> Answer:
    header = "WWW-Authenticate" if status == 401 else "Proxy-Authenticate"
    return status, [f'{header}: Digest realm="{realm}", nonce="{nonce}", algorithm={algorithm}{rest}']


def parameters(value: str) -> dict[str, str]:
    found = re.findall(r'(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))', value)
    return {name: quoted or plain for name, quoted, plain in found}


def proves(message: Heard, user: str, password: str, header: str = "Authorization") -> dict[str, str]:
    """The parameters of a proof, once it has been reckoned again (RFC 7616 section 3.4.1)."""
    p = parameters(message.header(header))

    def h(text: str) -> str:
        return HASHES[p["algorithm"]](text.encode()).hexdigest()

    method, uri, _ = message.start.split()
    middle = f"{p['nc']}:{p['cnonce']}:{p['qop']}:" if "qop" in p else ""
    a1, a2 = h(f"{user}:{p['realm']}:{password}"), h(f"{method}:{uri}")
    assert (p["username"], p["uri"]) == (user, uri)
    assert p["response"] == h(f"{a1}:{p['nonce']}:{middle}{a2}")
    return p


def settings(registrar: str = "sip:10.0.0.2", proxy: str = "", **more: object) -> Registration:
    way = Uri.parse(proxy) if proxy else None
    return Registration("pbx", Uri.parse(registrar), "infoline", "line", "tajné", proxy=way, **more)  # type: ignore[arg-type]


def register(wire: Wire, registration: Registration | None = None) -> None:
    wire.do(wire.agent.registrars.register, registration or settings())


def told(wire: Wire) -> list[object]:
    return [e for e in wire.events if isinstance(e, Registered | RegistrationFailed | Unregistered)]
