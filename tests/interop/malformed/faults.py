"""One good INVITE in, one fault at a time out: what a broken phone, a scanner or a bad cable sends."""

from __future__ import annotations

__all__ = ["FAULTS", "INVITE", "SDP"]

SDP = (
    b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    b"m=audio 4000 RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
)
HEAD = (
    b"INVITE sip:4488@127.0.0.1 SIP/2.0\r\n"
    b"Via: SIP/2.0/UDP {here};branch=z9hG4bKfault;rport\r\n"
    b"Max-Forwards: 70\r\n"
    b"From: <sip:777123456@127.0.0.1>;tag=fault\r\n"
    b"To: <sip:4488@127.0.0.1>\r\n"
    b"Call-ID: fault@127.0.0.1\r\n"
    b"CSeq: 1 INVITE\r\n"
    b"Contact: <sip:777123456@{here}>\r\n"
    b"Content-Type: application/sdp\r\n"
)
INVITE = HEAD + b"Content-Length: %d\r\n\r\n" % len(SDP) + SDP


def without(header: bytes) -> bytes:
    """The INVITE with every line of this header taken out."""
    return b"\r\n".join(line for line in INVITE.split(b"\r\n") if not line.startswith(header + b":"))


def with_line(old: bytes, new: bytes) -> bytes:
    """The INVITE with one piece changed; AssertionError where it is not there just once."""
    assert INVITE.count(old) == 1, old
    return INVITE.replace(old, new)


def with_sdp(body: bytes) -> bytes:
    """The INVITE with another body of the right length."""
    return HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body


FAULTS: dict[str, bytes] = {
    # not SIP at all
    "empty": b"",
    "one zero byte": b"\x00",
    "keep-alive CRLFCRLF": b"\r\n\r\n",
    "a thousand line ends": b"\r\n" * 1000,
    "binary": bytes(range(256)) * 4,
    "an RTP packet": b"\x80\x08\x00\x01\x00\x00\x00\xa0\x12\x34\x56\x78" + b"\xd5" * 160,
    "a STUN binding request": b"\x00\x01\x00\x00\x21\x12\xa4\x42" + b"\x00" * 12,
    "an HTTP request": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "a DNS query": b"\xab\xcd\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x04sip1\x02cz\x00\x00\x01\x00\x01",
    "sixty thousand letters": b"A" * 60000,
    # the start line
    "no version": with_line(b" SIP/2.0\r\nVia", b"\r\nVia"),
    "version 3.0": with_line(b"127.0.0.1 SIP/2.0\r\nVia", b"127.0.0.1 SIP/3.0\r\nVia"),
    "version in small letters": with_line(b"1 SIP/2.0\r\nVia", b"1 sip/2.0\r\nVia"),
    "start line of spaces": with_line(b"INVITE sip:4488@127.0.0.1 SIP/2.0", b"      "),
    "method alone": with_line(b"INVITE sip:4488@127.0.0.1 SIP/2.0", b"INVITE"),
    "method of strange signs": with_line(b"INVITE sip:4488@127.0.0.1", b"IN\x00V(TE sip:4488@127.0.0.1"),
    "method of ten thousand letters": with_line(b"INVITE sip:", b"I" * 10000 + b" sip:"),
    "method that does not exist": INVITE.replace(b"INVITE", b"DANCE"),
    "no number in the address": with_line(b"sip:4488@127.0.0.1 SIP", b"sip: SIP"),
    "address without a scheme": with_line(b"sip:4488@127.0.0.1 SIP", b"4488 SIP"),
    "address of another scheme": with_line(b"sip:4488@127.0.0.1 SIP", b"gopher://4488 SIP"),
    "address in angle brackets": with_line(b"sip:4488@127.0.0.1 SIP", b"<sip:4488@127.0.0.1> SIP"),
    "address with spaces inside": with_line(b"sip:4488@127.0.0.1 SIP", b"sip:44 88@127.0.0.1 SIP"),
    "address with a bad escape": with_line(b"sip:4488@127.0.0.1 SIP", b"sip:44%8@127.0.0.1 SIP"),
    "address with an escaped zero": with_line(b"sip:4488@127.0.0.1 SIP", b"sip:4488%00@127.0.0.1 SIP"),
    "address with port 99999": with_line(b"sip:4488@127.0.0.1 SIP", b"sip:4488@127.0.0.1:99999 SIP"),
    "address with an open IPv6": with_line(b"sip:4488@127.0.0.1 SIP", b"sip:4488@[::1 SIP"),
    "address with two at signs": with_line(b"sip:4488@127.0.0.1 SIP", b"sip:44@88@127.0.0.1 SIP"),
    "number of ten thousand digits": with_line(b"sip:4488@127.0.0.1 SIP", b"sip:" + b"4" * 10000 + b"@h SIP"),
    "number in another script's digits": with_line(b"4488@127.0.0.1 SIP", "٤٤٨٨@127.0.0.1 SIP".encode()),
    # headers that are missing
    "no Via": without(b"Via"),
    "no From": without(b"From"),
    "no To": without(b"To"),
    "no Call-ID": without(b"Call-ID"),
    "no CSeq": without(b"CSeq"),
    "no Max-Forwards": without(b"Max-Forwards"),
    "no Contact": without(b"Contact"),
    "no Content-Type": without(b"Content-Type"),
    "no Content-Length": without(b"Content-Length"),
    "no headers at all": b"INVITE sip:4488@127.0.0.1 SIP/2.0\r\n\r\n",
    "nothing after the start line": b"INVITE sip:4488@127.0.0.1 SIP/2.0\r\n",
    # headers that are wrong
    "a line without a colon": with_line(b"Max-Forwards: 70", b"Max-Forwards 70"),
    "a header without a name": with_line(b"Max-Forwards: 70", b": 70"),
    "CSeq of another method": with_line(b"CSeq: 1 INVITE", b"CSeq: 1 BYE"),
    "CSeq without a number": with_line(b"CSeq: 1 INVITE", b"CSeq: INVITE"),
    "CSeq without a method": with_line(b"CSeq: 1 INVITE", b"CSeq: 1"),
    "CSeq below zero": with_line(b"CSeq: 1 INVITE", b"CSeq: -1 INVITE"),
    "CSeq over 2**31": with_line(b"CSeq: 1 INVITE", b"CSeq: 36893488147419103232 INVITE"),
    "CSeq of five thousand digits": with_line(b"CSeq: 1 INVITE", b"CSeq: " + b"9" * 5000 + b" INVITE"),
    "Max-Forwards 0": with_line(b"Max-Forwards: 70", b"Max-Forwards: 0"),
    "Max-Forwards below zero": with_line(b"Max-Forwards: 70", b"Max-Forwards: -5"),
    "Max-Forwards of letters": with_line(b"Max-Forwards: 70", b"Max-Forwards: many"),
    "two Call-IDs": with_line(b"CSeq:", b"Call-ID: another@127.0.0.1\r\nCSeq:"),
    "two CSeqs": with_line(b"CSeq: 1 INVITE", b"CSeq: 1 INVITE\r\nCSeq: 2 INVITE"),
    "two Froms": with_line(b"CSeq:", b"From: <sip:other@127.0.0.1>;tag=x\r\nCSeq:"),
    "From without a tag": with_line(b";tag=fault", b""),
    "From with an open bracket": with_line(b"<sip:777123456@127.0.0.1>;tag", b"<sip:777123456@127.0.0.1;tag"),
    "From with an open quote": with_line(b"From: <sip", b'From: "Jana <sip'),
    "From of bad UTF-8": with_line(b"From: <sip", b'From: "\xff\xfe\xc3" <sip'),
    "From with an empty address": with_line(b"<sip:777123456@127.0.0.1>", b"<>"),
    "From of sixty thousand letters": with_line(b"From: <sip", b'From: "' + b"J" * 50000 + b'" <sip'),
    "Contact of letters": with_line(b"Contact: <sip:777123456@{here}>", b"Contact: nowhere in particular"),
    "Contact star": with_line(b"Contact: <sip:777123456@{here}>", b"Contact: *"),
    "Via without a branch": with_line(b";branch=z9hG4bKfault", b""),
    "Via of RFC 2543's branch": with_line(b"z9hG4bKfault", b"1"),
    "Via of letters": with_line(b"SIP/2.0/UDP {here}", b"over the hills"),
    "Via without a host": with_line(b"UDP {here};", b"UDP ;"),
    "Via with port 70000": with_line(b"UDP {here};", b"UDP 127.0.0.1:70000;"),
    "Via with port 0": with_line(b"UDP {here};", b"UDP 127.0.0.1:0;"),
    "Via of another transport": with_line(b"SIP/2.0/UDP", b"SIP/2.0/CARRIER-PIGEON"),
    "a hundred Vias": with_line(b"Max-", b"Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKx\r\n" * 100 + b"Max-"),
    "a thousand unknown headers": with_line(b"Max-Forwards", b"X-Unknown: 1\r\n" * 1000 + b"Max-Forwards"),
    "a header of 50,000 letters": with_line(b"Max-Forwards: 70", b"Subject: " + b"x" * 50000),
    "a thousand Record-Routes": with_line(b"CSeq:", b"Record-Route: <sip:10.0.0.1;lr>\r\n" * 1000 + b"CSeq:"),
    "zero bytes in a header": with_line(b"Max-Forwards: 70", b"Max-Forwards: 7\x000"),
    "header injection in the tag": with_line(b";tag=fault", b";tag=a\rX-Injected: yes"),
    "folded on every line": INVITE.replace(b": ", b":\r\n ").replace(b":\r\n 1", b": 1"),
    "folded before any header": with_line(b"SIP/2.0\r\nVia", b"SIP/2.0\r\n fold\r\nVia"),
    "line ends of LF alone": INVITE.replace(b"\r\n", b"\n"),
    "line ends of CR alone": INVITE.replace(b"\r\n", b"\r"),
    "spaces before every colon": INVITE.replace(b": ", b"  \t: "),
    "unknown Require": with_line(b"CSeq:", b"Require: time-travel, 100rel\r\nCSeq:"),
    # the body
    "Content-Length below zero": with_line(b"Content-Length: %d" % len(SDP), b"Content-Length: -1"),
    "Content-Length of letters": with_line(b"Content-Length: %d" % len(SDP), b"Content-Length: long"),
    "Content-Length too large": with_line(b"Content-Length: %d" % len(SDP), b"Content-Length: 99999"),
    "Content-Length too small": with_line(b"Content-Length: %d" % len(SDP), b"Content-Length: 7"),
    "Content-Length of forty digits": with_line(b"Length: %d" % len(SDP), b"Length: " + b"9" * 40),
    "two Content-Lengths": with_line(b"\r\n\r\nv=0", b"\r\nContent-Length: 3\r\n\r\nv=0"),
    "a body of another type": with_line(b"application/sdp", b"image/png"),
    "a body of parts without an end": with_line(b"application/sdp", b"multipart/mixed;boundary=x"),
    "cut in the start line": INVITE[:11],
    "cut in a header": INVITE[:150],
    "cut before the empty line": HEAD,
    "cut in the body": INVITE[:-60],
    # the offer
    "an offer of noise": with_sdp(bytes(range(200))),
    "an offer of letters": with_sdp(b"hello\r\n"),
    "an offer without an address": with_sdp(SDP.replace(b"c=IN IP4 127.0.0.1\r\n", b"")),
    "an offer without media": with_sdp(SDP.split(b"m=")[0]),
    "an offer with port 99999": with_sdp(SDP.replace(b"audio 4000", b"audio 99999")),
    "an offer with port -1": with_sdp(SDP.replace(b"audio 4000", b"audio -1")),
    "an offer with port 0": with_sdp(SDP.replace(b"audio 4000", b"audio 0")),
    "an offer with payload 300": with_sdp(SDP.replace(b"8 101", b"300 8")),
    "an offer with payload of letters": with_sdp(SDP.replace(b"8 101", b"eight")),
    "an offer with no payload": with_sdp(SDP.replace(b" 8 101", b"")),
    "an offer at a host name": with_sdp(SDP.replace(b"c=IN IP4 127.0.0.1", b"c=IN IP4 phone.invalid")),
    "an offer at no address": with_sdp(SDP.replace(b"c=IN IP4 127.0.0.1", b"c=IN IP4 999.1.1.1")),
    "an offer at a multicast group": with_sdp(SDP.replace(b"c=IN IP4 127.0.0.1", b"c=IN IP4 239.1.1.1/127")),
    "an offer with a bad rtpmap": with_sdp(SDP.replace(b"8 PCMA/8000", b"8 PCMA/eight thousand")),
    "an offer of a thousand media": with_sdp(SDP + b"m=video 4000 RTP/AVP 31\r\n" * 1000),
    "an offer of a thousand payloads": with_sdp(SDP.replace(b"8 101", b"1 2 3 4 " * 250)),
    "an offer with a ptime of zero": with_sdp(SDP + b"a=ptime:0\r\n"),
}  # fmt: skip
