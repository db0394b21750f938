"""What may stand in a dialplan file: one model a table, with the words that say what each entry is for.

``VERBS`` is the list of the verbs; ``dialplan/README.md`` documents each of them and each entry, and a
test holds the two together. ``leads`` names the entries whose values are names of steps.
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from ivr.flow import values as v
from ivr.flow.plan import AskStep, HangUpStep, Line, LookUpStep, SayStep, Step, TransferStep

__all__ = ["VERBS", "LineTable", "StepTable"]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    leads: ClassVar[tuple[str, ...]] = ()


class LineTable(_Table):
    """``[line]``: what is true of the whole line."""

    leads = ("start",)
    name: v.Words = Field(description='what the line is called, such as "CallPro"')
    numbers: v.Numbers = Field(description='the numbers it answers, such as ["4488"]')
    country: v.Country = Field(description='whose telephone numbers these are, such as "CZ"')
    language: v.Language = Field(description='the language it speaks, such as "cs"')
    start: v.StepName = Field(description="the step a call begins with")
    longest_call: v.LongestCall = Field(description='after how long a call is ended, such as "10 min"')
    one_moment: v.TextId | None = Field(None, description="the sentence that bridges a wait")
    trouble: v.TextId | None = Field(None, description="the sentence for an answer that cannot be spoken")
    before_answer: v.TextId | None = Field(None, description="the sentence said before the line answers")
    operator: v.Name = Field("callpro", description="whose accounts answer its look-ups")

    def line(self) -> Line:
        """The line as the plan holds it."""
        return Line(**self.model_dump())


class StepTable(_Table):
    """``[step.NAME]``: one verb and where to go."""

    def step(self, name: str) -> Step:
        """The step as the plan holds it, under its name."""
        raise NotImplementedError


class SayTable(StepTable):
    """``say``: speak, then go on."""

    leads = ("then",)
    say: v.Texts = Field(description="the sentences to say")
    then: v.StepName = Field(description="the step that follows")
    must_hear: v.Flag = Field(False, description="true: no key cuts it short")

    def step(self, name: str) -> SayStep:
        return SayStep(name, self.say, self.then, self.must_hear)


class AskTable(StepTable):
    """``ask``: put a question and wait for one key."""

    leads = ("keys", "give_up")
    ask: v.Texts = Field(description="the question")
    keys: dict[v.Key, v.StepName] = Field(description='where each key leads, such as keys.2 = "credit"')
    wait: v.Patience = Field(description='how long to wait for a key, such as "5 s"')
    tries: v.Tries = Field(description="how often to ask in all, such as 3")
    silence: v.Texts = Field((), description="what to say after a silence")
    wrong_key: v.Texts = Field((), description="what to say after a key that leads nowhere")
    give_up: v.StepName = Field(description="the step that follows the last try")
    must_hear: v.Flag = Field(False, description="true: no key cuts the question short")

    def step(self, name: str) -> AskStep:
        return AskStep(
            name, self.ask, self.keys, self.wait, self.tries, self.give_up, self.silence, self.wrong_key,
            self.must_hear,
        )  # fmt: skip


class LookUpTable(StepTable):
    """``look_up``: ask the accounts."""

    leads = ("outcomes",)
    look_up: v.Name = Field(description='what to look up, such as "credit"')
    outcomes: dict[v.Name, v.StepName] = Field(description="where each outcome leads")

    def step(self, name: str) -> LookUpStep:
        return LookUpStep(name, self.look_up, self.outcomes)


class TransferTable(StepTable):
    """``transfer``: hand the caller to another number."""

    leads = ("connected", "failed")
    transfer: v.Number = Field(description='the number, such as "474 770 601"')
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
    "look_up": LookUpTable,
    "transfer": TransferTable,
    "hang_up": HangUpTable,
}
