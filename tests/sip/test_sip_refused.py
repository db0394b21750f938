"""Requests that cannot be served: each gets its own answer, and nothing of it stays."""

from __future__ import annotations

import pytest
from phone import LINE, SDP, Phone
from wire import Wire


def invite(phone: Phone, **more: object) -> bytes:
    phone.fresh()
    return phone.build("INVITE", body=SDP, **more)  # type: ignore[arg-type]


def refused(wire: Wire, phone: Phone, data: bytes) -> int:
    """Say it, and give the one status that comes; whatever was refused has left no leg and no event."""
    phone.say(data)
    assert wire.events == []
    assert wire.agent.legs == 0
    (status,) = phone.statuses()
    return status


UNSERVED = [(method, 405) for method in ("SUBSCRIBE", "PUBLISH", "MESSAGE", "REFER")]
UNKNOWN = [(method, 501) for method in ("DANCE", "invite", "PRACK2")]


@pytest.mark.parametrize(("method", "status"), [*UNSERVED, *UNKNOWN])
def test_a_method_not_served_hears_which_are(wire: Wire, phone: Phone, method: str, status: int) -> None:
    """Sections 8.2.1 and 21.5.2, before anything else is looked at."""
    phone.request(method, uri="gopher://x", lines=[("Require", "100rel")])
    assert phone.statuses() == [status]
    allowed = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, NOTIFY, UPDATE, PRACK, REGISTER"
    assert phone.heard[0].header("Allow") == allowed


def test_a_scheme_of_another_world_is_416(wire: Wire, phone: Phone) -> None:
    assert refused(wire, phone, invite(phone, uri="gopher://4488")) == 416


def test_required_extensions_are_420_and_named(wire: Wire, phone: Phone) -> None:
    assert refused(wire, phone, invite(phone, lines=[("Require", "100rel, Time-Travel, Gruu")])) == 420
    assert phone.heard[0].header("Unsupported") == "time-travel, gruu"


def test_what_a_cancel_requires_is_ignored(wire: Wire, phone: Phone) -> None:
    """Section 8.2.2.3."""
    phone.invite()
    phone.say(phone.build("CANCEL", lines=[("Require", "100rel")]))
    assert phone.statuses() == [200, 487]


@pytest.mark.parametrize("kind", ["image/png", "multipart/mixed;boundary=x", ""])
def test_an_offer_of_another_type_is_415(wire: Wire, phone: Phone, kind: str) -> None:
    assert refused(wire, phone, invite(phone, kind=kind)) == 415
    assert phone.heard[0].header("Accept") == "application/sdp"


def test_a_packed_body_is_415(wire: Wire, phone: Phone) -> None:
    assert refused(wire, phone, invite(phone, lines=[("Content-Encoding", "gzip")])) == 415
    assert phone.heard[0].header("Accept-Encoding") == "identity"


def test_another_version_is_505(wire: Wire, phone: Phone) -> None:
    """Though its Via may be of that version as well."""
    data = invite(phone, version="SIP/7.0").replace(b"Via: SIP/2.0", b"Via: SIP/7.0")
    assert refused(wire, phone, data) == 505
    assert phone.heard[0].start == "SIP/2.0 505 Version Not Supported"
    assert phone.heard[0].header("Via").startswith("SIP/7.0/UDP")


def test_too_many_header_lines_are_513(wire: Wire, phone: Phone) -> None:
    assert refused(wire, phone, invite(phone, lines=[("X-Unknown", "1")] * 300)) == 513


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"CSeq: 1 INVITE", b"CSeq: 1 BYE"),
        (b"CSeq: 1 INVITE", b"CSeq: 2147483648 INVITE"),
        (b"CSeq: 1 INVITE", "CSeq: ١ INVITE".encode()),
        (b"CSeq: 1 INVITE", b"CSeq: 1 INVITE\r\nCSeq: 2 INVITE"),
        (b"Contact: ", b"X-Contact: "),
        (b"Contact: <sip:777123456@10.0.0.1:5060>", b"Contact: *"),
        (b"Max-Forwards: 70", b"Max-Forwards 70"),
        (b"Max-Forwards: 70", b": 70"),
        (b"Content-Type", b"Call-ID: another\r\nContent-Type"),
        (b"Content-Length: ", b"Content-Length: 3\r\nContent-Length: "),
        (b"Content-Length: ", b"Content-Length: -"),
        (b"Content-Length: ", b"Content-Length: 9"),
        (b" SIP/2.0\r\nVia", b" SIP/2.0 \r\nVia"),
        (b"INVITE sip:4488@", b"INVITE <sip:4488@"),
        (b"INVITE sip:44", b"INVITE sip:44 "),
        (b"INVITE sip:", b"INVITE  sip:"),
        (b"From: <", b'From: "Jana <'),
        (b"From: <sip:777123456@10.0.0.1>", b"From: <sip:777123456@10.0.0.1> and more"),
        (b"From: <sip:777123456@10.0.0.1>", b"From: <sip:777 123456@10.0.0.1>"),
        (b"To: <sip:", b"To: <mailto:"),
        (b"sip:4488@10.0.0.9:5060 SIP", b"sip: SIP"),
        (b"sip:4488@10.0.0.9:5060 SIP", b"sip:4488@10.0.0.9:99999 SIP"),
        (b"sip:4488@10.0.0.9:5060 SIP", b"sip:4488@\xff SIP"),
        (b"Content-Type", b"P-Asserted-Identity: <noise\r\nContent-Type"),
        (b"\r\n\r\nv=0", b"\r\nv=0"),
    ],
)  # fmt: skip
def test_what_breaks_a_rule_is_400_and_leaves_nothing(
    wire: Wire, phone: Phone, old: bytes, new: bytes
) -> None:
    data = invite(phone)
    assert data.count(old) == 1, old
    assert refused(wire, phone, data.replace(old, new)) == 400
    phone.say(phone.build("ACK", tag=phone.heard[0].tag))
    wire.advance(10)
    assert wire.agent.transactions == 0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"INVITE sip:4488@10.0.0.9:5060 SIP/2.0", b"INVITE sip:4488@10.0.0.9:5060"),
        (b"INVITE sip:4488@10.0.0.9:5060 SIP/2.0", b"GET / HTTP/1.1"),
        (b"Via: ", b"X-Via: "),
        (b"From: ", b"X-From: "),
        (b"To: ", b"X-To: "),
        (b"Call-ID: ", b"X-Call-ID: "),
        (b"CSeq: ", b"X-CSeq: "),
        (b"SIP/2.0/UDP 10.0.0.1", b"over the hills"),
        (b"10.0.0.1:5060;branch", b"10.0.0.1:70000;branch"),
    ],
)
def test_what_cannot_be_answered_is_dropped(wire: Wire, phone: Phone, old: bytes, new: bytes) -> None:
    phone.say(invite(phone).replace(old, new))
    assert wire.sent == []
    assert wire.agent.transactions == 0
    assert wire.agent.dropped == 1


def test_a_datagram_cut_before_its_empty_line_is_400(wire: Wire, phone: Phone) -> None:
    """Who knows what the rest of the last header would have been."""
    data = invite(phone)
    assert refused(wire, phone, data[: data.index(b"\r\nContent-Length")]) == 400


def test_a_bad_request_gets_the_same_answer_again(wire: Wire, phone: Phone) -> None:
    """Section 8.2.7: a stateless server makes the same tag for the same request."""
    data = invite(phone).replace(b"CSeq: 1 INVITE", b"CSeq: x INVITE")
    phone.say(data)
    phone.again()
    assert wire.sent[0].data == wire.sent[1].data
    assert phone.heard[0].tag
    assert phone.heard[0].header("To").startswith(phone.to)


def test_a_bad_ack_is_never_answered(wire: Wire, phone: Phone) -> None:
    phone.say(phone.build("ACK", branch="z9hG4bKx").replace(b"CSeq: 0 ACK", b"CSeq: none"))
    assert wire.sent == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b";tag=from", b";tag=a\rX-Injected: yes\r;b=from"),
        (b"Call-ID: ", b"Call-ID: \rX-Injected: yes\r"),
        (b"To: <sip:4488", b"To: \rX-Injected: yes\r <sip:4488"),
        (b"To: <sip:4488", b"To: \r\n \rX-Injected: yes\r <sip:4488"),
        (b";rport", b";rport;x=\rX-Injected: yes"),
        (b"INVITE sip:4488", b"INVITE sip:\rX-Injected: yes\r4488"),
    ],
)
def test_a_bare_cr_never_comes_back(wire: Wire, phone: Phone, old: bytes, new: bytes) -> None:
    """Some readers take it for the end of a line: what follows it would be a header of ours."""
    phone.say(invite(phone).replace(old, new, 1))
    assert all(b"\r" not in sent.data.replace(b"\r\n", b"") for sent in wire.sent)
    assert all(b"Injected" not in sent.data for sent in wire.sent)
    assert wire.agent.legs == 0


@pytest.mark.parametrize("data", [b"", b"\r\n\r\n", b"\0", b"\0\0\0\0", b"  \r\n"])
def test_keep_alives_are_neither_answered_nor_counted(wire: Wire, phone: Phone, data: bytes) -> None:
    phone.say(data)
    assert wire.sent == []
    assert wire.agent.dropped == 0


@pytest.mark.parametrize("start", ["SIP/2.0 200 OK", "SIP/2.0 99 Low", "SIP/2.0 700 High", "SIP/3.0 200 OK"])
def test_a_response_nobody_waits_for_is_dropped(wire: Wire, phone: Phone, start: str) -> None:
    phone.say(
        f"{start}\r\nVia: SIP/2.0/UDP {LINE};branch=z9hG4bKx\r\n".encode()
        + phone.build("BYE").split(b"\r\n", 1)[1]
    )
    assert wire.sent == []


class TestLegalAndRare:
    """RFC 3261 section 7.3.1."""

    def options(self, phone: Phone) -> bytes:
        phone.fresh()
        return phone.build("OPTIONS")

    def answered(self, phone: Phone, data: bytes) -> None:
        phone.say(data)
        assert phone.statuses() == [200]

    def test_compact_headers(self, wire: Wire, phone: Phone) -> None:
        data = invite(phone)
        for long, short in (
            (b"Via", b"v"), (b"From", b"f"), (b"To", b"t"), (b"Call-ID", b"i"), (b"Contact", b"m"),
            (b"Content-Type", b"c"), (b"Content-Length", b"l"),
        ):  # fmt: skip
            data = data.replace(b"\r\n" + long + b":", b"\r\n" + short + b":")
        phone.say(data)
        wire.do(wire.agent.accept, wire.events[0].leg, SDP)
        assert phone.response("INVITE").header("Call-ID") == phone.call_id
        phone.ack()

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (b": ", b"  \t:\t "),
            (b": ", b":"),
            (b";branch", b"\r\n ;branch"),
            (b": ", b":\r\n\t"),
            (b"\r\n", b"\n"),
            (b"Via:", b"vIA:"),
            (b"OPTIONS sip:4488@10.0.0.9:5060 SIP", b"\r\n\r\nOPTIONS sip:4488@[::1]:5060;lr?x=y sip"),
            (b"sip:4488@10.0.0.9:5060 SIP", b"tel:4488;phone-context=+420 SIP"),
            (b"To: <", b'To: "<sip:x@y>;tag=no, \\" \\\\" <'),
            (b"Max-Forwards: 70", b"Route: ,,<<>>;;\r\nAccept: text/poetry"),
            (b"Content-Length: 0\r\n", b""),
        ],
    )
    def test_other_spellings(self, wire: Wire, phone: Phone, old: bytes, new: bytes) -> None:
        self.answered(phone, self.options(phone).replace(old, new))

    def test_a_body_longer_than_its_length_is_cut(self, wire: Wire, phone: Phone) -> None:
        """Section 18.3."""
        phone.say(invite(phone) + b"more")
        assert wire.events[0].offer == SDP  # type: ignore[union-attr]

    def test_a_datagram_as_long_as_udp_allows(self, wire: Wire, phone: Phone) -> None:
        """Section 18.1.1: "implementations MUST be able to handle messages up to the maximum"."""
        phone.request("OPTIONS", lines=[("Subject", "x" * 64_000)])
        assert phone.statuses() == [200]


@pytest.mark.parametrize(
    "line",
    [
        "Via: SIP/2.0/UDP h" + " " * 60_000 + "x",
        "Via: " + "," * 60_000,
        'From: "' + "\\" * 60_001,
        "From: " + "<" * 60_000,
        "Contact: " + '"' * 60_001,
        "Authorization: Digest " + "a" * 60_000,
        'Authorization: Digest a="' + '\\"' * 30_000,
        "Authorization: Digest " + "a=" * 30_000,
        "CSeq: " + "9" * 60_000,
        "Record-Route: " + ";" * 60_000,
        "Content-Length: " + "9" * 60_000,
        "X: " + "\r" * 60_000,
    ],
    ids=lambda line: line[:26],
)
def test_a_long_line_is_read_in_one_pass(wire: Wire, phone: Phone, line: str) -> None:
    """A reader that goes back for every letter would hold all calls for many seconds."""
    name, _, value = line.partition(": ")
    phone.cseq, phone.branch = 1, "z9hG4bKlong"
    for method in ("REGISTER", "INVITE"):
        phone.say(phone.build(method, lines=[(name, value)]))
        data = phone.build(method, branch="z9hG4bKalone")
        kept = [old for old in data.decode().split("\r\n") if not old.startswith(f"{name}:")]
        phone.say("\r\n".join([*kept[:1], line, *kept[1:]]).encode())


def test_a_closing_line_tells_the_proxy_in_front_to_send_calls_elsewhere(wire: Wire, phone: Phone) -> None:
    wire.agent.closing = True
    phone.request("OPTIONS")
    assert phone.statuses() == [503]
