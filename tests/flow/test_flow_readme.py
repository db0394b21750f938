"""dialplan/README.md documents every verb and entry that the reader takes, and no other."""

import re
import tomllib
from pathlib import Path

from ivr.flow.reader import parse
from ivr.flow.steps import Sentence
from ivr.flow.tables import VERBS, LineTable
from ivr.flow.tables_hours import OpeningTable, faults
from ivr.flow.values import SENTENCE_ENTRIES
from ivr.flow.walk import MOST_KEPT

README = (Path(__file__).parents[2] / "dialplan" / "README.md").read_text("utf-8")


def documented(heading: str) -> dict[str, str]:
    """The entries in the table under a heading, with the middle column."""
    section = re.split(r"^##", README.partition(heading)[2], maxsplit=1, flags=re.MULTILINE)[0]
    return dict(re.findall(r"^\| `(\w+)` \| ([^|]+?) \|", section, flags=re.MULTILINE))


def test_every_verb_is_documented_and_every_documented_verb_exists():
    assert re.findall(r"^### `(\w+)`", README, flags=re.MULTILINE) == list(VERBS)


def test_every_entry_of_every_verb_is_documented_and_no_other():
    for verb, model in VERBS.items():
        assert list(documented(f"### `{verb}`")) == list(model.model_fields), verb
    assert list(documented("## `[line]`")) == list(LineTable.model_fields)
    assert list(documented("## `[hours.NAME]`")) == list(OpeningTable.model_fields)
    assert tuple(documented("## Sentences that are said only sometimes")) == SENTENCE_ENTRIES


def test_the_readme_knows_what_may_be_left_out():
    for heading, model in [(f"### `{verb}`", model) for verb, model in VERBS.items()] + [
        ("## `[line]`", LineTable),
        ("## `[hours.NAME]`", OpeningTable),
    ]:
        for entry, said in documented(heading).items():
            assert (said == "needed") == model.model_fields[entry].is_required(), entry


def test_the_example_in_the_readme_reads():
    example = re.search(r"```toml\n(.*?)```", README, re.DOTALL)[1]
    assert VERBS["ask"].model_validate(tomllib.loads(example)["step"]["menu"])
    assert {problem.expected for problem in parse(example)[1] if problem.line} == {
        'there is no step "credit"',
        'there is no step "operator"',
        'there is no step "goodbye"',
    }


def test_the_opening_hours_and_the_sentences_in_the_readme_read():
    hours, said = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)[1:]
    found = OpeningTable.model_validate(tomllib.loads(hours)["hours"]["desk"]).hours("desk")
    assert found.states == ("service", "on_call") and not list(faults(found))
    step = VERBS["say"].model_validate(tomllib.loads(said + 'then = "menu"')).step("s")
    assert step.texts[1:] == (Sentence("may-be-late", "may_be_late"), Sentence("bundle", each="bundles"))


def test_the_readme_says_how_many_keys_are_kept():
    assert f"Up to {MOST_KEPT} keys wait" in README
