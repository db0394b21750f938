"""Packets counted by their sequence numbers: all of them, or one in 64."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.media.arrivals import SAMPLED, Arrivals


def counting(sampled: bool = False) -> Arrivals:
    arrivals = Arrivals(2)
    arrivals.clear(0)
    arrivals.sample(0, sampled)
    return arrivals


def take(arrivals: Arrivals, numbers, at_once: int = 50) -> None:
    numbers = [number & 0xFFFF for number in numbers]
    for first in range(0, len(numbers), at_once):
        some = np.array(numbers[first : first + at_once], np.int64)
        arrivals.take(np.zeros(some.size, np.int64), some)


@pytest.mark.parametrize("begin", [0, 1, 63, 64, 65500])
def test_a_sample_without_loss_tells_of_none_over_wraps(begin: int):
    arrivals = counting(sampled=True)
    every = [number for number in range(begin, begin + 200_000) if number % 64 == 0]
    take(arrivals, every)
    assert arrivals.told(0) == (len(every) * 64, 0)


def test_packets_beside_the_sample_are_no_packets_too_many():
    arrivals = counting(sampled=True)
    take(arrivals, range(500))  # the system let everything in
    assert arrivals.told(0) == (512, 0)  # numbers 0 to 448 by 64


def test_a_lost_sample_stands_for_64_lost_packets():
    arrivals = counting(sampled=True)
    take(arrivals, [0, 64, 192, 256])
    assert arrivals.told(0) == (256, 64)
    expected, received, highest = arrivals.counted(np.array([0]))
    assert (expected.tolist(), received.tolist(), highest.tolist()) == ([320], [256], [256])


def test_a_short_call_of_which_nothing_was_sampled_has_received_what_came():
    arrivals = counting(sampled=True)
    take(arrivals, range(1, 40))
    assert arrivals.told(0) == (39, 0)
    assert not arrivals.known(0)


def test_a_new_start_of_the_sequence_is_no_loss_in_either_count():
    for sampled in (True, False):
        arrivals = counting(sampled)
        numbers = [*range(640), *range(30016, 30656)]
        take(arrivals, [n for n in numbers if not sampled or n % 64 == 0])
        assert arrivals.told(0) == (1280, 0)


def test_what_was_counted_stays_when_a_call_begins_to_need_its_speech():
    arrivals = counting(sampled=True)
    take(arrivals, [0, 64, 192])
    arrivals.sample(0, False)
    take(arrivals, [200, 201, 203])
    assert arrivals.told(0) == (3 * 64 + 3, 64 + 1)
    arrivals.sample(0, True)
    take(arrivals, [256, 320])
    assert arrivals.told(0) == (5 * 64 + 3, 65)
    assert arrivals.known(0)


def test_a_row_that_is_cleared_counts_every_packet_from_nothing():
    arrivals = counting(sampled=True)
    take(arrivals, [0, 64, 192])
    arrivals.clear(0)
    take(arrivals, [7, 8, 10])
    assert arrivals.told(0) == (3, 1)
    assert arrivals.counted(np.array([1]))[0].tolist() == [0]


@given(
    share=st.floats(0.0, 0.3),
    begin=st.integers(0, 0xFFFF),
    seed=st.integers(0, 99),
    at_once=st.integers(1, 4),
)
def test_the_sample_tells_the_loss_of_the_whole_within_its_deviation(share, begin, seed, at_once):
    chance = np.random.default_rng(seed)
    numbers = np.arange(begin, begin + 64 * 400)
    here = numbers[chance.random(numbers.size) >= share]
    arrivals = counting(sampled=True)
    take(arrivals, [int(number) for number in here if number % 64 == 0], at_once)
    received, lost = arrivals.told(0)
    deviation = (max(share * (1 - share), 1e-3) / 400) ** 0.5
    assert abs(lost / (received + lost) - share) < 5 * deviation
    assert received % SAMPLED == lost % SAMPLED == 0
