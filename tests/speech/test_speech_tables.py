"""The native reader's tables, compared word for word with what is said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ivr.speech.functions import spoken_languages
from tests.speech.tables import FOLDER, difference, tables_of

LANGUAGES = spoken_languages()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_said_is_what_a_reader_of_the_language_has_read(language: str) -> None:
    changed = "".join(difference(file, text) for file, text in tables_of(language).items())
    assert not changed, f"python -m tests.speech.tables, and read what it changes:\n{changed[:2000]}"


def test_no_table_is_left_of_what_is_no_longer_said() -> None:
    said = {file for language in LANGUAGES for file in tables_of(language)}
    assert set(FOLDER.rglob("*.tsv")) == said


@pytest.mark.parametrize(
    "file", sorted(FOLDER.rglob("*.tsv")), ids=lambda file: str(file.relative_to(FOLDER))
)
def test_a_table_has_words_single_spaces_and_no_digit(file: Path) -> None:
    for line in file.read_text(encoding="utf-8").splitlines():
        for words in line.split("\t")[1:] if not line.startswith("#") else []:
            assert re.fullmatch(r"[^\W\d_](?:[^\W\d_]|[ ,'’-](?![ ,]|$)|, )*", words), line


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_amounts_of_a_table_never_sound_the_same(language: str) -> None:
    for name in ("money-czk", "money-eur", "units-time", "percent"):
        lines = (FOLDER / language / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
        words: dict[str, str] = {}
        for written, said in (line.split("\t") for line in lines if not line.startswith("#")):
            assert words.setdefault(said, written) == written
