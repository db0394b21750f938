"""Key 0 by two softphones behind a PBX: what the caller heard, and the voice of who took the call."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from listening import Samples, chirp, write_wav
from peers.baresip import Baresip

__all__ = ["OPERATOR_VOICE", "hand_over"]

OPERATOR_VOICE: Samples = chirp(seconds=1.5)
"""What the operator says, over and over."""


def hand_over(
    baresip: Callable[..., Baresip],
    pbx: tuple[str, int],
    caller: tuple[str, str],
    operator: tuple[str, str],
    folder: Path,
) -> Samples:
    """The caller dials 4488, presses 0, listens for three seconds to who answers, and hangs up.

    ``caller`` and ``operator`` are user and password of the phones; back comes what the caller heard.
    """
    write_wav(folder / "operator.wav", np.tile(OPERATOR_VOICE, 40))
    with (
        baresip(pbx, operator, plays=folder / "operator.wav", answers=True) as answering,
        baresip(pbx, caller) as phone,
    ):
        answering.wait_till_registered()
        phone.wait_till_registered()
        phone.dial("4488")
        phone.listen(0.5)
        phone.press("0")
        answering.wait_for("CALL_ESTABLISHED")
        phone.listen(3)
        phone.hang_up()
        return phone.heard()
