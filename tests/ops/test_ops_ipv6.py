"""The line on both versions of IP: a caller at ``::1`` dials, hears and presses a key over real sockets."""

import asyncio
import re
import socket
import sys

import pytest
from operator_desk import open_desk

from ivr.call.events import CallEnded
from ivr.media.g711 import SILENCE
from ivr.media.rtp import Packet, pack, parse
from ivr.media.telephone_event import key_press
from ivr.ops.files import read_files
from ivr.ops.running import open_line
from ivr.ops.settings import load_settings


@pytest.fixture
def desk(tmp_path):
    desk = open_desk(tmp_path)
    both = f'["udp:127.0.0.1:{desk.port}", "udp:[::1]:{desk.port}"]'
    desk.change("infoline.toml", f'"127.0.0.1:{desk.port}"', both)
    desk.change("infoline.toml", "[media]", '[media]\nfilter = "none"')  # every packet is counted
    desk.demo()
    before = sys.getswitchinterval()
    yield desk
    sys.setswitchinterval(before)


class Phone:
    """A phone at one address, its signalling and its sound on sockets of their own."""

    def __init__(self, host: str, port: int) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.host, self.line, self.written = host, (host, port), f"[{host}]" if ":" in host else host
        self.sip, self.rtp = (socket.socket(family, socket.SOCK_DGRAM) for _ in range(2))
        for opened in (self.sip, self.rtp):
            opened.bind((host, 0))
            opened.setblocking(False)

    async def send(self, method: str, number: int, to_tag: str = "", body: str = "") -> None:
        here = f"{self.written}:{self.sip.getsockname()[1]}"
        lines = [
            f"{method} sip:4488@{self.written} SIP/2.0",
            f"Via: SIP/2.0/UDP {here};branch=z9hG4bK{number}{method}",
            f"From: <sip:777123456@{here}>;tag=phone",
            f"To: <sip:4488@{self.written}>{to_tag}",
            "Call-ID: one",
            f"CSeq: {number} {method}",
            "Max-Forwards: 70",
            f"Contact: <sip:phone@{here}>",
            "Content-Type: application/sdp",
            f"Content-Length: {len(body)}",
        ]
        loop = asyncio.get_running_loop()
        await loop.sock_sendto(self.sip, "\r\n".join([*lines, "", body]).encode(), self.line)

    async def response(self, status: str) -> str:
        loop = asyncio.get_running_loop()
        while not (message := (await loop.sock_recv(self.sip, 65535)).decode()).startswith(
            f"SIP/2.0 {status}"
        ):
            pass
        return message

    async def hear(self) -> tuple[Packet, tuple]:
        data, source = await asyncio.get_running_loop().sock_recvfrom(self.rtp, 2048)
        packet = parse(data)
        assert packet is not None
        return packet, source

    async def hear_speech(self) -> tuple:
        """Waits until something is said; where from."""
        while True:
            packet, source = await self.hear()
            if set(packet.payload) != {SILENCE["PCMA"]}:
                return source


@pytest.mark.parametrize("host", ["::1", "127.0.0.1"])
async def test_a_caller_of_either_family_hears_the_line_and_its_key_is_heard(desk, host):
    settings = load_settings(desk.settings)
    files, problems = read_files(settings)
    assert not problems
    ended: list[CallEnded] = []

    def watch(event) -> None:
        if isinstance(event, CallEnded):
            ended.append(event)

    version = 6 if ":" in host else 4
    async with asyncio.timeout(60), open_line(settings, files, watch):
        phone = Phone(host, desk.port)
        rtp = phone.rtp.getsockname()[1]
        offer = (
            f"v=0\r\no=- 1 1 IN IP{version} {host}\r\ns=-\r\nc=IN IP{version} {host}\r\nt=0 0\r\n"
            f"m=audio {rtp} RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n"
        )
        await phone.send("INVITE", 1, body=offer)
        answer = await phone.response("200")
        assert f"c=IN IP{version} {host}\r\n" in answer
        port, tag = re.search(r"m=audio (\d+)", answer), re.search(r"(?im)^to:.*(;tag=\S+)", answer)
        assert port is not None
        assert tag is not None
        await phone.send("ACK", 1, tag[1])
        assert (await phone.hear_speech())[:2] == (host, int(port[1]))
        for count, part in enumerate(key_press("2")):
            packet = Packet(101, count, 8000 + part.timestamp_offset, 7, part.marker, part.payload)
            phone.rtp.sendto(pack(packet), (host, int(port[1])))
        while (await phone.hear())[0].payload != bytes([SILENCE["PCMA"]]) * 160:
            pass
        await phone.hear_speech()
        await phone.send("BYE", 2, tag[1])
        await phone.response("200")
        phone.sip.close()
        phone.rtp.close()
    assert [event.received for event in ended] == [7]
    assert ended[0].last_step not in ("welcome", "menu")
