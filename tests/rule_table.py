"""The operators' rules (docs/rules.toml) and the tests come in; docs/rules.md, rules with proofs, goes out.

A test proves a rule by carrying its id: in its name (``test_CP_16_...``), at the beginning of its docstring
(``CP-16, CP-17: ...``), or in the id of a case (``CP_16``). ``CP-S4`` stands for CP-S4a to CP-S4e. An id
further on in a docstring is a mention and proves nothing.

``python -m tests.rule_table`` writes the table (``make docs``); with ``--check`` it only says what is wrong.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import re
import sys
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

ROOT = Path(__file__).parents[1]
RULES = ROOT / "docs" / "rules.toml"
TABLE = ROOT / "docs" / "rules.md"

RULE_ID = re.compile(r"(?<![A-Za-z0-9])(CP|VP|GM|CS|VL)[-_](S?\d+[a-z]?)(?![A-Za-z0-9])")
LEADING = re.compile(rf"\s*(?:{RULE_ID.pattern}(?:,?\s+(?:and\s+)?)?)+")

HEAD = """\
# The operators' rules, and what proves them

Written by `make docs` from [rules.toml](rules.toml) and the tests; a test holds it to both. Ids are those
that code and tests carry. What a rule is:

- **rule**: the operator's page says it.
- **reading**: the page is silent or can be read in two ways; this is how it is read here.
- **gap**: the page gives no value, so it is a setting, or is not offered.
- **question**: as gap or reading, and the owner of the line is asked.

The packs contradict each other on purpose: each operator counts in its own way.
"""


class Rule(BaseModel):
    """One rule of docs/rules.toml; ``asks`` is for the owner, ``why`` says why no test proves it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    says: str
    kind: Literal["rule", "reading", "gap", "question"]
    asks: str = ""
    why: str = ""

    @model_validator(mode="after")
    def _questions_ask(self) -> Rule:
        if (self.kind == "question") != bool(self.asks):
            raise ValueError("kind is question where asks is given, and only there")
        return self


class Pack(BaseModel):
    """The rules of one page, by their ids."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    page: str
    rules: dict[str, Rule]


@dataclass(frozen=True, slots=True)
class Proof:
    """A test, or one case of it: its file in the project, its name as a sentence, the ids it carries."""

    file: str
    sentence: str
    proves: tuple[str, ...]
    mentions: tuple[str, ...] = ()


def read_packs(text: str) -> dict[str, Pack]:
    """The packs of docs/rules.toml; ValidationError or TOMLDecodeError where it is not one."""
    return {name: Pack.model_validate(pack) for name, pack in tomllib.loads(text).items()}


def ids_in(text: str) -> tuple[str, ...]:
    """The ids that stand in a text, with a hyphen, each once."""
    return tuple(dict.fromkeys(f"{pack}-{number}" for pack, number in RULE_ID.findall(text)))


def proof_of(file: str, test: str, doc: str, case: str) -> Proof:
    """What a test says of itself by its name, its docstring and the id of its case."""
    leading = LEADING.match(doc)
    by_case = ids_in(case)
    proves = ids_in(test) + (ids_in(leading[0]) if leading else ()) + by_case
    named_case = f": {_without_ids(case)}" if by_case and _without_ids(case) else ""
    sentence = _without_ids(test.removeprefix("test_")) + named_case
    return Proof(file, sentence, tuple(dict.fromkeys(proves)), ids_in(doc))


def _without_ids(name: str) -> str:
    return " ".join(RULE_ID.sub("", name).replace("_", " ").replace("()", "").split())


class Collected:
    """What pytest collects, kept as proofs by file and sentence; files that name no id are left alone."""

    def __init__(self) -> None:
        self.proofs: dict[tuple[str, str], Proof] = {}

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        named = collection_path.suffix != ".py" or RULE_ID.search(collection_path.read_text("utf-8"))
        return None if named else True

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        if not isinstance(item, pytest.Function):
            return
        case = item.callspec.id if hasattr(item, "callspec") else ""
        file = item.path.relative_to(ROOT).as_posix()
        proof = proof_of(file, item.originalname, item.obj.__doc__ or "", case)
        if proof.proves or proof.mentions:
            before = self.proofs.get((file, proof.sentence), proof)
            proves = tuple(dict.fromkeys(before.proves + proof.proves))
            self.proofs[file, proof.sentence] = replace(proof, proves=proves)


def collect() -> list[Proof]:
    """The tests that name an id, by file; SystemExit with pytest's words where they cannot be collected."""
    collected, said = Collected(), io.StringIO()
    options = ["--collect-only", "-qq", "-o", "addopts=--strict-markers", "-p", "no:cacheprovider"]
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        status = pytest.main([*options, str(ROOT / "tests")], plugins=[collected])
    if status != pytest.ExitCode.OK:
        raise SystemExit(f"the tests cannot be collected:\n{said.getvalue()}")
    return list(collected.proofs.values())


def by_rule(packs: dict[str, Pack], proofs: Iterable[Proof]) -> dict[str, list[Proof]]:
    """The proofs of each id, unknown ones among them; an id without its letter is all that have one."""
    known = [rule_id for pack in packs.values() for rule_id in pack.rules]
    found: dict[str, list[Proof]] = {rule_id: [] for rule_id in known}
    for proof in proofs:
        for rule_id in proof.proves:
            lettered = [one for one in known if one[:-1] == rule_id and one[-1].isalpha()]
            for one in [rule_id] if rule_id in known else lettered or [rule_id]:
                if proof not in found.setdefault(one, []):
                    found[one].append(proof)
    return found


def faults(packs: dict[str, Pack], proofs: Sequence[Proof]) -> list[str]:
    """What is wrong between rules and tests, a line each; empty when every rule is accounted for."""
    rules = {rule_id: rule for pack in packs.values() for rule_id, rule in pack.rules.items()}
    found = by_rule(packs, proofs)
    wrong = [
        f"{rule_id} stands in two packs"
        for rule_id in rules
        if sum(rule_id in pack.rules for pack in packs.values()) > 1
    ]
    for rule_id, rule in rules.items():
        if not found[rule_id] and not rule.why:
            wrong.append(f"{rule_id} has no test, and docs/rules.toml does not say why")
        if found[rule_id] and rule.why:
            wrong.append(f"{rule_id} says why it has no test, and has one: {found[rule_id][0].file}")
    families = {rule_id[:-1] for rule_id in rules if rule_id[-1].isalpha()}
    for proof in proofs:
        for rule_id in dict.fromkeys(proof.proves + proof.mentions):
            if rule_id not in rules and rule_id not in families:
                wrong.append(f"{proof.file}: {proof.sentence}: there is no rule {rule_id}")
    return wrong


def table(packs: dict[str, Pack], proofs: Sequence[Proof]) -> str:
    """The text of docs/rules.md."""
    found = by_rule(packs, proofs)
    rules = {rule_id: rule for pack in packs.values() for rule_id, rule in pack.rules.items()}
    proved = sum(bool(found[rule_id]) for rule_id in rules)
    tests = sum(bool(proof.proves) for proof in proofs)
    parts = [HEAD, f"{len(rules)} rules, {proved} of them proved by {tests} tests.\n"]
    for name, pack in packs.items():
        parts.append(f"## {pack.title}\n\nPack `{name}`: {pack.page}.\n")
        rows = [_row(rule_id, rule, found[rule_id]) for rule_id, rule in pack.rules.items()]
        parts.append("\n".join(["| id | the rule | kind | proved by |", "|---|---|---|---|", *rows]) + "\n")
    parts.append("## Questions to the owner\n")
    asked = [
        f"- {rule_id}: {rule.asks} Until then: {rule.says}" for rule_id, rule in rules.items() if rule.asks
    ]
    return "\n".join([*parts, *asked]) + "\n"


def _row(rule_id: str, rule: Rule, proofs: list[Proof]) -> str:
    links = "<br>".join(f"[{_escaped(proof.sentence)}](../{proof.file})" for proof in proofs)
    return f"| {rule_id} | {_escaped(rule.says)} | {rule.kind} | {links or f'no test: {rule.why}'} |"


def _escaped(text: str) -> str:
    return re.sub(r"([|\[\]])", r"\\\1", text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check the table; 1 and a line a fault where something is wrong."""
    parser = argparse.ArgumentParser(description="docs/rules.md from docs/rules.toml and the tests")
    parser.add_argument("--check", action="store_true", help="write nothing, only say what is wrong")
    check = parser.parse_args(arguments).check
    try:
        packs = read_packs(RULES.read_text("utf-8"))
    except (ValidationError, tomllib.TOMLDecodeError) as error:
        print(f"docs/rules.toml: {error}")
        return 1
    proofs = collect()
    wrong = faults(packs, proofs)
    text = table(packs, proofs)
    if not check:
        TABLE.write_text(text, "utf-8")
    elif not TABLE.exists() or TABLE.read_text("utf-8") != text:
        wrong.append("docs/rules.md is not what the tests say: make docs")
    print("\n".join(wrong), end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
