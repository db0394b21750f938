"""Keys in the sound of a caller (ITU-T Q.23 and Q.24): what is heard, what is not, and when."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from memory_wire import PHONE, Bench, agreed

from ivr.media.g711 import encode
from ivr.media.rtp import Packet, pack
from ivr.media.tone_ears import HOP, ToneEars
from ivr.media.tones import HIGH, KEYS, LOW, pair, sequence, tone

ROW = np.array([0])


def heard(
    wave: np.ndarray, codec: str = "PCMA", begin: int = 0, missing: frozenset[int] = frozenset()
) -> str:
    """The keys in samples that begin somewhere in a packet of 20 ms, some packets missing."""
    samples = np.concatenate([np.zeros(begin), np.clip(np.round(wave), -32767, 32767)]).astype(np.int16)
    samples = np.concatenate([samples, np.zeros(-samples.size % 160 + 320, np.int16)])
    ears, keys = ToneEars(1), ""
    for place, packet in enumerate(samples.reshape(-1, 1, 160)):
        if place in missing:
            ears.lost(ROW)
        else:
            keys += "".join(key for _, key in ears.hear(ROW, encode(packet, codec), codec))
    return keys


def noise(size: int, level: float, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, level, size)


def one(key: str, seconds: float = 0.04, **how) -> np.ndarray:
    return np.concatenate([np.zeros(320), tone(key, seconds, **how), np.zeros(400)])


def farthest(
    key: str, signs: tuple[int, int], share: float = 0.015, hertz: float = 2.0
) -> tuple[float, float]:
    low, high = pair(key)
    return signs[0] * (share + hertz / low), signs[1] * (share + hertz / high)


@pytest.mark.parametrize("signs", list(itertools.product((-1, 0, 1), repeat=2)))
@pytest.mark.parametrize("twist", [-8, -6, -3, 0, 3, 4])
def test_every_key_of_40_ms_is_heard_at_the_edges_of_frequency_twist_and_level(signs, twist):
    for number, key in enumerate(KEYS):
        for level in (-25, -7):
            wave = one(key, level=level, twist=twist, detune=farthest(key, signs), phase=(number, 1.0))
            assert heard(wave, begin=(37 * number) % 160) == key, (key, level)


@pytest.mark.parametrize("key", KEYS)
def test_a_frequency_3_5_percent_off_is_no_key(key):
    for off in ((0.035, 0.0), (-0.035, 0.0), (0.0, 0.035), (0.0, -0.035)):
        assert heard(one(key, 0.1, detune=off)) == ""


@given(st.sampled_from(KEYS), st.integers(0, 159))
@settings(max_examples=60)
def test_23_ms_are_no_key_wherever_they_begin(key, begin):
    assert heard(one(key, 0.023), begin=begin) == ""


@pytest.mark.parametrize("twist", [-15, -12, 9, 12])
def test_tones_too_far_apart_in_level_are_no_key(twist):
    assert [key for key in KEYS if heard(one(key, 0.1, level=-20, twist=twist))] == []


def test_what_is_too_faint_is_no_key():
    assert [key for key in KEYS if heard(one(key, 0.1, level=-55))] == []
    assert heard(one("5", 0.1, level=-25)) == "5"


@pytest.mark.parametrize("codec", ["PCMA", "PCMU"])
def test_keys_follow_each_other_with_40_ms_of_tone_and_of_pause(codec):
    for begin in (0, 55, 110):
        assert heard(sequence(KEYS + "55", 0.04, 0.04), codec, begin) == KEYS + "55"


@pytest.mark.parametrize("seed", range(6))
def test_keys_are_heard_through_noise_15_db_below_them(seed):
    wave = sequence(KEYS, 0.05, 0.05).astype(float)
    level = np.sqrt(np.mean(tone("1", 1.0) ** 2) / 10**1.5)
    assert heard(wave + noise(wave.size, level, seed), begin=17 * seed) == KEYS


def test_a_break_of_10_ms_does_not_double_a_key():
    for place in range(200, 480, 40):
        wave = one("7", 0.1)
        wave[320 + place : 320 + place + 80] = 0
        assert heard(wave) == "7"


@given(st.frozensets(st.integers(0, 200), max_size=4), st.integers(0, 159))
@settings(max_examples=60)
def test_lost_packets_never_make_a_key_of_100_ms_another_or_double_it(missing, begin):
    keys = "159D"
    left = iter(heard(sequence(keys, 0.1, 0.1), begin=begin, missing=missing))
    assert all(key in keys for key in left)
    apart = frozenset(place for place in missing if not {place - 1, place + 1} & missing)
    assert heard(sequence(keys, 0.1, 0.1), begin=begin, missing=apart) == keys


def test_one_tone_alone_and_two_of_one_group_are_no_key():
    time = np.arange(1600) / 8000
    for frequencies in [(LOW[0],), (HIGH[2],), (LOW[0], LOW[2]), (HIGH[0], HIGH[3]), (440.0, 480.0)]:
        wave = sum(6000 * np.sin(2 * np.pi * hertz * time) for hertz in frequencies)
        assert heard(np.asarray(wave)) == ""


def test_a_third_tone_beside_them_is_no_key():
    time = np.arange(1600) / 8000
    assert heard(tone("5", 0.2) + 4000 * np.sin(2 * np.pi * 2000 * time)) == ""


def test_many_calls_at_once_hear_each_its_own():
    ears = ToneEars(64)
    rows = np.arange(48)
    waves = np.stack([sequence(KEYS[row % 16], 0.06, 0.06) for row in rows])
    found: list[tuple[int, str]] = []
    for first in range(0, waves.shape[1] - 159, 160):
        found += ears.hear(rows, encode(waves[:, first : first + 160], "PCMA"), "PCMA")
    assert sorted(found) == sorted((row, KEYS[row % 16]) for row in range(48))


def test_there_are_sixteen_keys():
    with pytest.raises(ValueError, match="no key"):
        pair("E")


# Through the plane


def speak(
    bench: Bench, stream, samples: np.ndarray, ptime: int = 160, first: int = 0, payload_type: int = 8, ssrc=7
):
    samples = np.concatenate([samples, np.zeros(-samples.size % ptime, np.int16)])
    for place, packet in enumerate(samples.reshape(-1, ptime)):
        payload = encode(packet, "PCMA").tobytes()
        header = Packet(payload_type, first + place, (first + place) * ptime, ssrc, False, payload)
        bench.hear(stream, pack(header), PHONE)
        bench.run_ms(ptime // 8)


@pytest.mark.parametrize("ptime", [80, 160, 240, 480])
def test_a_caller_without_telephone_event_is_heard_by_tones(ptime):
    bench = Bench()
    stream = bench.plane.open(agreed(event_type=None))
    bench.run()
    speak(bench, stream, sequence("42#", 0.08, 0.08), ptime)
    assert bench.digits == [(stream, "4"), (stream, "2"), (stream, "#")]


def test_a_phone_that_sends_events_is_not_heard_by_its_tones_too():
    bench = Bench()
    stream = bench.plane.open(agreed())
    bench.run()
    bench.press(stream, "4", PHONE, 10)
    speak(bench, stream, sequence("4", 0.08, 0.08), first=100)
    assert bench.digits == [(stream, "4")]


def test_the_next_call_of_a_row_begins_with_nothing_in_its_ears():
    bench = Bench()
    stream = bench.plane.open(agreed(event_type=None))
    bench.run()
    speak(bench, stream, tone("6", 0.2).astype(np.int16))
    bench.plane.close(stream)
    bench.run_ms(3000)
    again = bench.plane.open(agreed(event_type=None))
    bench.run()
    speak(bench, again, sequence("6", 0.08, 0.08), first=500)
    assert bench.digits == [(stream, "6"), (again, "6")]


def test_a_key_pressed_again_after_a_silence_without_packets_is_heard_again():
    bench = Bench()
    stream = bench.plane.open(agreed(event_type=None))
    bench.run()
    wave = tone("6", 0.1).astype(np.int16)
    speak(bench, stream, wave)
    for place, packet in enumerate(wave.reshape(-1, 160)):
        header = Packet(8, 5 + place, (105 + place) * 160, 7, False, encode(packet, "PCMA").tobytes())
        bench.hear(stream, pack(header), PHONE)
        bench.run_ms(20)
    assert bench.digits == [(stream, "6"), (stream, "6")]


@pytest.mark.parametrize(("first", "ssrc"), [(5, 99), (5, 7), (20_003, 99), (50_000, 99)])
def test_a_phone_that_begins_a_new_stream_is_heard_whatever_its_numbers(first, ssrc):
    bench = Bench()
    stream = bench.plane.open(agreed(event_type=None))
    bench.run()
    speak(bench, stream, sequence("4", 0.08, 0.08), first=20_000)
    speak(bench, stream, sequence("25", 0.08, 0.08), first=first, ssrc=ssrc)
    assert bench.digits == [(stream, key) for key in "425"]


def test_a_key_that_goes_on_in_a_new_stream_is_one_key():
    bench = Bench()
    stream = bench.plane.open(agreed(event_type=None))
    bench.run()
    wave = tone("6", 0.2).astype(np.int16)
    speak(bench, stream, wave[:800], first=20_000)
    speak(bench, stream, wave[800:], first=5, ssrc=99)
    assert bench.digits == [(stream, "6")]


def test_packets_that_come_late_are_left_out():
    bench = Bench()
    stream = bench.plane.open(agreed(event_type=None))
    bench.run()
    speak(bench, stream, np.zeros(1600, np.int16), first=100)
    speak(bench, stream, tone("6", 0.1).astype(np.int16), first=60)
    assert bench.digits == []


def test_a_look_takes_ten_milliseconds():
    assert HOP == 80
