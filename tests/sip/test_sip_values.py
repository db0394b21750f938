"""URIs, addresses and header values: text to value and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.sip.headers import Address, BadHeader, CSeq, Via, split_list
from ivr.sip.uri import BadUri, Uri


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("sip:4488@line.example.com", ("sip", "4488", "line.example.com", None)),
        ("SIPS:a%2Ab@pbx_1:5061;transport=udp;lr?x=y", ("sips", "a*b", "pbx_1", 5061)),
        ("sip:user;phone-context=+420:secret@h", ("sip", "user", "h", None)),
        ("sip:[2001:db8::1]:5060", ("sip", "", "[2001:db8::1]", 5060)),
        ("tel:+420-777-123-456;isub=1", ("tel", "+420777123456", "", None)),
        ("sip:žofie@h", ("sip", "žofie", "h", None)),
    ],
)
def test_a_uri_is_read(text: str, parts: tuple[str, str, str, int | None]) -> None:
    uri = Uri.parse(text)
    assert (uri.scheme, uri.user, uri.host, uri.port) == parts
    assert str(uri) == text.partition("?")[0]


@pytest.mark.parametrize(
    "text",
    [
        "", "sip:", "4488", "sip:a@", "sip:a@h:99999", "sip:a@h:١", "sip:a@[::1", "http://h", "sip:a b@h",
        "sip:a@h\r\nX: y", "sip:a@h>", 'sip:"a"@h', "sip:\udcff@h", "tel:", "tel:a b", "sip:a@h;x=\x00",
    ],
)  # fmt: skip
def test_what_is_no_uri_is_said_to_be_none(text: str) -> None:
    with pytest.raises(BadUri):
        Uri.parse(text)


@given(st.text(st.characters(codec="utf-8")))
def test_a_uri_made_here_reads_back_whatever_its_user(user: str) -> None:
    text = str(Uri("sip", user, "10.0.0.1", 5060))
    assert Uri.parse(text).user == user
    assert not set(text) & set('<>"\r\n ')


@pytest.mark.parametrize(
    ("value", "name", "user", "tag"),
    [
        ("sip:a@h;tag=x", "", "a", "x"),
        ("<sip:a@h;tag=no>;tag=x", "", "a", "x"),
        ('"a \\"quoted\\" <name>" <sip:a@h>', 'a \\"quoted\\" <name>', "a", None),
        ("Jana  Nová <sip:a@h> ; TAG = x", "Jana  Nová", "a", "x"),
        ("<sip:a@h>;tag", "", "a", ""),
        ("<tel:112>;tag=;x", "", "112", ""),
    ],
)
def test_an_address_is_read(value: str, name: str, user: str, tag: str | None) -> None:
    address = Address.parse(value)
    assert (address.name, address.uri.user, address.tag) == (name, user, tag)


@pytest.mark.parametrize(
    "value", ["", '"open <sip:a@h>', "<sip:a@h", "<sip:a@h> <sip:b@h>", "Jana", "<>", "*"]
)
def test_what_is_no_address_is_said_to_be_none(value: str) -> None:
    with pytest.raises(BadHeader):
        Address.parse(value)


@pytest.mark.parametrize(
    ("value", "items"),
    [
        ("", [""]),
        ("a, b ,c", ["a", "b", "c"]),
        ('"a, b" <sip:x,y>, "\\"," <z>', ['"a, b" <sip:x,y>', '"\\"," <z>']),
        ("a,,", ["a", "", ""]),
        ('a, "open, b', ["a", '"open, b']),
        ("a, <open, b", ["a", "<open, b"]),
        ("> , b", [">", "b"]),
        ('"\\', ['"\\']),
    ],
)
def test_a_list_is_taken_apart_outside_quotes_and_brackets(value: str, items: list[str]) -> None:
    assert list(split_list(value)) == items


@given(st.text('<>",;\\a '))
def test_no_letter_of_a_list_is_lost(value: str) -> None:
    items = list(split_list(value))
    assert "".join(",".join(items).split()) == "".join(value.split())
    assert all(list(split_list(item)) == [item] for item in items)


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        ("SIP/2.0/UDP h:5060;branch=z9hG4bKa;rport", "SIP/2.0/UDP h:5060;branch=z9hG4bKa;rport"),
        ("SIP / 2.0 / tcp   [::1] : 5060 ; Branch = x", "SIP/2.0/TCP [::1]:5060;branch=x"),
        ("SIP/7.0/UNKNOWN h", "SIP/7.0/UNKNOWN h"),
    ],
)
def test_a_via_is_read_and_printed(value: str, printed: str) -> None:
    assert str(Via.parse(value)) == printed


@pytest.mark.parametrize(
    "value", ["", "UDP h", "SIP/2.0/UDP", "SIP/2.0/UDP ;branch=x", "SIP/2.0/UDP h:x", "SIP/2.0/UDP h h"]
)
def test_what_is_no_via_is_said_to_be_none(value: str) -> None:
    with pytest.raises(BadHeader):
        Via.parse(value)


def test_a_cseq_is_below_2_to_31() -> None:
    assert str(CSeq.parse("2147483647   INFO")) == "2147483647 INFO"
    for value in ("2147483648 INFO", "-1 INFO", "1", "INFO", "1 INFO x", "9" * 5000 + " INFO"):
        with pytest.raises(BadHeader):
            CSeq.parse(value)
