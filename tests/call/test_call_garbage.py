"""A call that is over is gone at once: no cycle of its objects waits for the garbage collector."""

import collections
import gc

import pytest
from caller_phone import Phone
from house import House, line_test


@pytest.fixture
def uncollected():
    """What only the collector could free since the test began."""

    def found() -> collections.Counter:
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        gc.set_debug(0)
        kinds = collections.Counter(type(one).__qualname__ for one in gc.garbage)
        gc.garbage.clear()
        return kinds

    yield found
    gc.set_debug(0)
    gc.enable()


async def calls(house: House) -> None:
    """One call that the caller ends, one that the line ends, one refused, one that holds and moves."""
    phone = Phone(house).call()
    await house.advance(0.4)
    phone.press("2")
    await house.advance(1)
    phone.hang_up()
    Phone(house).call()
    await house.advance(25)  # three silences, then goodbye
    Phone(house).invite("9999")
    held = Phone(house).call()
    await house.advance(0.4)
    held.press("0")  # to the operator: REFER, which nobody answers
    await house.advance(40)


@line_test()
async def test_no_call_leaves_a_cycle(house: House, uncollected):
    await calls(house)  # what is made once for all calls
    await house.advance(40)
    gc.collect()
    gc.disable()
    await calls(house)
    await house.advance(40)
    house.events.clear()
    assert not uncollected()
