"""Recorded phrases and a sentence in; the fewest of them that say it whole, or the words they lack, out.

Words are compared without regard to capitals, punctuation and hyphens; punctuation decides where recordings
may be joined and how: a phrase never runs over a pause of the sentence that it does not have itself, and
of two recordings of the same words the one that ends like the sentence does ("korun." or "korun,") is taken.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from ivr.speech.render import Samples

__all__ = ["Pause", "Piece", "Recording", "Recordings", "Words", "words_of"]

Pause = Literal["", ",", "."]  # none, a comma's, a full stop's

_STOPS, _COMMAS = ".!?…", ",;:–—"
_SEPARATORS = re.compile(r"[\s\-‐‑]+")


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence taken apart: its words in small letters, and the pause behind each."""

    words: tuple[str, ...]
    pauses: tuple[Pause, ...]


def words_of(text: str) -> Words:
    """Take a sentence apart: "Dobrý den, pět-set." is dobrý, den (a comma's pause), pět, set (a stop's)."""
    words: list[str] = []
    pauses: list[Pause] = []
    for piece in _SEPARATORS.split(unicodedata.normalize("NFC", text).replace("’", "'")):
        word = "".join(letter for letter in piece.casefold() if letter.isalnum() or letter == "'").strip("'")
        marks = {letter for letter in piece if letter in _STOPS or letter in _COMMAS}
        if word:
            words.append(word)
            pauses.append("")
        if marks and words:
            stop = pauses[-1] == "." or not marks.isdisjoint(_STOPS)
            pauses[-1] = "." if stop else ","
    return Words(tuple(words), tuple(pauses))


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """One file: what is said in it, and its sound as `ivr.speech.joining` cut and levelled it."""

    file: str
    phrase: str
    said: Words
    samples: Samples

    def fits(self, sentence: Words, start: int) -> bool:
        """Whether it has every pause that the sentence makes inside of it."""
        inside = sentence.pauses[start : start + len(self.said.words) - 1]
        return all(own or not pause for own, pause in zip(self.said.pauses, inside, strict=False))


@dataclass(frozen=True, slots=True)
class Piece:
    """A recording in its place in a sentence, and the pause that the sentence makes behind it."""

    recording: Recording
    pause: Pause


@dataclass(frozen=True, slots=True)
class _Way:
    """The best way to say a sentence from one word on; smaller costs are better."""

    cost: tuple[int, int, int]  # words that no recording says, recordings, endings of another melody
    step: int  # words said by the first of them
    recording: Recording | None


class Recordings:
    """All recordings of one language; they never change."""

    def __init__(self, recordings: Iterable[Recording]) -> None:
        self._by_words: dict[tuple[str, ...], list[Recording]] = {}
        for recording in recordings:
            self._by_words.setdefault(recording.said.words, []).append(recording)
        self._longest = max(map(len, self._by_words), default=0)

    def __len__(self) -> int:
        return sum(map(len, self._by_words.values()))

    def cover(self, text: str) -> tuple[Piece, ...] | None:
        """The fewest recordings that say all of a sentence, in order; None where some word has none."""
        sentence = words_of(text)
        pieces = []
        for start, way in self._walk(sentence):
            if way.recording is None:
                return None
            pieces.append(Piece(way.recording, sentence.pauses[start + way.step - 1]))
        return tuple(pieces) or None

    def missing(self, text: str) -> tuple[str, ...]:
        """The words of a sentence that no recording says where the others are said as far as they can be."""
        sentence = words_of(text)
        return tuple(sentence.words[start] for start, way in self._walk(sentence) if way.recording is None)

    def _walk(self, sentence: Words) -> Iterator[tuple[int, _Way]]:
        ways = self._ways(sentence)
        start = 0
        while start < len(sentence.words):
            yield start, ways[start]
            start += ways[start].step

    def _ways(self, sentence: Words) -> list[_Way]:
        """The best way from each word on, found from the last word backwards."""
        count = len(sentence.words)
        ways = [_Way((0, 0, 0), 0, None)] * (count + 1)
        for start in reversed(range(count)):
            skipped, joins, wrong = ways[start + 1].cost
            best = _Way((skipped + 1, joins, wrong), 1, None)
            for length in range(min(self._longest, count - start), 0, -1):
                skipped, joins, wrong = ways[start + length].cost
                for recording in self._by_words.get(sentence.words[start : start + length], ()):
                    if not recording.fits(sentence, start):
                        continue
                    other = recording.said.pauses[-1] != sentence.pauses[start + length - 1]
                    cost = (skipped, joins + 1, wrong + other)
                    if cost < best.cost:
                        best = _Way(cost, length, recording)
            ways[start] = best
        return ways
