"""What passes between the line and its voice processes: requests and answers, each behind its length.

::

    frame    length of the body (4 bytes, big-endian) | body
    request  rate wpm, pitch, volume, word gap (2 bytes each) | length of the voice's name (1) | name | text
    answer   0 | sample rate in Hz (4) | 16-bit samples, little-endian      or      1 | the reason

Texts are UTF-8. A process says one answer unasked when it is ready: 0 | number of the library taken (4) | the
engine's versions.
"""

from __future__ import annotations

import struct

__all__ = [
    "_LONGEST",
    "frame",
    "length_of",
    "pack_request",
    "refused",
    "said",
    "unpack_answer",
    "unpack_request",
]

_LONGEST = 64 * 1024 * 1024  # bytes in a body: half an hour of speech; more is a broken pipe's garbage
_READY = 0
_REFUSED = 1

_LENGTH = struct.Struct(">I")
_REQUEST = struct.Struct(">HHHHB")
_SAID = struct.Struct(">BI")

Request = tuple[str, str, int, int, int, int]


def frame(body: bytes) -> bytes:
    """A body behind its length."""
    return _LENGTH.pack(len(body)) + body


def length_of(head: bytes) -> int:
    """The length in a frame's first four bytes; ValueError where it cannot be one."""
    length: int = _LENGTH.unpack(head)[0]
    if not 0 < length <= _LONGEST:
        raise ValueError(f"a frame of {length} bytes")
    return length


def pack_request(text: str, voice: str, rate: int, pitch: int, volume: int, word_gap: int) -> bytes:
    """The body of a request; units as in `ivr.speech.voice.VoiceSettings`."""
    name = voice.encode()
    return _REQUEST.pack(rate, pitch, volume, word_gap, len(name)) + name + text.encode()


def unpack_request(body: bytes) -> Request:
    """Text, voice, rate, pitch, volume and word gap of a request's body."""
    rate, pitch, volume, word_gap, length = _REQUEST.unpack_from(body)
    start = _REQUEST.size
    voice = body[start : start + length].decode()
    return body[start + length :].decode(), voice, rate, pitch, volume, word_gap


def said(number: int, payload: bytes) -> bytes:
    """The body of a good answer: a sample rate and samples, or a library's number and a version."""
    return _SAID.pack(_READY, number) + payload


def refused(reason: str) -> bytes:
    """The body of an answer that says why not."""
    return bytes([_REFUSED]) + reason.encode()


def unpack_answer(body: bytes) -> tuple[int, bytes]:
    """The number and payload of an answer's body; ValueError with the reason of a refusal."""
    if body[0] == _REFUSED:
        raise ValueError(body[1:].decode(errors="replace"))
    number: int = _SAID.unpack_from(body)[1]
    return number, body[_SAID.size :]
