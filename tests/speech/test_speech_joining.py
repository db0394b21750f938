"""Recorded phrases become one sentence: no click, one level, a pause where the sentence makes one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from recorded_phrases import noise, record

from ivr.speech.joining import JOINING, join, trim_and_level
from ivr.speech.recordings import Pause, Piece, Recording, words_of
from ivr.speech.recordings_reader import read_recordings
from ivr.speech.render import CHAIN, RATE, Samples, active_level

PHRASES = {
    "kredit.wav": "Váš kredit je",
    "dve-ste.wav": "dvě stě",
    "tricet.wav": "třicet",
    "ctyri.wav": "čtyři",
    "korun.wav": "korun",
    "padesat.wav": "padesát",
    "haleru.wav": "haléřů.",
    "plati.wav": "Platí do",
    "prvniho.wav": "prvního března,",
    "roku.wav": "dva tisíce dvacet sedm.",
}
CREDIT = "Váš kredit je dvě stě třicet čtyři korun padesát haléřů."
SENTENCE = f"{CREDIT} Platí do prvního března, dva tisíce dvacet sedm."


def piece(samples: Samples, pause: Pause = "", rate: int = RATE) -> Piece:
    return Piece(Recording("a.wav", "a", words_of("a"), trim_and_level(samples, rate)), pause)


def tone(seconds: float = 0.5, hertz: float = 700.0, peak: float = 8000.0) -> Samples:
    """Begins and ends in the middle of a wave."""
    time = np.arange(int(seconds * RATE)) / RATE
    return (peak * np.cos(2 * np.pi * hertz * time)).astype(np.int16)


def joins(pieces: list[Piece]) -> list[int]:
    """Where each piece but the first begins, in samples."""
    places, place = [], 0
    for one in pieces[:-1]:
        place += len(one.recording.samples) + JOINING.gap(one.pause, slow=False)
        places.append(place)
    return places


@pytest.mark.parametrize("pause", ["", ",", "."])
def test_two_tones_that_break_off_are_joined_without_a_click(pause: Pause) -> None:
    pieces = [piece(tone(), pause), piece(tone(hertz=720.0), ".")]
    said = join(pieces).astype(float)
    steepest = np.abs(np.diff(said[800:2400])).max()
    assert np.abs(np.diff(said)).max() < 1.1 * steepest
    around = said[joins(pieces)[0] - 400 : joins(pieces)[0] + 400]
    power = np.abs(np.fft.rfft(around * np.hanning(len(around)))) ** 2
    hertz = np.fft.rfftfreq(len(around), 1 / RATE)
    assert 10 * np.log10(power[hertz > 1500].sum() / power.sum()) < -40


async def test_spoken_phrases_are_joined_without_a_jump_and_at_the_level_of_every_sentence(
    tmp_path: Path,
) -> None:
    await record(tmp_path / "recordings", PHRASES)
    found = read_recordings(tmp_path)
    assert found.problems == ()
    pieces = found.recordings.cover(SENTENCE)
    assert pieces is not None
    assert len(pieces) == len(PHRASES)
    said = join(pieces).astype(float)
    for place in joins(list(pieces)):
        edge = said[place - 10 : place + round(JOINING.overlap * RATE) + 10]
        assert np.abs(np.diff(edge)).max() < 0.2 * CHAIN.level
    assert abs(20 * np.log10(active_level(said) / CHAIN.level)) < 1
    assert np.abs(said).max() <= CHAIN.ceiling


async def test_phrases_that_were_recorded_at_different_levels_stand_at_one(tmp_path: Path) -> None:
    await record(tmp_path / "recordings", PHRASES)
    pieces = read_recordings(tmp_path).recordings.cover(SENTENCE)
    assert pieces is not None
    levels = [active_level(one.recording.samples) for one in pieces]
    assert 20 * np.log10(max(levels) / min(levels)) < 1


def test_a_comma_and_a_full_stop_have_their_pauses_and_nothing_else_has_one() -> None:
    lengths: dict[Pause, int] = {}
    for pause in ("", ",", "."):
        said = join([piece(noise(), pause), piece(noise(), ".")])  # type: ignore[arg-type]
        quiet = np.flatnonzero(np.abs(said[1000:-2500]) > CHAIN.level / 4)
        lengths[pause] = int(np.diff(quiet).max())  # type: ignore[index]
    assert lengths[""] < 0.05 * RATE
    assert JOINING.comma * RATE <= lengths[","] < (JOINING.comma + 0.05) * RATE
    assert JOINING.stop * RATE <= lengths["."] < (JOINING.stop + 0.05) * RATE


def test_slow_speech_has_more_room_at_every_join() -> None:
    pieces = [piece(noise(), ""), piece(noise(), ","), piece(noise(), ".")]
    longer = len(join(pieces, slow=True)) - len(join(pieces))
    assert longer == 2 * round(JOINING.slow * RATE)


def test_a_sentence_ends_with_the_pause_of_every_sentence_and_cannot_be_changed() -> None:
    said = join([piece(noise(), ".")])
    assert not said[-round(CHAIN.tail * RATE) :].any()
    assert said.dtype == np.int16
    assert not said.flags.writeable


def test_a_rooms_hum_around_a_phrase_is_cut_off() -> None:
    hum = noise(seconds=1.0, loudness=8.0, seed=2)
    spoken = noise(seconds=0.5)
    cut = trim_and_level(np.concatenate([hum, spoken, hum]), RATE)
    assert len(cut) / RATE == pytest.approx(0.5 + 2 * JOINING.edge, abs=0.03)
