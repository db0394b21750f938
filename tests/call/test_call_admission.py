"""Which calls are let in and how they are refused; ringing, offers, hold; draining."""

import asyncio
import re

import pytest
from caller_phone import Phone
from house import PORTS, House, line_test

from ivr.call.events import CallBegan, CallEnded, CallRefused

NO_CODEC = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 4000 RTP/AVP 18\r\na=rtpmap:18 G729/8000\r\n"
)


def refused(house: House) -> list[tuple[int, str]]:
    return [(event.status, event.reason) for event in house.told(CallRefused)]


@line_test()
async def test_a_number_that_is_no_line_of_ours_gets_404(house: House):
    phone = Phone(house)
    phone.invite("4489")
    assert phone.status == 404
    assert refused(house) == [(404, "no such line")]
    assert house.plane.streams == 0


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [(NO_CODEC, 488, "no usable codec"), ("hello\r\n", 400, "unreadable SDP")],
)
@line_test()
async def test_an_offer_that_leads_to_nothing_is_refused(house: House, body: str, status: int, reason: str):
    phone = Phone(house)
    phone.invite(body=body)
    assert phone.status == status
    assert refused(house) == [(status, reason)]
    assert (house.line.calls, house.plane.streams) == (0, 0)


@line_test()
async def test_a_phone_that_speaks_in_secret_only_is_told_why_it_is_refused(house: House):
    phone = Phone(house)
    phone.invite(body=phone.sdp().replace("RTP/AVP", "RTP/SAVP"))
    assert phone.status == 488
    warning = '302 infoline "audio is offered, but not over plain RTP/AVP"'
    assert phone.answers[-1].headers["warning"] == warning


@line_test(max_calls=2, retry_after=7.0)
async def test_over_the_most_calls_the_next_gets_503_and_when_to_try_again(house: House):
    first, _ = Phone(house).call(), Phone(house).call()
    third = Phone(house)
    third.invite()
    assert third.status == 503
    assert third.answers[-1].headers["retry-after"] == "7"
    assert refused(house) == [(503, "all lines busy")]
    first.hang_up()
    Phone(house).call()


@line_test()
async def test_without_a_free_media_port_the_call_gets_503(house: House):
    taken = [house.plane.open(None, "127.0.0.1") for _ in range(PORTS)]  # of this host, a port each
    phone = Phone(house)
    phone.invite(body="")
    assert phone.status == 503
    assert refused(house) == [(503, "no media port free")]
    for stream in taken:
        house.plane.close(stream)


@line_test()
async def test_while_draining_nobody_is_let_in_and_those_inside_may_finish(house: House):
    phone, late = Phone(house).call(), Phone(house)
    draining = house.beside(house.line.drain(10))
    await house.advance(1)
    late.invite()
    assert late.status == 503
    assert refused(house) == [(503, "draining")]
    assert "menu" in phone.heard
    assert not phone.hung_up_on
    phone.hang_up()
    await asyncio.wait({draining})
    assert house.line.calls == 0


@line_test()
async def test_a_call_that_outlasts_the_drain_is_ended_with_bye_and_counted(house: House):
    phone = Phone(house).call()
    draining = house.beside(house.line.drain(2))
    await house.advance(1.9)
    assert not draining.done()
    await house.advance(0.2)
    assert draining.done()
    assert phone.hung_up_on
    (ended,) = house.told(CallEnded)
    assert (ended.cause, ended.sent) == ("line closed", len(phone.payloads))
    assert ended.seconds == pytest.approx(2, abs=0.01)


@line_test(answer_after=3.0, silent_after=1.0)
async def test_a_ringing_call_is_answered_in_its_time_and_not_taken_for_silent(house: House):
    phone = Phone(house)
    phone.invite()
    assert phone.status == 180
    await house.advance(2.9)
    assert phone.status == 180
    assert phone.payloads == []
    await house.advance(0.15)
    assert phone.status == 200
    phone.ack()
    await house.advance(0.5)
    assert phone.heard == ["welcome", "menu…"]


@line_test(answer_after=3.0)
async def test_a_caller_who_gives_up_ringing_leaves_nothing(house: House):
    phone = Phone(house)
    phone.invite()
    await house.advance(1)
    phone.cancel()
    assert phone.status == 487
    assert house.told(CallEnded)[0].cause == "cancelled"
    assert house.timers() == []


@line_test(answer_after=3.0)
async def test_draining_gives_a_ringing_call_a_refusal(house: House):
    phone = Phone(house)
    phone.invite()
    await house.line.drain(0)
    assert phone.status == 480
    assert house.line.calls == 0


@line_test()
async def test_an_invite_without_offer_gets_ours_and_the_ack_answers_it(house: House):
    phone = Phone(house, law="PCMU")
    phone.invite(body="")
    assert "PCMA" in phone.answers[-1].body
    assert house.told(CallBegan)[0].codec == ""
    await house.advance(0.1)
    assert phone.payloads == []
    phone.ack(phone.sdp())
    await house.advance(0.4)
    assert phone.heard == ["welcome", "menu…"]
    phone.press("2")
    await house.advance(1)
    assert phone.heard[2].startswith("Váš kredit je")


@pytest.mark.parametrize("answer", ["", "hello\r\n", NO_CODEC])
@line_test()
async def test_an_ack_without_a_usable_answer_to_our_offer_ends_the_call(house: House, answer: str):
    phone = Phone(house)
    phone.invite(body="")
    phone.ack(answer)
    await house.advance(0.1)
    assert phone.hung_up_on
    assert house.told(CallEnded)[0].cause == "no usable codec"


@line_test()
async def test_a_body_in_an_ack_that_answers_nothing_is_let_be(house: House):
    phone = Phone(house)
    phone.invite()
    phone.ack("hello\r\n")
    await house.advance(0.4)
    assert phone.heard == ["welcome", "menu…"]


@line_test(silent_after=5.0)
async def test_on_hold_speech_stands_still_and_goes_on_where_it_was(house: House):
    phone = Phone(house).call()
    await house.advance(0.4)
    phone.request("INVITE", "4488", phone.sdp("sendonly"))
    assert "a=recvonly" in phone.answers[-1].body
    phone.ack()
    await house.advance(0.02)
    held = len(phone.payloads)
    await house.advance(20)
    assert len(phone.payloads) == held
    assert not phone.hung_up_on
    phone.request("INVITE", "4488", phone.sdp())
    phone.ack()
    await house.advance(0.8)
    assert phone.heard == ["welcome", "menu"]
    versions = [message.body.split()[3] for message in phone.answers if message.body]
    assert versions == ["1", "2", "3"]


@line_test()
async def test_a_reinvite_may_change_the_codec_in_the_middle_of_a_sentence(house: House):
    phone = Phone(house).call()
    await house.advance(0.4)
    phone.request("INVITE", "4488", phone.sdp(law="PCMU"))
    phone.ack()
    await house.advance(0.8)
    assert phone.heard == ["welcome", "menu"]


@line_test()
async def test_a_reinvite_that_cannot_be_met_leaves_the_call_as_it_was(house: House):
    phone = Phone(house).call()
    await house.advance(0.4)
    for body in (NO_CODEC, "hello\r\n"):
        phone.request("INVITE", "4488", body)
        assert phone.status == 488
        phone.ack()
    await house.advance(0.8)
    assert phone.heard == ["welcome", "menu"]


@line_test()
async def test_a_reinvite_without_offer_gets_ours_of_the_next_version(house: House):
    phone = Phone(house).call()
    phone.request("INVITE", "4488")
    assert phone.answers[-1].body.split()[3] == "2"
    phone.ack(phone.sdp(law="PCMU"))
    await house.advance(0.4)
    assert phone.heard == ["welcome", "menu…"]


VIDEO = "m=video 0 RTP/AVP 99\r\n"


@line_test(silent_after=5.0)
async def test_sound_may_be_taken_away_and_brought_back(house: House):
    phone = Phone(house).call()
    await house.advance(0.4)
    phone.request("INVITE", "4488", re.sub(r"m=audio \d+", "m=audio 0", phone.sdp()))
    assert "m=audio 0 RTP/AVP 8 101\r\n" in phone.answers[-1].body
    phone.ack()
    await house.advance(0.02)
    before = len(phone.payloads)
    await house.advance(20)
    assert len(phone.payloads) == before
    phone.request("INVITE", "4488", phone.sdp())
    phone.ack()
    await house.advance(0.8)
    assert phone.heard == ["welcome", "menu"]


@line_test()
async def test_our_offer_in_a_call_has_the_lines_that_the_caller_began_with(house: House):
    phone = Phone(house)
    head, audio = phone.sdp().split("m=audio")
    phone.call(body=f"{head}{VIDEO}m=audio{audio}")
    phone.request("INVITE", "4488")
    offered = phone.answers[-1].body
    assert re.findall(r"m=(\w+)", offered) == ["video", "audio"]
    phone.ack(f"{head}{VIDEO}m=audio{audio}")
    await house.advance(0.4)
    assert phone.heard == ["welcome", "menu…"]


@line_test()
async def test_a_refreshed_call_hears_the_same_description_again(house: House):
    phone = Phone(house).call()
    first = phone.answers[-1].body
    phone.request("INVITE", "4488", phone.sdp())
    phone.ack()
    assert phone.answers[-1].body == first
