"""``ivr probe`` against the running line: what monitoring gets, what it hears, and that A-law is A-law."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from listening import read_wav, signal_to_noise
from peers.line import Line, environment, ivr
from sentences import CREDIT, WELCOME


@pytest.mark.parametrize("codec", ["alaw", "ulaw"])
def test_the_probe_hears_the_credit_of_a_registered_phone(line: Line, tmp_path: Path, codec: str) -> None:
    heard, meant = tmp_path / "heard.wav", tmp_path / "meant.wav"
    said = line.ivr(
        "probe", "4488", "--from", "777123456", "--keys", "2", "--codec", codec, "--record", str(heard), "--json"
    )  # fmt: skip
    found = json.loads(said)
    assert found["ok"], found
    assert found["answer_ms"] < 200
    words = [sentence["words"] for sentence in found["sentences"]]
    assert words[:2] == [WELCOME, CREDIT]
    assert min(sentence["correlation"] for sentence in found["sentences"]) > 0.9
    line.ivr("say", CREDIT, "--lang", "cs", "--out", str(meant))
    assert signal_to_noise(read_wav(heard), read_wav(meant)) > 30


def test_the_verdict_comes_first_as_monitoring_reads_it(line: Line) -> None:
    first, *rows = line.ivr("probe", "4488", "--from", "777123456", "--keys", "2").splitlines()
    assert first.startswith("OK: answered in ") and " | answer_ms=" in first
    assert any(CREDIT in row for row in rows)


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
    other.write_bytes((line.settings.parent / "accounts.db").read_bytes())
    settings.write_text(text.replace("sqlite:///accounts.db", f"sqlite:///{other}"), encoding="utf-8")
    top_up = [*ivr(), "accounts", "top-up", "+420777123456", "1"]
    subprocess.run(top_up, env=environment(settings), check=True, capture_output=True, timeout=60)
    run = subprocess.run(
        [*ivr(), "probe", "4488", "--from", "777123456", "--keys", "2"],
        env=environment(settings), cwd=settings.parent, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert run.returncode == 2
    assert run.stdout.startswith('CRITICAL: not heard: "Váš kredit je dvě stě třicet pět korun')
