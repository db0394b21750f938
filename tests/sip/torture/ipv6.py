"""RFC 5118 section 4: IPv6 references wherever SIP and SDP have an address.

The bodies have the wire's line ends, and their Content-Length is counted; the RFC prints other numbers.
"""

from __future__ import annotations

from torture.case import ACCEPTED, Case, answer, message

__all__ = ["CASES"]

_REGISTER = """
REGISTER sip:{target} SIP/2.0
To: sip:user@example.com
From: sip:user@example.com;tag=81x2
Via: SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111
Call-ID: SSG9559905523997077@hlau_4100
Max-Forwards: 70
Contact: "Caller" <sip:caller@[2001:db8::1]>
CSeq: 98176 REGISTER
Content-Length: 0
"""

_WITH_DELIMITERS = """
BYE sip:[2001:db8::10] SIP/2.0
To: sip:user@example.com;tag=bd76ya
From: sip:user@example.com;tag=81x2
Via: SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=z9hG4bKas3-111
Call-ID: SSG9559905523997077@hlau_4100
Max-Forwards: 70
CSeq: 321 BYE
Content-Length: 0
"""

_WITHOUT_DELIMITERS = """
OPTIONS sip:[2001:db8::10] SIP/2.0
To: sip:user@example.com
From: sip:user@example.com;tag=81x2
Via: SIP/2.0/UDP [2001:db8::9:1];received=2001:db8::9:255;branch=z9hG4bKas3
Call-ID: SSG95523997077@hlau_4100
Max-Forwards: 70
Contact: "Caller" <sip:caller@[2001:db8::9:1]>
CSeq: 921 OPTIONS
Content-Length: 0
"""

_IN_SDP = """
INVITE sip:user@[2001:db8::10] SIP/2.0
To: sip:user@[2001:db8::10]
From: sip:user@example.com;tag=81x2
Via: SIP/2.0/UDP [2001:db8::20];branch=z9hG4bKas3-111
Call-ID: SSG9559905523997077@hlau_4100
Contact: "Caller" <sip:caller@[2001:db8::20]>
CSeq: 8612 INVITE
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: {length}
"""
_VIDEO_FEED = """
v=0
o=assistant 971731711378798081 0 IN IP6 2001:db8::20
s=Live video feed for today's meeting
c=IN IP6 2001:db8::20
t=3338481189 3370017201
m=audio 6000 RTP/AVP 2
a=rtpmap:2 G726-32/8000
m=video 6024 RTP/AVP 107
a=rtpmap:107 H263-1998/90000
"""

_MIXED_VIAS = """
BYE sip:user@host.example.net SIP/2.0
Via: SIP/2.0/UDP [2001:db8::9:1]:6050;branch=z9hG4bKas3-111
Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKjhja8781hjuaij65144
Via: SIP/2.0/TCP [2001:db8::9:255];branch=z9hG4bK451jj;received=192.0.2.200
Call-ID: 997077@lau_4100
Max-Forwards: 70
CSeq: 89187 BYE
To: sip:user@example.net;tag=9817--94
From: sip:user@example.com;tag=81x2
Content-Length: 0
"""

_MIXED_SDP = """
INVITE sip:user@[2001:db8::10] SIP/2.0
To: sip:user@[2001:db8::10]
From: sip:user@example.com;tag=81x2
Via: SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111
Call-ID: SSG9559905523997077@hlau_4100
Contact: "Caller" <sip:caller@[2001:db8::9:1]>
Max-Forwards: 70
CSeq: 8912 INVITE
Content-Type: application/sdp
Content-Length: {length}
"""
_TWO_CONNECTIONS = """
v=0
o=bob 280744730 28977631 IN IP4 host.example.com
s=
t=0 0
m=audio 22334 RTP/AVP 0
c=IN IP4 192.0.2.1
m=video 6024 RTP/AVP 107
c=IN IP6 2001:db8::1
a=rtpmap:107 H263-1998/90000
"""

_MAPPED = """
INVITE sip:user@example.com SIP/2.0
To: sip:user@example.com
From: sip:user@east.example.com;tag=81x2
Via: SIP/2.0/UDP [::ffff:192.0.2.10]:19823;branch=z9hG4bKbh19
Via: SIP/2.0/UDP [::ffff:192.0.2.2];branch=z9hG4bKas3-111
Call-ID: SSG9559905523997077@hlau_4100
Contact: "T. desk phone" <sip:ted@[::ffff:192.0.2.2]>
CSeq: 612 INVITE
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: {length}
"""
_MAPPED_SDP = (_VIDEO_FEED.replace("2001:db8::20", "::ffff:192.0.2.2")).replace(
    "Live video feed for today's meeting", "Call me soon, please!"
)

_COLONS = """
OPTIONS sip:user@{host} SIP/2.0
To: sip:user@{host}
From: sip:user@example.com;tag=810x2
Via: SIP/2.0/UDP lab1.east.example.com;branch=z9hG4bKas3-111
Call-ID: G9559905523997077@hlau_4100
CSeq: 689 OPTIONS
Max-Forwards: 70
Content-Length: 0
"""


def _register(target: str) -> bytes:
    return message(_REGISTER.format(target=target))


def _invite(head: str, sdp: str) -> bytes:
    body = sdp.lstrip("\n").replace("\n", "\r\n").encode()
    return message(head.format(length=len(body)), body)


CASES = (
    Case("4.1", "ipv6-good", _register("[2001:db8::10]"), answer(200), user="user"),
    Case("4.2", "ipv6-bad", _register("2001:db8::10"), answer(400)),
    # Well-formed, though who wrote it wanted port 5070.
    Case("4.3", "port-ambiguous", _register("[2001:db8::10:5070]"), answer(200), user="user"),
    Case("4.4", "port-unambiguous", _register("[2001:db8::10]:5070"), answer(200), user="user"),
    # Against the grammar, and still to be read: it is only of no dialog.
    Case("4.5", "received-with-delimiters", message(_WITH_DELIMITERS), answer(481)),
    Case("4.5", "received-without-delimiters", message(_WITHOUT_DELIMITERS), answer(200)),
    Case("4.6", "ipv6-in-sdp", _invite(_IN_SDP, _VIDEO_FEED), answer(ACCEPTED)),
    Case("4.7", "mixed-addresses-in-vias", message(_MIXED_VIAS), answer(481)),
    Case("4.8", "mixed-addresses-in-sdp", _invite(_MIXED_SDP, _TWO_CONNECTIONS), answer(ACCEPTED)),
    Case("4.9", "ipv4-mapped", _invite(_MAPPED, _MAPPED_SDP), answer(ACCEPTED)),
    # The third colon is a fault of RFC 3261's grammar; a robust reader takes it.
    Case("4.10", "three-colons", message(_COLONS.format(host="[2001:db8:::192.0.2.1]")), answer(200, 400)),
    Case("4.10", "two-colons", message(_COLONS.format(host="[2001:db8::192.0.2.1]")), answer(200)),
)
