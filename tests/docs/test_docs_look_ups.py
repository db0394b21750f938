"""dialplan/LOOK_UPS.md tells every look-up, outcome and fact that the accounts give, and no other."""

import re
from collections import defaultdict
from pathlib import Path

from ivr.accounts.packs import OPERATORS, outcomes_of

PAGE = (Path(__file__).parents[2] / "dialplan" / "LOOK_UPS.md").read_text("utf-8")
AGE = {"as_of?", "stale?", "may_be_late?"}
NOBODY = {"unknown", "anonymous", "unavailable"}
Told = dict[str, dict[str, set[str]]]


def told() -> dict[str, Told]:
    """Operator -> look-up -> outcome -> facts, as the page has them."""
    found: dict[str, Told] = defaultdict(lambda: defaultdict(dict))
    for part in re.split(r"^### ", PAGE.partition("## The facts")[0], flags=re.MULTILINE)[1:]:
        heading, _, text = part.partition("\n")
        for code in heading.split(", "):
            if "as callpro's" in text:
                for name in ("caller", "credit", "units"):
                    found[code][name] = found["callpro"][name]
            for name, outcomes, facts in re.findall(
                r"^\| `(\w+)` \| (.*?) \| (.*?) ?\|$", text, re.MULTILINE
            ):
                given = set(re.findall(r"`([^`]+)`", facts)) | (AGE if "**age**" in facts else set())
                for outcome in re.findall(r"`(\w+)`", outcomes):
                    found[code][name][outcome] = given
    return found


def test_the_page_has_every_look_up_with_its_outcomes_and_facts() -> None:
    page = told()
    assert page.keys() == OPERATORS.keys()
    for code in OPERATORS:
        given = {
            name: {outcome: set(facts) for outcome, facts in outcomes.items() if outcome not in NOBODY}
            for name, outcomes in outcomes_of(code).items()
        }
        assert page[code] == given, code


def test_the_page_says_what_each_fact_is() -> None:
    explained = re.findall(r"^\| `(\w+)` \|", PAGE.partition("## The facts")[2], re.MULTILINE)
    assert explained == sorted(set(explained))
    given = {
        fact.rpartition(".")[2].rstrip("?[]")
        for code in OPERATORS
        for outcomes in outcomes_of(code).values()
        for facts in outcomes.values()
        for fact in facts
    }
    assert set(explained) == given
