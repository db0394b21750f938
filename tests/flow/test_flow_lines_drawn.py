"""Any caller on any line: what the checker passes never lacks a fact when it is said, and always ends.

The lines are the delivered ones and the shop of these tests; what look-ups answer, what is proven, what the
clock says and what is pressed is drawn.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_flow_check_shop import LOOK_UPS, SOUND, TEXTS

from ivr.accounts.packs import outcomes_of
from ivr.flow.check import check
from ivr.flow.giving import LookUps, outcomes_for
from ivr.flow.instructions import (
    HangUp,
    Identify,
    Instruction,
    Listen,
    LookUp,
    Speak,
    StopListening,
    StopSpeaking,
    TellTime,
    Transfer,
)
from ivr.flow.known import is_known
from ivr.flow.plan import Plan
from ivr.flow.reader import parse, read_folder
from ivr.flow.states import Asking, AskingDigits, Listening, ReadingDigits
from ivr.flow.steps import KEYS
from ivr.flow.walk import Walk
from ivr.ops.settings_dialplan import FACTS
from ivr.speech.catalogue import Catalogue

ROOT = Path(__file__).parents[2]
PLANS, UNREAD = read_folder(ROOT / "dialplan")
CATALOGUE = Catalogue.load(ROOT / "prompts")
SPOKEN = {language: CATALOGUE.texts(language) for language in CATALOGUE.languages}
CONDITIONAL = '{ say = "stale", if = "stale" }, { say = "gone", each = "items", if = "gone" }'
SHOP_PLAN = parse(SOUND.replace('say = ["some", ', f'say = ["some", {CONDITIONAL}, '))[0]
LINES = {
    **{plan.line.name: (plan, outcomes_of(plan.line.operator), SPOKEN) for plan in PLANS},
    "the shop of these tests": (SHOP_PLAN, LOOK_UPS, TEXTS),
}
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


class Caller:
    """Draws what happens next, and holds each sentence against the facts that come with it."""

    def __init__(self, draw: Callable, plan: Plan, look_ups: LookUps, texts: dict) -> None:
        self.draw, self.plan, self.look_ups, self.texts = draw, plan, look_ups, texts
        self.walk = Walk(plan)

    def call(self, most_keys: int) -> None:
        told = self.walk.start(self.draw(st.sampled_from(self.plan.line.numbers)), self.settings())
        for _ in range(3000):
            doing = self.last(told)
            if isinstance(doing, HangUp):
                return
            if most_keys and self.draw(st.booleans()):
                pressed = self.walk.key_pressed(self.draw(st.sampled_from(self.keys())))
                most_keys -= 1
                told = pressed or told
                continue
            told = self.answer(doing)
        raise AssertionError("the call never ends")

    def keys(self) -> str:
        """Those that mean something now stand there often."""
        match self.walk.state:
            case Asking(step) | Listening(Asking(step)):
                return "".join(key for key in step.keys if key in KEYS) * 6 + KEYS
            case AskingDigits() | ReadingDigits():
                return "1234#" * 8 + KEYS
            case _:
                return KEYS

    def settings(self) -> dict:
        return {name: self.draw(st.sampled_from([False, "", "474770601", True])) for name in FACTS}

    def last(self, told: list[Instruction]) -> Instruction:
        for instruction in told:
            if isinstance(instruction, Speak):
                self.hear(instruction)
        doing = [one for one in told if not isinstance(one, StopSpeaking | StopListening)]
        assert len(doing) == 1, "a call that goes on waits for one thing"
        return doing[0]

    def hear(self, speak: Speak) -> None:
        assert speak.texts and speak.language in self.plan.line.languages
        for language, name, facts in speak.said:
            known = {fact for fact, value in facts.items() if is_known(value)}
            missing = set(self.texts[language][name]) - known
            assert not missing, f"{name} is said without {missing}"

    def answer(self, doing: Instruction) -> list[Instruction]:
        match doing:
            case Speak():
                return self.walk.spoken(doing.turn)
            case Listen():
                return self.walk.waited(doing.turn)
            case LookUp():
                return self.look_up(doing)
            case Identify():
                assert doing.account and doing.pin
                outcome = self.draw(st.sampled_from(["proven", "refused", "unavailable"]))
                language = self.draw(st.sampled_from(["cs", "fr", "en", "de"]))
                return self.walk.identified(outcome, {"language": language}, doing.turn)
            case TellTime():
                now = BEGAN + timedelta(minutes=self.draw(st.integers(0, 525_600)))
                return self.walk.time_is(now, doing.turn)
            case Transfer():
                assert doing.target
                return self.walk.transferred(self.draw(st.booleans()), doing.turn)
            case _:
                raise AssertionError(doing)

    def look_up(self, asked: LookUp) -> list[Instruction]:
        step = self.plan.steps[self.walk.at]
        outcomes = outcomes_for(step, self.look_ups)
        outcome = self.draw(st.sampled_from(sorted(outcomes)))
        return self.walk.looked_up(outcome, self.facts(outcomes[outcome]), asked.turn)

    def facts(self, names) -> dict:
        facts: dict = {}
        for name in sorted(names):
            if "[]." in name:
                continue
            if name.endswith("[]"):
                own = sorted(one.removeprefix(f"{name}.") for one in names if one.startswith(f"{name}."))
                facts[name[:-2]] = tuple(self.item(own) for _ in range(self.draw(st.integers(0, 2))))
            elif name.endswith("?"):
                facts[name[:-1]] = self.draw(st.sampled_from([None, "x"]))
            else:
                facts[name] = "cs" if name == "language" else self.draw(st.sampled_from([0, 1, True, "x"]))
        return facts

    def item(self, names: list[str]) -> dict:
        drawn = {name: not name.endswith("?") or self.draw(st.booleans()) for name in names}
        return {name.removesuffix("?"): 1 for name, there in drawn.items() if there}


def test_the_lines_are_there_and_the_shop_is_sound():
    assert UNREAD == [] and PLANS
    assert check(SHOP_PLAN, LOOK_UPS, TEXTS, FACTS) == []


@pytest.mark.parametrize("name", LINES)
@settings(max_examples=60)
@given(st.data(), st.integers(0, 40))
def test_every_sentence_has_its_facts_and_every_call_ends(name, data, most_keys):
    Caller(data.draw, *LINES[name]).call(most_keys)
