"""pyVoIP's RTP made fit to listen to: packets to heard frames with their arrival, keys to RFC 4733 packets.

pyVoIP 1.6.8 reads the RTP header and audioop decodes. Put right here: packets are taken when they come (not
polled every 10 ms), kept in 16 bits (not 8), sent on a clock that does not drift, and keys can be sent.
"""

from __future__ import annotations

import audioop
import base64
import select
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from pyVoIP import RTP

FRAME = 0.020  # seconds
SAMPLES = 160
KEYS = "0123456789*#ABCD"
KEY_FRAMES, GAP_FRAMES = 5, 4  # 100 ms down, 80 ms up: above the 40 and 40 ms every receiver must take (Q.24)
VOICE = 200  # RMS of 16 bits from which a frame counts as speech; a quiet line stays under 30
DECODERS = {RTP.PayloadType.PCMA: audioop.alaw2lin, RTP.PayloadType.PCMU: audioop.ulaw2lin}
SILENCE = {RTP.PayloadType.PCMA: b"\xd5" * SAMPLES, RTP.PayloadType.PCMU: b"\xff" * SAMPLES}


class Voice:
    """When the line spoke, in seconds of time.monotonic()."""

    def __init__(self) -> None:
        self.first: float | None = None
        self.last: float = 0.0
        self.spells: deque[tuple[float, float]] = deque(maxlen=500)  # frames with speech: arrival, level

    def frame(self, now: float, level: float) -> None:
        """Take note of one frame's arrival and RMS."""
        if level >= VOICE:
            self.first = self.first if self.first is not None else now
            self.last = now
            self.spells.append((now, level))

    def spoke_since(self, mark: float, seconds: float) -> bool:
        """Whether there were so many seconds of speech after the mark."""
        return sum(1 for at, _ in tuple(self.spells) if at > mark) * FRAME >= seconds


class Ear(RTP.RTPClient):
    """One call's media: hears on the socket the offer named, speaks silence and keys from it."""

    heard = frozenset(DECODERS)

    def __init__(
        self, assoc: Any, here: socket.socket, there: tuple[str, int], tell: Callable[..., None]
    ) -> None:
        address = here.getsockname()
        super().__init__(assoc, address[0], address[1], there[0], there[1], RTP.TransmitType.SENDRECV)
        self.sin = self.sout = here
        self.tell, self.voice = tell, Voice()
        self.events = next((number for number, kind in assoc.items() if kind is RTP.PayloadType.EVENT), None)
        self.codec = next(number for number, kind in assoc.items() if kind in DECODERS)
        self.waiting: deque[str] = deque()
        self.threads: list[threading.Thread] = []

    def start(self) -> None:
        """Hear and speak, each in its thread; once, however often pyVoIP asks."""
        if not self.threads:
            self.threads = [threading.Thread(target=run, daemon=True) for run in (self.recv, self.trans)]
            for thread in self.threads:
                thread.start()

    def stop(self) -> None:
        """End both threads and close the socket."""
        self.NSD = False
        for thread in self.threads:
            if thread is not threading.current_thread():
                thread.join(0.5)
        self.sin.close()

    def press(self, key: str) -> None:
        """Send a key after those that still wait."""
        self.waiting.append(key)

    @property
    def pressing(self) -> bool:
        """Whether a key is still on its way out."""
        return bool(self.waiting)

    def recv(self) -> None:
        """Take packets as they come."""
        while self.NSD:
            try:
                if select.select([self.sin], [], [], 0.1)[0]:
                    self.hear(self.sin.recv(2048), time.monotonic())
            except OSError:
                return

    def hear(self, packet: bytes, now: float) -> None:
        """Tell of one packet, decoded; anything else that reaches the port is counted."""
        try:
            message = RTP.RTPMessage(packet, self.assoc)
            pcm = DECODERS[message.payload_type](message.payload, 2)
        except (RTP.RTPParseError, KeyError, ValueError, TypeError, IndexError, audioop.error):
            self.tell("stray", size=len(packet))
            return
        self.voice.frame(now, audioop.rms(pcm, 2))
        self.tell(
            "rtp", now=now, seq=message.sequence, ts=message.timestamp, ssrc=message.SSRC,
            codec=str(message.payload_type), pcm=base64.b64encode(pcm).decode(),
        )  # fmt: skip

    def trans(self) -> None:
        """A frame every 20 ms: silence, or the packets of a key."""
        silence, key, due = SILENCE[self.assoc[self.codec]], self._no_key(), time.monotonic()
        while self.NSD:
            sent = next(key, None)
            if sent is None and self.waiting:
                key = self._key_packets(self.waiting[0])
                sent = next(key)
            self._send(sent or [(self.codec, False, self.outTimestamp, silence)])
            self.outTimestamp = (self.outTimestamp + SAMPLES) % 2**32
            due += FRAME
            time.sleep(max(0.0, due - time.monotonic()))

    def _no_key(self) -> Iterator[list[tuple[int, bool, int, bytes]]]:
        return iter(())

    def _key_packets(self, key: str) -> Iterator[list[tuple[int, bool, int, bytes]]]:
        """The packets of one key, frame by frame (RFC 4733 section 2.5.1): one timestamp, a growing duration.

        The first carries the marker, the end is sent three times, and a gap follows.
        """
        began, event = self.outTimestamp, KEYS.index(key)
        self.tell("key", now=time.monotonic())
        for frame in range(1, KEY_FRAMES + 1):
            report = struct.pack("!BBH", event, 10, frame * SAMPLES)
            yield [(self.events or 101, frame == 1, began, report)]
        end = struct.pack("!BBH", event, 0x80 | 10, (KEY_FRAMES + 1) * SAMPLES)
        yield [(self.events or 101, False, began, end)] * 3
        self.waiting.popleft()
        for _ in range(GAP_FRAMES):
            yield []

    def _send(self, packets: list[tuple[int, bool, int, bytes]]) -> None:
        for kind, marker, timestamp, payload in packets:
            head = struct.pack("!BBHII", 0x80, kind | marker << 7, self.outSequence, timestamp, self.outSSRC)
            self.outSequence = (self.outSequence + 1) % 2**16
            try:
                self.sout.sendto(head + payload, (self.outIP, self.outPort))
            except OSError as error:
                self.tell("note", text=f"a packet could not be sent: {error}")
