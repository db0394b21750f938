"""``infoline.toml`` beside the code is documentation: held to the model here."""

import re
from datetime import date
from pathlib import Path

import pytest
from pydantic import BaseModel

from ivr.accounts.demo import demo_accounts
from ivr.ops.settings import (
    Credential,
    Phone,
    Registration,
    Settings,
    TlsSettings,
    Trunk,
    VoiceTable,
    load_settings,
)
from ivr.ops.settings_dialplan import FACTS
from ivr.ops.settings_rules import RulesSettings

EXAMPLE = Path(__file__).parents[2] / "infoline.toml"
TEXT = EXAMPLE.read_text(encoding="utf-8")
TABLES = (("speech", "voices"), ("dialplan", "facts"))  # hold whatever names there are
SECTIONS = {
    **{
        name: field.annotation
        for name, field in Settings.model_fields.items()
        if name not in ("phones", "trunks", "registrations", "credentials")
    },
    "phones": Phone,
    "trunks": Trunk,
    "sip.tls": TlsSettings,
    "speech.voices.cs": VoiceTable,
    **{
        f"rules.{name}": field.annotation
        for name, field in RulesSettings.model_fields.items()
        if name != "stale_after"
    },
}


def sections() -> dict[str, str]:
    parts = re.split(r"^\[+([\w.]+)\]+$", TEXT, flags=re.MULTILINE)
    found: dict[str, str] = {}
    for name, text in zip(parts[1::2], parts[2::2], strict=True):
        found[name] = found.get(name, "") + text
    return found


@pytest.mark.parametrize("name", SECTIONS)
def test_every_setting_stands_in_the_example(name):
    model = SECTIONS[name]
    assert isinstance(model, type) and issubclass(model, BaseModel)
    for key in model.model_fields:
        if f"{name}.{key}" not in SECTIONS and (name, key) not in TABLES:
            assert re.search(rf"^#?{key} = ", sections()[name], re.MULTILINE), f"{name}.{key}"


def test_every_fact_of_the_delivered_dialplans_stands_in_the_example():
    for fact, value in FACTS.items():
        shown = "false" if value is False else f'"{value}"'
        assert re.search(rf"^#?{fact} = {shown}$", sections()["dialplan.facts"], re.MULTILINE), fact


def test_every_setting_in_the_example_is_a_setting_and_shows_its_default(tmp_path):
    spoken_out = tmp_path / "infoline.toml"
    spoken_out.write_text(re.sub(r"^#(?=\w)", "", TEXT, flags=re.MULTILINE), encoding="utf-8")
    here = tmp_path / "other.toml"
    here.write_text(TEXT, encoding="utf-8")
    written, silent = load_settings(spoken_out), load_settings(here)
    assert written.speech.spoken() == silent.speech.spoken()
    spoken = silent.speech.model_copy(update={"voices": written.speech.voices})
    assert written == silent.model_copy(update={"speech": spoken})


def test_the_example_is_the_defaults_and_the_demo_phones(tmp_path):
    empty = tmp_path / "infoline.toml"
    empty.touch()
    here = tmp_path / "other.toml"
    here.write_text(TEXT, encoding="utf-8")
    demo = load_settings(here)
    without = load_settings(empty)
    assert demo.speech.spoken() == without.speech.spoken()
    assert demo.sip.digests == ("MD5",)
    sip = demo.sip.model_copy(update={"digests": without.sip.digests})
    assert demo.model_copy(update={"phones": (), "sip": sip, "speech": without.speech}) == without
    entered = {account.number for account, _ in demo_accounts(date.today())}
    assert demo.phones and {phone.number for phone in demo.phones} <= entered


def test_the_tables_that_no_demo_needs_are_shown_whole_and_sound(tmp_path):
    """They stand behind "# ", beside what is said of them."""
    shown = "\n".join(
        line.removeprefix("# ")
        for line in TEXT.splitlines()
        if re.match(r"# (\[\[(registrations|credentials)\]\]$|[a-z_]+ = )", line)
    )
    file = tmp_path / "infoline.toml"
    file.write_text(shown, encoding="utf-8")
    settings = load_settings(file)
    (registration,), (credential,) = settings.registrations, settings.credentials
    assert registration.model_fields_set == set(Registration.model_fields)
    assert credential.model_fields_set == set(Credential.model_fields)
    for name, field in Registration.model_fields.items():
        if not field.is_required() and name not in ("proxy", "number"):
            assert getattr(registration, name) == field.default, name


def test_the_registration_in_the_readme_is_sound(tmp_path):
    (shown,) = re.findall(
        r"```toml\n(\[\[registrations\]\].*?)```",
        (EXAMPLE.parent / "README.md").read_text("utf-8"),
        re.DOTALL,
    )
    file = tmp_path / "infoline.toml"
    file.write_text(shown, encoding="utf-8")
    assert load_settings(file).registrations[0].dialled == "4488"


def test_every_section_says_what_it_is_for():
    for name, text in sections().items():
        assert re.search(r"^# ", text, re.MULTILINE), name
