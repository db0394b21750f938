"""An address and a rate in, INVITEs from there at that rate out, with what became of them."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections import Counter
from itertools import count
from types import TracebackType

__all__ = ["Flood"]

REQUEST = (
    "INVITE sip:4488@{line} SIP/2.0\r\n"
    "Via: SIP/2.0/UDP {us};branch=z9hG4bKflood{n};rport\r\n"
    "Max-Forwards: 70\r\n"
    "From: <sip:flood@{us}>;tag=f{n}\r\n"
    "To: <sip:4488@{line}>\r\n"
    "Call-ID: flood{n}@{us}\r\n"
    "CSeq: 1 INVITE\r\n"
    "Contact: <sip:flood@{us}>\r\n"
    "Content-Length: 0\r\n\r\n"
)


class Flood:
    """New calls from ``source`` while it is entered; then ``sent``, and ``answers`` by their status."""

    def __init__(self, target: tuple[str, int], rate: int, source: str) -> None:
        self._target, self._rate = target, rate
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self._socket.bind((source, 0))
        self._socket.setblocking(False)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="flood")
        self.sent, self.answers = 0, Counter[int]()

    def __enter__(self) -> Flood:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()
        self._socket.close()

    def _run(self) -> None:
        us = "{}:{}".format(*self._socket.getsockname())
        line = "{}:{}".format(*self._target)
        began = time.monotonic()
        for n in count():
            if self._done.wait(max(0.0, began + n / self._rate - time.monotonic())):
                break
            self._socket.sendto(REQUEST.format(line=line, us=us, n=n).encode(), self._target)
            self.sent = n + 1
            self._hear()
        self._done.clear()
        self._done.wait(0.3)  # what is still on its way
        self._hear()

    def _hear(self) -> None:
        while True:
            try:
                found = re.match(rb"SIP/2\.0 (\d{3})", self._socket.recv(4096))
            except BlockingIOError:
                return
            if found:
                self.answers[int(found[1])] += 1
