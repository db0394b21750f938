"""How a PIN is kept and checked: dear, beside the event loop, a few at once."""

import asyncio

import pytest

from ivr.accounts.pins import Pins, PinsBusy, PinTerms, check_form
from ivr.errors import AccountError

LIGHT = PinTerms(time_cost=1, memory_kib=8)


async def test_a_pin_is_kept_as_argon2id_with_no_less_memory_than_owasp_asks_for() -> None:
    pins = Pins()
    kept = await pins.keep("2580")
    assert kept.startswith("$argon2id$v=19$m=19456,t=5,p=1$")
    assert (await pins.check(kept, "2580")).fits
    assert not (await pins.check(kept, "2581")).fits


async def test_the_same_pin_is_never_kept_the_same_way_twice() -> None:
    pins = Pins(LIGHT)
    assert await pins.keep("2580") != await pins.keep("2580")


@pytest.mark.parametrize("pin", ["2580", "0000", "1234567890", ""])
async def test_an_account_without_a_pin_is_opened_by_none(pin: str) -> None:
    pins = Pins(LIGHT)
    for kept in (None, "", "nonsense", pins._nobodys):
        assert not (await pins.check(kept, pin)).fits


async def test_the_event_loop_goes_on_while_a_pin_is_checked() -> None:
    check = asyncio.create_task(Pins().check(None, "2580"))
    turns = 0
    while not check.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 20


async def test_no_more_pins_are_checked_at_one_time_than_the_terms_allow() -> None:
    pins = Pins(PinTerms(time_cost=1, memory_kib=8, at_once=2, longest_wait=0.01))
    async with pins.turn(), pins.turn():
        with pytest.raises(PinsBusy):
            async with pins.turn():
                pytest.fail("a third one")
    async with pins.turn():
        pass


async def test_the_callers_take_their_turns_in_the_order_of_asking() -> None:
    pins, order = Pins(PinTerms(at_once=1)), []

    async def wait(name: int) -> None:
        async with pins.turn():
            order.append(name)

    async with pins.turn():
        waiting = [asyncio.create_task(wait(name)) for name in range(5)]
        await asyncio.sleep(0)
    await asyncio.gather(*waiting)
    assert order == [0, 1, 2, 3, 4]


async def test_a_caller_who_hangs_up_while_waiting_leaves_the_turn_to_the_next() -> None:
    pins = Pins(PinTerms(at_once=1))

    async def wait() -> None:
        async with pins.turn():
            pass

    async with pins.turn():
        gone, next_one = asyncio.create_task(wait()), asyncio.create_task(wait())
        await asyncio.sleep(0)
        gone.cancel()
    async with asyncio.timeout(5):
        await next_one


def test_a_digest_tells_neither_what_it_is_of_nor_where_its_parts_meet() -> None:
    pins = Pins(PinTerms(key=b"k" * 32))
    assert pins.digest("caller", "+420777123456") == pins.digest("caller", "+420777123456")
    others = [("caller+420777123456",), ("caller", "+42077712345", "6"), ("account", "+420777123456")]
    assert len({pins.digest(*parts) for parts in [("caller", "+420777123456"), *others]}) == 4
    assert pins.digest("caller", "+420777123456") != Pins(LIGHT).digest("caller", "+420777123456")


@pytest.mark.parametrize("pin", ["", "123", "12345678901", "12 34", "12a4", "١٢٣٤", "-123", "1234\n"])
def test_a_pin_is_4_to_10_digits_and_a_wrong_one_is_refused_without_being_told(pin: str) -> None:
    with pytest.raises(AccountError) as refused:
        check_form(pin)
    assert not pin or pin not in str(refused.value)
