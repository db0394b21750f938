"""``[cards]``: whether the line charges the cards of automatic top-ups, where, and how often it looks."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from ivr.ops.settings_values import NamedFile, Seconds, Section

__all__ = ["CardsSettings"]


class CardsSettings(Section):
    """``[cards]``; without a sandbox the line charges no card."""

    sandbox: NamedFile = None
    every: Seconds = Field(default=5.0, ge=0.1, le=3600)

    def in_folder(self, folder: Path) -> CardsSettings:
        """The same with an absolute path."""
        return self if self.sandbox is None else self.model_copy(update={"sandbox": folder / self.sandbox})
