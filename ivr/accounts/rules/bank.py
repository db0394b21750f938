"""Czech bank symbols and account numbers come in as people write them; what they mean, or None, goes out."""

from __future__ import annotations

import re

__all__ = ["is_sound_account", "number_of_symbol", "symbol_of_number"]

# Decree 169/2011 of the Czech National Bank: weights from the last digit of each part.
_WEIGHTS = (1, 2, 4, 8, 5, 10, 9, 7, 3, 6)
_ACCOUNT = re.compile(r"(?:(?P<prefix>[0-9]{1,6})-)?(?P<base>[0-9]{2,10})(?:/(?P<bank>[0-9]{4}))?")


def is_sound_account(account: str) -> bool:
    """Whether ``[prefix-]number[/bank]`` passes the modulo-11 check of both parts (CP-22)."""
    match = _ACCOUNT.fullmatch(account)
    if match is None or len(match["base"].strip("0")) == 0:
        return False
    return all(
        sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, reversed(part), strict=False)) % 11 == 0
        for part in (match["prefix"] or "0", match["base"])
    )


def number_of_symbol(symbol: str) -> str | None:
    """The E.164 number a variable symbol names, None when the payment has to be parked (CP-16).

    A symbol has at most ten digits; leading zeros are the bank's and are dropped.
    """
    digits = symbol.strip()
    if not re.fullmatch(r"[0-9]{1,10}", digits):
        return None
    bare = digits.lstrip("0")
    return f"+420{bare}" if re.fullmatch(r"[2-9][0-9]{8}", bare) else None


def symbol_of_number(e164: str) -> str | None:
    """The variable symbol to write on a payment for this number (CP-15), None where it has none."""
    match = re.fullmatch(r"\+420([2-9][0-9]{8})", e164)
    return match[1] if match else None
