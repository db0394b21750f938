"""A loaded libespeak-ng and a wanted voice in; whether that voice is the one that speaks now."""

from __future__ import annotations

import ctypes

__all__ = ["EspeakVoice", "wrong_voice"]


class EspeakVoice(ctypes.Structure):
    """``espeak_VOICE`` (``speak_lib.h``)."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_void_p),  # a byte of priority and a tag, each ending in zero
        ("identifier", ctypes.c_char_p),  # the voice's file, such as zlw/cs
        ("kind", ctypes.c_ubyte * 5),  # gender, age, variant and what the engine keeps to itself
        ("rest", ctypes.c_int * 4),
    )


def wrong_voice(library: ctypes.CDLL, voice: str) -> str | None:
    """The voice that speaks now where it is not the wanted one, else None.

    A voice is named by its file (``roa/fr``) or the file's last part (``fr``), both with a variant or without
    (``cs+f2``).
    """
    library.espeak_GetCurrentVoice.restype = ctypes.POINTER(EspeakVoice)
    current = library.espeak_GetCurrentVoice()
    if not current:
        return "none"
    identifier = (current.contents.identifier or b"").decode(errors="replace")
    names = (identifier.lower(), identifier.split("/")[-1].lower())
    return None if voice.lower() in names else identifier
