"""Other methods, responses nobody asked for, and rare but legal spellings: a name in, a datagram out."""

from __future__ import annotations

__all__ = ["TORTURE"]


def request(method: str, *more: str, uri: str = "sip:4488@127.0.0.1", to: str = "", body: str = "") -> bytes:
    """A small well-made request with extra header lines."""
    lines = [
        f"{method} {uri} SIP/2.0",
        "Via: SIP/2.0/UDP {here};branch=z9hG4bKfault;rport",
        "From: <sip:777123456@127.0.0.1>;tag=fault",
        f"To: {to or '<sip:4488@127.0.0.1>'}",
        "Call-ID: fault",
        f"CSeq: 1 {method}",
        "Max-Forwards: 70",
        *more,
        f"Content-Length: {len(body)}",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def response(start: str, *more: str) -> bytes:
    """A response to nothing, its Via pointing at the line's caller."""
    lines = [
        start,
        "Via: SIP/2.0/UDP {here};branch=z9hG4bKnobody",
        "From: <sip:4488@127.0.0.1>;tag=a",
        "To: <sip:777123456@127.0.0.1>;tag=b",
        "Call-ID: nobody",
        "CSeq: 1 BYE",
        *more,
        "Content-Length: 0",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


NOBODY = "<sip:4488@127.0.0.1>;tag=nobody"

TORTURE: dict[str, bytes] = {
    # within dialogs that do not exist
    "BYE of no call": request("BYE", to=NOBODY),
    "ACK of no call": request("ACK", to=NOBODY),
    "ACK without a tag": request("ACK"),
    "CANCEL of no call": request("CANCEL"),
    "INFO of no call": request(
        "INFO", "Content-Type: application/dtmf-relay", to=NOBODY, body="Signal=2\r\n"
    ),
    "re-INVITE of no call": request("INVITE", "Contact: <sip:a@{here}>", to=NOBODY),
    "UPDATE of no call": request("UPDATE", to=NOBODY),
    "PRACK of no call": request("PRACK", "RAck: 1 1 INVITE", to=NOBODY),
    "REFER of no call": request("REFER", "Refer-To: <sip:0@127.0.0.1>", to=NOBODY),
    "NOTIFY of no call": request("NOTIFY", "Event: refer", "Subscription-State: active", to=NOBODY),
    # methods a balance line has no use for
    "SUBSCRIBE": request("SUBSCRIBE", "Event: presence", "Expires: 3600"),
    "PUBLISH": request("PUBLISH", "Event: presence"),
    "MESSAGE": request("MESSAGE", "Content-Type: text/plain", body="hello"),
    # registrations
    "REGISTER without credentials": request("REGISTER", "Contact: <sip:a@{here}>", uri="sip:127.0.0.1"),
    "REGISTER with a broken digest": request(
        "REGISTER", "Contact: <sip:a@{here}>", 'Authorization: Digest username="', uri="sip:127.0.0.1"
    ),
    "REGISTER with Basic": request(
        "REGISTER", "Contact: <sip:a@{here}>", "Authorization: Basic YTpi", uri="sip:127.0.0.1"
    ),
    "REGISTER with a stranger's nonce": request(
        "REGISTER",
        "Contact: <sip:a@{here}>",
        'Authorization: Digest username="jana", realm="infoline", nonce="00", uri="sip:127.0.0.1", '
        f'response="{"0" * 32}", algorithm=SHA-512, qop=auth-int, nc=zzzzzzzz, cnonce=""',
        uri="sip:127.0.0.1",
    ),
    "REGISTER of star with Expires 1": request("REGISTER", "Contact: *", "Expires: 1", uri="sip:127.0.0.1"),
    "REGISTER with Expires of forty digits": request(
        "REGISTER", "Contact: <sip:a@{here}>;expires=" + "9" * 40, uri="sip:127.0.0.1"
    ),
    "REGISTER of a thousand contacts": request(
        "REGISTER", "Contact: " + ",".join(f"<sip:a{n}@{{here}}>" for n in range(1000)), uri="sip:127.0.0.1"
    ),
    # responses nobody waits for
    "200 to nothing": response("SIP/2.0 200 OK"),
    "401 to nothing": response("SIP/2.0 401 Unauthorized", "WWW-Authenticate: Digest"),
    "100 to nothing": response("SIP/2.0 100 Trying"),
    "status 99": response("SIP/2.0 99 Low"),
    "status 700": response("SIP/2.0 700 High"),
    "status of letters": response("SIP/2.0 okay OK"),
    "status of forty digits": response("SIP/2.0 " + "2" * 40 + " OK"),
    "status without a reason": response("SIP/2.0 200"),
    "status of bad UTF-8": response("SIP/2.0 200 OK").replace(b"OK", b"\xff\xfe", 1),
    # rare, and right
    "compact headers": (
        b"OPTIONS sip:4488@127.0.0.1 SIP/2.0\r\nv: SIP/2.0/UDP {here};branch=z9hG4bKfault;rport\r\n"
        b"f: <sip:a@127.0.0.1>;tag=c\r\nt: <sip:4488@127.0.0.1>\r\ni: fault\r\nCSeq: 1 OPTIONS\r\n"
        b"Max-Forwards: 70\r\nl: 0\r\n\r\n"
    ),
    "headers in any case": request("OPTIONS").replace(b"Via:", b"vIA:").replace(b"CSeq:", b"cseq:"),
    "spaces around the colons": request("OPTIONS").replace(b": ", b"  :\t  "),
    "a folded Via": request("OPTIONS").replace(b";branch", b"\r\n ;branch"),
    "line ends before the start line": b"\r\n\r\n" + request("OPTIONS"),
    "escaped letters of the number": request("OPTIONS", uri="sip:%34%34%38%38@127.0.0.1"),
    "a quoted name full of signs": request("OPTIONS", to='"<sip:x@y>;tag=no, \\" \\\\" <sip:4488@127.0.0.1>'),
    "a tel address": request("OPTIONS", uri="tel:4488;phone-context=+420"),
    "a sips address": request("OPTIONS", uri="sips:4488@127.0.0.1"),
    "an IPv6 address": request("OPTIONS", uri="sip:4488@[::1]:5060"),
    "a semicolon in the user": request("OPTIONS", uri="sip:4488;par=u%40example.net@127.0.0.1"),
    "unknown parameters everywhere": request("OPTIONS", uri="sip:4488@127.0.0.1;x=1;lr;y?Subject=hello"),
    "a Route to somebody else": request("OPTIONS", "Route: <sip:10.255.255.1;lr>"),
    "a Route of noise": request("OPTIONS", "Route: ,,,<<>>;;"),
    "an Accept of another kind": request("OPTIONS", "Accept: text/poetry"),
    "a method in small letters": request("options"),
    "Max-Forwards 255": request("OPTIONS").replace(b"Forwards: 70", b"Forwards: 255"),
    "Timestamp and Date of noise": request("OPTIONS", "Timestamp: soon", "Date: Friday the 13th"),
}
