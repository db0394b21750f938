"""An operator's folder of recordings: what can be read is, and each mistake is named with its line."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from recorded_phrases import noise, write_list, write_wave

from ivr.speech.catalogue import Catalogue, PromptProblems
from ivr.speech.joining import JOINING
from ivr.speech.recordings_check import missing_recordings
from ivr.speech.recordings_reader import LIST, read_recordings
from ivr.speech.render import CHAIN, active_level

TEXTS = "hello = Dobrý den.\nbye = Na shledanou.\ncredit = { MONEY($credit) }\n"
AMOUNTS = (
    "jedna dvě dva tři čtyři pět šest sedm osm devět deset jedenáct dvanáct třináct čtrnáct patnáct šestnáct "
    "sedmnáct osmnáct devatenáct dvacet třicet čtyřicet padesát šedesát sedmdesát osmdesát devadesát sto stě "
    "sta set tisíc tisíce koruna koruny korun jeden haléř haléře haléřů nula mínus"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    recordings = tmp_path / "cs" / "recordings"
    recordings.mkdir(parents=True)
    (tmp_path / "cs" / "line.ftl").write_text(TEXTS, encoding="utf-8")
    return recordings


def problems(folder: Path) -> list[str]:
    found = read_recordings(folder.parent)
    return [str(problem).removeprefix(f"{folder / LIST}") for problem in found.problems]


def test_without_a_folder_there_are_no_recordings_and_nothing_is_wrong(tmp_path: Path) -> None:
    found = read_recordings(tmp_path)
    assert (len(found.recordings), found.problems, found.unlisted) == (0, (), ())


@pytest.mark.parametrize("rate", [8000, 16000, 44100, 48000])
@pytest.mark.parametrize(("channels", "width"), [(1, 1), (1, 2), (2, 2), (1, 3), (2, 4)])
def test_a_wav_of_any_rate_width_and_channels_is_read(
    folder: Path, rate: int, channels: int, width: int
) -> None:
    write_list(folder, {"a.wav": "dobrý den"})
    write_wave(folder / "a.wav", noise(rate=rate), rate, channels, width)
    found = read_recordings(folder.parent)
    assert found.problems == ()
    pieces = found.recordings.cover("Dobrý den.")
    assert pieces is not None
    samples = pieces[0].recording.samples
    assert len(samples) / 8000 == pytest.approx(0.5, abs=0.05)
    assert active_level(samples) == pytest.approx(CHAIN.level, rel=0.05)


@pytest.mark.interop
@pytest.mark.parametrize("container", ["mp3", "ogg", "flac"])
def test_what_ffmpeg_knows_is_read_too(folder: Path, container: str) -> None:
    if shutil.which("ffmpeg") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("ffmpeg is not installed")
    write_list(folder, {f"a.{container}": "dobrý den"})
    write_wave(folder / "a.wav", noise(rate=44100), 44100)
    made = folder / f"a.{container}"
    subprocess.run(["ffmpeg", "-loglevel", "error", "-i", folder / "a.wav", made], check=True, timeout=60)
    (folder / "a.wav").unlink()
    found = read_recordings(folder.parent)
    assert (len(found.recordings), found.problems, found.unlisted) == (1, (), ())


def test_without_ffmpeg_wav_is_read_and_an_mp3_says_what_is_missing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    write_list(folder, {"a.mp3": "dobrý den", "b.wav": "pět", "c.wav": "šest"})
    (folder / "a.mp3").write_bytes(b"ID3" + bytes(2000))
    write_wave(folder / "b.wav", noise(), 8000)
    (folder / "c.wav").write_bytes(bytes(2000))
    assert problems(folder) == [
        ":3: a.mp3: MP3 is read by ffmpeg, which is not installed",
        ":5: c.wav: the file is not WAV sound",
    ]
    assert len(read_recordings(folder.parent).recordings) == 1


def test_no_word_of_a_missing_ffmpeg_where_only_wav_is_read(folder: Path) -> None:
    write_list(folder, {"a.wav": "pět"})
    write_wave(folder / "a.wav", noise(), 8000)
    program = (
        "import sys; from pathlib import Path; from ivr.speech.recordings_reader import read_recordings;"
    )
    program += "print(len(read_recordings(Path(sys.argv[1])).recordings))"
    environment = {**os.environ, "PATH": ""}
    command = [sys.executable, "-c", program, str(folder.parent)]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True)
    assert (ended.stdout, ended.stderr) == ("1\n", "")


def test_every_mistake_in_the_list_is_named_with_its_line(folder: Path) -> None:
    lines = [
        "a.wav = dobrý den",
        "gone.wav = na shledanou",
        "b.wav",
        "= dobrý den",
        "c.txt = pět",
        "../c.wav = pět",
        "d.wav = 5 korun",
        "e.wav = ...",
        "again.wav = Dobrý DEN",
        "a.wav = sbohem",
        "f.wav = dobrý den.",
    ]
    (folder / LIST).write_text("\n".join(lines), encoding="utf-8")
    for file in ("a.wav", "again.wav", "f.wav"):
        write_wave(folder / file, noise(), 8000)
    assert problems(folder) == [
        ":3: b.wav: a file and its words are expected: file = words",
        ":4: a file and its words are expected: file = words",
        ":5: c.txt: a recording is one of .wav, .mp3, .ogg, .flac",
        ":6: ../c.wav: the file stands beside the list and is named without a folder",
        ":7: d.wav: the phrase is written in words, numbers too",
        ":8: e.wav: the phrase is written in words, numbers too",
        ":9: again.wav: the phrase stands twice, first in line 1",
        ":10: a.wav: the file stands twice, first in line 1",
        ":2: gone.wav: there is no such file",
    ]
    assert len(read_recordings(folder.parent).recordings) == 2


def test_a_list_that_is_missing_or_no_text_is_named(folder: Path) -> None:
    assert problems(folder) == [": a list of the recordings is expected: file = words"]
    (folder / LIST).write_bytes(b"a.wav = dobr\xfd den")
    assert problems(folder) == [": UTF-8 text is expected"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is not WAV sound"),
        (b"RIFF\x00\x00\x00\x00WAVE", "the file is not WAV sound"),
        (b"#EXTM3U\nother.wav\n", "the file is not WAV sound"),
        (bytes(5000), "the file is not WAV sound"),
    ],
)
def test_a_file_that_is_no_sound_is_named(folder: Path, content: bytes, reason: str) -> None:
    write_list(folder, {"a.wav": "dobrý den"})
    (folder / "a.wav").write_bytes(content)
    assert problems(folder) == [f":3: a.wav: {reason}"]


def test_silence_a_cut_file_and_too_low_a_rate_are_named(folder: Path) -> None:
    write_list(folder, {"a.wav": "pět", "b.wav": "šest", "c.wav": "sedm"})
    write_wave(folder / "a.wav", np.zeros(8000, np.int16), 8000)
    write_wave(folder / "b.wav", noise(rate=6000), 6000)
    write_wave(folder / "c.wav", noise(), 8000)
    (folder / "c.wav").write_bytes((folder / "c.wav").read_bytes()[:40])
    assert problems(folder) == [
        ":3: a.wav: there is nothing to hear in the recording",
        ":4: b.wav: the recording has 6000 Hz; 8000 Hz or more are expected",
        ":5: c.wav: the file is not WAV sound",
    ]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.integers(0, 43), st.integers(0, 255), min_size=1, max_size=6), st.integers(0, 2000))
def test_a_damaged_wav_is_read_or_named_and_upsets_nothing(
    folder: Path, damage: dict[int, int], cut: int
) -> None:
    write_list(folder, {"a.wav": "pět"})
    write_wave(folder / "a.wav", noise(0.1), 8000)
    content = bytearray((folder / "a.wav").read_bytes())
    for place, octet in damage.items():
        content[place] = octet
    (folder / "a.wav").write_bytes(bytes(content[: len(content) - cut]))
    with pytest.MonkeyPatch.context() as without_ffmpeg:
        without_ffmpeg.setenv("PATH", "")
        found = read_recordings(folder.parent)
    assert len(found.recordings) + len(found.problems) == 1


def test_a_changed_file_does_not_change_what_was_read(folder: Path) -> None:
    write_list(folder, {"a.wav": "dobrý den"})
    write_wave(folder / "a.wav", noise(), 8000)
    catalogue = Catalogue.load(folder.parents[1])
    before = catalogue.recorded("cs", "Dobrý den.")
    (folder / "a.wav").unlink()
    assert catalogue.recorded("cs", "Dobrý den.") == before
    assert before is not None
    with pytest.raises(PromptProblems, match="no such file"):
        Catalogue.load(folder.parents[1])


def test_what_is_left_to_record_is_named(folder: Path) -> None:
    words = [word for word in AMOUNTS.split() if word not in {"dvacet", "haléře"}]
    write_list(
        folder, {f"{number}.wav": word for number, word in enumerate(words)} | {"hello.wav": "Dobrý den."}
    )
    for name in [*(f"{number}.wav" for number in range(len(words))), "hello.wav", "draft.wav"]:
        write_wave(folder / name, noise(0.1), 8000)
    catalogue = Catalogue.load(folder.parents[1])
    assert list(missing_recordings(catalogue, "cs", ["CZK"])) == [
        f"cs: recordings: {len(words) + 1}, fixed texts that they say: 1 of 2",
        "cs: said by the voice: bye",
        "cs: words of amounts in CZK not recorded: dvacet, haléře",
        "cs: files that the list does not name: draft.wav",
    ]


def test_with_all_words_recorded_nothing_is_left_and_without_any_nothing_is_said(folder: Path) -> None:
    words = [*AMOUNTS.split(), "dobrý den", "na shledanou"]
    assert list(missing_recordings(Catalogue.read(folder.parents[1])[0], "cs", ["CZK"])) == []
    write_list(folder, {f"{number}.wav": word for number, word in enumerate(words)})
    for number in range(len(words)):
        write_wave(folder / f"{number}.wav", noise(0.1), 8000)
    catalogue = Catalogue.load(folder.parents[1])
    assert list(missing_recordings(catalogue, "cs", ["CZK"])) == [
        f"cs: recordings: {len(words)}, fixed texts that they say: 2 of 2"
    ]


def test_the_handbooks_example_is_read_and_says_what_it_promises(folder: Path) -> None:
    handbook = (Path(__file__).parents[2] / "prompts" / "README.md").read_text(encoding="utf-8")
    example = handbook.partition("## Recordings")[2].split("```")[1].strip()
    (folder / LIST).write_text(example, encoding="utf-8")
    for line in example.splitlines()[1:]:
        write_wave(folder / line.split("=")[0].strip(), noise(0.2), 8000)
    found = read_recordings(folder.parent)
    assert (found.problems, found.unlisted) == ((), ())
    pieces = found.recordings.cover("Váš kredit je dvě stě třicet čtyři korun padesát haléřů.")
    assert pieces is not None
    said = [piece.recording.file.removesuffix(".wav") for piece in pieces]
    assert said == ["credit", "200", "30", "4", "crowns", "50", "hellers-"]
    assert len(found.recordings.cover("Dobrý den, vítá vás infolinka CallPro.") or ()) == 1
    for value in (f"over {JOINING.overlap * 1000:g} ms", f"{JOINING.comma:g} s", f"{JOINING.stop:g} s"):
        assert value in handbook, value
    assert f"{JOINING.slow:g} s more" in handbook


@pytest.mark.parametrize(
    ("text", "subject", "some"),
    [
        ("{ DATE($day) }", "dates", "prvního, ledna, dva, tisíce, dvacet, "),
        ("{ TIME($at) }", "times", "nula, hodin, jedna, minuta, "),
        ("{ UNITS($left) }", "units", "nula, minut, jedna, sekunda, "),
        ("{ PERCENT($part) }", "percents", "nula, procent, jedno, procento, "),
        ("{ DIGITS($symbol) }", "symbols", "nula, jedna, dva, tři, "),
        ("{ PHONE($number) }", "telephone numbers", "nula, jedna, dva, "),
    ],
)
def test_words_are_named_for_what_the_texts_tell(folder: Path, text: str, subject: str, some: str) -> None:
    (folder.parent / "line.ftl").write_text(f"told = {text}", encoding="utf-8")
    write_list(folder, {"a.wav": "ahoj"})
    write_wave(folder / "a.wav", noise(), 8000)
    lines = list(missing_recordings(Catalogue.load(folder.parents[1]), "cs", ["CZK"]))
    assert lines[0] == "cs: recordings: 1, fixed texts that they say: 0 of 0"
    assert lines[1].startswith(f"cs: words of {subject} not recorded: {some}")
    assert len(lines) == 2
