"""The rules of offer and answer, each with the section that asks for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.media.sdp import (
    Description,
    NoUsableCodec,
    Origin,
    SdpError,
    answer,
    offer,
    read_answer,
    read_offer,
)

OURS = Origin(77, 1, "198.51.100.1")
HERE = ("198.51.100.1", 20000, OURS)
AUDIO = "m=audio 4000 RTP/AVP 8"


def sdp(*rows: str, session: str = "c=IN IP4 192.0.2.1") -> str:
    return "\r\n".join(["v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", session, "t=0 0", *rows, ""])


def media(text: str) -> list[str]:
    return [row for row in text.split("\r\n") if row.startswith("m=")]


def audio(text: str) -> list[str]:
    """The rows under the line that is not refused."""
    rows = text.split("\r\n")
    start = next(place for place, row in enumerate(rows) if row.startswith("m=") and row.split()[1] != "0")
    end = next((place for place in range(start + 1, len(rows)) if rows[place][:2] in ("m=", "")), len(rows))
    return rows[start:end]


# RFC 3264: the answer


def test_another_type_of_media_is_refused_with_what_it_named():
    """Section 6: a refused line has port zero, its own transport and at least one format."""
    body = sdp("m=application 5000 TCP/MRCPv2 1", AUDIO, "m=text 4100 RTP/AVP 98", "m=image 5 udptl t38")
    assert media(answer(read_offer(body), *HERE)) == [
        "m=application 0 TCP/MRCPv2 1",
        "m=audio 20000 RTP/AVP 8",
        "m=text 0 RTP/AVP 98",
        "m=image 0 udptl t38",
    ]


def test_codecs_we_do_not_speak_are_passed_over():
    """Section 6.1: the answer lists what both speak, under the numbers of the offer."""
    rows = [
        "m=audio 4000 RTP/AVP 111 63 9 18 110 97 101",
        "a=rtpmap:111 opus/48000/2",
        "a=fmtp:111 minptime=10;useinbandfec=1",
        "a=rtpmap:63 red/48000/2",
        "a=rtpmap:9 G722/8000",
        "a=rtpmap:97 PCMU/8000",
        "a=rtpmap:110 telephone-event/48000",
        "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-11",
    ]
    assert audio(answer(read_offer(sdp(*rows)), *HERE)) == [
        "m=audio 20000 RTP/AVP 97 101",
        "a=rtpmap:97 PCMU/8000",
        "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-15",
        "a=ptime:20",
        "a=sendrecv",
    ]


def test_a_line_with_port_zero_stays_refused():
    """Section 6: a stream offered with port zero has port zero in the answer."""
    offered = read_offer(sdp("m=audio 0 RTP/AVP 8", "m=audio 4002 RTP/AVP 0"))
    assert media(answer(offered, *HERE)) == ["m=audio 0 RTP/AVP 8", "m=audio 20000 RTP/AVP 0"]


@pytest.mark.parametrize(
    ("rows", "warning"),
    [
        (["m=video 4000 RTP/AVP 99"], 304),
        (["m=audio 0 RTP/AVP 8"], 304),
        ([], 304),
        (["m=audio 4000 RTP/SAVP 8"], 302),
        (["m=audio 4000 RTP/SAVPF 8", "m=video 4002 RTP/SAVPF 99"], 302),
        (["m=audio 9 UDP/TLS/RTP/SAVPF 8", "a=setup:actpass"], 302),
        (["m=audio 9 UDP/TLS/RTP/SAVP 8"], 302),
        (["m=audio 4000 RTP/AVPF 8"], 302),
        (["m=audio 4000 TCP/RTP/AVP 8"], 302),
        ([AUDIO, "c=IN IP4 pbx.example"], 301),
        ([AUDIO, "c=ATM NSAP 47.00"], 301),
        ([AUDIO, "c=IN IP6 192.0.2.1"], 301),
        ([AUDIO, "c=IN IP6 ff02::1"], 301),
        ([AUDIO, "c=IN IP6 fe80::1%eth0"], 301),
        (["m=audio 4000 RTP/AVP 18", "m=audio 4002 RTP/SAVP 8"], 305),
        (["m=audio 4002 RTP/SAVP 8", "m=audio 4000 RTP/AVP 9"], 305),
    ],
)
def test_what_stands_in_the_way_is_named_by_its_warning(rows, warning):
    """RFC 3261 sections 20.43 and 21.4.26; of several lines the one that came nearest counts."""
    with pytest.raises(NoUsableCodec) as caught:
        read_offer(sdp(*rows))
    assert caught.value.warning == warning
    assert '"' not in str(caught.value)


# Keys, feedback and candidates beside plain RTP


@pytest.mark.parametrize(
    "rows",
    [
        ["a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^20|1:4"],
        ["a=fingerprint:sha-256 4A:AD:B9:B1", "a=setup:actpass", "a=tls-id:abc3de65cddef001be82"],
        ["a=zrtp-hash:1.10 fe30efd02423cb054e50efd0248742ac7a52c8f91bc2df881ae642c371ba46df"],
        ["a=rtcp-fb:* trr-int 5000", "a=rtcp-fb:8 nack"],
        ["a=ice-ufrag:8hhY", "a=ice-pwd:asd88fgpdd777uzjYhagZg", "a=ice-options:ice2 trickle",
         "a=candidate:1 1 UDP 2130706431 203.0.113.141 8998 typ host",
         "a=candidate:2 1 UDP 1694498815 192.0.2.3 45664 typ srflx raddr 203.0.113.141 rport 8998",
         "a=remote-candidates:1 192.0.2.3 45664", "a=end-of-candidates"],
        ["a=mid:0", "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid", "a=msid:- 0", "a=ssrc:1 cname:x"],
        ["a=tcap:1 RTP/SAVP", "a=pcfg:1 t=1"],
        ["a=rtcp:53020", "a=rtcp-rsize", "b=AS:80", "b=RR:0"],
    ],
)  # fmt: skip
def test_what_is_offered_beside_plain_rtp_is_declined_by_an_answer_without_it(rows):
    """SRTP (RFC 8643), ICE (RFC 8839), feedback (RFC 4585), BUNDLE (RFC 9143 7.3), RTCP's port (RFC 3605)."""
    session = "c=IN IP4 192.0.2.1\r\na=group:BUNDLE 0\r\na=ice-lite\r\na=fingerprint:sha-1 00:11"
    offered = read_offer(sdp(AUDIO, *rows, session=session))
    assert offered.agreed.remote == ("192.0.2.1", 4000)
    assert answer(offered, *HERE) == answer(read_offer(sdp(AUDIO)), *HERE)


@pytest.mark.parametrize("first", [True, False])
def test_of_a_secure_and_a_plain_line_the_plain_one_is_taken(first):
    """RFC 3264 section 6.1 leaves the choice to us; both lines stay in their places."""
    secure = "m=audio 4000 RTP/SAVP 8 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x"
    plain = "m=audio 4002 RTP/AVP 0"
    offered = read_offer(sdp(*([secure, plain] if first else [plain, secure])))
    assert offered.agreed.remote == ("192.0.2.1", 4002)
    expected = ["m=audio 0 RTP/SAVP 8 0", "m=audio 20000 RTP/AVP 0"]
    assert media(answer(offered, *HERE)) == (expected if first else expected[::-1])


# RTCP


def test_rtcp_on_the_same_port_is_accepted_only_where_it_is_offered():
    """RFC 5761 section 5.1.1 as RFC 8035 has it; RFC 8858 asks for the same answer to rtcp-mux-only."""
    assert "a=rtcp-mux" not in answer(read_offer(sdp(AUDIO)), *HERE)
    text = answer(read_offer(sdp(AUDIO, "a=rtcp-mux", "a=rtcp-mux-only")), *HERE)
    assert audio(text)[-2:] == ["a=rtcp-mux", "a=sendrecv"]
    assert "rtcp-mux-only" not in text


@pytest.mark.parametrize(
    "rows",
    [
        ["m=audio 4000 RTP/AVP 72", "a=rtpmap:72 PCMA/8000"],
        ["m=audio 4000 RTP/AVP 8 95", "a=rtpmap:95 telephone-event/8000"],
    ],
)
def test_rtcp_keeps_its_own_port_where_a_payload_type_would_look_like_it(rows):
    """RFC 5761 section 4: payload types 64 to 95 are not to be used on a shared port."""
    assert "a=rtcp-mux" not in answer(read_offer(sdp(*rows, "a=rtcp-mux")), *HERE)


# Addresses


def test_an_ipv6_address_is_agreed_on_in_its_shortest_spelling():
    """RFC 8866 section 5.7; the answer's own lines are in the family of the address that we name."""
    offered = read_offer(sdp(AUDIO, session="c=IN IP6 2001:DB8:0:0::0:1"))
    assert offered.agreed.remote == ("2001:db8::1", 4000)
    text = answer(offered, "2001:db8::2", 20000, Origin(77, 1, "2001:db8::2"))
    assert text.split("\r\n")[1:4] == ["o=- 77 1 IN IP6 2001:db8::2", "s=-", "c=IN IP6 2001:db8::2"]


def test_an_address_that_only_maps_ipv4_is_that_one():
    """RFC 3266 section 5: "interpret IPv4 mapped addresses as equivalent to IP4"."""
    assert read_offer(sdp(AUDIO, session="c=IN IP6 ::ffff:192.0.2.7")).agreed.remote[0] == "192.0.2.7"


def test_each_line_has_its_own_address_and_the_first_we_can_reach_is_taken():
    """RFC 3264 section 6.1 and RFC 8866 section 5.7: a line's c= stands before the session's."""
    body = sdp(AUDIO, "c=IN IP6 2001:db8::1", "m=audio 4002 RTP/AVP 0", "c=IN IP4 203.0.113.9")
    assert read_offer(body, [4]).agreed.remote == ("203.0.113.9", 4002)
    assert read_offer(body, [6]).agreed.remote == ("2001:db8::1", 4000)
    assert read_offer(body).chosen == 0


def test_of_several_c_lines_the_first_counts():
    """RFC 8866 section 5.7 has more than one for the layers of a multicast only."""
    body = sdp(AUDIO, "c=IN IP4 203.0.113.9", "c=IN IP4 203.0.113.10")
    assert read_offer(body).agreed.remote == ("203.0.113.9", 4000)


def test_a_second_offer_counts_whatever_its_version_says():
    """RFC 3264 section 8 wants it to grow; many that come from behind another box do not."""
    before = read_offer(sdp(AUDIO))
    moved = read_offer(sdp("m=audio 5000 RTP/AVP 0"), before=before)
    assert (moved.agreed.codec, moved.agreed.remote[1]) == ("PCMU", 5000)


def test_a_family_we_do_not_have_cannot_be_reached():
    with pytest.raises(NoUsableCodec) as caught:
        read_offer(sdp(AUDIO, session="c=IN IP6 2001:db8::1"), [4])
    assert caught.value.warning == 301


@pytest.mark.parametrize("session", ["c=IN IP4 0.0.0.0", "c=IN IP6 ::"])
def test_a_call_is_held_at_no_address_whatever_its_family(session):
    """RFC 3264 section 8.4."""
    agreed = read_offer(sdp(AUDIO, session=session), [4]).agreed
    assert (agreed.send, agreed.receive) == (False, True)


# Re-offers


def described(*rows: str) -> Description:
    return read_offer(sdp(*rows))


def test_a_second_offer_keeps_the_line_we_speak_on():
    """RFC 3264 section 8: lines keep their places, so ours stays ours where both could be spoken on."""
    before = described("m=audio 4000 RTP/SAVP 8", "m=audio 4002 RTP/AVP 8")
    after = read_offer(sdp("m=audio 4000 RTP/AVP 8", "m=audio 4002 RTP/AVP 0"), before=before)
    assert (after.chosen, after.agreed.codec) == (1, "PCMU")


def test_a_second_offer_may_add_lines_but_not_lose_any():
    """RFC 3264 section 8: "the offer MUST contain at least as many m= lines as the previous SDP"."""
    before = described(AUDIO, "m=video 5000 RTP/AVP 99")
    grown = read_offer(sdp(AUDIO, "m=video 0 RTP/AVP 99", "m=text 6000 RTP/AVP 98"), before=before)
    assert len(media(answer(grown, *HERE))) == 3
    with pytest.raises(SdpError):
        read_offer(sdp(AUDIO), before=before)


def test_a_line_is_taken_away_with_port_zero_and_brought_back():
    """RFC 3264 sections 8.2 and 8.1: the stream ends, its line stays and may be used again."""
    before = described(AUDIO)
    without = read_offer(sdp("m=audio 0 RTP/AVP 8"), before=before)
    assert (without.chosen, without.agreed.send, without.agreed.receive) == (None, False, False)
    assert media(answer(without, *HERE)) == ["m=audio 0 RTP/AVP 8"]
    again = read_offer(sdp("m=audio 4010 RTP/AVP 0"), before=without)
    assert (again.chosen, again.agreed.remote) == (0, ("192.0.2.1", 4010))


def test_a_second_offer_without_a_codec_of_ours_is_refused_and_not_a_line_taken_away():
    with pytest.raises(NoUsableCodec):
        read_offer(sdp("m=audio 4000 RTP/AVP 18"), before=described(AUDIO))


def test_our_own_second_offer_keeps_lines_and_numbers():
    """RFC 3264 sections 8 and 8.3.2: as many lines as before, and no number with another meaning."""
    before = described(
        "m=video 5000 RTP/AVP 99",
        "m=audio 4002 RTP/AVP 101 96",
        "a=rtpmap:101 PCMU/8000",
        "a=rtpmap:96 iLBC/8000",
        "a=ptime:30",
        "m=image 5 udptl t38",
    )
    text = offer(*HERE, before)
    assert media(text) == ["m=video 0 RTP/AVP 99", "m=audio 20000 RTP/AVP 101 8 97", "m=image 0 udptl t38"]
    assert audio(text)[1:] == [
        "a=rtpmap:101 PCMU/8000",
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:97 telephone-event/8000",
        "a=fmtp:97 0-15",
        "a=ptime:30",
        "a=sendrecv",
    ]


def test_our_offer_in_a_call_without_sound_brings_it_back_on_its_line():
    body = sdp("m=video 0 RTP/AVP 99", "m=audio 0 RTP/AVP 8")
    without = read_offer(body, before=described("m=video 0 RTP/AVP 99", AUDIO))
    assert media(offer(*HERE, without)) == ["m=video 0 RTP/AVP 99", "m=audio 20000 RTP/AVP 8 0 101"]


def test_the_answer_to_our_offer_stands_on_our_line_with_its_own_numbers():
    """RFC 3264 section 5.1: we send with the answer's numbers, and hear keys under the one we offered."""
    before = described("m=video 5000 RTP/AVP 99", AUDIO, "a=rtpmap:8 PCMA/8000")
    rows = ["m=video 0 RTP/AVP 99", "m=audio 4000 RTP/AVP 98 97", "a=rtpmap:98 PCMA/8000"]
    theirs = read_answer(sdp(*rows, "a=rtpmap:97 telephone-event/8000"), before=before)
    assert (theirs.agreed.payload_type, theirs.agreed.event_type, theirs.chosen) == (98, 101, 1)
    with pytest.raises(NoUsableCodec):
        read_answer(sdp("m=video 0 RTP/AVP 99"), before=before)


LINES = st.lists(
    st.tuples(
        st.sampled_from(["audio", "audio", "video", "image", "application"]),
        st.sampled_from([0, 9, 4000, 65535]),
        st.sampled_from(["RTP/AVP"] * 2 + ["RTP/SAVP", "RTP/AVPF", "UDP/TLS/RTP/SAVPF", "udptl", "rtp/avp"]),
        st.lists(st.integers(0, 127), min_size=1, max_size=6),
        st.lists(
            st.sampled_from(
                ["c=IN IP4 203.0.113.1", "c=IN IP6 2001:db8::5", "c=IN IP4 0.0.0.0", "c=IN IP4 host.example",
                 "a=rtpmap:101 telephone-event/8000", "a=rtpmap:96 PCMU/8000", "a=rtpmap:8 opus/48000/2",
                 "a=sendonly", "a=inactive", "a=ptime:60", "a=maxptime:15", "a=rtcp-mux", "a=mid:1",
                 "a=ice-ufrag:x", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x", "a=bundle-only"]
            ),
            max_size=6,
        ),
    ),
    max_size=5,
)  # fmt: skip


@given(st.lists(LINES, min_size=1, max_size=3))
def test_any_offer_that_is_read_is_answered_line_by_line_and_offered_back_the_same(offers):
    """RFC 3264 sections 6 and 8, over the offers of one session."""
    before = None
    for lines in offers:
        rows = []
        for kind, port, protocol, formats, more in lines:
            rows += [f"m={kind} {port} {protocol} {' '.join(map(str, formats))}", *more]
        try:
            before = read_offer(sdp(*rows), before=before)
        except SdpError:
            continue
        offered = [row.split() for row in media(sdp(*rows))]
        answered = [row.split() for row in media(answer(before, *HERE))]
        assert [(row[0], row[2].upper()) for row in answered] == [(row[0], row[2].upper()) for row in offered]
        assert all(set(ours[3:]) <= set(theirs[3:]) for ours, theirs in zip(answered, offered, strict=True))
        assert [row[1] != "0" for row in answered] == [place == before.chosen for place in range(len(lines))]
        again = offer(*HERE, before)
        assert len(media(again)) in (len(lines), len(lines) + (before.chosen is None))
        assert read_answer(again, before=before).agreed.codec == before.agreed.codec
