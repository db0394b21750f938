"""pyVoIP's signalling made fit for one outgoing call: datagrams to events, and the call to datagrams.

pyVoIP 1.6.8 writes INVITE and REGISTER, answers digest challenges and reads every message and SDP. Put right
here: its ACK carries an invented To tag and its BYE the INVITE's branch; an answer without a 180 before it is
lost; refusals other than 404 and 503 are not seen; Call-IDs repeat from run to run; header names are met in
one spelling only; nothing is sent twice.
"""

from __future__ import annotations

import contextlib
import re
import select
import socket
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import pyVoIP.VoIP  # before the next: its modules import each other in a ring
from pyVoIP import RTP, SIP

Tell = Callable[..., None]
T1 = 0.5  # seconds, RFC 3261 section 17.1.1.1
NAMES = {
    "i": "Call-ID",
    "m": "Contact",
    "l": "Content-Length",
    "c": "Content-Type",
    "f": "From",
    "t": "To",
    "v": "Via",
}
SPELT = (
    "Call-ID",
    "CSeq",
    "Contact",
    "Content-Length",
    "Content-Type",
    "From",
    "To",
    "Via",
    "WWW-Authenticate",
)
NAMES.update({name.lower(): name for name in SPELT})
NAMES["proxy-authenticate"] = "WWW-Authenticate"

pyVoIP.SIPCompatibleMethods.append("OPTIONS")  # asked by a PBX that a phone has registered with


class Message(SIP.SIPMessage):
    """A message in any legal spelling, respelt as pyVoIP reads it. Headers without a value are left out."""

    def __init__(self, data: bytes) -> None:
        head, _, body = data.partition(b"\r\n\r\n")
        first, *lines = re.sub(rb"\r\n[ \t]+", b" ", head).split(b"\r\n")
        self.routes: list[str] = []
        spelt = [first]
        for line in lines:
            name, _, value = line.decode("utf-8", "replace").partition(":")
            name, value = NAMES.get(name.strip().lower(), name.strip()), value.strip()
            if name.lower() == "record-route":
                self.routes += [route.strip() for route in value.split(",")]
            if value:
                spelt.append(f"{name}: {value}".encode())
        super().__init__(b"\r\n".join(spelt) + b"\r\n\r\n" + body.replace(b"\r\n\r\n", b"\r\n"))

    @property
    def code(self) -> int:
        """The status of a response."""
        return int(self.heading.split(b" ")[1])


SIP.SIPMessage = Message  # type: ignore[misc]  # what pyVoIP reads while it registers


class Signalling(SIP.SIPClient):
    """One phone's signalling towards one server. ``tell`` takes what happens, as the front desk reads it."""

    def __init__(self, server: str, port: int, user: str, password: str, phone: Any, tell: Tell) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
            way.connect((server, port))
            here = way.getsockname()[0]
        super().__init__(server, port, user, password, phone=phone, myIP=here, callCallback=phone.callback)
        self.tell = tell
        self.register_timeout = 4
        self.early = threading.Event()  # a first response has come, the INVITE need not be sent again
        self.ended = threading.Event()
        self.bye_answered = threading.Event()
        self.invited: Message | None = None
        self.dialog: Message | None = None  # the 200 that made it
        self.tried_password = False

    def open(self, register: bool) -> None:
        """Take a free port, register if asked to, and listen. Raises what registering raises."""
        self.s = self.out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.s.bind((self.myIP, 0))
        self.myPort = self.s.getsockname()[1]
        self.NSD = True
        if register:
            self._SIPClient__register()  # type: ignore[attr-defined]  # register() itself hides why it failed
        self.receiver = threading.Thread(target=self.recv_loop, name="SIP", daemon=True)
        self.receiver.start()

    def close(self, deregister: bool) -> None:
        """Stop listening; take the registration back."""
        self.NSD = False
        self.receiver.join(1)
        if deregister:
            with contextlib.suppress(Exception):  # it runs out by itself
                self._SIPClient__deregister()  # type: ignore[attr-defined]
        self.s.close()

    def gen_invite(self, *args: Any) -> str:
        """An INVITE whose answer finds its way back through a NAT (RFC 3581)."""
        return super().gen_invite(*args).replace(";branch=", ";rport;branch=", 1)

    def gen_call_id(self) -> str:
        """A Call-ID no other run has had."""
        return f"{uuid.uuid4().hex}@{self.myIP}"

    def recv_loop(self) -> None:
        """Take messages as they come; one that cannot be read is told of and dropped."""
        while self.NSD:
            if not select.select([self.s], [], [], 0.1)[0]:
                continue
            try:
                self.parse_message(Message(self.s.recv(65535)))
            except Exception as error:
                self.tell("note", text=f"a message was not understood: {type(error).__name__}: {error}")

    def parse_message(self, message: SIP.SIPMessage) -> None:
        """Requests of the line, and responses to INVITE and BYE."""
        if not isinstance(message, Message):
            return
        ours = self.invited is not None and message.headers["Call-ID"] == self.invited.headers["Call-ID"]
        if message.type is SIP.SIPMessageType.MESSAGE:
            if message.method == "BYE" and ours:
                self.ended.set()
            if message.method in ("BYE", "OPTIONS"):
                self.send(self.gen_ok(message))
            elif ours and message.method == "INVITE":
                self.phone.callback(message)
        elif ours and message.headers["CSeq"]["method"] == "BYE":
            self.bye_answered.set()
        elif ours and message.headers["CSeq"]["check"] == self.invited.headers["CSeq"]["check"]:  # type: ignore[union-attr]
            self._to_invite(message)

    def _to_invite(self, response: Message) -> None:
        self.early.set()
        if response.code < 200:
            self.tell("progress", status=response.code)
            return
        if response.code < 300:
            first, self.dialog = self.dialog is None, response
            self.send(self.gen_ack(response))
            if first:
                self.phone.callback(response)
            return
        self.send(self.gen_ack(response))
        if response.code in (401, 407) and self.password and not self.tried_password:
            self.tried_password = True
            self._invite_with_password(response)
        elif not self.ended.is_set():
            reason = response.heading.decode("utf-8", "replace").partition(" ")[2]
            self.tell("refused", status=response.code, reason=reason)
            self.ended.set()

    def invite(self, number: str, ms: Any, sendtype: RTP.TransmitType) -> tuple[SIP.SIPMessage, str, int]:
        """Write the INVITE, its Call-ID and session id."""
        self.number, self.offer, call_id, session = (
            number,
            (ms, sendtype),
            self.gen_call_id(),
            self.sessID.next(),
        )
        text = self.gen_invite(number, str(session), ms, sendtype, self.gen_branch(), call_id)
        self.invited = Message(text.encode())
        return self.invited, call_id, session

    def send_invite(self) -> None:
        """Send the INVITE that was written."""
        assert self.invited is not None
        self.send(self.invited.raw.decode())

    def _invite_with_password(self, challenge: Message) -> None:
        assert self.invited is not None
        call_id = self.invited.headers["Call-ID"]
        tag = self.tagLibrary[call_id]
        text = self.gen_invite(self.number, "1", *self.offer, self.gen_branch(), call_id)
        text = text.replace(self.tagLibrary[call_id], tag)
        self.tagLibrary[call_id] = tag
        p, proof = challenge.authentication, self.gen_authorization(challenge).decode()
        name = "Authorization" if challenge.code == 401 else "Proxy-Authorization"
        proven = (
            f'{name}: Digest username="{self.username}",realm="{p["realm"]}",nonce="{p["nonce"]}",'
            f'uri="sip:{self.server};transport=UDP",response="{proof}",algorithm=MD5\r\n'
        )
        text = text.replace("Content-Type:", proven + "Content-Type:", 1)
        self.invited = Message(text.encode())
        self.send(text)

    def wait_for_first_response(self, seconds: float) -> bool:
        """Repeat the INVITE until somebody answers (RFC 3261 section 17.1.1.2); False if nobody does."""
        pause, end = T1, time.monotonic() + seconds
        while not self.early.wait(min(pause, max(0.0, end - time.monotonic()))):
            if time.monotonic() >= end:
                return False
            self.send_invite()
            pause *= 2
        return True

    def hang_up(self) -> bool:
        """Send BYE until it is answered; whether it was, within two seconds."""
        if self.dialog is None or self.ended.is_set():
            return self.ended.is_set()
        self.ended.set()
        text = self.gen_bye(self.dialog)
        for pause in (T1, T1, 2 * T1):
            self.send(text)
            if self.bye_answered.wait(pause):
                return True
        return False

    def cancel(self) -> None:
        """Give up a call that nobody has answered (RFC 3261 section 9.1)."""
        if self.invited is not None and self.dialog is None:
            self.send(self._request("CANCEL", self.invited, self.invited, own_branch=False))

    def gen_ack(self, request: SIP.SIPMessage) -> str:
        """An ACK: of its own for a 2xx, in the INVITE's transaction for a refusal (section 17.1.1.3)."""
        assert isinstance(request, Message) and self.invited is not None
        return self._request("ACK", self.invited, request, own_branch=request.code < 300)

    def gen_bye(self, request: SIP.SIPMessage) -> str:
        """The BYE of the dialog that the 200 ``request`` made."""
        assert isinstance(request, Message) and self.invited is not None
        return self._request("BYE", self.invited, request, own_branch=True)

    def gen_ok(self, request: SIP.SIPMessage) -> str:
        """A 200 that keeps the dialog's To tag."""
        text, tag = super().gen_ok(request), request.headers["To"]["tag"]
        return re.sub(r"(?m)^(To: .*;tag=).*$", rf"\g<1>{tag}\r", text) if tag else text

    def _request(self, method: str, invite: Message, peer: Message, own_branch: bool) -> str:
        """A request of the call: the INVITE's From and Call-ID, the peer's To, Contact, routes (12.2.1.1)."""
        branch = self.gen_branch() if own_branch else invite.headers["Via"][0]["branch"]
        contact = (
            re.search(r"<?(sip:[^>;,]+(?:;[^>,]*(?=>))?)", peer.headers.get("Contact", ""))
            if own_branch
            else None
        )
        uri = contact[1] if contact else invite.heading.decode().split(" ")[1]
        sender, to, count = invite.headers["From"], peer.headers["To"], int(invite.headers["CSeq"]["check"])
        lines = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/UDP {self.myIP}:{self.myPort};rport;branch={branch}",
            *(f"Route: {route}" for route in (reversed(peer.routes) if own_branch else ())),
            "Max-Forwards: 70",
            f"From: {sender['raw']};tag={sender['tag']}",
            f"To: {to['raw']}" + (f";tag={to['tag']}" if to["tag"] else ""),
            f"Call-ID: {invite.headers['Call-ID']}",
            f"CSeq: {count + (method == 'BYE')} {method}",
            f"User-Agent: pyVoIP {pyVoIP.__version__}",
            "Content-Length: 0",
        ]
        return "\r\n".join(lines) + "\r\n\r\n"

    def send(self, text: str) -> None:
        """Send to the server."""
        with contextlib.suppress(OSError):  # the next repeat, or the time limit, says what came of it
            self.out.sendto(text.encode("utf8"), (self.server, self.port))
