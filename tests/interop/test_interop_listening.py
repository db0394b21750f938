"""The measure itself: the same sound is found wherever it is, another sound is not."""

import audioop
from pathlib import Path

import numpy as np
import pytest
from listening import RATE, find, read_wav, signal_to_noise, write_wav

rng = np.random.default_rng(4488)


def speech(seconds: float) -> np.ndarray:
    """Noise in syllables with a moving formant: spectrum and rhythm like speech, never twice the same."""
    count = int(seconds * RATE)
    noise = rng.normal(0, 1, count)
    smooth = np.convolve(noise, np.hanning(12), "same")
    syllables = np.repeat(rng.uniform(0.05, 1.0, count // 1200 + 1), 1200)[:count]
    return (smooth * syllables * 3000).clip(-32000, 32000).astype(np.int16)


def among(wanted: np.ndarray, before: float, after: float) -> np.ndarray:
    return np.concatenate([speech(before), wanted, speech(after)])


def test_a_sentence_is_found_where_it_begins() -> None:
    wanted = speech(3)
    found = find(among(wanted, 1.25, 2), wanted)
    assert found.offset_s == pytest.approx(1.25, abs=0.001)
    assert found.correlation > 0.999


def test_loudness_does_not_matter() -> None:
    wanted = speech(2)
    assert find((among(wanted, 1, 1) * 0.2).astype(np.int16), wanted).correlation > 0.99


def test_another_sentence_is_not_found() -> None:
    assert find(among(speech(3), 1, 1), speech(3)).correlation < 0.4


def test_silence_is_like_nothing() -> None:
    silence = np.zeros(RATE * 3, np.int16)
    assert find(silence, speech(1)).correlation == 0.0
    assert find(speech(3), silence[:RATE]).correlation == 0.0


def test_a_recording_shorter_than_the_sentence_is_no_match() -> None:
    wanted = speech(2)
    assert find(wanted[:RATE], wanted).correlation == 0.0


@pytest.mark.parametrize("slip_ms", [-20, 20, 60])
def test_a_jitter_buffer_that_slips_is_forgiven(slip_ms: int) -> None:
    wanted = speech(4)
    half, slip = len(wanted) // 2, slip_ms * RATE // 1000
    second = wanted[half - slip :] if slip < 0 else np.concatenate([np.zeros(slip, np.int16), wanted[half:]])
    heard = np.concatenate([speech(0.5), wanted[:half], second, speech(1)])
    found = find(heard, wanted)
    assert found.correlation > 0.9


def test_half_a_sentence_is_not_the_sentence() -> None:
    wanted = speech(4)
    half = np.concatenate([speech(1), wanted[: len(wanted) // 2], np.zeros(RATE * 4, np.int16)])
    assert find(half, wanted).correlation < 0.8


def test_a_law_keeps_the_sound_and_the_wrong_law_does_not() -> None:
    wanted = speech(2)
    coded = audioop.lin2alaw(wanted.tobytes(), 2)
    right = np.frombuffer(audioop.alaw2lin(coded, 2), np.int16)
    wrong = np.frombuffer(audioop.ulaw2lin(coded, 2), np.int16)
    assert signal_to_noise(right, wanted) > 30
    assert signal_to_noise(wrong, wanted) < 20
    assert find(right, wanted).correlation > 0.99


def test_a_recording_survives_the_disk(tmp_path: Path) -> None:
    samples = speech(1)
    write_wav(tmp_path / "a.wav", samples)
    assert np.array_equal(read_wav(tmp_path / "a.wav"), samples)
