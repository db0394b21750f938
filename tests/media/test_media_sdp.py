from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.media.sdp import Agreed, NoUsableCodec, Origin, SdpError, answer, offer, read_answer, read_offer

OURS = Origin(77, 2, "198.51.100.1")

PHONE = """v=0
o=alice 2890844526 2890844526 IN IP4 192.0.2.1
s=call
c=IN IP4 192.0.2.1
t=3034423619 3042462419
m=audio 49170 RTP/AVP 9 8 0 96
a=rtpmap:9 G722/8000
a=rtpmap:96 telephone-event/8000
a=fmtp:96 0-16
a=ptime:30
m=video 51372 RTP/AVP 99
a=rtpmap:99 h263-1998/90000
"""


def sdp(audio: str = "m=audio 4000 RTP/AVP 8", *rows: str, connection: str = "c=IN IP4 192.0.2.1") -> str:
    return "\r\n".join(["v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", connection, "t=0 0", audio, *rows, ""])


def lines(text: str) -> list[str]:
    assert text.endswith("\r\n")
    return text[:-2].split("\r\n")


def test_the_first_codec_we_speak_is_taken_with_the_phones_numbers():
    assert read_offer(PHONE).agreed == Agreed("PCMA", 8, 96, 30, ("192.0.2.1", 49170), True, True, 49171)


def test_the_answer_has_every_line_in_order_and_refuses_the_others():
    assert lines(answer(read_offer(PHONE), "198.51.100.1", 20000, OURS)) == [
        "v=0",
        "o=- 77 2 IN IP4 198.51.100.1",
        "s=-",
        "c=IN IP4 198.51.100.1",
        "t=3034423619 3042462419",
        "m=audio 20000 RTP/AVP 8 96",
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:96 telephone-event/8000",
        "a=fmtp:96 0-15",
        "a=ptime:30",
        "a=sendrecv",
        "m=video 0 RTP/AVP 99",
    ]


def test_secure_and_second_audio_lines_are_refused_in_their_place():
    body = sdp(
        "m=audio 4000 RTP/SAVP 8", "m=audio 4002 RTP/AVP 0", "m=audio 4004 RTP/AVP 8", "m=image 5 udptl t38"
    )
    offered = read_offer(body)
    assert offered.agreed.remote[1] == 4002
    assert [row for row in lines(answer(offered, "127.0.0.1", 9, OURS)) if row.startswith("m=")] == [
        "m=audio 0 RTP/SAVP 8",
        "m=audio 9 RTP/AVP 0",
        "m=audio 0 RTP/AVP 8",
        "m=image 0 udptl t38",
    ]


@pytest.mark.parametrize(
    ("formats", "codec", "number"),
    [("8 0", "PCMA", 8), ("0 8", "PCMU", 0), ("18 3 0", "PCMU", 0)],
)
def test_static_numbers_count_without_rtpmap_in_the_offerers_order(formats, codec, number):
    agreed = read_offer(sdp(f"m=audio 4000 RTP/AVP {formats}")).agreed
    assert (agreed.codec, agreed.payload_type, agreed.event_type) == (codec, number, None)


def test_a_codec_on_a_dynamic_number_keeps_it():
    agreed = read_offer(sdp("m=audio 4000 RTP/AVP 97 8", "a=rtpmap:97 pcmu/8000/1")).agreed
    assert (agreed.codec, agreed.payload_type) == ("PCMU", 97)


@pytest.mark.parametrize("encoding", ["PCMA/16000", "PCMA/8000/2", "L16/8000", ""])
def test_a_static_number_mapped_to_something_else_is_something_else(encoding):
    with pytest.raises(NoUsableCodec):
        read_offer(sdp("m=audio 4000 RTP/AVP 8", f"a=rtpmap:8 {encoding}"))


def test_keys_are_taken_at_8000_hertz_only():
    rows = ["a=rtpmap:101 telephone-event/48000", "a=rtpmap:110 TELEPHONE-EVENT/8000"]
    assert read_offer(sdp("m=audio 4000 RTP/AVP 8 101 110", *rows)).agreed.event_type == 110
    assert read_offer(sdp("m=audio 4000 RTP/AVP 8 101", *rows)).agreed.event_type is None


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("10", 10),
        ("20", 20),
        ("30", 30),
        ("60", 60),
        ("5", 10),
        ("25", 20),
        ("20.0", 20),
        ("35.5", 30),
        ("80", 60),
        ("1e9", 20),
        ("0", 20),
        ("x", 20),
        ("", 20),
    ],
)
def test_a_packet_time_is_kept_where_we_can(asked, kept):
    assert read_offer(sdp("m=audio 4000 RTP/AVP 8", f"a=ptime:{asked}")).agreed.ptime_ms == kept


def test_a_packet_time_is_not_over_the_most_they_take():
    assert read_offer(sdp("m=audio 4000 RTP/AVP 8", "a=maxptime:10")).agreed.ptime_ms == 10
    assert read_offer(sdp("m=audio 4000 RTP/AVP 8", "a=maxptime:150", "a=ptime:40")).agreed.ptime_ms == 40


@pytest.mark.parametrize(
    ("theirs", "ours", "send", "receive"),
    [
        ("sendrecv", "sendrecv", True, True),
        ("sendonly", "recvonly", False, True),
        ("recvonly", "sendonly", True, False),
        ("inactive", "inactive", False, False),
    ],
)
def test_a_direction_is_mirrored_from_the_line_or_the_session(theirs, ours, send, receive):
    at_line = sdp("m=audio 4000 RTP/AVP 8", f"a={theirs}")
    at_session = sdp("m=audio 4000 RTP/AVP 8", connection=f"c=IN IP4 192.0.2.1\na={theirs}")
    for body in (at_line, at_session):
        offered = read_offer(body)
        assert (offered.agreed.send, offered.agreed.receive) == (send, receive)
        assert lines(answer(offered, "127.0.0.1", 9, OURS))[-1] == f"a={ours}"


def test_the_old_hold_at_address_zero_is_known():
    offered = read_offer(sdp(connection="c=IN IP4 0.0.0.0"))
    assert (offered.agreed.send, offered.agreed.receive) == (False, True)
    assert lines(answer(offered, "127.0.0.1", 9, OURS))[-1] == "a=recvonly"


@pytest.mark.parametrize("host", ["239.1.2.3/127", "224.0.0.1", "255.255.255.255"])
def test_a_place_where_many_listen_is_no_callers(host):
    with pytest.raises(NoUsableCodec):
        read_offer(sdp(connection=f"c=IN IP4 {host}"))


def test_the_connection_of_the_line_counts_before_that_of_the_session():
    body = sdp("m=audio 4000 RTP/AVP 8", "c=IN IP4 203.0.113.9/127")
    assert read_offer(body).agreed.remote == ("203.0.113.9", 4000)


def test_bytes_bare_line_feeds_blank_lines_and_unknown_lines_are_read():
    body = b"v=0\n\nx=what\nc=IN IP4 192.0.2.1\nk\n\xff\xfe\nm=audio 4000/2 RTP/AVP 0 \n\n"
    assert read_offer(body).agreed.remote == ("192.0.2.1", 4000)


@pytest.mark.parametrize(
    "body",
    [
        sdp("m=audio 0 RTP/AVP 8"),
        sdp("m=audio 4000 RTP/AVP 9 18"),
        sdp("m=audio 4000 RTP/SAVPF 8"),
        sdp("m=video 4000 RTP/AVP 8"),
        sdp("m=audio 4000 RTP/AVP 8", connection="c=IN IP4 pbx.example"),
        sdp("m=audio 4000 RTP/AVP 8", connection="a=none"),
        "v=0\r\n",
    ],
)
def test_an_offer_we_cannot_speak_on_has_no_usable_codec(body):
    with pytest.raises(NoUsableCodec):
        read_offer(body)


@pytest.mark.parametrize(
    "body",
    ["", "hello", b"\xff", "v=1", "m=audio 4000 RTP/AVP 8", sdp("m="), sdp("m=audio"),
     sdp("m=audio x RTP/AVP 8"), sdp("m=audio 70000 RTP/AVP 8"),
     sdp("m=audio -1 RTP/AVP 8"), sdp("m=audio ٤ RTP/AVP 8"),
     sdp("m=audio 4000 RTP/AVP 128"), sdp("m=audio 4000 RTP/AVP 8 x"), sdp("m=audio 4000 RTP/AVP"),
     "v=0\n" + "a=x\n" * 5000],
)  # fmt: skip
def test_nonsense_is_refused_as_such(body):
    with pytest.raises(SdpError) as caught:
        read_offer(body)
    assert not isinstance(caught.value, NoUsableCodec)


def test_our_offer_names_both_laws_and_keys():
    assert lines(offer("198.51.100.1", 20000, OURS))[4:] == [
        "t=0 0",
        "m=audio 20000 RTP/AVP 8 0 101",
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-15",
        "a=ptime:20",
        "a=sendrecv",
    ]


def test_both_ends_agree_on_an_offer_and_its_answer():
    offered = read_offer(offer("198.51.100.1", 20000, OURS, codecs=("PCMU", "PCMA")))
    theirs = read_answer(answer(offered, "192.0.2.1", 4000, OURS)).agreed
    assert theirs == Agreed("PCMU", 0, 101, 20, ("192.0.2.1", 4000), True, True, 4001)
    assert offered.agreed.remote == ("198.51.100.1", 20000)


def test_an_answer_that_refuses_is_no_agreement():
    with pytest.raises(NoUsableCodec):
        read_answer(sdp("m=audio 0 RTP/AVP 8"))
    with pytest.raises(NoUsableCodec):
        read_answer("v=0\r\n")


PIECES = st.sampled_from(
    ["m=audio ", "m=", "a=rtpmap:", "a=fmtp:", "c=IN IP4 ", "c=", "a=ptime:", "0", "8", "101", " ", "/",
     "\r\n", "\r", "RTP/AVP", "telephone-event/8000", "PCMA/8000", "-", "999999999999999999999", "\0", "ٳ",
     "a=sendonly", "²"]
)  # fmt: skip


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(0, len(PHONE)), st.one_of(PIECES, st.text(max_size=4))), max_size=8))
def test_a_mutated_offer_is_read_answered_or_refused(mutations):
    body = PHONE
    for place, piece in mutations:
        body = body[:place] + piece + body[place + len(piece) // 2 :]
    for form in (body, body.encode("utf-8", "surrogatepass")):
        try:
            offered = read_offer(form)
        except SdpError:
            continue
        text = answer(offered, "127.0.0.1", 9, OURS)
        assert len([row for row in lines(text) if row.startswith("m=")]) == len(offered.lines)
        assert read_offer(text).agreed.codec == offered.agreed.codec


@given(st.binary(max_size=300))
def test_any_octets_are_read_or_refused(body):
    try:
        read_offer(b"v=0\n" + body)
    except SdpError:
        return
