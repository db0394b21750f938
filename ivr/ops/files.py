"""Settings in; the dialplans and prompts they name, read and checked against each other, out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ivr.accounts.packs import OPERATORS, outcomes_of
from ivr.errors import ConfigurationError
from ivr.flow import Facts, Plan, check, check_together, read_folder
from ivr.ops.settings import Settings
from ivr.speech.catalogue import Catalogue
from ivr.speech.recordings_check import missing_recordings

__all__ = ["Files", "read_again", "read_files", "recordings_left"]


@dataclass(frozen=True, slots=True)
class Files:
    """What operators write: the lines, what is said on them, and what every call knows from its start."""

    plans: tuple[Plan, ...]
    catalogue: Catalogue
    facts: Facts = field(default_factory=dict)

    def plan_for(self, dialled: str) -> Plan | None:
        """The line that answers a dialled number."""
        return next((plan for plan in self.plans if plan.line.answers(dialled)), None)


def read_files(settings: Settings) -> tuple[Files, list[ConfigurationError]]:
    """Read dialplans and prompts and check them together; with every problem found, none means sound."""
    catalogue, problems = Catalogue.read(settings.prompts.folder)
    plans, unread = read_folder(settings.dialplan.folder)
    problems += unread
    texts = {language: catalogue.texts(language) for language in catalogue.languages}
    for plan in plans:
        if plan.line.operator in OPERATORS:
            problems += check(plan, outcomes_of(plan.line.operator), texts, settings.dialplan.facts)
        else:
            expected = f'there is no operator "{plan.line.operator}", only {", ".join(OPERATORS)}'
            line = plan.line_of(("line", "operator"))
            problems.append(ConfigurationError(plan.file, "line.operator", expected, line))
    problems += check_together(plans)
    files = Files(tuple(plans), catalogue, settings.dialplan.facts)
    problems += unanswered(settings, files)
    return files, list({str(problem): problem for problem in problems}.values())  # a shared file's said once


def read_again(
    settings: Settings, again: Callable[[], Settings] | None
) -> tuple[Files, list[ConfigurationError]]:
    """Read all of it while the line runs on ``settings``: of newer ones only what concerns these files holds.

    ``again`` reads the newer settings, and may raise what is wrong with them; None where there are none.
    """
    if again is not None:
        newer = again()
        settings = settings.model_copy(update={"dialplan": newer.dialplan, "prompts": newer.prompts})
    return read_files(settings)


def unanswered(settings: Settings, files: Files) -> list[ConfigurationError]:
    """The registrations whose number no line answers."""
    numbers = ", ".join(number for plan in files.plans for number in plan.line.numbers)
    return [
        ConfigurationError(
            "infoline.toml",
            f"registrations.{place}.number",
            f"no line answers {entry.number}" + (f", only {numbers}" if numbers else ""),
        )
        for place, entry in enumerate(settings.registrations, 1)
        if entry.number and files.plan_for(entry.number) is None
    ]


def recordings_left(files: Files) -> list[str]:
    """What languages with recordings do not have recorded, with the amounts of the lines that speak them."""
    currencies: dict[str, set[str]] = {language: set() for language in files.catalogue.languages}
    for plan in files.plans:
        for language in currencies.keys() & set(plan.line.languages):
            currencies[language].add("CZK" if plan.line.country == "CZ" else "EUR")
    return [
        line
        for language, spoken in currencies.items()
        for line in missing_recordings(files.catalogue, language, sorted(spoken))
    ]
