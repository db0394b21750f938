"""``ivr probe`` against the running line: what monitoring gets, what it hears, and that A-law is A-law."""

import json
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from listening import read_wav, signal_to_noise
from peers.line import Line, environment, ivr
from sentences import CREDIT, WELCOME


def probed(line: Line, record: Path, *more: str) -> str:
    """What ``ivr probe`` prints of a call for the credit; it must exit with 0."""
    asked = ("probe", "4488", "--from", "777123456", "--keys", "2", "--wait", "1.2")
    return line.ivr(*asked, "--record", str(record), *more)


def noise_of_the_credit(line: Line, record: Path) -> float:
    """Signal to noise in dB of the credit as recorded, against the sentence as ``ivr say`` makes it."""
    meant = record.with_name("meant.wav")
    line.ivr("say", CREDIT, "--lang", "cs", "--out", str(meant))
    return signal_to_noise(read_wav(record), read_wav(meant))


def test_the_probe_hears_the_credit_of_a_registered_phone_by_a_law(line: Line, tmp_path: Path) -> None:
    found = json.loads(probed(line, tmp_path / "heard.wav", "--codec", "alaw", "--json"))
    assert found["ok"] and found["codecs"] == ["PCMA"]
    assert found["answer_ms"] < 200
    assert [sentence["words"] for sentence in found["sentences"]][:2] == [WELCOME, CREDIT]
    assert min(sentence["correlation"] for sentence in found["sentences"]) > 0.9
    assert noise_of_the_credit(line, tmp_path / "heard.wav") > 30


def test_by_mu_law_too_and_the_verdict_comes_first_as_monitoring_reads_it(line: Line, tmp_path: Path) -> None:
    first, *rows = probed(line, tmp_path / "heard.wav", "--codec", "ulaw").splitlines()
    assert first.startswith("OK: answered in ") and " | answer_ms=" in first
    assert any(CREDIT in row for row in rows)
    assert noise_of_the_credit(line, tmp_path / "heard.wav") > 30


def test_a_number_the_line_does_not_answer_is_critical(line: Line) -> None:
    run = subprocess.run(
        [*ivr(), "probe", "4499", "--from", "777123456"],
        env=environment(line.settings), cwd=line.settings.parent, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (run.returncode, run.stdout) == (2, "CRITICAL: the call was refused: 404 Not Found\n")


def test_a_line_that_says_another_amount_than_the_store_holds_is_critical(
    open_line: Callable[..., Line],
) -> None:
    """A line that tells one customer another's credit is the worst it can do: the probe sees it."""
    line = open_line()
    settings = line.settings.with_name("other.toml")
    text = line.settings.read_text(encoding="utf-8")
    other = line.settings.with_name("other.db")
    store = line.settings.with_name("accounts.db")
    with closing(sqlite3.connect(store)) as held, closing(sqlite3.connect(other)) as copy:
        held.backup(copy)
    settings.write_text(text.replace("sqlite:///accounts.db", f"sqlite:///{other}"), encoding="utf-8")
    top_up = [*ivr(), "accounts", "top-up", "+420777123456", "1"]
    subprocess.run(top_up, env=environment(settings), check=True, capture_output=True, timeout=60)
    run = subprocess.run(
        [*ivr(), "probe", "4488", "--from", "777123456", "--keys", "2", "--limit", "8"],
        env=environment(settings), cwd=settings.parent, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert run.returncode == 2
    assert run.stdout.startswith('CRITICAL: not heard: "Váš kredit je dvě stě třicet pět korun')
