"""A key and the ways it travels in, a capture of the phone's RTP out, for SIPp to play (RFC 3550, 4733).

Some phones send tones in the speech and telephone-events at once. A-law, and events as payload 96.
"""

from __future__ import annotations

import audioop
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np

__all__ = ["write_press"]

RATE, FRAME = 8000, 160
BEFORE, HELD, AFTER = 25, 8, 25  # frames of 20 ms
LOW, HIGH = (697, 770, 852, 941), (1209, 1336, 1477)
ROWS = ("123", "456", "789", "*0#")
PEAK = 8000  # of each tone: -9 dBm0
EVENTS = "0123456789*#"
LINK = struct.pack("!6s6sH", b"\x02" * 6, b"\x02" * 6, 0x0800)
PORT = 6000  # SIPp puts its own ports in


def speech(key: str, tones: bool) -> bytes:
    """A-law: silence, the key's two tones where it sends them, silence."""
    row = next(number for number, keys in enumerate(ROWS) if key in keys)
    at = np.arange(HELD * FRAME) / RATE
    waves = [np.sin(2 * np.pi * f * at) for f in (LOW[row], HIGH[ROWS[row].index(key)])]
    pressed = PEAK * sum(waves) if tones else np.zeros(at.size)
    sound = np.concatenate([np.zeros(BEFORE * FRAME), pressed, np.zeros(AFTER * FRAME)])
    return audioop.lin2alaw(sound.astype("<i2").tobytes(), 2)


def packets(key: str, tones: bool, events: bool) -> Iterator[tuple[float, bytes]]:
    """When each leaves, in seconds, and the RTP packet: an event's follows the speech of its frame."""
    sound, number = speech(key, tones), 0
    for frame in range(len(sound) // FRAME):
        held = frame - BEFORE
        sent = [(8, frame == 0, frame * FRAME, sound[frame * FRAME : (frame + 1) * FRAME])]
        if events and 0 <= held < HELD + 2:  # RFC 4733 section 2.5.1.4: its last packet three times
            ended = held >= HELD - 1
            told = struct.pack("!BBH", EVENTS.index(key), 0x80 * ended | 10, min(held + 1, HELD) * FRAME)
            sent.append((96, held == 0, BEFORE * FRAME, told))
        for kind, marker, timestamp, payload in sent:
            yield (
                frame * 0.02,
                struct.pack("!BBHII", 0x80, 0x80 * marker | kind, number, timestamp, 4488) + payload,
            )
            number += 1


def write_press(file: Path, key: str, *, tones: bool, events: bool) -> Path:
    """Half a second of silence, the key for 160 ms, half a second of silence."""
    records = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)]
    for at, rtp in packets(key, tones, events):
        udp = struct.pack("!HHHH", PORT, PORT, 8 + len(rtp), 0) + rtp
        host = bytes([127, 0, 0, 1])
        frame = LINK + struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, host, host) + udp
        records.append(struct.pack("<IIII", int(at), round(at % 1 * 1e6), len(frame), len(frame)) + frame)
    file.write_bytes(b"".join(records))
    return file
