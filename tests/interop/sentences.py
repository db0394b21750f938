"""What the demo store's caller 777123456 must hear, and a recording in, whether it was heard out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from listening import Found, find, read_wav
from peers.line import Line

__all__ = ["CREDIT", "GOODBYE", "WELCOME", "hears"]

WELCOME = "Dobrý den, vítá vás infolinka CallPro."
CREDIT = "Váš kredit je dvě stě třicet čtyři korun padesát haléřů."
GOODBYE = "Vaši volbu se nepodařilo zjistit. Zavolejte nám prosím znovu. Na shledanou."


def hears(line: Line, heard: npt.NDArray[np.int16], sentence: str, folder: Path) -> Found:
    """Where the sentence, rendered by the line's own voice (``ivr say``), is in the recording."""
    wanted = folder / "wanted.wav"
    line.ivr("say", sentence, "--lang", "cs", "--out", str(wanted))
    return find(heard, read_wav(wanted))
