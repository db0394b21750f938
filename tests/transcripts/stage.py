"""A transcript's commands in, what ``ivr try`` prints for each of them today out.

The store holds the cast of the demo (ivr/accounts/demo_cast.py) and those of ``cast.py`` on a fixed day, anew
for each file; a file's commands follow one another on the same store.
"""

from __future__ import annotations

import asyncio
import re
import shlex
import shutil
import tomllib
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import typer

from ivr.flow import Facts
from ivr.ops.cli import app
from ivr.ops.files import Files, read_files
from ivr.ops.settings import load_settings
from ivr.ops.try_cli import printed

from .cast import make_store

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
SETTINGS = """\
[store]
url = "sqlite:///accounts.db"
[dialplan]
folder = "{project}/dialplan"
[prompts]
folder = "{project}/prompts"
"""
GONE = "no database at all, but a letter\n" * 40
WITH, WITHOUT = re.compile(r"# with (\w+ = .+)"), "# without the store"
RULE = re.compile(r"\b(?:CP|GM|CS|VL)-S?\d+[a-z]?\b")


@dataclass(frozen=True, slots=True)
class Call:
    """A command as it is typed, and what was printed when the file was written."""

    typed: str
    printed: tuple[str, ...]

    @property
    def arguments(self) -> list[str]:
        """What stands behind ``ivr try``."""
        prompt, ivr, command, *rest = shlex.split(self.typed)
        assert (prompt, ivr, command) == ("$", "ivr", "try"), self.typed
        return rest

    @property
    def options(self) -> dict[str, object]:
        """The arguments by their names, as the command itself reads them."""
        command = typer.main.get_command(app).commands["try"]  # type: ignore[attr-defined]
        options = dict(command.make_context("try", self.arguments).params)
        del options["settings_file"]
        return options


@dataclass(frozen=True)
class Transcript:
    """A file: a heading of lines with ``#``, then calls, each behind a blank line."""

    path: Path

    @property
    def name(self) -> str:
        """``callpro/credit``."""
        return self.path.relative_to(HERE).with_suffix("").as_posix()

    @property
    def line(self) -> str:
        """``callpro``."""
        return self.path.parent.name

    @cached_property
    def heading(self) -> tuple[str, ...]:
        return tuple(line for line in self.text.splitlines() if line.startswith("#"))

    @cached_property
    def text(self) -> str:
        return self.path.read_text("utf-8")

    @property
    def rules(self) -> list[str]:
        """The rules that the file proves: those in its first line."""
        return RULE.findall(self.heading[0])

    @property
    def facts(self) -> Facts:
        """What infoline.toml says otherwise: ``# with credit_first = true``."""
        told = [found[1] for line in self.heading if (found := WITH.fullmatch(line))]
        return tomllib.loads("\n".join(told))

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        blocks = (block.splitlines() for block in self.text.split("\n\n")[1:])
        return tuple(Call(typed, tuple(printed)) for typed, *printed in blocks)


def transcripts() -> list[Transcript]:
    """All files, in the order of their names."""
    return [Transcript(path) for path in sorted(HERE.glob("*/*.txt"))]


class Stage:
    """The lines as delivered, and a store."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "infoline.toml").write_text(SETTINGS.format(project=PROJECT), "utf-8")
        asyncio.run(make_store(folder / "cast.db"))
        self._settings = load_settings(folder / "infoline.toml")
        self.files, problems = read_files(self._settings)
        assert not problems, "\n".join(map(str, problems))
        self.said: dict[str, set[tuple[str, str]]] = defaultdict(set)
        """By line, languages and names of the sentences that were said."""
        self._line = ""

    def play(self, transcript: Transcript) -> str:
        """The file as it would be written now."""
        self._line = transcript.line
        for left in self._folder.glob("accounts.db*"):
            left.unlink()
        if WITHOUT in transcript.heading:
            (self._folder / "accounts.db").write_text(GONE)
        else:
            shutil.copy(self._folder / "cast.db", self._folder / "accounts.db")
        files = replace(self.files, facts={**self.files.facts, **transcript.facts}, catalogue=self)
        parts = ["\n".join(transcript.heading)]
        for call in transcript.calls:
            parts.append("\n".join([call.typed, *self._try(files, call)]))
        return "\n\n".join(parts) + "\n"

    def _try(self, files: Files, call: Call) -> list[str]:
        return asyncio.run(printed(self._settings, files, **call.options))  # type: ignore[arg-type]

    def sentence(self, language: str, text: str, facts: Facts) -> str:
        """Stands where the catalogue does, and notes what is asked of it."""
        self.said[self._line].add((language, text))
        return self.files.catalogue.sentence(language, text, facts)
