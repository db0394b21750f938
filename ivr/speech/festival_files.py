"""Where festival keeps its voices: a folder for each language, in it one for each voice."""

from pathlib import Path

__all__ = ["FESTIVAL_VOICES"]

FESTIVAL_VOICES = (Path("/usr/share/festival/voices"), Path("/usr/local/share/festival/voices"))
