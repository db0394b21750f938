"""Streams are cut into messages wherever the reads fall."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.net.framing import LONGEST, PING, Framing, StreamBroken


def message(body: bytes, name: bytes = b"Content-Length") -> bytes:
    return b"INFO sip:a@b SIP/2.0\r\nCall-ID: 1\r\n%s: %d\r\n\r\n%s" % (name, len(body), body)


@given(
    st.lists(st.one_of(st.binary(max_size=60).map(message), st.just(PING)), max_size=6),
    st.lists(st.integers(1, 40), min_size=1),
)
def test_messages_come_out_whole_however_the_reads_fall(sent: list[bytes], cuts: list[int]) -> None:
    stream, framing, heard = b"".join(sent), Framing(), list[bytes]()
    place = turn = 0
    while place < len(stream):
        step = cuts[turn % len(cuts)]
        heard += framing.receive(stream[place : place + step])
        place, turn = place + step, turn + 1
    assert heard == sent


def test_the_compact_form_counts() -> None:
    assert list(Framing().receive(message(b"abc", b"l"))) == [message(b"abc", b"l")]


def test_a_single_line_end_between_messages_is_passed_over() -> None:
    assert list(Framing().receive(b"\r\n" + message(b"") + b"\r\n" + message(b"x"))) == [
        message(b""),
        message(b"x"),
    ]


def test_a_message_without_a_length_has_no_body() -> None:
    bare = b"OPTIONS sip:a SIP/2.0\r\n\r\n"
    assert list(Framing().receive(bare + message(b"x"))) == [bare, message(b"x")]


@pytest.mark.parametrize("length", [b"-1", b"abc", b"1 2", b"999999999", b"5\r\nl: 6"])
def test_a_length_that_cannot_be_read_breaks_the_stream(length: bytes) -> None:
    with pytest.raises(StreamBroken):
        list(Framing().receive(b"INFO sip:a SIP/2.0\r\nContent-Length: %s\r\n\r\n12345" % length))


def test_a_header_that_never_ends_breaks_the_stream() -> None:
    framing = Framing()
    with pytest.raises(StreamBroken):
        for _ in range(LONGEST // 1000 + 2):
            list(framing.receive(b"a" * 1000))


def test_a_message_that_is_too_long_breaks_the_stream_before_it_is_read() -> None:
    with pytest.raises(StreamBroken):
        list(Framing().receive(b"INFO sip:a SIP/2.0\r\nContent-Length: 70000\r\n\r\n"))
