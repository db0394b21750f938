"""``ivr voices``: what this machine can speak with; ``ivr check``: what a chosen voice lacks."""

import wave

import numpy as np
import pytest
from operator_desk import Desk, Printed, open_desk, type_in

from ivr.media.g711 import decode, encode
from ivr.ops.settings_voices import VoiceTable, spoken
from ivr.speech.voice import VOICES, VoiceSettings


@pytest.fixture
def desk(tmp_path, monkeypatch) -> Desk:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("INFOLINE_SETTINGS", raising=False)
    return open_desk(tmp_path)


@pytest.fixture
def ivr(desk, capsys):
    def run(*arguments: str) -> Printed:
        return type_in(capsys, *arguments)

    return run


def choose(desk: Desk, tables: str) -> None:
    file = desk.folder / "infoline.toml"
    file.write_text(file.read_text("utf-8") + tables, "utf-8")


def test_the_voices_of_a_language_are_listed_with_their_times_and_the_chosen_one_is_marked(ivr):
    printed = ivr("voices", "--lang", "fr")
    assert printed.status == 0
    rows = [line.split() for line in printed.out.splitlines() if "ms a sentence" in line]
    assert ["fr", "*", "espeak-ng:fr"] in [row[:3] for row in rows]
    assert "espeak-ng:fr-CH" in [row[1] for row in rows]
    assert all(0 < int(row[-4]) < 10_000 for row in rows)
    assert sum(row[1] == "*" for row in rows) == 1


def test_a_chosen_variant_is_listed_too(ivr, desk):
    choose(desk, '\n[speech.voices.cs]\nvoice = "cs+f2"\n')
    assert "cs * espeak-ng:cs+f2" in ivr("voices", "--lang", "cs").out


def test_a_sample_is_written_as_a_telephone_plays_it(ivr, desk):
    printed = ivr("voices", "--sample", "a.wav", "--lang", "fr", "--voice", "espeak-ng:fr-BE")
    assert printed.out.startswith("a.wav: espeak-ng:fr-BE, ")
    with wave.open(str(desk.folder / "a.wav")) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    assert 3 < len(samples) / 8000 < 8
    assert np.array_equal(decode(encode(samples, "PCMA"), "PCMA"), samples)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--lang", "de"], 'the languages are cs, en, fr, not "de"'),
        (["--voice", "pico"], "a voice is named for a sample"),
        (["--sample", "a.wav", "--voice", "polly:Jan"], "a voice is written ENGINE:VOICE"),
        (["--sample", "a.wav", "--voice", "hibari"], 'hibari has no voice of its own for "cs"'),
        (["--sample", "a.wav", "--voice", "espeak-ng:none"], 'espeak-ng has no voice "none"'),
        (["--sample", "infoline.toml/a.wav"], "cannot be written"),
    ],
)
def test_what_cannot_be_listed_or_played_is_one_line(ivr, arguments, complaint):
    printed = ivr("voices", *arguments)
    assert printed.status == 1
    (line,) = printed.complaints
    assert complaint in line


def test_check_names_what_to_install_for_a_chosen_voice_that_is_not_here(ivr, desk, monkeypatch):
    choose(desk, '\n[speech.voices.cs]\nengine = "festival"\n')
    monkeypatch.setenv("PATH", "/nonexistent")
    printed = ivr("check")
    assert printed.status == 1
    assert "speech.voices.cs: festival is not installed: apt install festival festvox-czech-ph" in printed.err


def test_a_setting_that_the_engine_does_not_have_is_refused_by_its_language(ivr, desk):
    choose(desk, '\n[speech.voices.en]\nengine = "hibari"\npitch = 60\n')
    printed = ivr("check")
    assert printed.status == 1
    assert "en: hibari has no pitch that could be set" in printed.err


def test_what_a_table_leaves_out_is_the_languages_own_or_the_engines_own():
    tables = {"cs": VoiceTable(rate=150), "fr": VoiceTable(engine="pico", pitch=45)}
    voices = spoken(tables)
    own = VOICES["cs"]
    assert voices["cs"] == VoiceSettings(own.engine, own.voice, 150, own.pitch, own.volume, own.word_gap)
    assert voices["fr"] == VoiceSettings("pico", "fr-FR", 165, 45)
    assert voices["en"] == VOICES["en"]
