"""The probe's phone (pyVoIP in its own process) against a line of a few dozen lines, over loopback."""

import audioop
import base64
import hashlib
import json
import re
import select
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

PHONE = Path(__file__).parents[2] / "ivr" / "ops" / "probe_phone"
ORDER = {
    "number": "4488", "user": "777123456", "password": "", "register": False, "codec": "alaw", "keys": "2",
    "answer_within": 3, "first_key": 0.1, "pause": 0.15, "quiet": 0.2, "unheard": 1, "limit": 6,
}  # fmt: skip
TONE = audioop.lin2alaw(struct.pack("<160h", *([8000, -8000] * 80)), 2)


def header(message: str, name: str) -> str:
    found = re.search(rf"(?mi)^{name}: *(.*?)\r?$", message)
    return found[1] if found else ""


class SmallLine(threading.Thread):
    """Answers by script: statuses to send for the INVITE, then tone until a key and half a second more."""

    def __init__(self, script=(), hang_up=False, realm=None):
        super().__init__(daemon=True)
        self.sip, self.rtp = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        for end in (self.sip, self.rtp):
            end.bind(("127.0.0.1", 0))
        self.speaking = None
        self.script, self.hang_up, self.realm = list(script), hang_up, realm
        self.seen, self.events, self.open, self.phone = [], [], True, None
        self.port = self.sip.getsockname()[1]

    def close(self):
        self.open = False
        self.join()
        if self.speaking:
            self.speaking.join()
        self.sip.close()
        self.rtp.close()

    def requests(self, method):
        return [message for message in self.seen if message.startswith(method)]

    def answer(self, request, status, extra="", body=""):
        to = header(request, "to")
        lines = [f"SIP/2.0 {status}"]
        lines += [f"via:{header(request, 'via')}", f"f: {header(request, 'from')}"]
        lines += [f"t: {to}" if "tag=" in to else f"t: {to};tag=line", f"i: {header(request, 'call-id')}"]
        lines += [f"CSEQ: {header(request, 'cseq')}", *filter(None, [extra]), f"l: {len(body)}"]
        self.sip.sendto("\r\n".join([*lines, "", body]).encode(), self.phone)

    def accept(self, invite):
        host, port = self.rtp.getsockname()
        body = f"v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
        body += (
            f"m=audio {port} RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
        )
        contact = f"Contact: <sip:line@127.0.0.1:{self.port};transport=udp>"
        self.answer(
            invite,
            "200 OK",
            f"{contact}\r\nRecord-Route: <sip:p2;lr>, <sip:p1;lr>\r\nc: application/sdp",
            body,
        )
        self.media = ("127.0.0.1", int(re.search(r"m=audio (\d+)", invite)[1]))
        self.speaking = threading.Thread(target=self.speak, args=(invite,), daemon=True)
        self.speaking.start()

    def speak(self, invite):
        until, due, sequence = None, time.monotonic(), 65530
        while self.open:
            while select.select([self.rtp], [], [], max(0, due - time.monotonic()))[0]:
                packet = self.rtp.recv(2048)
                if packet[1] & 0x7F == 101:
                    self.events.append(packet)
                    until = until or time.monotonic() + 0.7
            due += 0.02
            spoke = until is None or time.monotonic() < until
            sequence += 1
            head = struct.pack("!BBHII", 0x80, 8, sequence % 65536, 160 * sequence, 7)
            self.rtp.sendto(head + (TONE if spoke else b"\xd5" * 160), self.media)
            if not spoke and self.hang_up:
                self.bye(invite)
                break

    def bye(self, invite):
        lines = ["BYE sip:phone SIP/2.0", f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bKbye"]
        lines += [f"From: {header(invite, 'to')};tag=line", f"To: {header(invite, 'from')}"]
        lines += [f"Call-ID: {header(invite, 'call-id')}", "CSeq: 1 BYE", "Content-Length: 0", "", ""]
        self.sip.sendto("\r\n".join(lines).encode(), self.phone)

    def run(self):
        while self.open:
            if not select.select([self.sip], [], [], 0.05)[0]:
                continue
            data, self.phone = self.sip.recvfrom(65535)
            message = data.decode()
            self.seen.append(message)
            if message.startswith("REGISTER") and self.realm and "Authorization" not in message:
                challenge = (
                    f'WWW-Authenticate: Digest realm="{self.realm}", nonce="n1", algorithm=MD5, qop="auth"'
                )
                self.answer(message, "401 Unauthorized", challenge)
            elif message.startswith(("REGISTER", "BYE")):
                self.answer(message, "200 OK")
            elif message.startswith("INVITE"):
                status = self.script.pop(0) if self.script else "200"
                if status == "drop":
                    continue
                if status == "200":
                    self.accept(message)
                else:
                    self.answer(message, status)


def call(line, **changes):
    line.start()
    order = {**ORDER, "server": "127.0.0.1", "port": line.port, **changes}
    done = subprocess.run(
        [sys.executable, str(PHONE)],
        input=json.dumps(order) + "\n",
        capture_output=True,
        text=True,
        timeout=20,
    )
    line.close()
    assert done.stderr == ""
    return [json.loads(entry) for entry in done.stdout.splitlines()]


def named(events, name):
    return [event for event in events if event["event"] == name]


@pytest.fixture(scope="module")
def plain():
    line = SmallLine()
    return line, call(line)


def test_a_call_answered_at_once_is_heard_in_sixteen_bits_and_ended_with_bye(plain):
    _, events = plain
    (answered,), (ended,), frames = named(events, "answered"), named(events, "ended"), named(events, "rtp")
    assert answered["ms"] < 500 and answered["keys_agreed"]
    assert (ended["by"], ended["bye_answered"]) == ("probe", True)
    assert frames[0]["codec"] == "PCMA"
    assert base64.b64decode(frames[0]["pcm"]) == audioop.alaw2lin(TONE, 2)
    assert [frame["seq"] for frame in frames[:8]] == [65531, 65532, 65533, 65534, 65535, 0, 1, 2]


def test_ack_and_bye_belong_to_the_dialog_and_take_its_routes(plain):
    line, _ = plain
    (invite,), (ack,), (bye,) = (line.requests(method) for method in ("INVITE", "ACK", "BYE"))
    for request in (ack, bye):
        assert request.split(" ")[1] == f"sip:line@127.0.0.1:{line.port};transport=udp"
        assert header(request, "to").endswith(";tag=line")
        assert header(request, "from") == header(invite, "from")
        assert re.findall(r"(?m)^Route: (.*?)\r$", request) == ["<sip:p1;lr>", "<sip:p2;lr>"]
    branches = {re.search(r"branch=([^;\r]+)", request)[1] for request in (invite, ack, bye)}
    assert len(branches) == 3
    assert header(ack, "cseq") == "1 ACK" and header(bye, "cseq") == "2 BYE"


def test_a_key_is_one_event_with_a_growing_duration_and_three_ends(plain):
    line, _ = plain
    events = [
        struct.unpack("!BBHII", packet[:12]) + struct.unpack("!BBH", packet[12:]) for packet in line.events
    ]
    assert {event[5] for event in events} == {2}
    assert len({event[3] for event in events}) == 1
    assert [event[7] for event in events] == [160, 320, 480, 640, 800, 960, 960, 960]
    assert [event[6] >> 7 for event in events] == [0] * 5 + [1] * 3
    assert [event[1] >> 7 for event in events] == [1] + [0] * 7
    assert [(event[2] - events[0][2]) % 65536 for event in events] == list(range(8))


def test_two_keys_with_a_comma_wait_for_the_pause_and_without_follow_at_once():
    at_once = named(call(SmallLine(), keys="29"), "key")
    with_pause = named(call(SmallLine(), keys="2,9"), "key")
    assert 0.15 <= at_once[1]["at"] - at_once[0]["at"] < 0.35
    assert with_pause[1]["at"] - with_pause[0]["at"] > 0.7


def test_a_call_the_line_ends_is_told_as_such_and_its_bye_answered():
    line = SmallLine(hang_up=True)
    (ended,) = named(call(line, quiet=5), "ended")
    assert ended["by"] == "line"
    (answer,) = [message for message in line.seen if message.startswith("SIP/2.0 200")]
    assert header(answer, "cseq") == "1 BYE"
    assert line.requests("BYE") == []


def test_a_lost_invite_is_sent_again():
    line = SmallLine(script=["drop", "200"])
    assert named(call(line), "answered")[0]["ms"] > 450
    assert len(line.requests("INVITE")) == 2


@pytest.mark.parametrize("status", ["404 Not Found", "603 Decline"])
def test_a_refused_call_is_told_with_its_status_and_acknowledged(status):
    line = SmallLine(script=[status])
    (refused,) = named(call(line), "refused")
    assert f"{refused['status']} {refused['reason'].partition(' ')[2]}" == status
    (invite,), (ack,) = line.requests("INVITE"), line.requests("ACK")
    assert header(ack, "via") == header(invite, "via")


def test_a_line_that_is_not_there_is_one_plain_event():
    line = SmallLine(script=["drop"] * 9)
    assert [event["event"] for event in call(line, answer_within=0.8)] == ["failed"]


def test_a_registration_proves_its_password_by_digest():
    line = SmallLine(realm="infoline")
    call(line, register=True, password="demo")
    first, second, *_ = line.requests("REGISTER")
    proof = re.search(r'response="(\w+)"', second)[1]
    ha1, ha2 = (
        hashlib.md5(t.encode()).hexdigest()
        for t in ("777123456:infoline:demo", "REGISTER:sip:127.0.0.1;transport=UDP")
    )
    assert "Authorization" not in first
    assert proof == hashlib.md5(f"{ha1}:n1:{ha2}".encode()).hexdigest()
