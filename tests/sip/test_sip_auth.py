"""Requests of ours that are challenged: answered once, where the password is known."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import partial
from itertools import count

import pytest
from phone import LINE, SDP, Heard, Phone
from wire import Wire

from ivr.sip.agent import UserAgent
from ivr.sip.events import Cause, Ended, Reanswered, TransferReported

USER, PASSWORD = 'line "4488"', "tajné"
HASHES = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256, "SHA-512-256": partial(hashlib.new, "sha512_256")}


@pytest.fixture
def wire() -> Iterator[Wire]:
    tokens = count(1)
    known = {"trunk": (USER, PASSWORD), "other": ("o", "p")}
    made = Wire(UserAgent(lambda source: LINE, lambda: f"{next(tokens):016x}", credentials=known))
    yield made
    made.end_everything()
    assert (made.agent.legs, made.agent.transactions, made.agent.next_timeout()) == (0, 0, None)


class Challenger(Phone):
    """Answers each request of the line's with the next status, a challenge with header lines."""

    def __init__(self, wire: Wire, *answers: tuple[int, list[str]]) -> None:
        super().__init__(wire)
        self.answers = list(answers)

    def hear(self, data: bytes) -> None:
        self.answer_with = None if self.answers else 200
        super().hear(data)
        message = self.heard[-1]
        if message.status or not self.answers:
            return
        status, lines = self.answers.pop(0)
        echoed = [f"{n}: {v}" for n, v in message.lines if n in ("Via", "From", "To", "Call-ID", "CSeq")]
        text = "\r\n".join([f"SIP/2.0 {status} Reason", *echoed, *lines, "Content-Length: 0", "", ""])
        self.wire.send(text.encode(), self.address)


def parameters(value: str) -> dict[str, str]:
    assert value.startswith("Digest ")
    found = re.findall(r'(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))', value)
    return {name: (quoted or plain).replace('\\"', '"') for name, quoted, plain in found}


def is_proof(request: Heard, header: str, algorithm: str = "MD5") -> bool:
    """RFC 7616 section 3.4.1, reckoned here by hand."""
    p = parameters(request.header(header))
    h = HASHES[algorithm]

    def digest(text: str) -> str:
        return h(text.encode()).hexdigest()

    method, uri, _ = request.start.split()
    assert (p["username"], p["uri"], p["algorithm"]) == (USER, uri, algorithm)
    middle = f"{p['nc']}:{p['cnonce']}:{p['qop']}:" if "qop" in p else ""
    a1, a2 = digest(f"{USER}:{p['realm']}:{PASSWORD}"), digest(f"{method}:{uri}")
    return p["response"] == digest(f"{a1}:{p['nonce']}:{middle}{a2}")


def asks(rest: str, header: str = "WWW-Authenticate", realm: str = "trunk") -> str:
    return f'{header}: Digest realm="{realm}", nonce="n\\"1", {rest}'


@pytest.mark.parametrize(
    ("status", "asking", "answering"),
    [(401, "WWW-Authenticate", "Authorization"), (407, "Proxy-Authenticate", "Proxy-Authorization")],
)
@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256", "SHA-512-256"])
@pytest.mark.parametrize("rest", ['qop="auth"', 'qop="auth-int,auth", opaque="o"', "stale=false"])
def test_a_challenged_bye_is_sent_again_with_the_answer(
    wire: Wire, status: int, asking: str, answering: str, algorithm: str, rest: str
) -> None:
    phone = Challenger(wire, (status, [asks(f"{rest}, algorithm={algorithm}", asking)]))
    leg = phone.talk()
    wire.do(wire.agent.hang_up, leg)
    first, second = phone.requests("BYE")
    assert is_proof(second, answering, algorithm)
    assert ("opaque" in rest) == (parameters(second.header(answering)).get("opaque") == "o")
    # Section 22.2: the same Call-ID, From and To, a higher CSeq; a new transaction.
    assert [first.header("CSeq"), second.header("CSeq")] == ["1 BYE", "2 BYE"]
    assert first.header("Via") != second.header("Via")
    assert (first.header("From"), first.header("To")) == (second.header("From"), second.header("To"))
    assert wire.of(Ended) == [Ended(leg, Cause.LINE_HUNG_UP)]
    assert wire.agent.legs == 0


def test_a_challenged_refer_is_sent_again_with_the_answer(wire: Wire) -> None:
    phone = Challenger(wire, (407, [asks("algorithm=MD5", "Proxy-Authenticate")]))
    leg = phone.talk()
    wire.do(wire.agent.refer, leg, "800")
    first, second = phone.requests("REFER")
    assert first.header("Refer-To") == second.header("Refer-To")
    assert is_proof(second, "Proxy-Authorization")
    assert not wire.of(TransferReported)


def test_a_challenged_refresh_is_sent_again_with_the_answer(wire: Wire) -> None:
    phone = Challenger(wire, (401, [asks('qop="auth"')]))
    timer = [("Supported", "timer"), ("Session-Expires", "100;refresher=uas"), ("Allow", "UPDATE")]
    phone.invite(lines=timer)
    wire.do(wire.agent.accept, wire.events[-1].leg, SDP)
    phone.ack()
    wire.advance(50)
    first, second = phone.requests("UPDATE")
    assert first.header("Session-Expires") == second.header("Session-Expires")
    assert is_proof(second, "Authorization")
    assert not wire.of(Ended)


def test_a_second_challenge_is_an_answer_like_any(wire: Wire) -> None:
    """Section 22.3: not again with credentials that were just refused."""
    phone = Challenger(wire, (401, [asks("x=y")]), (401, [asks("stale=true")]))
    leg = phone.talk()
    wire.do(wire.agent.refer, leg, "800")
    assert len(phone.requests("REFER")) == 2
    assert wire.of(TransferReported) == [TransferReported(leg, 401)]


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [asks("x=y", realm="stranger")],
        [asks("algorithm=MD6")],
        [asks('qop="auth-int"')],
        ['WWW-Authenticate: Digest realm="trunk"'],
        ['WWW-Authenticate: Basic realm="trunk"'],
        [asks("x=y", "Proxy-Authenticate")],
    ],
)
def test_a_challenge_that_cannot_be_answered_ends_the_call_at_once(wire: Wire, lines: list[str]) -> None:
    phone = Challenger(wire, (401, lines))
    wire.do(wire.agent.hang_up, phone.talk())
    assert len(phone.requests("BYE")) == 1
    assert wire.agent.legs == 0


def test_each_realm_gets_its_own_answer_and_the_first_algorithm_we_know(wire: Wire) -> None:
    """Section 22.3: several proxies on the way may ask; RFC 8760 section 2.4: the topmost one counts."""
    header = "Proxy-Authenticate"
    lines = [
        asks("algorithm=SHA-1024", header),
        asks("algorithm=SHA-256", header),
        asks("algorithm=MD5", header),
        asks("algorithm=MD5", header, realm="other"),
    ]
    phone = Challenger(wire, (407, lines))
    wire.do(wire.agent.hang_up, phone.talk())
    answers = [parameters(value) for value in phone.requests("BYE")[1].all("Proxy-Authorization")]
    assert [(p["realm"], p["algorithm"]) for p in answers] == [("trunk", "SHA-256"), ("other", "MD5")]


def test_a_challenge_after_the_callers_own_bye_is_not_answered(wire: Wire) -> None:
    phone = Challenger(wire)
    leg = phone.talk()
    phone.answers = [(100, [])]
    wire.do(wire.agent.hang_up, leg)
    phone.request("BYE", tag=leg)
    phone.answers = []
    bye = phone.requests("BYE")[0]
    echoed = [f"{n}: {v}" for n, v in bye.lines if n in ("Via", "From", "To", "Call-ID", "CSeq")]
    text = "\r\n".join(["SIP/2.0 401 No", *echoed, asks("x=y"), "Content-Length: 0", "", ""])
    phone.say(text.encode())
    assert len(phone.requests("BYE")) == 1


def test_a_challenged_reinvite_is_acknowledged_and_sent_again_with_the_answer(wire: Wire) -> None:
    """Section 22.1: the ACK of the 2xx carries the same credentials as the INVITE."""
    phone = Challenger(wire, (401, [asks('qop="auth"')]))
    leg = phone.talk()
    wire.do(wire.agent.reinvite, leg, SDP)
    first, second = phone.requests("INVITE")
    assert is_proof(second, "Authorization")
    assert (first.body, second.body) == (SDP, SDP)
    assert [first.header("CSeq"), second.header("CSeq")] == ["1 INVITE", "2 INVITE"]
    refused, accepted = phone.requests("ACK")
    assert refused.header("Via") == first.header("Via")
    assert refused.all("Authorization") == []
    assert accepted.header("Authorization") == second.header("Authorization")
    assert wire.of(Reanswered) == [Reanswered(leg, None, 200)]


def test_a_reinvite_whose_challenge_cannot_be_answered_leaves_the_call_as_it_was(wire: Wire) -> None:
    phone = Challenger(wire, (401, [asks("x=y", realm="stranger")]))
    leg = phone.talk()
    wire.do(wire.agent.reinvite, leg, SDP)
    assert wire.of(Reanswered) == [Reanswered(leg, None, 401)]
    assert not wire.of(Ended)
