"""Keys that nobody has asked for yet in, each to the next question out."""

from __future__ import annotations

__all__ = ["MOST_KEPT", "TypedAhead"]

MOST_KEPT = 32
"""Keys kept ahead: more than any menu is deep, few enough that a stuck key costs nothing."""


class TypedAhead:
    """The keys of one call that wait for a question, the earliest first. They never show in a repr."""

    __slots__ = ("_kept", "_number_ended")

    def __init__(self) -> None:
        self._kept = ""
        self._number_ended = False

    def keep(self, key: str) -> None:
        """Keep a key; the ones beyond :data:`MOST_KEPT` are lost."""
        if len(self._kept) < MOST_KEPT:
            self._kept += key

    def take(self) -> str | None:
        """The earliest key, or None where none waits."""
        key, self._kept = self._kept[:1], self._kept[1:]
        return key or None

    def clear(self) -> None:
        """Throw all keys away."""
        self._kept = ""

    def number_ended_itself(self) -> None:
        """A number is full: many callers press ``#`` behind it all the same, which answers nothing."""
        if not self._kept:
            self._number_ended = True
        elif self._kept.startswith("#"):
            self._kept = self._kept[1:]

    def closes_number(self, key: str) -> bool:
        """Whether a key is that ``#``; any other key ends the wait for it."""
        closes, self._number_ended = self._number_ended and key == "#", False
        return closes
