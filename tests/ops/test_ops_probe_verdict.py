"""What ``ivr probe`` says of a call, in the convention of monitoring plugins, and how it exits."""

import json
import socket
from dataclasses import replace

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from ivr.ops.probe import probe
from ivr.ops.probe_call import ProbedCall
from ivr.ops.probe_follow import Followed, Heard
from ivr.ops.probe_verdict import judge, show

SOUND = np.random.default_rng(1).normal(0, 3000, 16000).astype(np.int16)
GOOD = ProbedCall(
    answer_ms=38.4, sound=SOUND, began=0.06, packets=100, codecs=("PCMA",), keys=(1.5,), keys_agreed=True,
    ended_at=9.5, ended_by="probe", bye_answered=True,
)  # fmt: skip
SAID = Followed(
    (Heard(0.06, "Dobrý den.", 0.993, 0.98), Heard(2.1, "Váš kredit je dvě koruny.", 0.97, 0.9)), False
)


def test_a_good_call_is_ok_with_its_figures():
    assert str(judge(GOOD, "2", SAID)) == (
        "OK: answered in 38 ms, 2 of 2 sentences heard"
        " | answer_ms=38.4 lost=0 first_sound_ms=60 lowest_correlation=0.97"
    )


def test_a_call_that_was_not_compared_says_so_and_how_long_the_line_spoke():
    assert judge(GOOD, "2", None, "not compared").line == "answered in 38 ms, spoke for 2.0 s (not compared)"


@pytest.mark.parametrize(
    ("change", "said", "line"),
    [
        ({"failure": "the call was refused: 503 Service Unavailable"}, SAID, "the call was refused: 503"),
        ({"answer_ms": None}, None, "not answered"),
        ({"packets": 0}, SAID, "no speech packet"),
        ({"sound": SOUND[:0]}, SAID, "silence"),
        ({"keys_agreed": False}, SAID, "telephone-event"),
        ({"keys": (), "ended_by": "line"}, SAID, "only 0 of 1 keys could be pressed: the line hung up"),
        (
            {},
            Followed((Heard(1, "Váš kredit.", 0.62, 0.6),), False),
            'not heard: "Váš kredit." (correlation 0.62',
        ),
        ({}, Followed((Heard(1, "Váš kredit.", 0.95, 0.3),), False), "worst half second 0.30"),
        ({}, Followed((), False), "too short"),
        ({"ended_by": "line"}, SAID, "hung up before its time"),
        ({"bye_answered": False}, SAID, "BYE"),
        ({"bye_answered": False}, None, "BYE"),
    ],
)
def test_the_first_thing_wrong_is_one_plain_line(change, said, line):
    verdict = judge(replace(GOOD, **change), "2", said)
    assert not verdict.ok
    assert str(verdict).startswith("CRITICAL: ") and line in verdict.line
    assert "\n" not in str(verdict)


def test_the_table_shows_sentences_keys_and_the_end_in_their_order(capsys):
    show(judge(GOOD, "2", SAID), GOOD, "2", SAID, as_json=False)
    first, _, *rows = capsys.readouterr().out.splitlines()
    assert first.startswith("OK: ")
    assert [row.split()[0] for row in rows] == ["0.06", "1.50", "2.10", "9.50"]
    assert "Váš kredit je dvě koruny." in rows[2] and rows[2].split()[-2:] == ["0.970", "0.90"]


def test_json_is_one_object_on_one_line(capsys):
    show(judge(GOOD, "2", SAID), GOOD, "2", SAID, as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] and found["answer_ms"] == 38.4
    assert found["sentences"][1] == {
        "at": 2.1, "words": "Váš kredit je dvě koruny.", "correlation": 0.97, "worst": 0.9, "whole": True,
    }  # fmt: skip


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    app = typer.Typer()
    app.command()(probe)
    return lambda *words: CliRunner().invoke(app, list(words))


def test_a_line_that_is_down_is_critical_and_exits_2(run):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nobody:
        nobody.bind(("127.0.0.1", 0))
        there = f"127.0.0.1:{nobody.getsockname()[1]}"
        done = run("4488", "--from", "777123456", "--keys", "2", "--to", there, "--answer-within", "0.3")
    assert (done.exit_code, done.stdout) == (2, "CRITICAL: nothing answered the INVITE\n")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--keys", "2;9"], "keys are 0-9"),
        (["--to", "127.0.0.1:sip"], "an address is written like"),
        (["--to", "[::1]:5060"], "no IPv4 address"),
        (["--user", "somebody"], 'the password of "somebody" is needed'),
        (["--settings", "gone.toml"], "there is no such file"),
    ],
)
def test_a_wrong_option_is_one_plain_line_and_exits_2(run, words, line):
    done = run("4488", *words)
    assert done.exit_code == 2
    assert done.stdout.startswith("CRITICAL: ") and line in done.stdout
    assert done.stdout.count("\n") == 1
