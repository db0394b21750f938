"""``[pins]``: what of it holds, and that its key is never shown."""

from datetime import timedelta
from pathlib import Path

import pytest

from ivr.accounts.packs import PackTerms
from ivr.ops.settings import Settings, SettingsRefused, load_settings

KEY = "0123456789abcdef" * 2


def written(folder: Path, text: str) -> Path:
    file = folder / "infoline.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_settings_left_alone_are_what_the_accounts_propose() -> None:
    assert Settings().terms().pins == PackTerms().pins


def test_what_is_set_is_what_pins_are_kept_by(tmp_path: Path) -> None:
    file = written(tmp_path, f'[pins]\nkey = "{KEY}"\nfailures = 3\nlocked_for = "1 h"\npasses = 7\n')
    settings = load_settings(file)
    pins = settings.terms().pins
    assert (pins.key, pins.failures, pins.time_cost) == (KEY.encode(), 3, 7)
    assert pins.locked_for == timedelta(hours=1)
    assert KEY not in repr(settings) + repr(pins) + settings.model_dump_json()


@pytest.mark.parametrize("key", ['"too short to be a key"', "12345678901234567890123456789012", "true"])
def test_a_key_that_is_none_is_refused_without_being_shown(tmp_path: Path, key: str) -> None:
    with pytest.raises(SettingsRefused) as refused:
        load_settings(written(tmp_path, f"[pins]\nkey = {key}\n"))
    assert "pins.key" in str(refused.value)
    assert key.strip('"') not in str(refused.value)
