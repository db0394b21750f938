"""Nothing in, half a minute of something as loud as speech out."""

from __future__ import annotations

import numpy as np

from ivr.media.clip import RATE, Clip

__all__ = ["speech"]

_SECONDS = 30
_LOUDNESS = 2600  # RMS of 16 bits (RFC 7874 section 4)


def speech() -> Clip:
    """Noise, always the same; whoever sends it does not look at it."""
    draw = np.random.default_rng(4488)
    return Clip.from_pcm(draw.normal(0, _LOUDNESS, _SECONDS * RATE).clip(-32767, 32767).astype(np.int16))
