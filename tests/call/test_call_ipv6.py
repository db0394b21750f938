"""Calls whose sound goes over IPv6, on the loopback's real sockets."""

import pytest
from caller_phone import Phone
from house import House, line_test


@line_test()
async def test_a_caller_over_ipv6_hears_and_is_heard(house: House):
    phone = Phone(house, media="::1").call()
    assert "c=IN IP6 ::1\r\n" in phone.answers[-1].body
    await house.advance(0.4)
    assert phone.heard == ["welcome", "menu…"]
    phone.press("2")
    await house.advance(1)
    assert phone.heard[2].startswith("Váš kredit je")


@line_test(silent_after=5.0)
async def test_on_hold_at_no_address_the_answer_stays_in_the_calls_own_family(house: House):
    phone = Phone(house, media="::1").call()
    await house.advance(0.4)
    phone.request("INVITE", "4488", phone.sdp().replace("c=IN IP6 ::1", "c=IN IP4 0.0.0.0"))
    phone.ack()
    assert "c=IN IP6 ::1\r\n" in phone.answers[-1].body
    await house.advance(20)
    phone.request("INVITE", "4488", phone.sdp())
    phone.ack()
    await house.advance(0.8)
    assert phone.heard == ["welcome", "menu"]


@pytest.mark.parametrize(("media", "other"), [("::1", "127.0.0.1"), ("127.0.0.1", "::1")])
@line_test()
async def test_a_call_does_not_change_its_family(house: House, media: str, other: str):
    phone = Phone(house, media=media).call()
    await house.advance(0.4)
    six = 6 if ":" in other else 4
    phone.request("INVITE", "4488", f"v=0\r\nc=IN IP{six} {other}\r\nm=audio 9 RTP/AVP 8\r\n")
    assert phone.status == 488
    assert phone.answers[-1].headers["warning"].startswith("301 infoline ")
    phone.ack()
    await house.advance(0.8)
    assert phone.heard == ["welcome", "menu"]
