from pathlib import Path

from ivr.accounts.rules.callpro import OUTCOMES
from ivr.flow.reader import read
from ivr.flow.steps import AskStep, LookUpStep, SayStep

PLAN, _ = read(Path(__file__).parents[1] / "small" / "dialplan" / "callpro.toml")


def test_CP_12_key_2_says_the_credit_before_anything_else() -> None:
    look_up = PLAN.steps["credit"]
    assert isinstance(look_up, LookUpStep)
    for outcome in (name for name, facts in OUTCOMES.items() if "credit" in facts):
        answer = PLAN.steps[look_up.outcomes[outcome]]
        assert isinstance(answer, SayStep)
        assert answer.texts[0].text.startswith("credit-")


def test_CP_14_credit_is_on_key_2_and_on_no_other_key() -> None:
    for menu in (PLAN.steps["menu"], PLAN.steps["short-menu"]):
        assert isinstance(menu, AskStep)
        assert [key for key, step in menu.keys.items() if step == "credit"] == ["2"]
