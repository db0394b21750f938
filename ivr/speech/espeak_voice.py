"""A loaded libespeak-ng and a wanted voice in; whether that voice is the one that speaks now."""

from __future__ import annotations

import ctypes

__all__ = ["wrong_voice"]


class _Voice(ctypes.Structure):
    """The start of ``espeak_VOICE`` (``speak_lib.h``)."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_char_p),
        ("identifier", ctypes.c_char_p),  # the voice's file, such as zlw/cs
    )


def wrong_voice(library: ctypes.CDLL, voice: str) -> str | None:
    """The voice that speaks now where it is not the wanted one, else None.

    A voice is named by its file (``roa/fr``) or the file's last part (``fr``), both with a variant or without
    (``cs+f2``).
    """
    library.espeak_GetCurrentVoice.restype = ctypes.POINTER(_Voice)
    current = library.espeak_GetCurrentVoice()
    if not current:
        return "none"
    identifier = (current.contents.identifier or b"").decode(errors="replace")
    names = (identifier.lower(), identifier.split("/")[-1].lower())
    return None if voice.lower() in names else identifier
