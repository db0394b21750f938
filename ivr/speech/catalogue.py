"""A language, a text's name and facts in; the sentence in plain words out.

The texts stand in ``prompts/<language>/*.ftl`` (Project Fluent).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fluent.runtime import FluentBundle
from fluent.syntax import ast
from fluent.syntax.visitor import Visitor

from ivr.errors import ConfigurationError
from ivr.speech.functions import Fact, bind, speller_for, spoken_languages
from ivr.speech.numbers import Speller
from ivr.speech.recordings import Piece
from ivr.speech.recordings_reader import ReadRecordings, read_recordings
from ivr.speech.texts import Text, nearest, read_texts

__all__ = ["Catalogue", "PromptProblems"]


class PromptProblems(ConfigurationError):
    """Everything that is wrong with the prompt files: one line each in its text, one by one in `problems`."""

    def __init__(self, problems: tuple[ConfigurationError, ...]) -> None:
        """Take the problems as they were found, at least one."""
        first = problems[0]
        super().__init__(first.file, first.place, first.expected, first.line)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


@dataclass(frozen=True, slots=True)
class _Language:
    folder: Path
    speller: Speller
    bundle: Any
    texts: Mapping[str, Text]
    recorded: ReadRecordings


class Catalogue:
    """All sentences of all languages; read once, then only asked."""

    def __init__(self, folder: Path, languages: Mapping[str, _Language]) -> None:
        self._folder, self._languages = folder, languages

    @classmethod
    def load(cls, folder: Path) -> Catalogue:
        """Read a folder of languages; PromptProblems with every problem found."""
        catalogue, problems = cls.read(folder)
        if problems:
            raise PromptProblems(tuple(problems))
        return catalogue

    @classmethod
    def read(cls, folder: Path) -> tuple[Catalogue, list[ConfigurationError]]:
        """Read what can be read, beside the problems, for a check that goes on to look at the dialplan."""
        problems: list[ConfigurationError] = []
        languages: dict[str, _Language] = {}
        places = sorted(place for place in folder.glob("*") if place.is_dir()) if folder.is_dir() else []
        if not places:
            problems.append(ConfigurationError(folder, "", "a folder of languages is expected, such as cs/"))
        for place in places:
            speller = speller_for(place.name)
            if speller is None:
                known = ", ".join(spoken_languages())
                problems.append(ConfigurationError(place, "", f"numbers can be said only in {known}"))
                continue
            texts, wrong = read_texts(place)
            problems.extend(wrong)
            bundle = FluentBundle([place.name], functions=bind(speller), use_isolating=False)
            bundle.add_resource(ast.Resource([text.entry for text in texts.values()]))
            recorded = read_recordings(place)
            problems.extend(recorded.problems)
            languages[place.name] = _Language(place, speller, bundle, texts, recorded)
        return cls(folder, languages), problems

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that have texts."""
        return tuple(self._languages)

    def texts(self, language: str) -> dict[str, frozenset[str]]:
        """Every text of a language with the facts that it needs, also through the texts it refers to."""
        known = self._language(language).texts
        return {name: text.variables for name, text in known.items() if not name.startswith("-")}

    def is_fixed(self, language: str, text_id: str) -> bool:
        """Whether a text says the same to every caller: it needs no fact."""
        return not self._text(language, text_id).variables

    def place(self, language: str, text_id: str) -> tuple[Path, int]:
        """The file and line (from 1) of a text."""
        text = self._text(language, text_id)
        return text.file, text.line

    def fixed_sentences(self, language: str) -> list[str]:
        """The words of every fixed text, for the voices to prepare; a text used twice comes once."""
        names = [name for name, variables in self.texts(language).items() if not variables]
        return list(dict.fromkeys(self.sentence(language, name, {}) for name in names))

    def functions(self, language: str) -> frozenset[str]:
        """The functions that the texts of a language call, such as MONEY."""
        calls = _Calls()
        for text in self._language(language).texts.values():
            calls.visit(text.entry)
        return frozenset(calls.names)

    def recordings(self, language: str) -> ReadRecordings:
        """The operator's own recordings in a language, often none."""
        return self._language(language).recorded

    def recorded(self, language: str, words: str) -> tuple[Piece, ...] | None:
        """The recordings that say a sentence whole, in their order; None where a voice has to say it."""
        return self._language(language).recorded.recordings.cover(words)

    def sentence(self, language: str, text_id: str, facts: Mapping[str, object]) -> str:
        """Say a text in plain words: no digit, no mark of Fluent, single spaces.

        ConfigurationError with the text's file and line for a missing text, a missing fact or a fact of
        the wrong kind; facts themselves are not repeated in it. Facts that the text does not use are ignored.
        """
        text = self._text(language, text_id)
        missing = sorted(text.variables - facts.keys())
        if missing:
            raise self._wrong(text, f"the text needs the fact {', '.join(missing)}")
        for name in sorted(text.chosen_by):
            if not isinstance(facts[name], int | str):
                raise self._wrong(
                    text, f"{name} chooses between variants; a count, a word or yes/no can do so"
                )
        given = {name: _for_fluent(facts[name]) for name in text.variables}
        known = self._language(language)
        bundle, speller = known.bundle, known.speller
        said, errors = bundle.format_pattern(bundle.get_message(text_id).value, given)
        if errors:
            raise self._wrong(text, "; ".join(str(error) for error in errors))
        words = speller.in_sentence(" ".join(str(said).split()))
        if not words or any(letter.isdigit() or letter in "{}" for letter in words):
            raise self._wrong(text, "the text does not come out in words")
        return words

    def _language(self, language: str) -> _Language:
        found = self._languages.get(language)
        if found is None:
            known = ", ".join(self._languages) or "none"
            raise ConfigurationError(self._folder, "", f'there is no language "{language}", only {known}')
        return found

    def _text(self, language: str, text_id: str) -> Text:
        known = self._language(language)
        text = known.texts.get(text_id)
        if text is None or text_id.startswith("-"):
            expected = f'there is no text "{text_id}"{nearest(text_id, self.texts(language))}'
            raise ConfigurationError(known.folder, "", expected)
        return text

    @staticmethod
    def _wrong(text: Text, expected: str) -> ConfigurationError:
        return ConfigurationError(text.file, text.name, expected, text.line)


class _Calls(Visitor):
    """Collects the names of functions; Fluent's own name of the node names the method."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_FunctionReference(self, node: Any) -> None:  # noqa: N802
        self.names.add(node.id.name)
        self.generic_visit(node)


def _for_fluent(fact: object) -> Any:
    """Fluent passes on texts and whole numbers and selects on them; anything else goes to a function."""
    if isinstance(fact, bool):
        return "yes" if fact else "no"
    return fact if isinstance(fact, int | str) else Fact(fact)
