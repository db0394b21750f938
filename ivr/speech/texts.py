"""A folder of ``.ftl`` files in; the texts of one language, checked, and what is wrong with them out.

Checked here, with file and line: what Fluent cannot read, a text that stands twice, a function or an option
that does not exist, a fact spoken without a function, digits in a sentence, a reference to nothing, a choice
that leaves a plural class out, a case that a preposition does not allow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from itertools import pairwise
from pathlib import Path
from typing import Any

from fluent.syntax import FluentParser, ast
from fluent.syntax.visitor import Visitor

from ivr.errors import ConfigurationError
from ivr.speech.choices import wrong_choices
from ivr.speech.functions import FUNCTIONS
from ivr.speech.prepositions import wrong_case

__all__ = ["Text", "nearest", "read_texts"]


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence or a few under one name: its facts, what it refers to, and where it stands (line from 1).

    `variables` are all the facts that it needs, `chosen_by` those of them that choose between variants.
    """

    name: str
    file: Path
    line: int
    entry: Any
    variables: frozenset[str]
    chosen_by: frozenset[str]
    references: frozenset[str]


@dataclass(slots=True)
class _Reading:
    language: str
    texts: dict[str, Text] = field(default_factory=dict)
    problems: list[ConfigurationError] = field(default_factory=list)


def nearest(name: str, names: Mapping[str, object]) -> str:
    """``; did you mean "credit"?`` or nothing."""
    close = get_close_matches(name, list(names), n=1)
    return f'; did you mean "{close[0]}"?' if close else ""


def read_texts(folder: Path) -> tuple[dict[str, Text], list[ConfigurationError]]:
    """Read every ``.ftl`` below a language's folder, which has its name; terms are named as ``-name``."""
    reading = _Reading(folder.name)
    files = sorted(folder.rglob("*.ftl"))
    if not files:
        reading.problems.append(ConfigurationError(folder, "", "a folder with .ftl files is expected"))
    for file in files:
        _read_file(file, reading)
    reading.problems.extend(_references_to_nothing(reading.texts))
    return {name: _with_all_variables(text, reading.texts) for name, text in reading.texts.items()}, (
        reading.problems
    )


def _read_file(file: Path, reading: _Reading) -> None:
    try:
        source = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = "UTF-8 text" if isinstance(error, UnicodeDecodeError) else "a file that can be read"
        reading.problems.append(ConfigurationError(file, "", f"{reason} is expected"))
        return
    for entry in FluentParser().parse(source).body:
        if isinstance(entry, ast.Junk):
            reading.problems.extend(_unreadable(file, source, entry))
        elif isinstance(entry, ast.Message | ast.Term):
            _read_entry(file, source, entry, reading)


def _unreadable(file: Path, source: str, junk: Any) -> Iterator[ConfigurationError]:
    for note in junk.annotations:
        shown = source[junk.span.start : junk.span.end].strip().split("\n")[0][:60]
        yield ConfigurationError(
            file, f'"{shown}"', f"not a text: {note.message}", _line(source, note.span.start)
        )


def _read_entry(file: Path, source: str, entry: Any, reading: _Reading) -> None:
    name = f"-{entry.id.name}" if isinstance(entry, ast.Term) else entry.id.name
    line = _line(source, entry.id.span.start)

    def problem(expected: str, node: Any = None) -> None:
        place = line if node is None or node.span is None else _line(source, node.span.start)
        reading.problems.append(ConfigurationError(file, name, expected, place))

    if name in reading.texts:
        first = reading.texts[name]
        problem(f"the text stands twice; the first is at {first.file}:{first.line}")
        return
    if entry.value is None:
        problem("a text after the = is expected")
        return
    if entry.attributes:
        problem("a text has no attributes here; write a text of its own", entry.attributes[0])
    walk = _Walk(problem, reading.language, is_term=isinstance(entry, ast.Term))
    walk.visit(entry)
    reading.texts[name] = Text(
        name,
        file,
        line,
        entry,
        frozenset(walk.variables),
        frozenset(walk.chosen_by),
        frozenset(walk.references),
    )


class _Walk(Visitor):
    """Visits one text's tree; Fluent's own names of the nodes name the methods."""

    def __init__(self, problem: Callable[[str, Any], None], language: str, is_term: bool) -> None:
        self.problem, self.language, self.is_term = problem, language, is_term
        self.variables: set[str] = set()
        self.chosen_by: set[str] = set()
        self.references: set[str] = set()

    def visit_Comment(self, node: Any) -> None:  # noqa: N802
        """Comments may hold anything."""

    def visit_Pattern(self, node: Any) -> None:  # noqa: N802
        for element, following in pairwise(node.elements):
            called = getattr(following, "expression", None)
            if isinstance(element, ast.TextElement) and isinstance(called, ast.FunctionReference):
                given = {option.name.name: str(option.value.value) for option in called.arguments.named}
                wrong = wrong_case(self.language, element.value, called.id.name, given)
                if wrong:
                    self.problem(wrong, called)
        self.generic_visit(node)

    def visit_TextElement(self, node: Any) -> None:  # noqa: N802
        if any(letter.isdigit() for letter in node.value):
            self.problem("numbers are written in words, or said by COUNT, PHONE, DIGITS or NAME", node)

    def visit_Placeable(self, node: Any) -> None:  # noqa: N802
        if isinstance(node.expression, ast.VariableReference):
            self.problem(f"a fact is said by one of {', '.join(FUNCTIONS)}", node)
        self.generic_visit(node)

    def visit_SelectExpression(self, node: Any) -> None:  # noqa: N802
        for wrong in wrong_choices(node, self.language):
            self.problem(wrong, node)
        if isinstance(node.selector, ast.VariableReference):
            self.chosen_by.add(node.selector.id.name)
        self.generic_visit(node)

    def visit_VariableReference(self, node: Any) -> None:  # noqa: N802
        if self.is_term:
            self.problem("a term has no facts; write it as a text", node)
        self.variables.add(node.id.name)

    def visit_MessageReference(self, node: Any) -> None:  # noqa: N802
        self.references.add(node.id.name)

    def visit_TermReference(self, node: Any) -> None:  # noqa: N802
        self.references.add(f"-{node.id.name}")

    def visit_FunctionReference(self, node: Any) -> None:  # noqa: N802
        function = FUNCTIONS.get(node.id.name)
        if function is None:
            known = ", ".join(FUNCTIONS)
            self.problem(
                f"there is no function {node.id.name}, only {known}{nearest(node.id.name, FUNCTIONS)}", node
            )
        else:
            if len(node.arguments.positional) != 1:
                self.problem(f"{function.name} takes one fact", node)
            for option in node.arguments.named:
                allowed = function.options.get(option.name.name)
                if allowed is None:
                    self.problem(f"{function.name} has no option {option.name.name}", node)
                elif getattr(option.value, "value", None) not in allowed:
                    self.problem(f"{option.name.name} is one of {', '.join(sorted(allowed))}", node)
        for argument in node.arguments.positional:
            self.visit(argument)


def _line(source: str, offset: int) -> int:
    return source.count("\n", 0, offset) + 1


def _references_to_nothing(texts: Mapping[str, Text]) -> Iterator[ConfigurationError]:
    for text in texts.values():
        for name in sorted(text.references - texts.keys()):
            yield ConfigurationError(
                text.file, text.name, f'there is no text "{name}"{nearest(name, texts)}', text.line
            )
        if text.name in _reached(text, texts):
            yield ConfigurationError(text.file, text.name, "the text refers to itself", text.line)


def _reached(text: Text, texts: Mapping[str, Text]) -> set[str]:
    reached: set[str] = set()
    ahead = list(text.references)
    while ahead:
        name = ahead.pop()
        if name in texts and name not in reached:
            reached.add(name)
            ahead.extend(texts[name].references)
    return reached


def _with_all_variables(text: Text, texts: Mapping[str, Text]) -> Text:
    reached = [texts[name] for name in _reached(text, texts)]
    return replace(
        text,
        variables=text.variables.union(*(other.variables for other in reached)),
        chosen_by=text.chosen_by.union(*(other.chosen_by for other in reached)),
    )
