"""What an SMS to CallPro can order, as values; a command comes in, the text that orders it goes out.

Forms that CallPro's page does not have, but that undo what its forms do, are ours (CP-60): ``is_ours``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "DATA_SIZES",
    "RENEWAL_SIZES",
    "Change",
    "Command",
    "Fault",
    "Refusal",
    "RenewData",
    "SwitchData",
    "SwitchLte",
    "SwitchSms",
    "Tariff",
    "is_ours",
    "write",
]

DATA_SIZES = (150, 600, 1000, 2000)  # MB, for UP and ZMENA (CP-57, CP-58)
RENEWAL_SIZES = (150, 300, 600, 1000, 2000)  # MB, for OBNOV (CP-57)


class Tariff(StrEnum):
    """The two tariffs that an SMS can name, by their codes in the store."""

    SMILEY = "callpro_smiley"
    TWO_HUNDRED = "callpro_200"


@dataclass(frozen=True, slots=True)
class Change:
    """``ZMENA``: what is None stays as it is (CP-59). ``data_mb`` 0 drops the data bundle (``BEZ DAT``)."""

    tariff: Tariff | None = None
    data_mb: int | None = None
    in_network: bool | None = None

    def __post_init__(self) -> None:
        if self.tariff is None and self.data_mb is None and self.in_network is None:
            raise ValueError("a change names something")
        if self.data_mb not in (None, 0, *DATA_SIZES):
            raise ValueError(f"there is no data bundle of {self.data_mb} MB")


@dataclass(frozen=True, slots=True)
class SwitchData:
    """``UP 150``: this data bundle, in MB, from now on."""

    data_mb: int

    def __post_init__(self) -> None:
        if self.data_mb not in DATA_SIZES:
            raise ValueError(f"there is no data bundle of {self.data_mb} MB")


@dataclass(frozen=True, slots=True)
class SwitchLte:
    """``UP LTE``, ``UP BEZ LTE``."""

    on: bool


@dataclass(frozen=True, slots=True)
class SwitchSms:
    """``UP 100 SMS``, ``UP BEZ 100 SMS``."""

    on: bool


@dataclass(frozen=True, slots=True)
class RenewData:
    """``OBNOV DATA``: the data bundle anew, in its own size, or once in another (MB)."""

    data_mb: int | None = None

    def __post_init__(self) -> None:
        if self.data_mb not in (None, *RENEWAL_SIZES):
            raise ValueError(f"data is not renewed with {self.data_mb} MB")


Command = Change | SwitchData | SwitchLte | SwitchSms | RenewData


class Fault(StrEnum):
    """Why a text orders nothing; the last four are found when it is read well but cannot be placed."""

    EMPTY = "empty"
    OTHER_ALPHABET = "other_alphabet"
    NOT_A_COMMAND = "not_a_command"
    NOTHING_NAMED = "nothing_named"
    NAMED_TWICE = "named_twice"
    UNKNOWN_ITEM = "unknown_item"
    UNKNOWN_SIZE = "unknown_size"
    NEEDS_SMS = "needs_sms"
    TRAILING_TEXT = "trailing_text"
    NOT_OFFERED = "not_offered"
    NO_DATA_BUNDLE = "no_data_bundle"
    BUNDLE_ACTIVE = "bundle_active"
    ONLY_ORIGINAL_SIZE = "only_original_size"


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is wrong, and valid texts to send instead, the nearest first; none for what is not offered."""

    fault: Fault
    forms: tuple[str, ...]


def write(command: Command) -> str:
    """The text that orders this, in the form CallPro prints; ``read`` gives the command back."""
    match command:
        case SwitchData(data_mb):
            return f"UP {data_mb}"
        case SwitchLte(on):
            return "UP LTE" if on else "UP BEZ LTE"
        case SwitchSms(on):
            return "UP 100 SMS" if on else "UP BEZ 100 SMS"
        case RenewData(data_mb):
            return "OBNOV DATA" if data_mb is None else f"OBNOV DATA {data_mb}"
        case Change(tariff, data_mb, in_network):
            words = {None: "", Tariff.SMILEY: " CALLPRO;-)", Tariff.TWO_HUNDRED: " CALLPRO 200"}[tariff]
            words += {None: "", 0: " BEZ DAT"}.get(data_mb, f" DATA{data_mb}")
            return f"ZMENA{words}" + {None: "", True: " V SITI ZDARMA", False: " BEZ V SITI"}[in_network]


def is_ours(command: Command) -> bool:
    """Whether CallPro's page does not have this form (CP-60): back to CallPro 200, no free calls, no LTE."""
    match command:
        case Change(tariff, _, in_network):
            return tariff is Tariff.TWO_HUNDRED or in_network is False
        case SwitchLte(on):
            return not on
        case _:
            return False
