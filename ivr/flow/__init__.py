"""The dialplan and the walk through it. No clock.

A file becomes a :class:`Plan` by :func:`read`, is judged by :func:`check`, drawn by :func:`describe`, and
walked, once a call, by a :class:`Walk`, which answers inputs with instructions.
"""

from ivr.flow.check import check, check_together
from ivr.flow.instructions import (
    Facts,
    HangUp,
    Identify,
    Instruction,
    Listen,
    LookUp,
    Pace,
    Speak,
    StopListening,
    StopSpeaking,
    TellTime,
    Transfer,
)
from ivr.flow.picture import describe
from ivr.flow.plan import Line, Plan
from ivr.flow.reader import parse, read, read_folder
from ivr.flow.walk import Walk

__all__ = [
    "Facts",
    "HangUp",
    "Identify",
    "Instruction",
    "Line",
    "Listen",
    "LookUp",
    "Pace",
    "Plan",
    "Speak",
    "StopListening",
    "StopSpeaking",
    "TellTime",
    "Transfer",
    "Walk",
    "check",
    "check_together",
    "describe",
    "parse",
    "read",
    "read_folder",
]
