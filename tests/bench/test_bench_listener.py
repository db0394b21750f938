"""The machine listener: what is drawn, said, lost on the way, concealed and taken for understood."""

from __future__ import annotations

import random
import re
from pathlib import Path

import numpy as np
import pytest

from bench.listener.__main__ import read_voices, record
from bench.listener.drawn import csv_of, draw
from bench.listener.lossy import FRAME, heard
from bench.listener.understood import same_amount, same_day, same_words
from ivr.media.g711 import decode, encode

LISTENER = Path(__file__).parents[2] / "bench" / "listener"


def packets(seconds: float = 1.0, hertz: float = 125.0) -> dict[int, bytes]:
    """A tone in A-law, by place; 125 Hz has a period of 64 samples."""
    time = np.arange(round(seconds * 8000)) / 8000
    octets = encode((6000 * np.sin(2 * np.pi * hertz * time)).astype(np.int16), "PCMA").tobytes()
    return {start // FRAME: octets[start : start + FRAME] for start in range(0, len(octets), FRAME)}


def test_without_loss_the_sound_is_what_was_sent() -> None:
    sent = packets()
    sound = heard(sent, 0.0, random.Random(1))
    assert np.array_equal(encode(sound, "PCMA").tobytes(), b"".join(sent.values()))


def test_a_lost_packet_of_a_tone_is_filled_with_the_tone() -> None:
    sent = packets()
    whole = decode(np.frombuffer(b"".join(sent.values()), np.uint8), "PCMA").astype(float)
    sound = heard(sent, 0.05, random.Random(4)).astype(float)
    lost = [
        place
        for place in sent
        if not np.array_equal(sound[place * FRAME :][:FRAME], whole[place * FRAME :][:FRAME])
    ]
    assert lost
    for place in lost:
        piece, true = sound[place * FRAME :][:FRAME], whole[place * FRAME :][:FRAME]
        assert np.corrcoef(piece, true)[0, 1] > 0.95


class LostFrom(random.Random):
    """Throws that lose every packet from one on."""

    def __init__(self, place: int) -> None:
        super().__init__()
        self._left = place

    def random(self) -> float:
        self._left -= 1
        return 1.0 if self._left >= 0 else 0.0


def test_a_long_gap_falls_silent_within_60_ms() -> None:
    sound = heard(packets(), 0.5, LostFrom(10)).astype(float)
    before, first, second, third, after = (
        np.abs(sound[place * FRAME :][:FRAME]).max() for place in range(9, 14)
    )
    assert before == pytest.approx(first, rel=0.1)
    assert first > second > third > after == 0


def test_one_packet_in_a_hundred_is_lost() -> None:
    sent = packets(seconds=100.0)
    sound, whole = (heard(sent, loss, random.Random(7)).reshape(-1, FRAME) for loss in (0.01, 0.0))
    touched = int((sound != whole).any(axis=1).sum())
    assert 50 <= touched <= 110  # a gap also touches the packet behind it


@pytest.mark.parametrize(
    "written",
    [
        "Your credit is 1,234 crowns and 50 hellers.",
        "Your credit is $1,234.50.",
        "your credit in one thousand two hundred and thirty-four crown and fifty Hetland",
        "Your credit is 1,234 crowns, and 50 Helens!",
    ],
)
def test_an_amount_is_understood_however_it_is_written(written: str) -> None:
    said = "Your credit is one thousand two hundred and thirty-four crowns and fifty hellers."
    assert same_amount(said, written)


@pytest.mark.parametrize(
    "written", ["", "1,234 crowns", "1,243 crowns and 50", "1,234 50 5", "123,450", "1234 and 50"]
)
def test_another_amount_is_not(written: str) -> None:
    said = "Your credit is one thousand two hundred and thirty-four crowns and fifty hellers."
    assert not same_amount(said, written)


@pytest.mark.parametrize(
    "written",
    [
        "until the 21st of March 2031",
        "until March 21st, 2031.",
        "the twenty first of march twenty thirty one",
    ],
)
def test_a_day_is_understood_however_it_is_written(written: str) -> None:
    assert same_day("It is valid until the twenty-first of March twenty thirty-one.", written)


@pytest.mark.parametrize(
    "written", ["March 2031", "the 22nd of March 2031", "21st of May 2031", "21 March 2013"]
)
def test_another_day_is_not(written: str) -> None:
    assert not same_day("It is valid until the twenty-first of March twenty thirty-one.", written)


def test_case_and_commas_are_not_heard() -> None:
    assert same_words("Váš kredit je tisíc, dvě stě korun.", "váš kredit je tisíc dvě stě korun")


@pytest.mark.parametrize("language", ["cs", "en", "fr"])
def test_the_same_seed_draws_the_same_callers(language: str) -> None:
    customers = draw(language, 50)
    assert customers == draw(language, 50)
    assert customers != draw(language, 50, seed=1)
    assert len({one.number for one in customers}) == 50
    assert len(csv_of(customers).splitlines()) == 51
    assert len({one.sentence("amount") for one in customers}) > 45


@pytest.mark.parametrize(("language", "what"), [("cs", "amount"), ("cs", "day"), ("fr", "amount")])
def test_every_word_that_is_said_is_in_the_grammar_and_every_word_of_it_has_sounds(
    language: str, what: str
) -> None:
    grammar = (LISTENER / "words" / f"{language}-{what}.gram").read_text("utf-8").split(";", 2)[2]
    words = set(re.findall(r"\w+", re.sub(r"<\w+>|\bpublic\b", " ", grammar)))
    entries = (LISTENER / "words" / f"{language}.dict").read_text("utf-8").splitlines()
    assert words <= {re.sub(r"\(\d+\)", "", entry.split()[0]) for entry in entries}
    said = {word for one in draw(language, 400) for word in re.findall(r"\w+", one.sentence(what).lower())}
    assert said <= words


def test_the_running_lines_sentences_are_recorded() -> None:
    (voice,) = [
        one
        for one in read_voices(LISTENER / "voices.toml")
        if (one.name, one.language) == ("espeak-ng", "cs")
    ]
    customers = draw("cs", 2)
    told = record(voice, customers, ["amount", "day"], lambda: None)
    assert set(told) == {"amount", "day"}
    for recordings in told.values():
        assert len(recordings) == 2
        for recording in recordings:
            sound = heard(recording, 0.0, random.Random(1))
            assert 1.5 < len(sound) / 8000 < 12
            assert np.abs(sound).max() > 3000
