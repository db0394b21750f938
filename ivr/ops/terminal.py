"""What the commands share at the terminal: files read, and every problem printed on a line of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from ivr.errors import InfolineError
from ivr.ops.files import Files, read_files
from ivr.ops.settings import Settings

__all__ = ["SettingsFile", "all_sound", "sound_files"]

SettingsFile = Annotated[Path | None, typer.Option("--settings", help="The settings file.")]


def sound_files(settings: Settings) -> Files:
    """The dialplans and prompts, or every problem in them and the end."""
    files, problems = read_files(settings)
    all_sound(problems)
    return files


def all_sound(problems: Sequence[InfolineError]) -> None:
    """Every problem on a line of its own, and the end, if there is any."""
    for problem in problems:
        typer.echo(str(problem), err=True)
    if problems:
        raise typer.Exit(1)
