"""The steps of a line as values: a verb each, its sentences, and where it leads.

Made by :mod:`ivr.flow.reader`, which vouches that every step named in them exists and every value is in
range. Nothing in them changes. Times are in seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

__all__ = [
    "ANY_KEY",
    "KEYS",
    "RESUME",
    "AskStep",
    "HangUpStep",
    "HoursStep",
    "IdentifyStep",
    "LanguageStep",
    "LookUpStep",
    "ReadStep",
    "RepeatStep",
    "SayStep",
    "Sentence",
    "Step",
    "TransferStep",
    "Trust",
    "WhenStep",
    "in_language",
    "sentences",
]

KEYS = "0123456789*#ABCD"
"""The sixteen keys a telephone can send (ITU-T Q.23)."""

ANY_KEY = "any"
"""In the keys of a question: every key that has no entry of its own."""

RESUME = "resume"
"""Where a way leads back to the look-up that the call entered last. No step has this name."""

Trust = Literal["none", "number", "pin"]
"""How a caller must be known to be answered: not at all, by a trusted number, by a PIN."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence by its name, and the facts that decide whether and how often it is said.

    ``only_if`` must be known and neither false nor empty, ``unless`` must not; ``each`` names a list: the
    sentence is said for every item of it, with the item's facts laid over those of the call.
    """

    text: str
    only_if: str | None = None
    unless: str | None = None
    each: str | None = None


def in_language(text: str, language: str) -> tuple[str, str]:
    """The language and the name of a sentence: ``en:offer`` is English in a call of any language."""
    own, _, name = text.rpartition(":")
    return own or language, name


def sentences(*texts: str) -> tuple[Sentence, ...]:
    """Sentences that are always said."""
    return tuple(Sentence(text) for text in texts)


@dataclass(frozen=True, slots=True)
class SayStep:
    """Speak the texts, then go on."""

    name: str
    texts: tuple[Sentence, ...]
    then: str
    must_hear: bool = False


@dataclass(frozen=True, slots=True)
class AskStep:
    """Speak the question and wait ``wait`` seconds for a key.

    Silences and wrong keys are counted apart; after ``tries`` of one kind the line gives up, so each kind
    has words for one less. ``short`` is the question for a caller who has heard it before.
    """

    name: str
    texts: tuple[Sentence, ...]
    keys: Mapping[str, str]
    wait: float
    tries: int
    give_up: str
    silence: tuple[Sentence, ...] = ()
    wrong_key: tuple[Sentence, ...] = ()
    must_hear: bool = False
    short: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadStep:
    """Ask for ``least`` to ``most`` digits, and keep them as a secret under the name ``into``.

    ``wait`` runs to the first digit, ``next_wait`` from each digit to the next.
    """

    name: str
    texts: tuple[Sentence, ...]
    into: str
    least: int
    most: int
    wait: float
    next_wait: float
    tries: int
    then: str
    give_up: str
    silence: tuple[Sentence, ...] = ()
    too_short: tuple[Sentence, ...] = ()
    back: str | None = None


@dataclass(frozen=True, slots=True)
class IdentifyStep:
    """Prove who calls by the digits read into ``account`` and ``pin``; ``tries`` counts the whole call."""

    name: str
    account: str
    pin: str
    proven: str
    refused: str
    no_tries_left: str
    unavailable: str
    tries: int = 3


@dataclass(frozen=True, slots=True)
class LookUpStep:
    """Ask the accounts; each outcome leads somewhere and brings its facts."""

    name: str
    look_up: str
    outcomes: Mapping[str, str]
    trust: Trust = "number"


@dataclass(frozen=True, slots=True)
class WhenStep:
    """Part by a fact: ``yes`` where it is known and neither false, empty nor zero."""

    name: str
    fact: str
    yes: str
    no: str


@dataclass(frozen=True, slots=True)
class HoursStep:
    """Part by the clock: each state of the named hours leads somewhere, and so does being closed."""

    name: str
    hours: str
    open: Mapping[str, str]
    closed: str


@dataclass(frozen=True, slots=True)
class LanguageStep:
    """Speak ``language`` from now on; ``account`` means the one that the fact ``language`` names."""

    name: str
    language: str
    then: str


@dataclass(frozen=True, slots=True)
class RepeatStep:
    """Say the last answer again."""

    name: str
    pace: Literal["same", "slower"]
    then: str


@dataclass(frozen=True, slots=True)
class TransferStep:
    """Hand the caller to another number, written without blanks, or to the one that a fact names."""

    name: str
    target: str
    connected: str
    failed: str

    @property
    def by_fact(self) -> bool:
        """Whether ``target`` is the name of a fact."""
        return self.target[:1].isalpha()


@dataclass(frozen=True, slots=True)
class HangUpStep:
    """End the call."""

    name: str


Step = (
    SayStep
    | AskStep
    | ReadStep
    | IdentifyStep
    | LookUpStep
    | WhenStep
    | HoursStep
    | LanguageStep
    | RepeatStep
    | TransferStep
    | HangUpStep
)
