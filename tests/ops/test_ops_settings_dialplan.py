"""``[dialplan.facts]``: what every call knows from its start."""

import pytest

from ivr.ops.settings import Settings, SettingsRefused, load_settings
from ivr.ops.settings_dialplan import FACTS


def read(folder, text: str) -> Settings:
    file = folder / "infoline.toml"
    file.write_text(text, encoding="utf-8")
    return load_settings(file)


def test_facts_are_laid_over_those_that_the_delivered_dialplans_ask_for(tmp_path):
    assert read(tmp_path, "").dialplan.facts == FACTS
    text = '[dialplan.facts]\non_call_number = "777 123 456"\nsummer = true\n'
    assert read(tmp_path, text).dialplan.facts == {**FACTS, "on_call_number": "777 123 456", "summer": True}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "[dialplan.facts]\non_call_number = 777123456",
            "on_call_number is true, false, or a text",
        ),
        ('[dialplan.facts]\non_call_number = "1\\r\\nVia: x"', "on_call_number is true, false, or a text"),
        ("[dialplan.facts]\nOnCall = true", 'a fact is named in small letters, digits and "_", not "OnCall"'),
        ("[dialplan]\nfacts = 5", "a table of names"),
        ("[dialplan]\nfiles = 5", 'there is no setting "files"'),
    ],
)
def test_what_a_fact_cannot_be_is_told_with_its_place(tmp_path, text, problem):
    with pytest.raises(SettingsRefused) as caught:
        read(tmp_path, text)
    assert problem in str(caught.value)
    assert "infoline.toml:" in str(caught.value) and ": dialplan" in str(caught.value)
