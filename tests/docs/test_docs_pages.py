"""Every page leads to what is there: files, sections, settings, programs and commands."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from pathlib import Path

import pytest
from typer.main import get_command

from ivr.ops.cli import app

ROOT = Path(__file__).parents[2]
PAGES = [
    page
    for folder in (".", "docs", "dialplan", "prompts", "asterisk-conf", "kamailio-conf", "tests/transcripts")
    for page in sorted((ROOT / folder).glob("*.md"))
]
SETTINGS = tomllib.loads(re.sub(r"(?m)^#(?! )", "", (ROOT / "infoline.toml").read_text("utf-8")))
OF_NODES_AND_GROUPS = {"registrations", "credentials"}  # written as "# key = value": there is no default
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def section(heading: str) -> str:
    """The name by which a link leads to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def prose(page: Path) -> str:
    return re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if "://" in link:
            continue
        file, _, part = link.partition("#")
        there = page.parent / file if file else page
        assert there.exists(), link
        if part:
            headings = re.findall(r"(?m)^#+ (.*)$", there.read_text("utf-8"))
            assert part in map(section, headings), link


@each_page
def test_settings_that_are_named_are_there(page: Path) -> None:
    for table, key in re.findall(r"`\[+([a-z_.]+)\]+ ([a-z_]+)", prose(page)):
        if page.name == "CHANGELOG.md" or table in OF_NODES_AND_GROUPS:
            continue
        held: object = SETTINGS
        for name in table.split("."):
            assert isinstance(held, dict) and name in held, f"[{table}] {key}"
            held = held[name]
        tables = held if isinstance(held, list) else [held]
        assert any(key in one for one in tables), f"[{table}] {key}"


@each_page
def test_programs_and_commands_that_are_named_are_there(page: Path) -> None:
    text = page.read_text("utf-8")
    targets = re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"))
    for target in re.findall(r"(?m)(?:`|^)make ([a-z-]+)", text):
        assert target in targets, f"make {target}"
    for module in re.findall(r"python -m ([a-z_.]+[a-z_])", text):
        assert importlib.util.find_spec(module), f"python -m {module}"
    ivr = get_command(app)
    for name, second in re.findall(r"(?m)(?:`|^\$ |^)ivr ([a-z]+)(?: (?:--\w+ \w+ )?([a-z][a-z-]*))?", text):
        if name == "reload":  # considered, says DESIGN.md, and not built
            continue
        command = ivr.commands.get(name)  # type: ignore[attr-defined]
        assert command is not None, f"ivr {name}"
        if second and (below := getattr(command, "commands", None)):
            assert second in below, f"ivr {name} {second}"
