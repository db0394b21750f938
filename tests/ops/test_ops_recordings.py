"""``ivr check`` and ``ivr say`` with an operator's recordings in the prompts."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from ivr.call.events import FilesRefused, FilesTaken
from ivr.ops.files import read_files
from ivr.ops.settings import load_settings
from ivr.ops.sound import prepare
from ivr.speech.library import Library
from tests.ops.operator_desk import Desk, open_desk, type_in
from tests.ops.test_ops_reload import opened
from tests.speech.recorded_phrases import noise, write_list, write_wave

GOODBYE = "Děkujeme za zavolání. Na shledanou."


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("INFOLINE_SETTINGS", raising=False)
    desk = open_desk(tmp_path)
    folder = tmp_path / "prompts" / "cs" / "recordings"
    write_list(folder, {"goodbye.wav": GOODBYE, "korun.wav": "korun"})
    write_wave(folder / "goodbye.wav", noise(1.5), 8000)
    write_wave(folder / "korun.wav", noise(0.3), 8000)
    return desk


def test_check_names_what_is_left_to_record_and_is_content(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_wave(tmp_path / "prompts/cs/recordings/draft.wav", noise(0.3), 8000)
    printed = type_in(capsys, "check")
    assert (printed.status, printed.err) == (0, "")
    assert "cs: recordings: 2, fixed texts that they say: 1 of " in printed.out
    assert "cs: said by the voice: " in printed.out
    assert "cs: words of amounts in CZK not recorded: nula, jedna, koruna, " in printed.out
    assert "cs: files that the list does not name: draft.wav" in printed.out


def test_check_refuses_a_list_with_a_mistake(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "prompts/cs/recordings/korun.wav").unlink()
    printed = type_in(capsys, "check")
    assert printed.status == 1
    assert "prompts/cs/recordings/phrases.txt:4: korun.wav: there is no such file" in printed.err


def test_say_writes_the_recording_of_a_sentence_that_is_recorded(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert type_in(capsys, "say", GOODBYE, "--out", "a.wav").status == 0
    with wave.open(str(tmp_path / "a.wav")) as sound:
        samples = np.frombuffer(sound.readframes(sound.getnframes()), "<i2").astype(float)
    assert len(samples) / 8000 == pytest.approx(1.7, abs=0.1)
    spectrum = np.abs(np.fft.rfft(samples[1000:11000])) ** 2
    assert np.exp(np.log(spectrum[1000:4500]).mean()) > spectrum[1000:4500].mean() / 4  # noise, no voice


async def test_recorded_sentences_are_not_spoken_before_the_line_opens(desk: Desk, tmp_path: Path) -> None:
    settings = load_settings(desk.settings)
    files, problems = read_files(settings)
    assert problems == []
    async with Library(tmp_path / "spoken", settings.speech.spoken(), workers=2) as library:
        edition = await prepare(library, files)
        assert edition.speaker.ready("cs", "goodbye") is not None
        spoken = len(list((tmp_path / "spoken").rglob("*.wav")))
    assert spoken == len(files.catalogue.fixed_sentences("cs")) - 1


async def test_a_reload_takes_new_recordings_and_a_list_with_a_mistake_leaves_the_old_ones(
    desk: Desk,
) -> None:
    recordings = desk.folder / "prompts" / "cs" / "recordings"
    async with opened(desk) as line:
        assert isinstance(await line.reload(), FilesTaken)
        write_wave(recordings / "goodbye.wav", noise(3.0), 8000)
        assert isinstance(await line.reload(), FilesTaken)
        clips = [edition.speaker.ready("cs", "goodbye") for edition in line.editions]
        assert [round(clip.seconds, 1) for clip in clips if clip is not None] == [1.7, 3.2]
        (recordings / "korun.wav").unlink()
        told = await line.reload()
        assert isinstance(told, FilesRefused)
        assert [problem.partition("phrases.txt")[2] for problem in told.problems] == [
            ":4: korun.wav: there is no such file"
        ]
        assert len(line.editions) == 2
