"""What can go wrong, and whose fault it is.

InfolineError
 |-- ConfigurationError    a file a person wrote: names file, place and what was expected
 |-- StoreUnavailable      the account store cannot be reached: the caller is told to try later
 |-- CardsUnavailable      no answer from the card service: nobody knows yet whether money has moved
 |-- AccountError          an account request that cannot be carried out: one plain line
 `-- VoiceError            a sentence could not be turned into sound
"""

from __future__ import annotations

from pathlib import Path

__all__ = [
    "AccountError",
    "CardsUnavailable",
    "ConfigurationError",
    "InfolineError",
    "StoreUnavailable",
    "VoiceError",
]


class InfolineError(Exception):
    """The root: its text is one plain line a person can act on."""


class ConfigurationError(InfolineError):
    """A dialplan, prompt file or setting that cannot be used.

    Printed as ``dialplan/callpro.toml:12: step.menu.keys: there is no step "credti"; did you mean "credit"?``
    """

    def __init__(self, file: Path | str, place: str, expected: str, line: int | None = None) -> None:
        """Say the file, the place in it (a dotted path, may be empty), what was expected, the line from 1."""
        self.file, self.place, self.expected, self.line = str(file), place, expected, line
        where = f"{self.file}:{line}" if line else self.file
        super().__init__(": ".join(part for part in (where, place, expected) if part))


class StoreUnavailable(InfolineError):
    """The account store did not answer, or not in time."""


class CardsUnavailable(InfolineError):
    """The card service did not answer, or not in time; the charge may have been made all the same."""


class AccountError(InfolineError):
    """An account operation refused: unknown number, bad amount, a record already there."""


class VoiceError(InfolineError):
    """No engine could speak the sentence."""
