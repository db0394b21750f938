"""Units that travel as a fact from the accounts to the voice."""

import pytest

from ivr.units import UNITS, Units


@pytest.mark.parametrize("unit", UNITS)
def test_units_are_an_amount_of_one_kind(unit: str) -> None:
    assert (Units(0, unit).amount, Units(90, unit).unit) == (0, unit)
    assert Units(90, unit) == Units(90, unit)


@pytest.mark.parametrize(
    ("amount", "unit", "said"),
    [
        (-1, "sms", "zero or more"),
        (1.5, "sms", "whole number"),
        (True, "sms", "whole number"),
        ("3", "sms", "whole number"),
        (1, "minutes", "minutes"),
        (1, "", "seconds, sms, mms, kilobytes"),
    ],
)
def test_what_are_no_units_is_refused(amount: int, unit: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Units(amount, unit)
