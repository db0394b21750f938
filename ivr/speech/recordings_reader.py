"""A language's folder ``recordings/`` in; its recordings, and what is wrong with them, out.

``phrases.txt`` says what is in which file, one ``file = words`` a line. WAV is read as it is; pydub has
ffmpeg read MP3, OGG and FLAC.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydub import AudioSegment

from ivr.errors import ConfigurationError, VoiceError
from ivr.speech.joining import trim_and_level
from ivr.speech.recordings import Recording, Recordings, Words, words_of
from ivr.speech.render import RATE, Samples

__all__ = ["FOLDER", "LIST", "ReadRecordings", "read_recordings"]

FOLDER, LIST = "recordings", "phrases.txt"
_FORMATS = {".wav": "wav", ".mp3": "mp3", ".ogg": "ogg", ".flac": "flac"}
_LARGEST = 64 * 1024 * 1024  # bytes: three minutes of studio sound; a phrase is a few seconds


@dataclass(frozen=True, slots=True)
class ReadRecordings:
    """The recordings that can be used, the mistakes in the list, and the files that no line names."""

    recordings: Recordings
    problems: tuple[ConfigurationError, ...]
    unlisted: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    file: str
    phrase: str
    said: Words


def read_recordings(language: Path) -> ReadRecordings:
    """Read ``<language>/recordings/``; without that folder there are none, and nothing is wrong.

    Every sound is decoded here, so that a file that is changed or taken away later disturbs nobody. Takes a
    few milliseconds a WAV and tens of them for others: off the event loop.
    """
    folder = language / FOLDER
    if not folder.is_dir():
        return ReadRecordings(Recordings(()), (), ())
    problems: list[ConfigurationError] = []
    lines = list(_read_list(folder / LIST, problems))
    recordings = []
    for line in lines:
        try:
            recordings.append(_read_recording(folder / line.file, line))
        except VoiceError as error:
            problems.append(ConfigurationError(folder / LIST, line.file, str(error), line.number))
    listed = {line.file for line in lines} | {problem.place for problem in problems}
    sounds = sorted(file for file in folder.iterdir() if file.suffix.lower() in _FORMATS)
    unlisted = tuple(file for file in sounds if file.name not in listed)
    return ReadRecordings(Recordings(recordings), tuple(problems), unlisted)


def _read_list(file: Path, problems: list[ConfigurationError]) -> Iterator[_Line]:
    """The sound lines of the list; the others become problems."""
    try:
        source = file.read_text(encoding="utf-8-sig")
    except OSError:
        problems.append(ConfigurationError(file, "", "a list of the recordings is expected: file = words"))
        return
    except UnicodeDecodeError:
        problems.append(ConfigurationError(file, "", "UTF-8 text is expected"))
        return
    taken: dict[object, int] = {}
    for number, text in enumerate(source.splitlines(), 1):
        if not text.strip() or text.lstrip().startswith("#"):
            continue
        name, _, phrase = (part.strip() for part in text.partition("="))
        said = words_of(phrase)
        if mistake := _mistake(name, phrase, said):
            problems.append(ConfigurationError(file, name, mistake, number))
            continue
        same_words = (said.words, said.pauses)
        first = taken.get(name) or taken.get(same_words)
        if first is not None:
            what = "the file" if name in taken else "the phrase"
            problems.append(
                ConfigurationError(file, name, f"{what} stands twice, first in line {first}", number)
            )
            continue
        taken[name] = taken[same_words] = number
        yield _Line(number, name, phrase, said)


def _mistake(name: str, phrase: str, said: Words) -> str | None:
    if not name or not phrase:
        return "a file and its words are expected: file = words"
    if name != Path(name).name or "\\" in name:
        return "the file stands beside the list and is named without a folder"
    if Path(name).suffix.lower() not in _FORMATS:
        return f"a recording is one of {', '.join(_FORMATS)}"
    if not said.words or any(letter.isdigit() for letter in phrase):
        return "the phrase is written in words, numbers too"
    return None


def _read_recording(file: Path, line: _Line) -> Recording:
    try:
        if file.stat().st_size > _LARGEST:
            raise VoiceError(f"the file is larger than {_LARGEST // 1024**2} MB")
        content = file.read_bytes()
    except FileNotFoundError:
        raise VoiceError("there is no such file") from None
    except OSError as error:
        raise VoiceError(f"the file cannot be read: {error.strerror}") from None
    samples, rate = _decoded(content, _FORMATS[file.suffix.lower()])
    return Recording(line.file, line.phrase, line.said, trim_and_level(samples, rate))


def _decoded(content: bytes, container: str) -> tuple[Samples, int]:
    """Mono samples of 16 bits and their rate in Hz; VoiceError where there are none.

    The container is named to ffmpeg, which would otherwise follow a playlist to other files.
    """
    with_ffmpeg = all(map(shutil.which, ("ffmpeg", "ffprobe")))
    if container != "wav" and not with_ffmpeg:
        raise VoiceError(f"{container.upper()} is read by ffmpeg, which is not installed")
    try:
        if with_ffmpeg:  # also for the rarer kinds of WAV; plain ones are read without it
            segment = AudioSegment.from_file(io.BytesIO(content), format=container)
        else:
            segment = AudioSegment(content)
        mono = segment.set_channels(1).set_sample_width(2)
        rate: int = mono.frame_rate
        samples: Samples = np.frombuffer(mono.raw_data, "<i2").astype(np.int16)
    except Exception:  # whatever pydub, wave, audioop and ffmpeg make of a broken file
        raise VoiceError(f"the file is not {container.upper()} sound") from None
    if rate < RATE:
        raise VoiceError(f"the recording has {rate} Hz; {RATE} Hz or more are expected")
    return samples, rate
