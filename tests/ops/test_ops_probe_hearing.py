"""What was heard is found where it stands, however it was carried; what was not said is not found."""

import base64

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.media.g711 import decode, encode
from ivr.ops.probe_call import RATE, recorded, write_wav
from ivr.ops.probe_hearing import level, locate, speech_spells


def speech(seed: int, seconds: float) -> np.ndarray:
    """Something as varied as speech: noise in a band, in syllables of different pitch and loudness."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=int(seconds * RATE))
    spectrum = np.fft.rfft(noise)
    hertz = np.fft.rfftfreq(len(noise), 1 / RATE)
    spectrum[(hertz < 300) | (hertz > 1500)] = 0
    loudness = np.repeat(rng.uniform(0.2, 1.0, int(seconds * 6) + 1), RATE // 6 + 1)[: len(noise)]
    wave = np.fft.irfft(spectrum, len(noise)) * loudness
    return (wave / np.abs(wave).max() * 12000).astype(np.int16)


def quiet(seconds: float) -> np.ndarray:
    return np.zeros(int(seconds * RATE), np.int16)


ONE, TWO = speech(1, 2.0), speech(2, 3.0)


@pytest.mark.parametrize("codec", ["PCMA", "PCMU"])
def test_a_sentence_is_found_to_the_sample_through_either_law(codec):
    line = np.concatenate([quiet(0.7), ONE, quiet(0.4), TWO, quiet(1)])
    heard = decode(encode(line, codec), codec)
    place = locate(heard, TWO)
    assert place.start == pytest.approx(3.1 * RATE, abs=1)
    assert place.alike > 0.99


def test_loudness_does_not_matter_and_silence_around_a_sentence_neither():
    heard = np.concatenate([quiet(0.5), (ONE * 0.2).astype(np.int16), quiet(0.5)])
    place = locate(heard, np.concatenate([quiet(0.25), ONE, quiet(0.3)]))
    assert place.start == pytest.approx(0.25 * RATE, abs=1)
    assert place.alike > 0.99


def test_a_sentence_that_was_not_said_is_not_found():
    heard = np.concatenate([quiet(0.5), ONE, quiet(3)])
    assert locate(heard, TWO).alike < 0.5
    assert locate(quiet(5), TWO).alike == locate(heard, quiet(1)).alike == 0.0
    assert locate(ONE, TWO).alike == 0.0


def test_one_wrong_word_shows_in_the_worst_half_second():
    wrong = TWO.copy()
    wrong[12000:14400] = speech(3, 0.3)
    heard = np.concatenate([quiet(0.5), wrong, quiet(0.5)])
    assert locate(heard, TWO).alike > 0.85 and locate(heard, TWO).worst < 0.6
    lossy = TWO.copy()
    lossy[12000:12160] = 0
    assert locate(np.concatenate([quiet(0.5), lossy, quiet(0.5)]), TWO).worst > 0.8


def test_a_slip_of_a_few_milliseconds_within_a_sentence_does_not_hurt():
    heard = np.concatenate([quiet(0.5), TWO[: RATE + 3000], quiet(0.012), TWO[RATE + 3000 :], quiet(0.5)])
    assert locate(heard, TWO).alike > 0.9
    assert locate(np.concatenate([quiet(1), TWO[:12000], ONE[:12000]]), TWO).alike < 0.9


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**16 - 1),
    st.permutations(range(12)),
    st.sets(st.integers(1, 10), max_size=3),
)
def test_frames_in_any_order_and_with_gaps_are_laid_out_by_their_timestamps(ts, seq, order, missing):
    pcm = (np.arange(12 * 160) % 30000 + 1).astype("<i2").reshape(12, 160)
    events = [
        {
            "event": "rtp", "at": 0.1 + 0.02 * i, "seq": (seq + n) % 2**16, "ts": (ts + 160 * n) % 2**32,
            "ssrc": 1, "codec": "PCMA", "pcm": base64.b64encode(pcm[n].tobytes()).decode(),
        }
        for i, n in enumerate([0, *[n for n in order if n != 0]]) if n not in missing
    ]  # fmt: skip
    call = recorded(events)
    wanted = pcm.copy()
    wanted[list(missing)] = 0
    kept = max(n for n in range(12) if n not in missing) + 1
    assert np.array_equal(call.sound, wanted[:kept].ravel())
    assert call.lost == sum(1 for n in missing if n < kept)


def test_a_stream_that_starts_anew_goes_on_where_it_arrived():
    pcm = base64.b64encode(np.full(160, 99, "<i2").tobytes()).decode()
    frames = [(0.0, 1, 1000, 7), (0.02, 2, 1160, 7), (1.0, 500, 90, 8), (1.02, 501, 250, 8)]
    events = [
        {"event": "rtp", "at": at, "seq": seq, "ts": ts, "ssrc": ssrc, "codec": "PCMU", "pcm": pcm}
        for at, seq, ts, ssrc in frames
    ]
    call = recorded(events)
    assert (len(call.sound), call.lost) == (8160 + 160, 0)
    assert np.count_nonzero(call.sound) == 640


def test_levels_and_spells_say_when_the_line_spoke(tmp_path):
    line = np.concatenate([quiet(0.5), ONE, quiet(0.2), ONE, quiet(1), TWO])
    assert [tuple(round(edge, 1) for edge in spell) for spell in speech_spells(line)] == [
        (0.5, 4.7),
        (5.7, 8.7),
    ]
    assert level(quiet(1)) == 0.0 and level(ONE) > 1000
    write_wav(tmp_path / "heard.wav", line)
    assert (tmp_path / "heard.wav").stat().st_size == 44 + 2 * len(line)
