"""Who is believed about who calls, and what each kind of caller is told; what nobody may read in the log."""

import io
from datetime import timedelta

import pytest
from caller_phone import Phone
from house import NOW, TODAY, House, line_test, with_line

from ivr.accounts.demo import demo_accounts
from ivr.call.events import CallBegan
from ivr.ops.logs import set_up
from ivr.ops.watching import log_events

STRANGER = "198.51.100.7"


async def answer(house: House, phone: Phone, called: str = "4488") -> list[str]:
    """What key two tells a caller, without the menus around it."""
    phone.call(called)
    phone.press("2")
    await house.advance(3.5)
    return [said for said in phone.heard if not said.startswith(("welcome", "menu"))]


@pytest.mark.parametrize("called", ["4488", "+4204488", "004204488"])
@line_test()
async def test_the_line_answers_its_number_in_all_its_forms(house: House, called: str):
    assert "Váš kredit je pět korun." in await answer(house, Phone(house, "777000005"), called)


@line_test()
async def test_a_registrar_that_calls_our_extension_means_the_line_it_stands_for(house: House):
    assert "Váš kredit je pět korun." in await answer(house, Phone(house, "777000005"), "extension")


@pytest.mark.parametrize("number", ["777000005", "+420777000005", "00420777000005"])
@line_test()
async def test_the_trunks_way_of_writing_numbers_is_understood(house: House, number: str):
    assert "Váš kredit je pět korun." in await answer(house, Phone(house, number))


@line_test()
async def test_CP_03_an_unknown_caller_is_told_where_to_turn(house: House):
    assert await answer(house, Phone(house, "601999888")) == ["unknown-caller"]


@line_test()
async def test_a_short_number_behind_the_pbx_is_no_customer(house: House):
    assert await answer(house, Phone(house, "101")) == ["unknown-caller"]


@pytest.mark.parametrize("privacy", ["id", "user;critical", "full"])
@line_test()
async def test_a_withheld_number_is_not_used_though_the_trunk_tells_it(house: House, privacy: str):
    hidden = Phone(house, headers=(f"Privacy: {privacy}", "P-Asserted-Identity: <sip:+420777123456@trunk>"))
    assert await answer(house, hidden) == ["anonymous-caller"]
    assert house.told(CallBegan)[0].caller == "anonymous"


@line_test()
async def test_anonymous_in_from_is_anonymous(house: House):
    assert await answer(house, Phone(house, "anonymous")) == ["anonymous-caller"]


@line_test()
async def test_CP_13_a_tariff_has_no_credit_and_never_zero_crowns(house: House):
    said = await answer(house, Phone(house, "772000412"))
    assert said[0] == "postpaid"
    assert "čtyři sta dvanáct korun třicet haléřů" in said[1]
    assert "tisíc pět set korun" in said[2]
    assert not any("nula" in one for one in said)


@line_test()
async def test_CP_21_expired_credit_is_told_with_its_date(house: House):
    (said,) = await answer(house, Phone(house, "777000011"))
    assert said.startswith("Platnost vašeho kreditu skončila druhého listopadu dva tisíce dvacet šest.")
    assert TODAY - timedelta(days=20) == NOW.date().replace(day=2)


@pytest.mark.parametrize("number", [account.number for account, _ in demo_accounts(TODAY)])
@line_test()
async def test_every_demo_caller_hears_an_answer(house: House, number: str):
    said = await answer(house, Phone(house, number))
    assert said
    assert not {"try-later", "trouble", "unknown-caller", "anonymous-caller"} & set(said)


@line_test()
async def test_an_asserted_identity_of_a_trusted_trunk_goes_before_from(house: House):
    phone = Phone(house, "777123456", headers=("P-Asserted-Identity: <sip:+420777000005@trunk>",))
    assert "Váš kredit je pět korun." in await answer(house, phone)


@pytest.mark.parametrize("asserted", ["sip:alice@trunk", "sip:anonymous@anonymous.invalid", "sip:trunk"])
@line_test()
async def test_a_forged_from_is_not_believed_where_the_trunk_asserts_somebody_else(
    house: House, asserted: str
):
    phone = Phone(house, "777123456", headers=(f"P-Asserted-Identity: <{asserted}>",))
    assert await answer(house, phone) == ["anonymous-caller"]


@line_test()
async def test_an_identity_as_tel_uri_is_understood(house: House):
    phone = Phone(house, "anonymous", headers=("P-Asserted-Identity: <tel:+420-777-000-005>",))
    assert "Váš kredit je pět korun." in await answer(house, phone)


@line_test()
async def test_a_stranger_is_believed_neither_from_nor_asserted_identity(house: House):
    stranger = Phone(house, host=STRANGER, headers=("P-Asserted-Identity: <sip:+420777123456@trunk>",))
    assert await answer(house, stranger) == ["anonymous-caller"]


@line_test()
async def test_a_registered_phone_calls_with_the_number_that_is_its_own(house: House):
    phone = Phone(house, host=STRANGER)
    phone.register("jana")
    phone.number = "777123456"  # whatever it says of itself
    assert "Váš kredit je pět korun." in await answer(house, phone)


@line_test(plan=with_line(numbers=("4488", "4499")), trusted=lambda dialled: dialled == "4499")
async def test_CS_09_a_trunk_is_believed_for_calls_to_some_of_the_numbers_only(house: House):
    asserted = ("P-Asserted-Identity: <sip:+420777123456@trunk>",)
    assert await answer(house, Phone(house, headers=asserted)) == ["anonymous-caller"]
    phone = Phone(house, headers=asserted).call("4499")
    phone.press("2")
    await house.advance(2)
    assert phone.heard[0].startswith("Váš kredit je dvě stě")


def test_no_key_and_no_whole_number_reaches_an_event_or_the_log(tmp_path):
    """Everything the line tells of a call with keys, and all its log lines at the lowest level."""
    written = io.StringIO()
    told: list[object] = []
    watch = log_events(set_up("json", "debug", written))

    def both(event) -> None:
        told.append(event)
        watch(event)

    @line_test(watch=both)
    async def scenario(house: House):
        one, refused = Phone(house), Phone(house)
        one.call("004204488")
        one.press("2")
        await house.advance(1)
        one.info("9")
        one.info("7")
        await house.store.close()
        one.hang_up()
        refused.invite("777000005")
        assert refused.status == 404
        await house.advance(0.1)

    scenario(tmp_path=tmp_path)
    everything = written.getvalue() + "".join(map(repr, told))
    assert "call began" in everything
    assert "call refused" in everything
    for secret in ("777123456", "777000005", "kredit", "digit", "Signal"):
        assert secret not in everything
