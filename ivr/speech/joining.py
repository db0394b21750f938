"""A recording's samples in, a piece at one level out; and pieces in, one sentence without clicks out.

Each piece is cut to its speech and faded to nothing at both edges, which then overlap where the sentence
makes no pause. The whole is levelled once more, so that a sentence of many short words stands where the
others do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ivr.errors import VoiceError
from ivr.speech.recordings import Pause, Piece
from ivr.speech.render import CHAIN, RATE, Samples, level_out, render

__all__ = ["JOINING", "Joining", "join", "trim_and_level"]


@dataclass(frozen=True, slots=True)
class Joining:
    """How pieces are joined, in seconds."""

    silence: float = 40.0  # dB below the loudest 10 ms: rooms are louder than a synthesiser's silence
    edge: float = 0.02  # kept around the speech, and faded
    overlap: float = 0.015  # of two edges where the sentence makes no pause
    comma: float = 0.22  # between the edges at a comma, and at a full stop
    stop: float = 0.45
    slow: float = 0.18  # more at every join, where the caller asked for it slower

    def gap(self, pause: Pause, slow: bool) -> int:
        """Samples between two pieces; below zero they overlap."""
        seconds = {"": -self.overlap, ",": self.comma, ".": self.stop}[pause]
        return round((seconds + (self.slow if slow else 0.0)) * RATE)


JOINING = Joining()


def trim_and_level(samples: Samples, rate: int, joining: Joining = JOINING) -> Samples:
    """One recording (mono, 16 bits, ``rate`` from 8000 Hz) as a piece at 8 kHz; VoiceError for silence."""
    try:
        return render(samples, rate, replace(CHAIN, silence=joining.silence, lead=joining.edge, tail=0.0))
    except VoiceError:
        raise VoiceError("there is nothing to hear in the recording") from None


def join(pieces: Sequence[Piece], slow: bool = False, joining: Joining = JOINING) -> Samples:
    """One sentence of one piece or more: mono int16 at 8 kHz, read-only, the chain's pause at its end."""
    starts, start = [], 0
    for piece in pieces:
        starts.append(start)
        start += len(piece.recording.samples) + joining.gap(piece.pause, slow)
    end = starts[-1] + len(pieces[-1].recording.samples)
    wave = np.zeros(end + round(CHAIN.tail * RATE))
    for piece, start in zip(pieces, starts, strict=True):
        samples = piece.recording.samples
        wave[start : start + len(samples)] += samples
    return level_out(wave)
