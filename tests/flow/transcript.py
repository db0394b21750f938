"""A walk as text: what happens to the call on the left, what the line does on the right."""

from collections.abc import Callable

from ivr.flow.instructions import (
    HangUp,
    Identify,
    Instruction,
    Listen,
    LookUp,
    Speak,
    StopListening,
    StopSpeaking,
    TellTime,
    Transfer,
)
from ivr.flow.walk import Walk


def shown(instruction: Instruction) -> str:
    match instruction:
        case Speak():
            slowly = " slowly" if instruction.pace == "slow" else ""
            return " + ".join(instruction.text_ids) + slowly + ("" if instruction.interruptible else " !")
        case StopSpeaking():
            return "hush"
        case Listen(seconds):
            return f"listen {seconds:g}"
        case StopListening():
            return "stop"
        case LookUp(name):
            return f"look up {name}"
        case Identify(account, pin):
            return f"identify {account} {pin}"
        case TellTime():
            return "time?"
        case Transfer(target):
            return f"transfer {target}"
        case HangUp():
            return "hang up"


def happen(walk: Walk, event: str) -> str:
    """The name of an input, with its outcome behind it (``found prepaid``), or keys."""
    word, _, rest = event.partition(" ")
    inputs: dict[str, Callable[[], list[Instruction]]] = {
        "start": walk.start,
        "spoken": walk.spoken,
        "waited": walk.waited,
        "found": lambda: walk.looked_up(rest, {}),
        "identified": lambda: walk.identified(rest, {}),
        "connected": lambda: walk.transferred(True),
        "failed": lambda: walk.transferred(False),
    }
    if word in inputs:
        return ", ".join(shown(told) for told in inputs[word]())
    return ", ".join(shown(told) for key in event for told in walk.key_pressed(key))


def transcripts(text: str) -> dict[str, list[tuple[str, str]]]:
    """Title -> what happens, and what the line does; ``.`` is nothing."""
    found = {}
    for block in text.strip().split("\n\n"):
        title, *lines = block.split("\n")
        found[title] = [tuple(part.strip() for part in line.strip().split("  ", 1)) for line in lines]
    return found
