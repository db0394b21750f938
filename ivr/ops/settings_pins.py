"""``[pins]``: how dear it is to check a caller's PIN, and how many wrong ones lock an account or a caller."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field, SecretStr

from ivr.accounts.pins import PinTerms
from ivr.ops.settings_values import Seconds, Section, Whole

__all__ = ["PinsSettings"]

_SHORTEST = 32


def _key(value: object) -> object:
    """A secret that nobody guesses, or none; its problems are told without it."""
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    if not isinstance(text, str):
        raise ValueError("text in quotes")
    if text and len(text) < _SHORTEST:
        raise ValueError(f"a key has at least {_SHORTEST} characters; `openssl rand -hex 32` makes one")
    return SecretStr(text)


class PinsSettings(Section):
    """``[pins]``; all nodes of a store need the same ``key``."""

    key: Annotated[SecretStr, BeforeValidator(_key)] = SecretStr("")
    failures: Whole = Field(default=5, ge=1, le=100)
    locked_for: Seconds = Field(default=1800.0, ge=60, le=86_400)
    passes: Whole = Field(default=5, ge=1, le=100)
    memory_kib: Whole = Field(default=19_456, ge=8, le=1_048_576)
    at_once: Whole = Field(default=2, ge=1, le=64)
    longest_wait: Seconds = Field(default=10.0, ge=1, le=60)

    def terms(self) -> PinTerms:
        """The same as the accounts take it."""
        return PinTerms(
            time_cost=self.passes,
            memory_kib=self.memory_kib,
            at_once=self.at_once,
            longest_wait=self.longest_wait,
            key=self.key.get_secret_value().encode(),
            failures=self.failures,
            locked_for=timedelta(seconds=self.locked_for),
        )
