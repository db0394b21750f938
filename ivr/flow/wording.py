"""Words in, the phrases of an error message out: the nearest right name, a list in English."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

__all__ = ["did_you_mean", "listed", "on_one_line", "quoted"]


def quoted(word: object) -> str:
    """``"menu"``, cut where somebody pasted a page into a name."""
    text = on_one_line(str(word))
    return f'"{text[:60]}…"' if len(text) > 60 else f'"{text}"'


def on_one_line(text: str) -> str:
    """The same text with line breaks and what no printer prints as their escapes."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape", "backslashreplace").decode()
        for letter in text
    )


def did_you_mean(wrong: str, right: Iterable[str]) -> str:
    """``; did you mean "credit"?``, or nothing where no name comes near."""
    names = {name.casefold(): name for name in right}
    near = get_close_matches(wrong.casefold()[:60], names, n=1, cutoff=0.6)
    return f"; did you mean {quoted(names[near[0]])}?" if near else ""


def listed(words: Iterable[object], last: str = "and") -> str:
    """``"a", "b" and "c"``."""
    *most, end = [quoted(word) for word in words] or [""]
    return f"{', '.join(most)} {last} {end}" if most else end
