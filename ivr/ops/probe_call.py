"""An order for one call in, what the probe's phone saw and heard of it out; the phone is another process."""

from __future__ import annotations

import base64
import importlib.util
import json
import subprocess
import sys
import wave
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ivr.errors import InfolineError

__all__ = ["RATE", "Order", "ProbedCall", "Samples", "make_call", "recorded", "write_wav"]

Samples = NDArray[np.int16]
RATE = 8000
PHONE = Path(__file__).parent / "probe_phone"
_START = 15.0  # seconds a slow machine may take to start the phone, register and hang up
_JUMP = RATE  # samples by which RTP timestamps may leave the arrival times before arrival is believed


@dataclass(frozen=True, slots=True)
class Order:
    """What the phone is to do. Times in seconds.

    ``keys``: pressed one after the other, a comma waits until the line has paused. ``first_key``: after the
    first sound, when the keys begin with one. ``pause``: silence that counts as one. ``quiet``: silence after
    which the probe hangs up. ``unheard``: how long a line may say nothing at all.
    """

    server: str
    port: int
    number: str
    user: str = field(repr=False)
    password: str = field(default="", repr=False)
    register: bool = False
    codec: str = "alaw"
    keys: str = field(default="", repr=False)
    answer_within: float = 5.0
    first_key: float = 1.5
    pause: float = 1.0
    quiet: float = 2.5
    unheard: float = 8.0
    limit: float = 60.0


@dataclass(frozen=True, slots=True)
class ProbedCall:
    """One call as the caller's side knew it; all times in seconds since the answer.

    ``sound`` begins at ``began`` and has silence where packets were lost. ``keys`` are the moments each key's
    first packet left. ``failure`` is one plain line when there was no call.
    """

    answer_ms: float | None = None
    sound: Samples = field(default_factory=lambda: np.zeros(0, np.int16), repr=False)
    began: float = 0.0
    packets: int = 0
    lost: int = 0
    codecs: tuple[str, ...] = ()
    keys: tuple[float, ...] = ()
    keys_agreed: bool = False
    ended_at: float = 0.0
    ended_by: str = ""
    bye_answered: bool = False
    failure: str = ""
    notes: tuple[str, ...] = ()


def make_call(order: Order) -> ProbedCall:
    """Start the phone, let it make the call, gather what it says; InfolineError when there is no phone."""
    if importlib.util.find_spec("pyVoIP") is None:
        raise InfolineError(
            "the probe dials with pyVoIP, which is not installed: pip install 'infoline[probe]'"
        )
    limit = order.answer_within + order.limit + _START
    phone = subprocess.Popen(
        [sys.executable, str(PHONE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        out, err = phone.communicate(json.dumps(asdict(order)).encode() + b"\n", timeout=limit)
    except subprocess.TimeoutExpired:
        phone.kill()
        out, err = phone.communicate()
        err += f"the phone did not come to an end within {limit:g} s".encode()
    call = recorded(_events(out))
    if not call.failure and not call.ended_by:
        last = err.decode("utf-8", "replace").strip().rpartition("\n")[2]
        return ProbedCall(failure=f"the phone broke: {last or f'exit status {phone.returncode}'}")
    return call


def _events(out: bytes) -> list[dict[str, Any]]:
    events = []
    for line in out.splitlines():
        try:
            events.append(json.loads(line))
        except ValueError:  # the last line of a phone that was stopped
            continue
    return events


def recorded(events: Iterable[Mapping[str, Any]]) -> ProbedCall:
    """The phone's events, in their order, as one call."""
    facts: dict[str, Any] = {}
    frames: list[Mapping[str, Any]] = []
    keys, notes = [], []
    for event in events:
        match event["event"]:
            case "answered":
                facts |= {"answer_ms": event["ms"], "keys_agreed": event["keys_agreed"]}
            case "rtp":
                frames.append(event)
            case "key":
                keys.append(event["at"])
            case "refused":
                facts["failure"] = f"the call was refused: {event['reason']}"
            case "failed":
                facts["failure"] = event["reason"]
            case "note":
                notes.append(event["text"])
            case "ended":
                facts |= {
                    "ended_at": event["at"],
                    "ended_by": event["by"],
                    "bye_answered": event["bye_answered"],
                }
    if frames:
        sound, lost = _sound(frames)
        facts |= {"sound": sound, "lost": lost, "began": frames[0]["at"], "packets": len(frames)}
        facts["codecs"] = tuple(dict.fromkeys(frame["codec"] for frame in frames))
    return ProbedCall(keys=tuple(keys), notes=tuple(notes), **facts)


def _sound(frames: Sequence[Mapping[str, Any]]) -> tuple[Samples, int]:
    """Frames laid out by their RTP timestamps (RFC 3550 section 5.1), and how many packets never came.

    A stream that starts anew, or whose timestamps leave the clock on the wall, goes on where it arrived.
    """
    first = frames[0]["at"]
    anchor = (frames[0]["ssrc"], frames[0]["ts"], 0)
    laid: list[tuple[int, Samples]] = []
    for frame in frames:
        pcm = np.frombuffer(base64.b64decode(frame["pcm"]), "<i2").astype(np.int16)
        arrived = round((frame["at"] - first) * RATE)
        ahead = (frame["ts"] - anchor[1] + 2**31) % 2**32 - 2**31
        place = anchor[2] + ahead
        if frame["ssrc"] != anchor[0] or abs(place - arrived) > _JUMP:
            anchor, place = (frame["ssrc"], frame["ts"], arrived), arrived
        laid.append((max(place, 0), pcm))
    sound = np.zeros(max(place + len(pcm) for place, pcm in laid), np.int16)
    for place, pcm in laid:
        sound[place : place + len(pcm)] = pcm
    return sound, _lost(frames)


def _lost(frames: Sequence[Mapping[str, Any]]) -> int:
    """Packets expected by sequence number and not seen (RFC 3550 appendix A.3), stream by stream."""
    lost = 0
    for ssrc in {frame["ssrc"] for frame in frames}:
        numbers, high = set(), None
        for frame in frames:
            if frame["ssrc"] == ssrc:
                near = frame["seq"] if high is None else high + (frame["seq"] - high + 2**15) % 2**16 - 2**15
                numbers.add(near)
                high = near if high is None else max(high, near)
        lost += max(numbers) - min(numbers) + 1 - len(numbers)
    return lost


def write_wav(path: Path, sound: Samples) -> None:
    """Mono, 16 bits, 8 kHz."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(sound.astype("<i2").tobytes())
