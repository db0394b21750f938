"""A message in, the same with harm done to it out: bits, numbers, lines, lengths, pieces of others."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

__all__ = ["harm"]

_NUMBER = re.compile(rb"\d+")
_NUMBERS = (
    b"0",
    b"1",
    b"-1",
    b"70",
    b"255",
    b"65536",
    b"4294967296",
    b"99999999999999999999",
    b"0x10",
    b"1e9",
    b"",
)
_SPLINTERS = (
    b"\r", b"\n", b"\r\n", b"\r\n\r\n", b"\r\n ", b" ", b"\t", b"\0", b"\xff", b"\xed\xa0\x80", b'"', b"\\",
    b"<", b">", b";", b",", b":", b"@", b"=", b"%", b"%0d%0a", b"*", b"[", b"]", b"[::1]", b";tag=", b";lr",
    b";rport", b";maddr=127.0.0.1", b"SIP/2.0", b"sips:", b"tel:", b"z9hG4bK", b"Contact: ", b"\r\nVia: ",
    b"\r\nRoute: <sip:127.0.0.1>", b"\r\nTo: <sip:a@b>", b"\r\nContent-Encoding: gzip", b"\r\nRequire: x",
)  # fmt: skip
_Part = Callable[[bytearray, random.Random, Sequence[bytes]], None]


def harm(data: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    """The message with up to five mutations, four in five with a Content-Length that is right again.

    ``others`` lend lines and tails. One in fifty is noise, one in six is left whole.
    """
    roll = chance.random()
    if roll < 0.02:
        return chance.randbytes(chance.randint(0, 1500))
    if roll < 0.18:
        return data
    harmed = bytearray(data)
    for _ in range(chance.randint(1, 5)):
        chance.choice(_PARTS)(harmed, chance, others)
    if chance.random() < 0.8:
        _measure(harmed)
    return bytes(harmed[:65000])


def _place(data: bytearray, chance: random.Random) -> int:
    return chance.randint(0, len(data))


def _flip(data: bytearray, chance: random.Random, others: Sequence[bytes]) -> None:
    for _ in range(chance.randint(1, 4)):
        if data:
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _number(data: bytearray, chance: random.Random, others: Sequence[bytes]) -> None:
    found = list(_NUMBER.finditer(data))
    if found:
        one = chance.choice(found)
        data[one.start() : one.end()] = chance.choice(_NUMBERS)


def _line(data: bytearray, chance: random.Random, others: Sequence[bytes]) -> None:
    """Drop one, double one, swap two, cut one, or take one from another message."""
    lines = bytes(data).split(b"\r\n")
    one, two = chance.randrange(len(lines)), chance.randrange(len(lines))
    match chance.randrange(5):
        case 0:
            del lines[one]
        case 1:
            lines.insert(two, lines[one])
        case 2:
            lines[one], lines[two] = lines[two], lines[one]
        case 3:
            lines[one] = lines[one][: chance.randint(0, len(lines[one]))]
        case _:
            lines.insert(one, chance.choice(chance.choice(others).split(b"\r\n")))
    data[:] = b"\r\n".join(lines)


def _splinter(data: bytearray, chance: random.Random, others: Sequence[bytes]) -> None:
    at = _place(data, chance)
    data[at : at + chance.choice((0, 0, 1, 4))] = chance.choice(_SPLINTERS)


def _cut(data: bytearray, chance: random.Random, others: Sequence[bytes]) -> None:
    at = _place(data, chance)
    del data[at : at + chance.randint(1, 40)]


def _repeat(data: bytearray, chance: random.Random, others: Sequence[bytes]) -> None:
    at = _place(data, chance)
    data[at:at] = data[at : at + chance.randint(1, 30)] * chance.choice((1, 2, 40, 400))


def _tail(data: bytearray, chance: random.Random, others: Sequence[bytes]) -> None:
    """The end is missing, or is another message's."""
    at = _place(data, chance)
    other = chance.choice(others)
    data[at:] = b"" if chance.random() < 0.5 else other[chance.randint(0, len(other)) :]


def _measure(data: bytearray) -> None:
    head, end, body = bytes(data).partition(b"\r\n\r\n")
    measured = re.sub(rb"(?im)^(content-length|l)[ \t]*:[^\r\n]*", b"Content-Length: %d" % len(body), head)
    data[:] = measured + end + body


# Lines and numbers are what readers stumble over most, so they come more often.
_PARTS: tuple[_Part, ...] = (
    _flip,
    _number,
    _number,
    _line,
    _line,
    _line,
    _splinter,
    _splinter,
    _cut,
    _repeat,
    _tail,
)
