"""One telephone call with somebody else's phone: an order on standard input, what happens as JSON lines out.

Run by path with the project's Python; nothing of the line is imported here, and the line never imports this.
The order is one line: server, port, number, user, password, register, codec, keys, and the times in seconds
answer_within, first_key, pause, quiet, unheard, limit. Each line out has ``event`` and ``at``, the seconds
since the answer.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
import time
import warnings
from collections.abc import Callable
from typing import Any

warnings.simplefilter("ignore")  # pyVoIP warns about what it does itself

from probe_rtp import Ear  # type: ignore[import-not-found]  # noqa: E402
from probe_sip import Message, Signalling  # type: ignore[import-not-found]  # noqa: E402
from pyVoIP import RTP  # noqa: E402
from pyVoIP.VoIP import CallState, VoIPCall, VoIPPhone  # noqa: E402

SPOKEN = 0.2  # seconds of speech before a silence counts as a pause in it
STALE = 0.1  # seconds after a key in which the words before it may still arrive
CODECS = {"alaw": [8], "ulaw": [0]}


class Teller:
    """Writes events; times are counted from the answer, before it from the INVITE."""

    def __init__(self) -> None:
        self._out = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
        os.dup2(2, 1)  # what pyVoIP prints goes to standard error
        self._lock = threading.Lock()
        self.began = time.monotonic()

    def __call__(self, event: str, now: float | None = None, **facts: object) -> None:
        """Write one event; ``now`` is its time.monotonic() if that is not this moment."""
        at = round((time.monotonic() if now is None else now) - self.began, 4)
        with self._lock:
            self._out.write(json.dumps({"event": event, "at": at, **facts}) + "\n")


class Call(VoIPCall):
    """pyVoIP's call, with one ear however many connection lines the answer has."""

    def create_rtp_clients(self, codecs: Any, ip: str, port: int, request: Any, baseport: int) -> None:
        """Hear what the answer agreed to, at the socket the offer named."""
        usable = {number: kind for number, kind in codecs.items() if kind in Ear.heard}
        if not usable:
            raise RTP.RTPParseError("the answer has neither PCMA nor PCMU")
        phone: Any = self.phone
        address = request.body["c"][-1]["address"]
        self.RTPClients = [Ear(codecs, phone.media, (address, baseport), phone.tell)]


class Phone(VoIPPhone):
    """pyVoIP's phone for one outgoing call."""

    def __init__(self, order: dict[str, Any], tell: Teller) -> None:
        super().__init__(order["server"], order["port"], order["user"], order["password"])
        self.order, self.tell, self.answered = order, tell, threading.Event()
        self.sip: Signalling = Signalling(
            order["server"], order["port"], order["user"], order["password"], self, tell
        )
        self.myIP = self.sip.myIP
        self.media = self._even_port()

    def _even_port(self) -> socket.socket:
        for _ in range(50):
            here = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            here.bind((self.myIP, 0))
            if here.getsockname()[1] % 2 == 0:
                return here
            here.close()
        raise OSError("no even port is free")

    def call(self, number: str) -> VoIPCall:
        """Send the INVITE for a number."""
        port = self.media.getsockname()[1]
        self.assignedPorts.append(port)
        offer = {kind: RTP.PayloadType(kind) for kind in CODECS[self.order["codec"]]}
        offer[101] = RTP.PayloadType.EVENT
        media: Any = {port: offer}
        request, call_id, session = self.sip.invite(number, media, RTP.TransmitType.SENDRECV)
        call = Call(self, CallState.DIALING, request, session, self.myIP, ms=media, sendmode="sendrecv")
        self.calls[call_id] = call
        self.tell.began = time.monotonic()
        self.sip.send_invite()
        return call

    def callback(self, request: Any) -> None:
        """A 200 to the INVITE, or an INVITE within the call."""
        call = self.calls.get(request.headers["Call-ID"])
        if call is None:
            return
        if isinstance(request, Message) and request.type == 1:
            call.renegotiate(request)
            return
        now = time.monotonic()
        ms, self.tell.began = (now - self.tell.began) * 1000, now
        try:
            call.answered(request)
            ear: Any = call.RTPClients[0]
        except (RTP.RTPParseError, KeyError, ValueError) as error:
            self.tell("failed", reason=f"the answer's SDP cannot be used: {error}")
        else:
            self.tell("answered", ms=round(ms, 1), keys_agreed=ear.events is not None)
        self.answered.set()


def converse(ear: Ear, ended: threading.Event, order: dict[str, Any], tell: Teller) -> None:
    """Press the keys when their time has come, and stay until the line has fallen silent or hung up."""
    mark, end = time.monotonic(), time.monotonic() + order["limit"]

    def until(reached: Callable[[float], bool]) -> bool:
        while not ended.is_set() and (now := time.monotonic()) < end:
            if reached(now):
                return True
            time.sleep(0.01)
        return False

    def fell_silent(seconds: float) -> bool:
        """Whether the line spoke after the mark and then stopped for so long; False when it never speaks."""
        until(lambda now: ear.voice.spoke_since(mark, SPOKEN) or now - mark >= order["unheard"])
        if not ear.voice.spoke_since(mark, SPOKEN):
            tell("silent")
            return False
        return until(lambda now: now - ear.voice.last >= seconds)

    for place, key in enumerate(order["keys"]):
        if key == ",":
            if not fell_silent(order["pause"]):
                return
            continue
        if place == 0 and not until(
            lambda now: ear.voice.first is not None and now - ear.voice.first >= order["first_key"]
        ):
            return
        ear.press(key)
        until(lambda _: not ear.pressing)
        mark = time.monotonic() + STALE
    fell_silent(order["quiet"])


def dial(phone: Phone, order: dict[str, Any], tell: Teller) -> None:
    """The whole call, from INVITE to BYE."""
    sip, call = phone.sip, phone.call(order["number"])
    end = time.monotonic() + order["answer_within"]
    heard_of = sip.wait_for_first_response(order["answer_within"])
    while heard_of and not phone.answered.is_set() and not sip.ended.is_set() and time.monotonic() < end:
        phone.answered.wait(0.02)
    if not phone.answered.is_set():
        if not sip.ended.is_set():
            tell("failed", reason="nobody answered the call" if heard_of else "nothing answered the INVITE")
            sip.cancel()
        return
    if call.RTPClients:
        converse(call.RTPClients[0], sip.ended, order, tell)
    by_line = sip.ended.is_set()
    answered = sip.hang_up()
    for client in call.RTPClients:
        client.stop()
    tell("ended", by="line" if by_line else "probe", bye_answered=answered)


def main() -> None:
    """Take the order, make the call."""
    order, tell = json.loads(sys.stdin.readline()), Teller()
    try:
        phone = Phone(order, tell)
        phone.sip.open(order["register"])
    except Exception as error:
        step = "could not register" if order["register"] else "could not open a socket"
        tell("failed", reason=f"{step}: {error}")
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        dial(phone, order, tell)
    finally:
        phone.sip.hang_up()
        phone.sip.close(deregister=order["register"])


if __name__ == "__main__":
    main()
