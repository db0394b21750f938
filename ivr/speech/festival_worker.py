"""A process that speaks by festival: requests in, telephone speech out.

    python -m ivr.speech.festival_worker

One festival is kept running (``--pipe``): commands in Scheme go in on its standard input, ISO 8859-2 for
Czech, and each is followed by one that prints a line of its own, which says that it is done. Sound comes back
through a file in memory, since it is private and not for a disk. What festival cannot do it says on standard
error; when it dies, so does this process, and the line starts another.
"""

from __future__ import annotations

import contextlib
import os
import struct
import subprocess
import sys
import tempfile
import unicodedata
import zlib

from ivr.speech.engine_loop import claim_output, die_with_parent, refuse_all
from ivr.speech.festival_files import FESTIVAL_VOICES
from ivr.speech.frames import said
from ivr.speech.voice import ENGINES
from ivr.speech.worker_loop import serve

_COMMAND = ["festival", "--heap", "200000", "--pipe"]
_DONE = b"infoline: done"
_CZECH_PITCH = 136.0  # Hz: the mean of czech_ph; the other Czech voices come near it
_HEAD = struct.Struct("<4sI4s4sIHHIIHH4sI")  # the head of a RIFF file as festival writes it


class Festival:
    """A running festival and the file that it writes sound to."""

    def __init__(self) -> None:
        """OSError where festival cannot be started."""
        self._sound, self._path, held = _file_in_memory()
        self._process = subprocess.Popen(
            _COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=held,
            preexec_fn=die_with_parent,
        )
        self._do("(set! czech-randomize nil)", "ascii")  # the same sentence sounds the same, always

    def version(self) -> str:
        """Festival's own version and a checksum of its voices' files, which have none."""
        (line,) = self._do('(format t "%s\\n" festival_version)', "ascii") or [b"festival"]
        files = sorted(file for place in FESTIVAL_VOICES for file in place.glob("*/*/festvox/*.scm"))
        checksum = 0
        for file in files:
            checksum = zlib.crc32(file.read_bytes(), checksum)
        return f"festival {line.decode(errors='replace')}, voices {checksum:08x}"

    def speak(
        self, text: str, voice: str, rate: int, pitch: int, _volume: int, _word_gap: int
    ) -> tuple[int, bytes]:
        """The sample rate (Hz) and 16-bit samples of a text; ValueError where the voice is not there."""
        if not voice.replace("_", "").isalnum() or not voice.isascii():
            raise ValueError(f'festival has no voice "{voice}"')
        czech = voice.startswith("czech_")
        if pitch != 50 and not czech:
            raise ValueError(f"the pitch of festival's voice {voice} cannot be set")
        encoding = "iso8859-2" if czech else "iso8859-1"
        self._do(f"(voice_{voice})", "ascii")
        if self._do('(format t "%s\\n" current-voice)', "ascii") != [voice.encode()]:
            raise ValueError(f'festival has no voice "{voice}"')
        self._do(f"(Parameter.set 'Duration_Stretch {ENGINES['festival'].natural / rate:.4f})", "ascii")
        if czech and pitch != 50:
            mean = _CZECH_PITCH * 2 ** ((pitch - 50) / 50)
            self._do(
                "(set! int_general_params (list (list 'targ_func czech-int-targets)"
                f" (list 'f0_mean {mean:.2f}) (list 'f0_std 8)))",
                "ascii",
            )
        os.ftruncate(self._sound, 0)
        self._do(
            f'(utt.save.wave (utt.synth (Utterance Text {_quoted(text)})) "{self._path}" \'riff)', encoding
        )
        return _read_riff(self._sound)

    def close(self) -> None:
        """End it, by the end of its input."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _do(self, command: str, encoding: str) -> list[bytes]:
        """What a command prints, line by line; EOFError where festival has died."""
        assert self._process.stdin is not None and self._process.stdout is not None
        done = f'\n(format t "\\n{_DONE.decode()}\\n")(fflush nil)\n'.encode()
        self._process.stdin.write(command.encode(encoding, errors="replace") + done)
        self._process.stdin.flush()
        printed = []
        while (line := self._process.stdout.readline()) != _DONE + b"\n":
            if not line:
                raise EOFError("festival died")
            if line.strip():
                printed.append(line.strip())
        return printed


def _quoted(text: str) -> str:
    """A text as a string of Scheme; the letters that end or escape one are no speech."""
    return '"' + unicodedata.normalize("NFC", text).replace("\\", " ").replace('"', " ") + '"'


def _file_in_memory() -> tuple[int, str, tuple[int, ...]]:
    """A file without a name where the system has such: descriptor, festival's path, what it inherits."""
    if hasattr(os, "memfd_create"):
        sound = os.memfd_create("speech")
        return sound, f"/proc/self/fd/{sound}", (sound,)
    file = tempfile.NamedTemporaryFile(prefix="infoline-", suffix=".wav")  # noqa: SIM115 - as long as festival
    sound = os.dup(file.fileno())
    return sound, file.name, ()


def _read_riff(file: int) -> tuple[int, bytes]:
    size = os.fstat(file).st_size
    data = os.pread(file, size, 0)
    if size <= _HEAD.size:
        raise ValueError("festival gave no sound")
    riff, _, kind, _, _, _, channels, rate, _, _, bits, name, length = _HEAD.unpack_from(data)
    if (riff, kind, name, channels, bits) != (b"RIFF", b"WAVE", b"data", 1, 16):
        raise ValueError("festival gave a sound of another kind")
    return rate, data[_HEAD.size : _HEAD.size + length]


def main() -> int:
    """Start festival, then serve until the input ends."""
    output = claim_output()
    try:
        festival = Festival()
        version = festival.version()
    except (OSError, EOFError) as error:
        return refuse_all(output, f"festival cannot start: {error}")
    with contextlib.suppress(EOFError, BrokenPipeError):
        serve(output, said(0, version.encode()), festival.speak)
        festival.close()
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
