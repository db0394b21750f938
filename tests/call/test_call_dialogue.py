"""What a caller hears: the menu, the credit, and what keys and silence do."""

import pytest
from caller_phone import Phone
from house import House, line_test, with_step

from ivr.call.events import CallEnded

CREDIT = [
    "Váš kredit je dvě stě třicet čtyři korun padesát haléřů.",
    "Platí do čtrnáctého března dva tisíce dvacet sedm.",
]
MENU_SECONDS = 2.5  # welcome and menu in the noise voice


@line_test()
async def test_key_two_reads_out_the_credit_and_until_when_it_is_valid(house: House):
    phone = Phone(house).call()
    await house.advance(0.4)
    phone.press("2")
    await house.advance(3)
    assert phone.heard == ["welcome", "menu…", *CREDIT, "menu-short"]


@line_test()
async def test_a_key_stops_the_speech_within_two_frames(house: House):
    phone = Phone(house).call()
    await house.advance(0.4)
    before = len(phone.payloads)
    phone.press("9")
    await house.advance(0.1)
    payloads = [payload for _, payload in phone.payloads]
    assert house.frames.said(payloads[:before])[-1] == "menu…"
    assert house.frames.said(payloads[before + 2 :]) == ["menu…"]
    begins = next(n for n, p in enumerate(payloads[before:]) if house.frames.said([p]) and set(p) != {0xD5})
    assert begins <= 2


@line_test()
async def test_keys_pressed_ahead_are_kept_and_their_questions_not_spoken(house: House):
    phone = Phone(house).call()
    await house.advance(0.1)
    phone.press("2")
    phone.press("*")
    await house.advance(2.6)
    assert phone.heard == ["welcome…", *CREDIT, "menu"]


@line_test()
async def test_three_silences_each_have_their_words_then_goodbye_and_bye(house: House):
    phone = Phone(house).call()
    await house.advance(25)
    assert phone.heard == ["welcome", "menu", "silence-1", "menu", "silence-2", "menu", "goodbye"]
    assert phone.hung_up_on
    (ended,) = house.told(CallEnded)
    assert (ended.cause, ended.last_step) == ("line hung up", "end")
    assert ended.sent == len(phone.payloads)


@line_test()
async def test_wrong_keys_are_counted_apart_from_silences(house: House):
    phone = Phone(house).call()
    await house.advance(MENU_SECONDS)
    await house.advance(5)  # a silence
    for _ in range(2):
        phone.press("7")
        await house.advance(MENU_SECONDS)
    assert phone.heard[2:] == ["silence-1", "menu", "wrong-key-1", "menu", "wrong-key-2", "menu"]
    assert not phone.hung_up_on
    phone.press("7")
    await house.advance(1)
    assert phone.heard[-1] == "goodbye"
    assert phone.hung_up_on


@pytest.mark.parametrize("kind", ["application/dtmf-relay", "application/dtmf"])
@line_test()
async def test_a_key_by_info_does_the_same(house: House, kind: str):
    phone = Phone(house).call()
    await house.advance(0.4)
    phone.info("2", kind)
    assert phone.status == 200
    await house.advance(2)
    assert phone.heard[:4] == ["welcome", "menu…", *CREDIT]


@line_test()
async def test_an_info_that_tells_of_no_key_changes_nothing(house: House):
    phone = Phone(house).call()
    await house.advance(0.4)
    phone.info("hush")
    phone.info("7x", "application/dtmf")
    await house.advance(1)
    assert phone.heard == ["welcome", "menu"]


@line_test(plan=with_step("say-credit", must_hear=True))
async def test_what_must_be_heard_is_not_cut_short_and_the_key_is_kept(house: House):
    phone = Phone(house).call()
    phone.press("2")
    await house.advance(0.5)
    phone.press("9")
    await house.advance(2)
    assert phone.heard[-3:] == [*CREDIT, "menu"]


@line_test()
async def test_mu_law_is_spoken_to_a_phone_that_has_no_other(house: House):
    phone = Phone(house, law="PCMU").call()
    await house.advance(0.4)
    assert phone.heard == ["welcome", "menu…"]
    assert "PCMU" in phone.answers[-1].body


@pytest.mark.parametrize("line", ["SIP/2.0 200 OK", "SIP/2.0 486 Busy Here"])
@line_test()
async def test_key_zero_transfers_to_the_operator_and_tells_when_nobody_is_there(house: House, line: str):
    phone = Phone(house).call()
    phone.press("0")
    await house.advance(0.5)
    assert phone.heard[-1] == "transferring"
    refer = phone.requests[-1]
    assert refer.method == "REFER"
    assert "sip:474770601@" in refer.headers["refer-to"]
    phone.notify("SIP/2.0 180 Ringing")
    phone.notify(line)
    await house.advance(1)
    if line.endswith("OK"):
        assert phone.hung_up_on
        assert phone.heard[-1] == "transferring"
    else:
        assert not phone.hung_up_on
        assert phone.heard[-2] == "transfer-failed"


@line_test()
async def test_two_callers_hear_each_their_own(house: House):
    one, other = Phone(house).call(), Phone(house, "777000005").call()
    await house.advance(0.4)
    one.press("2")
    other.press("2")
    await house.advance(2)
    assert CREDIT[0] in one.heard
    assert "Váš kredit je pět korun." in other.heard
    one.hang_up()
    await house.advance(0.5)
    assert house.line.calls == 1
    assert other.heard[-1].startswith("menu-short")
