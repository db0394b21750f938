"""A language's folder ``recordings/`` in; its recordings, and what is wrong with them, out.

``phrases.txt`` says what is in which file, one ``file = words`` a line. WAV is read as it is; pydub has
ffmpeg read MP3, OGG and FLAC.
"""

from __future__ import annotations

import io
import os
import shutil
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ivr.errors import ConfigurationError, VoiceError
from ivr.speech.joining import trim_and_level
from ivr.speech.recordings import Recording, Recordings, Words, words_of
from ivr.speech.render import RATE, Samples

__all__ = ["FOLDER", "LIST", "ReadRecordings", "read_recordings"]

FOLDER, LIST = "recordings", "phrases.txt"
_FORMATS = {".wav": "wav", ".mp3": "mp3", ".ogg": "ogg", ".flac": "flac"}
_LARGEST = 16 * 1024 * 1024  # bytes: a minute and a half of studio sound; a phrase is a few seconds


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

    Every sound is decoded here, so that a file that is changed or taken away later disturbs nobody. A WAV
    takes about five milliseconds, what ffmpeg reads two or three hundred: off the event loop.
    """
    folder = language / FOLDER
    if not folder.is_dir():
        return ReadRecordings(Recordings(()), (), ())
    problems: list[ConfigurationError] = []
    lines = list(_read_list(folder / LIST, problems))
    if lines:
        _pydub()  # here rather than in two threads at once
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        found = list(threads.map(lambda line: _read_recording(folder, line), lines))
    recordings = [one for one in found if isinstance(one, Recording)]
    problems.extend(one for one in found if isinstance(one, ConfigurationError))
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


def _read_recording(folder: Path, line: _Line) -> Recording | ConfigurationError:
    file = folder / line.file
    try:
        samples, rate = _decoded(_content(file), _FORMATS[file.suffix.lower()])
        return Recording(line.file, line.phrase, line.said, trim_and_level(samples, rate))
    except VoiceError as error:
        return ConfigurationError(folder / LIST, line.file, str(error), line.number)


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > _LARGEST:
            raise VoiceError(f"the file is larger than {_LARGEST // 1024**2} MB")
        return file.read_bytes()
    except FileNotFoundError:
        raise VoiceError("there is no such file") from None
    except OSError as error:
        raise VoiceError(f"the file cannot be read: {error.strerror}") from None


@lru_cache
def _pydub() -> Any:
    """Pydub's reader, loaded where there is something to read: it complains at once of a missing ffmpeg."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        from pydub import AudioSegment
    return AudioSegment


def _decoded(content: bytes, container: str) -> tuple[Samples, int]:
    """Mono samples of 16 bits and their rate in Hz; VoiceError where there are none.

    The container is named to ffmpeg, which would otherwise follow a playlist to other files.
    """
    with_ffmpeg = all(map(shutil.which, ("ffmpeg", "ffprobe")))
    if container != "wav" and not with_ffmpeg:
        raise VoiceError(f"{container.upper()} is read by ffmpeg, which is not installed")
    try:
        if with_ffmpeg:  # also for the rarer kinds of WAV; plain ones are read without it
            codec = container if container in ("mp3", "flac") else None  # a look by ffprobe less
            segment = _pydub().from_file(io.BytesIO(content), container, codec)
        else:
            segment = _pydub()(content)
        mono = segment.set_channels(1).set_sample_width(2)
        rate: int = mono.frame_rate
        samples: Samples = np.frombuffer(mono.raw_data, "<i2").astype(np.int16)
    except Exception:  # whatever pydub, wave, audioop and ffmpeg make of a broken file
        raise VoiceError(f"the file is not {container.upper()} sound") from None
    if rate < RATE:
        raise VoiceError(f"the recording has {rate} Hz; {RATE} Hz or more are expected")
    return samples, rate
