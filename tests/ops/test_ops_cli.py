"""``ivr check`` and ``ivr say`` as they are typed in: plain lines, and never a traceback."""

import re
import wave

import numpy as np
import pytest
from operator_desk import Desk, Printed, open_desk, type_in

from ivr.media.g711 import decode, encode


@pytest.fixture
def desk(tmp_path, monkeypatch) -> Desk:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("INFOLINE_SETTINGS", raising=False)
    return open_desk(tmp_path)


@pytest.fixture
def ivr(desk, capsys):
    def run(*arguments: str) -> Printed:
        printed = type_in(capsys, *arguments)
        assert "Traceback" not in printed.out + printed.err
        return printed

    return run


def test_a_sound_house_is_drawn_and_counted(ivr, desk):
    desk.demo()
    printed = ivr("check")
    assert (printed.status, printed.err) == (0, "")
    assert "Sound: 1 line(s)" in printed.out.splitlines()[-1]
    assert re.search(r" [1-9][0-9]* accounts", printed.out.splitlines()[-1])
    assert "menu" in printed.out


def test_check_makes_the_store_where_there_is_none(ivr, desk):
    assert "0 accounts" in ivr("check").out
    assert (desk.folder / "accounts.db").exists()


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        ("dialplan/callpro.toml", 'keys.2    = "credit"', 'keys.2    = "credti"', 'did you mean "credit"?'),
        ("dialplan/callpro.toml", '"menu-short"', '"menu-shrot"', 'did you mean "menu-short"?'),
        ("dialplan/callpro.toml", 'wait      = "5 s"', 'wait      = "5"', "5"),
        ("dialplan/callpro.toml", "[line]", "[line", "TOML"),
        ("prompts/cs/credit.ftl", "MONEY($credit)", "MONNEY($credit)", "MONNEY"),
        ("prompts/cs/credit.ftl", "MONEY($credit)", "MONEY($kredit)", "kredit"),
        ("prompts/cs/line.ftl", "dvojku", "2", "numbers are written in words"),
        ("infoline.toml", "[sip]", "[sip]\nmax_cals = 5", 'did you mean "max_calls"?'),
        ("infoline.toml", "[sip]", "[sip", "not TOML"),
        ("infoline.toml", "127.0.0.1:", "127.0.0.1;", "an address is written like"),
    ],
)
def test_each_mistake_is_one_line_with_its_file_and_place(ivr, desk, file, old, new, complaint):
    desk.change(file, old, new)
    printed = ivr("check")
    assert printed.status == 1
    assert printed.out == ""
    for line in printed.complaints:
        name, number, _ = line.split(":", 2)
        assert name.endswith((file.rpartition("/")[2], "callpro.toml"))
        assert number.isdigit()
    assert complaint in printed.err


def test_all_mistakes_are_told_at_once(ivr, desk):
    desk.change("dialplan/callpro.toml", 'keys.2    = "credit"', 'keys.2    = "credti"')
    desk.change("prompts/cs/line.ftl", "dvojku", "2")
    (desk.folder / "accounts.db").write_text("no database at all, but a letter\n" * 40)
    printed = ivr("check")
    assert printed.status == 1
    for part in ("callpro.toml", "line.ftl", "accounts.db"):
        assert any(part in line for line in printed.complaints)


def test_a_store_that_is_none_is_one_line(ivr, desk):
    (desk.folder / "accounts.db").mkdir()
    printed = ivr("check")
    assert printed.status == 1
    (line,) = printed.complaints
    assert "accounts.db" in line


@pytest.mark.parametrize("folder", ["dialplan", "prompts"])
def test_a_folder_that_is_not_there_is_named(ivr, desk, folder):
    (desk.folder / folder).rename(desk.folder / "elsewhere")
    printed = ivr("check")
    assert printed.status == 1
    assert any(str(desk.folder / folder) in line for line in printed.complaints)


@pytest.mark.parametrize("command", [["check"], ["run"], ["try", "4488"], ["say", "ahoj", "--out", "a.wav"]])
def test_a_settings_file_that_is_not_there_is_one_line(ivr, command):
    printed = ivr(*command, "--settings", "nowhere.toml")
    assert (printed.status, printed.err) == (1, "nowhere.toml: there is no such file\n")


def test_a_broken_dialplan_does_not_open_the_line(ivr, desk):
    desk.change("dialplan/callpro.toml", 'keys.2    = "credit"', 'keys.2    = "credti"')
    printed = ivr("run")
    assert printed.status == 1
    assert "callpro.toml:" in printed.err


def test_say_writes_what_the_telephone_carries(ivr, desk):
    printed = ivr("say", "Dobrý den, kredit je pět korun.", "--out", "out/hello.wav")
    assert (printed.status, printed.err) == (0, "")
    with wave.open(str(desk.folder / "out" / "hello.wav")) as file:
        assert (file.getframerate(), file.getsampwidth(), file.getnchannels()) == (8000, 2, 1)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    assert f"{len(samples) / 8000:.1f} s" in printed.out
    assert 1 < len(samples) / 8000 < 5
    assert np.array_equal(decode(encode(samples, "PCMA"), "PCMA"), samples)  # nothing A-law could not carry
    assert np.abs(samples.astype(int)).max() > 5000


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["say", "", "--out", "a.wav"], "a sentence has letters"),
        (["say", "guten Tag", "--lang", "de", "--out", "a.wav"], 'no voice for the language "de"'),
        (["say", "ahoj", "--out", "infoline.toml/a.wav"], "infoline.toml/a.wav: cannot be written"),
        (["try", "4499"], "no line answers 4499, only 4488"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(ivr, arguments, complaint):
    printed = ivr(*arguments)
    assert printed.status == 1
    (line,) = printed.complaints
    assert complaint in line


def test_a_key_that_no_telephone_has_is_refused(ivr):
    printed = ivr("try", "4488", "--keys", "2x")
    assert printed.status == 2
    assert "a telephone has no key 'x'" in printed.err
