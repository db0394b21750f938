"""What a caller's side answers to a re-INVITE of the line's, and what the sound does then."""

import itertools
import re
from dataclasses import dataclass

from caller_phone import Message, Phone
from house import House, line_test

from ivr.call.events import CallEnded


@dataclass
class Answering(Phone):
    """Answers the line's INVITEs with a description of its own."""

    description: str = ""

    def receive(self, data: bytes) -> None:
        message = Message.read(data)
        if message.method != "INVITE":
            if message.method != "ACK":
                super().receive(data)
            return
        self.requests.append(message)
        echoed = ("via", "from", "to", "call-id", "cseq")
        lines = [
            "SIP/2.0 200 OK",
            *(f"{name}: {message.headers[name]}" for name in echoed),
            "content-type: application/sdp",
            f"content-length: {len(self.description)}",
        ]
        answer = "\r\n".join([*lines, "", self.description]).encode()
        self.house.loop.call_soon(self.house.receive, answer, self.source)


def offer_again(house: House, phone: Phone) -> None:
    """The line offers the session as it is."""
    house.agent.reinvite(phone.to_tag, phone.answers[-1].body.encode(), house.loop.time())
    house.line.flush()


@line_test()
async def test_sound_goes_on_as_the_answer_to_the_lines_own_reinvite_says(house: House):
    phone = Answering(house)
    phone.call()
    await house.advance(0.1)
    assert phone.payloads
    phone.description = phone.sdp("sendonly")  # on hold: nothing more is wanted
    offer_again(house, phone)
    await house.advance(0.1)
    held = len(phone.payloads)
    await house.advance(0.3)
    assert len(phone.payloads) == held
    phone.description = phone.sdp()
    offer_again(house, phone)
    await house.advance(0.3)
    assert len(phone.payloads) > held


@line_test()
async def test_the_same_answer_again_is_not_heard(house: House):
    phone = Answering(house)
    phone.call()
    await house.advance(0.1)
    for words in ("", "a=ptime:20\r\n", "a=x-phone:7\r\n"):
        phone.description = phone.sdp() + words
        offer_again(house, phone)
        await house.advance(0.1)
    moments = [moment for moment, _ in phone.payloads]
    assert max(b - a for a, b in itertools.pairwise(moments)) < 0.03
    assert not phone.hung_up_on


@line_test()
async def test_an_answer_without_a_usable_codec_ends_the_call(house: House):
    phone = Answering(house)
    phone.call()
    phone.description = phone.sdp().replace("RTP/AVP 8 101", "RTP/AVP 97")
    offer_again(house, phone)
    await house.advance(0.1)
    assert phone.hung_up_on
    assert [event.cause for event in house.told(CallEnded)] == ["no usable codec"]


@line_test()
async def test_a_call_whose_sound_was_taken_away_is_offered_none_and_goes_on(house: House):
    """Port 0 in both descriptions (RFC 3264 section 8.2), until the caller's side brings it back."""
    phone = Answering(house)
    phone.call()
    phone.description = re.sub(r"m=audio \d+", "m=audio 0", phone.sdp())
    phone.request("INVITE", "4488", phone.description)
    phone.ack()
    assert "m=audio 0 " in phone.answers[-1].body
    offer_again(house, phone)
    await house.advance(0.1)
    assert not phone.hung_up_on
    phone.request("INVITE", "4488", phone.sdp())
    phone.ack()
    silent = len(phone.payloads)
    await house.advance(0.3)
    assert len(phone.payloads) > silent
