"""A port in, the speech that arrived at it out: hears what is sent to a phone that does not record.

It reads copies of the datagrams (a raw socket, so root), because the port itself is the phone's.
"""

from __future__ import annotations

import audioop
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType

import numpy as np
import numpy.typing as npt

__all__ = ["Ear", "Packet", "audio", "listening"]

DECODE = {0: audioop.ulaw2lin, 8: audioop.alaw2lin}
LONGEST_GAP = 8000 * 60


@dataclass(frozen=True, slots=True)
class Packet:
    """One RTP packet (RFC 3550 section 5.1) as it arrived."""

    source: int
    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes
    at: float  # seconds of the monotonic clock


def read_packet(source: int, data: bytes) -> Packet | None:
    """A datagram's RTP packet; None where it is none."""
    if len(data) < 12 or data[0] >> 6 != 2:
        return None
    second, sequence, timestamp, ssrc = struct.unpack_from("!xBHII", data)
    if 72 <= second & 0x7F <= 76:  # RTCP (RFC 5761 section 4)
        return None
    after = 12 + 4 * (data[0] & 0x0F)
    return Packet(
        source, second & 0x7F, bool(second & 0x80), sequence, timestamp, ssrc, data[after:], time.monotonic()
    )


def audio(packets: list[Packet]) -> npt.NDArray[np.int16]:
    """The G.711 packets of one stream as int16 at 8 kHz, each where its timestamp puts it.

    The stream with the most packets: a few strays, meant for whoever had the port before, are left out.
    """
    speech = [packet for packet in packets if packet.payload_type in DECODE and packet.payload]
    if not speech:
        return np.zeros(0, np.int16)
    ((longest, _),) = Counter(packet.ssrc for packet in speech).most_common(1)
    stream = [packet for packet in speech if packet.ssrc == longest]
    placed: list[tuple[int, npt.NDArray[np.int16]]] = []
    for packet in stream:
        at = (packet.timestamp - stream[0].timestamp) & 0xFFFFFFFF
        if at < LONGEST_GAP * 10:
            placed.append((at, np.frombuffer(DECODE[packet.payload_type](packet.payload, 2), np.int16)))
    heard = np.zeros(max(at + len(samples) for at, samples in placed), np.int16)
    for at, samples in placed:
        heard[at : at + len(samples)] = samples
    return heard


@contextmanager
def listening(phones: Iterable[tuple[str, int]]) -> Iterator[dict[tuple[str, int], list[Packet]]]:
    """Listens to all these IPv4 addresses and ports while it is entered, each host's packets read once."""
    heard: dict[tuple[str, int], list[Packet]] = {phone: [] for phone in phones}
    done = threading.Event()

    def listen(host: str) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP) as raw:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 << 20)
            raw.bind((host, 0))
            raw.settimeout(0.1)
            while not done.is_set():
                try:
                    datagram = raw.recv(65535)
                except TimeoutError:
                    continue
                udp = (datagram[0] & 0x0F) * 4
                source, target = struct.unpack_from("!HH", datagram, udp)
                if (host, target) in heard and (packet := read_packet(source, datagram[udp + 8 :])):
                    heard[host, target].append(packet)

    threads = [threading.Thread(target=listen, args=(host,)) for host in {host for host, _ in heard}]
    for thread in threads:
        thread.start()
    try:
        yield heard
    finally:
        done.set()
        for thread in threads:
            thread.join()


@dataclass
class Ear:
    """Listens to one UDP port of 127.0.0.1 (or ::1) while it is entered; then ``packets`` and ``audio()``."""

    port: int
    host: str = "127.0.0.1"
    packets: list[Packet] = field(default_factory=list)

    def __enter__(self) -> Ear:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_UDP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self._socket.bind((self.host, 0))
        self._socket.settimeout(0.1)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._listen, name=f"ear-{self.port}")
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()
        self._socket.close()

    def _listen(self) -> None:
        while not self._done.is_set():
            try:
                datagram = self._socket.recv(65535)
            except TimeoutError:
                continue
            # a raw IPv4 socket gives the IP header too, an IPv6 one does not
            udp = 0 if ":" in self.host else (datagram[0] & 0x0F) * 4
            source, target = struct.unpack_from("!HH", datagram, udp)
            if target == self.port and (packet := read_packet(source, datagram[udp + 8 :])):
                self.packets.append(packet)

    def audio(self) -> npt.NDArray[np.int16]:
        """What was heard so far."""
        return audio(list(self.packets))
