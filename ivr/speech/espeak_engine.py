"""A bare espeak-ng: requests in, samples out, through libespeak-ng (``speak_lib.h`` of eSpeak NG).

    python -S -m ivr.speech.espeak_engine LIBRARY DATA [LIBRARY DATA ...]

The first library that loads and finds its data is taken; DATA may be empty for the library's own place.

The engine carries a slow waver of pitch from one sentence into the next, so the same sentence would never
sound the same twice. Each is therefore spoken by a copy of the freshly started process.
"""

from __future__ import annotations

import ctypes
import sys

from ivr.speech.engine_loop import claim_output, refuse_all, serve_in_copies
from ivr.speech.espeak_voice import EspeakVoice, wrong_voice
from ivr.speech.frames import said

_SYNCHRONOUS = 2  # espeak_AUDIO_OUTPUT: synthesis calls back and returns when it is done
_DO_NOT_EXIT = 0x8000  # espeakINITIALIZE_DONT_EXIT: missing data is an answer, not the end of the process
_BUFFER_MS = 1000  # pyttsx3's own value
_UTF8, _END_PAUSE = 1, 0x1000
_RATE, _VOLUME, _PITCH, _WORD_GAP = 1, 2, 3, 7

_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class Espeak:
    """One initialised engine; it can be initialised once in a process."""

    def __init__(self, library: str, data: str) -> None:
        """OSError where the library cannot be loaded or finds no data."""
        self._library = ctypes.CDLL(library, mode=ctypes.RTLD_GLOBAL)
        self._library.espeak_Info.restype = ctypes.c_char_p
        path = data.encode() or None
        self._sample_rate = self._library.espeak_Initialize(_SYNCHRONOUS, _BUFFER_MS, path, _DO_NOT_EXIT)
        if self._sample_rate <= 0:
            raise OSError(f"{library} found no data")
        self._heard = bytearray()
        self._callback = _CALLBACK(self._take)
        self._library.espeak_SetSynthCallback(self._callback)

    @property
    def version(self) -> str:
        """The engine's version as it names itself, its date cut off."""
        return str(self._library.espeak_Info(None).decode(errors="replace").split(" ")[0])

    def voices(self, language: bytes | None = None) -> list[EspeakVoice]:
        """The voices that the engine has files for, of a language or all but the special ones.

        They hold until the next call.
        """
        self._library.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(EspeakVoice))
        wanted = None
        if language is not None:
            tag = ctypes.create_string_buffer(language)
            wanted = ctypes.byref(EspeakVoice(languages=ctypes.addressof(tag)))
        listed = self._library.espeak_ListVoices(wanted)
        found: list[EspeakVoice] = []
        while listed[len(found)]:
            found.append(listed[len(found)].contents)
        return found

    def _take(self, samples: object, count: int, _events: object) -> int:
        if count > 0:
            self._heard += ctypes.string_at(samples, count * 2)  # type: ignore[arg-type]
        return 0

    def speak(
        self, text: str, voice: str, rate: int, pitch: int, volume: int, word_gap: int
    ) -> tuple[int, bytes]:
        """The sample rate (Hz) and 16-bit samples of a text; ValueError where the voice is not there."""
        self.choose(voice)
        for parameter, value in ((_RATE, rate), (_VOLUME, volume), (_PITCH, pitch), (_WORD_GAP, word_gap)):
            self._library.espeak_SetParameter(parameter, value, 0)
        self._heard.clear()
        encoded = text.encode()
        size = ctypes.c_size_t(len(encoded) + 1)
        failed = self._library.espeak_Synth(encoded, size, 0, 0, 0, _UTF8 | _END_PAUSE, None, None)
        if failed:
            raise ValueError(f"espeak-ng refused the sentence with {failed}")
        return self._sample_rate, bytes(self._heard)

    def choose(self, voice: str) -> None:
        """Set the voice and look which one it became: an unknown name may be ignored in silence."""
        failed = self._library.espeak_SetVoiceByName(voice.encode())
        if failed:
            raise ValueError(f'espeak-ng has no voice "{voice}"')
        wrong = wrong_voice(self._library, voice)
        if wrong is not None:
            raise ValueError(f'espeak-ng gave the voice "{wrong}" for "{voice}"')


def main(arguments: list[str]) -> int:
    """Take the first library that works, then serve until the input ends."""
    output = claim_output()
    reasons = []
    for number, (library, data) in enumerate(zip(arguments[::2], arguments[1::2], strict=True)):
        try:
            espeak = Espeak(library, data)
        except OSError as error:
            reasons.append(str(error))
            continue
        return serve_in_copies(output, said(number, espeak.version.encode()), espeak.speak, espeak.choose)
    return refuse_all(output, "no espeak-ng can be loaded: " + "; ".join(reasons))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
