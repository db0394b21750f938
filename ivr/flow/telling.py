"""Sentences as the plan names them in; what is said of them on this call, in its language, out."""

from __future__ import annotations

from collections.abc import Sequence

from ivr.flow.known import Known, Texts, chosen, holds
from ivr.flow.plan import Line
from ivr.flow.steps import AskStep, Sentence

__all__ = ["Telling"]


class Telling:
    """What one call knows, has heard and speaks."""

    __slots__ = ("_answer", "_asked_since", "_heard", "_line", "known", "language")

    def __init__(self, line: Line) -> None:
        self._line = line
        self.language = line.language
        self.known = Known()
        self._answer: Texts = ()
        self._asked_since = False
        self._heard: tuple[str, ...] = ()

    def switch(self, language: str) -> None:
        """Speak another language; ``account`` is the caller's own, where the line speaks it."""
        wanted = self.known.facts.get("language") if language == "account" else language
        if isinstance(wanted, str) and wanted in self._line.languages:
            self.language = wanted

    def chosen(self, sentences: Sequence[Sentence]) -> Texts:
        """The sentences that are said as things stand, with the facts of this moment."""
        return chosen(sentences, self.known.facts, f"in_{self.language}")

    def holds(self, fact: str) -> bool:
        """Whether a branch on a fact leads to ``yes``; ``in_en`` is true while the call is in English."""
        return fact == f"in_{self.language}" or holds(self.known.facts.get(fact))

    def answer(self, sentences: Sequence[Sentence]) -> Texts:
        """The same, kept to be repeated: an answer is all that is said from one question to the next."""
        said = self.chosen(sentences)
        if said:
            self._answer = said if self._asked_since else (*self._answer, *said)
            self._asked_since = False
        return said

    @property
    def last_answer(self) -> Texts:
        """What was said since the last question but one."""
        return self._answer

    def question(self, step: AskStep, again: bool) -> tuple[Sentence, ...]:
        """The words of a question: fewer for a caller who comes back, but not ``again`` after a silence."""
        self.asked()
        heard = step.name in self._heard
        if not heard:
            self._heard += (step.name,)
        return step.short if heard and step.short and not again else step.texts

    def asked(self) -> None:
        """A question has been put: what is said from now on is another answer."""
        self._asked_since = True
