"""How many are to be done comes in; a bar on the terminal goes out, which is told how many were just done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

__all__ = ["bar_of"]


@contextmanager
def bar_of(words: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """The bar while it is entered, on standard error and only on a terminal; ``total`` None is not known."""
    screen = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as progress:
        task = progress.add_task(words, total=total)
        yield lambda done: progress.advance(task, done)
