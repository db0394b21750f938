"""The chain to telephone speech, measured on tones and on speech-like noise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.errors import VoiceError
from ivr.speech.render import CHAIN, RATE, Samples, active_level, render

VOICE_RATE = 22050


def tone(*hertz: float, seconds: float = 1.0, rate: int = VOICE_RATE, peak: float = 8000.0) -> Samples:
    time = np.arange(int(seconds * rate)) / rate
    waves = [np.sin(2 * np.pi * frequency * time) for frequency in hertz]
    return (peak * np.sum(waves, axis=0) / len(waves)).astype(np.int16)


def power_at(samples: Samples, hertz: float, width: float = 20.0) -> float:
    """Power in dB around one frequency, over a middle piece of the sound."""
    piece = samples[1000:7000].astype(float) * np.hanning(6000)
    spectrum = np.abs(np.fft.rfft(piece)) ** 2
    frequencies = np.fft.rfftfreq(6000, 1 / RATE)
    return float(10 * np.log10(spectrum[abs(frequencies - hertz) < width].sum() + 1e-9))


def speech_like(seconds: float = 2.0, seed: int = 1, loudness: float = 3000.0) -> Samples:
    """Noise in bursts of syllables with pauses between the words."""
    random = np.random.default_rng(seed)
    time = np.arange(int(seconds * VOICE_RATE)) / VOICE_RATE
    syllables = np.maximum(np.sin(2 * np.pi * 2 * time), 0) * (np.sin(2 * np.pi * 0.4 * time) > -0.3)
    return np.clip(random.normal(0, loudness, len(time)) * syllables, -32768, 32767).astype(np.int16)


def test_a_5_khz_tone_does_not_fold_into_the_band() -> None:
    said = render(tone(1000, 5000), VOICE_RATE)
    assert power_at(said, 1000) - power_at(said, 3000) > 80


def test_100_hz_is_down_and_1_khz_is_not() -> None:
    said = render(tone(100, 1000), VOICE_RATE)
    assert 17 < power_at(said, 1000) - power_at(said, 100) < 20  # 12 dB an octave: (100/300)^2 is -19 dB


def test_the_corner_of_the_high_pass_is_300_hz() -> None:
    said = render(tone(300, 1500), VOICE_RATE)
    assert power_at(said, 1500) - power_at(said, 300) == pytest.approx(3.0, abs=0.3)


@pytest.mark.parametrize("loudness", [30.0, 3000.0, 30000.0])
def test_active_speech_stands_at_2600_however_loud_the_voice_was(loudness: float) -> None:
    said = render(speech_like(loudness=loudness), VOICE_RATE)
    assert 20 * np.log10(active_level(said) / CHAIN.level) == pytest.approx(0, abs=0.5)
    assert np.abs(said).max() <= CHAIN.ceiling


def test_pauses_do_not_count_as_speech() -> None:
    words = tone(1000, seconds=0.5)
    pause = np.zeros(VOICE_RATE, np.int16)
    together = render(np.concatenate([words, pause, words]), VOICE_RATE)
    assert active_level(together) == pytest.approx(CHAIN.level, rel=0.03)
    assert active_level(render(words, VOICE_RATE)) == pytest.approx(CHAIN.level, rel=0.03)


def test_a_click_is_limited_and_the_rest_left_alone() -> None:
    clicked = tone(1000, peak=1000)
    clicked[11025:11035] = 32000
    said = render(clicked, VOICE_RATE)
    assert np.abs(said).max() <= CHAIN.ceiling
    before, after = (int(np.abs(piece).max()) for piece in (said[800:3600], said[4800:7600]))
    assert before == pytest.approx(after, rel=0.02)
    assert before * 8 < CHAIN.ceiling < before * 32  # the click was thirty times the tone


def test_silence_at_the_edges_is_cut_and_a_breath_is_left_at_the_end() -> None:
    silence = np.zeros(VOICE_RATE, np.int16)
    said = render(np.concatenate([silence, tone(1000), silence]), VOICE_RATE)
    assert len(said) / RATE == pytest.approx(1.0 + CHAIN.tail, abs=0.05)
    assert not said[-round(CHAIN.tail * RATE) :].any()


def test_the_sound_cannot_be_changed_by_who_plays_it() -> None:
    with pytest.raises(ValueError, match="read-only"):
        render(tone(1000), VOICE_RATE)[0] = 1


@pytest.mark.parametrize("nothing", [np.zeros(0, np.int16), np.zeros(500, np.int16)])
def test_silence_alone_is_refused(nothing: Samples) -> None:
    with pytest.raises(VoiceError, match="only silence"):
        render(nothing, VOICE_RATE)


@settings(max_examples=25, deadline=None)
@given(st.binary(min_size=2, max_size=4000), st.sampled_from([8000, 11025, 16000, 22050, 48000]))
def test_any_noise_stays_below_the_ceiling(noise: bytes, rate: int) -> None:
    samples = np.frombuffer(noise[: len(noise) // 2 * 2], np.int16)
    try:
        said = render(samples, rate)
    except VoiceError:
        assert not samples.any() or len(samples) < rate / 10
    else:
        assert np.abs(said.astype(int)).max() <= CHAIN.ceiling


def test_the_handbook_gives_the_chains_values() -> None:
    handbook = (Path(__file__).parents[2] / "prompts" / "README.md").read_text(encoding="utf-8")
    for value in (
        f"{CHAIN.high_pass:g} Hz",
        f"RMS {CHAIN.level:g} of 16 bits",
        f"{CHAIN.ceiling:g} of 16 bits",
        f"{CHAIN.gate} dB below it",
        f"{CHAIN.silence:g} dB below the loudest",
        f"{CHAIN.tail:g} s",
        f"to {RATE} Hz",
        CHAIN.quality,
    ):
        assert value in handbook, value
