"""What may stand in a dialplan file: one model a table, with the words that say what each entry is for.

``VERBS`` is the list of the verbs; ``dialplan/README.md`` documents each of them and each entry, and a
test holds the two together. ``leads`` names the entries whose values are names of steps.
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from ivr.flow import values as v
from ivr.flow import values_line as of
from ivr.flow.plan import Line
from ivr.flow.steps import (
    AskStep,
    HangUpStep,
    HoursStep,
    IdentifyStep,
    LanguageStep,
    LookUpStep,
    ReadStep,
    RepeatStep,
    SayStep,
    Step,
    TransferStep,
    WhenStep,
)

__all__ = ["VERBS", "LineTable", "StepTable"]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    leads: ClassVar[tuple[str, ...]] = ()


class LineTable(_Table):
    """``[line]``: what is true of the whole line."""

    leads = ("start", "start_for")
    name: v.Words = Field(description='what the line is called, such as "CallPro"')
    numbers: of.Numbers = Field(description='the numbers it answers, such as ["4488"]')
    country: of.Country = Field(description='whose telephone numbers these are, such as "CZ"')
    language: of.Language = Field(description='the language that a call begins with, such as "cs"')
    start: v.StepName = Field(description="the step a call begins with")
    longest_call: v.LongestCall = Field(description='after how long a call is ended, such as "10 min"')
    one_moment: v.TextId | None = Field(None, description="the sentence that bridges a wait")
    trouble: v.TextId | None = Field(None, description="the sentence for an answer that cannot be spoken")
    before_answer: v.TextId | None = Field(None, description="the sentence said before the line answers")
    operator: v.Name = Field("callpro", description="whose accounts answer its look-ups")
    languages: of.Languages = Field((), description='all that it speaks, such as ["cs", "en"]')
    start_for: dict[of.Number, v.StepName] = Field(
        default_factory=dict, description='another first step for a number, such as "3111*0" = "balance"'
    )
    language_for: dict[of.Number, of.Language] = Field(
        default_factory=dict, description='another language for a number, such as "4489" = "en"'
    )
    before_answer_for: dict[of.Number, v.TextId] = Field(
        default_factory=dict, description="another sentence before the answer for a number"
    )
    use: of.Files = Field((), description="files of steps that several lines share, in this folder")

    def line(self) -> Line:
        """The line as the plan holds it."""
        return Line(**self.model_dump(exclude={"use"}))


class StepTable(_Table):
    """``[step.NAME]``: one verb and where to go."""

    def step(self, name: str) -> Step:
        """The step as the plan holds it, under its name."""
        raise NotImplementedError


class SayTable(StepTable):
    """``say``: speak, then go on."""

    leads = ("then",)
    say: v.Sentences = Field(description="the sentences to say")
    then: v.StepName = Field(description="the step that follows")
    must_hear: v.Flag = Field(False, description="true: no key cuts it short")

    def step(self, name: str) -> SayStep:
        return SayStep(name, self.say, self.then, self.must_hear)


class AskTable(StepTable):
    """``ask``: put a question and wait for one key."""

    leads = ("keys", "give_up")
    ask: v.Sentences = Field(description="the question")
    keys: dict[v.KeyOrAny, v.StepName] = Field(description='where each key leads, such as keys.2 = "credit"')
    wait: v.Patience = Field(description='how long to wait for a key, such as "5 s"')
    tries: v.Tries = Field(description="how often to ask in all, such as 3")
    silence: v.Sentences = Field((), description="what to say after a silence")
    wrong_key: v.Sentences = Field((), description="what to say after a key that leads nowhere")
    give_up: v.StepName = Field(description="the step that follows the last try")
    must_hear: v.Flag = Field(False, description="true: no key cuts the question short")
    short: v.Sentences = Field((), description="the question for a caller who comes back to it")

    def step(self, name: str) -> AskStep:
        return AskStep(
            name, self.ask, self.keys, self.wait, self.tries, self.give_up, self.silence, self.wrong_key,
            self.must_hear, self.short,
        )  # fmt: skip


class ReadTable(StepTable):
    """``read``: ask for a number and take its digits."""

    leads = ("then", "give_up", "back")
    read: v.Sentences = Field(description="the words that ask for the number")
    into: v.Name = Field(description='the name that the digits are kept under, such as "pin"')
    digits: v.Digits = Field(description='how many digits there are, such as "4" or "4-10"')
    wait: v.Patience = Field(description='how long to wait for the first digit, such as "6 s"')
    next_wait: v.Patience = Field(description='how long to wait for each digit after it, such as "3 s"')
    tries: v.Tries = Field(description="how often to ask in all, such as 3")
    silence: v.Sentences = Field((), description="what to say after a silence")
    too_short: v.Sentences = Field((), description="what to say after a number with too few digits")
    then: v.StepName = Field(description="the step that follows the number")
    give_up: v.StepName = Field(description="the step that follows the last try")
    back: v.StepName | None = Field(None, description="the step that * leads to")

    def step(self, name: str) -> ReadStep:
        least, most = self.digits
        return ReadStep(
            name, self.read, self.into, least, most, self.wait, self.next_wait, self.tries, self.then,
            self.give_up, self.silence, self.too_short, self.back,
        )  # fmt: skip


class IdentifyTable(StepTable):
    """``identify``: compare what was keyed in with the accounts."""

    leads = ("proven", "refused", "no_tries_left", "unavailable")
    identify: v.Keyed = Field(description='what was read, as { account = "account", pin = "pin" }')
    proven: v.StepName = Field(description="the step that follows when account and PIN belong together")
    refused: v.StepName = Field(description="the step that follows when they do not")
    no_tries_left: v.StepName = Field(description="the step that follows the last refusal of the call")
    unavailable: v.StepName = Field(description="the step that follows when the accounts are out of reach")
    tries: v.Tries = Field(3, description="how many refusals there may be in a call, such as 3")

    def step(self, name: str) -> IdentifyStep:
        account, pin = self.identify
        return IdentifyStep(
            name, account, pin, self.proven, self.refused, self.no_tries_left, self.unavailable, self.tries
        )


class LookUpTable(StepTable):
    """``look_up``: ask the accounts."""

    leads = ("outcomes",)
    look_up: v.Name = Field(description='what to look up, such as "credit"')
    outcomes: dict[v.Name, v.StepName] = Field(description="where each outcome leads")
    trust: v.TrustNeeded = Field("number", description='how the caller must be known, such as "pin"')

    def step(self, name: str) -> LookUpStep:
        return LookUpStep(name, self.look_up, self.outcomes, self.trust)


class WhenTable(StepTable):
    """``when``: part by a fact."""

    leads = ("yes", "no")
    when: v.FactName = Field(description='the fact, such as "credit_first"')
    yes: v.StepName = Field(description="the step that follows when it is known and neither false nor zero")
    no: v.StepName = Field(description="the step that follows otherwise")

    def step(self, name: str) -> WhenStep:
        return WhenStep(name, self.when, self.yes, self.no)


class HoursTable(StepTable):
    """``hours``: part by the clock."""

    leads = ("open", "closed")
    hours: v.Name = Field(description='the name of opening hours, such as "desk" for [hours.desk]')
    open: dict[v.State, v.StepName] = Field(description="where each state of the hours leads")
    closed: v.StepName = Field(description="the step that follows when nothing is open")

    def step(self, name: str) -> HoursStep:
        return HoursStep(name, self.hours, self.open, self.closed)


class LanguageTable(StepTable):
    """``language``: speak another language from now on."""

    leads = ("then",)
    language: of.LanguageOrAccount = Field(description='the language, such as "en", or "account"')
    then: v.StepName = Field(description="the step that follows")

    def step(self, name: str) -> LanguageStep:
        return LanguageStep(name, self.language, self.then)


class RepeatTable(StepTable):
    """``repeat``: say the last answer again."""

    leads = ("then",)
    repeat: v.PaceAgain = Field(description='"same" or "slower"')
    then: v.StepName = Field(description="the step that follows")

    def step(self, name: str) -> RepeatStep:
        return RepeatStep(name, self.repeat, self.then)


class TransferTable(StepTable):
    """``transfer``: hand the caller to another number."""

    leads = ("connected", "failed")
    transfer: of.NumberOrFact = Field(description='the number, such as "474 770 601", or a fact')
    connected: v.StepName = Field(description="the step that follows when the other side has answered")
    failed: v.StepName = Field(description="the step that follows when nobody could be reached")

    def step(self, name: str) -> TransferStep:
        return TransferStep(name, self.transfer, self.connected, self.failed)


class HangUpTable(StepTable):
    """``hang_up``: end the call."""

    hang_up: v.Yes = Field(description="always true")

    def step(self, name: str) -> HangUpStep:
        return HangUpStep(name)


VERBS: dict[str, type[StepTable]] = {
    "say": SayTable,
    "ask": AskTable,
    "read": ReadTable,
    "identify": IdentifyTable,
    "look_up": LookUpTable,
    "when": WhenTable,
    "hours": HoursTable,
    "language": LanguageTable,
    "repeat": RepeatTable,
    "transfer": TransferTable,
    "hang_up": HangUpTable,
}
