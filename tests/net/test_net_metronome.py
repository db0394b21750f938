from __future__ import annotations

import threading

import pytest

from ivr.net.metronome import Metronome, Timetable


def beats(costs: list[float], interval: float = 0.005) -> list[tuple[int, float]]:
    """Number and time of each beat when they take so long, one after another."""
    timetable, now, seen = Timetable(100.0, interval), 100.0, []
    for cost in costs:
        now += max(timetable.wait(now), 0.0)
        seen.append((timetable.beat(now), round(now - 100.0, 6)))
        now += cost
    return seen


def test_beats_stand_on_the_grid_however_long_they_take():
    assert beats([0.001, 0.004, 0.002, 0.0]) == [(0, 0.0), (1, 0.005), (2, 0.01), (3, 0.015)]


def test_a_late_beat_is_made_up_for_at_twice_the_pace():
    seen = beats([0.012, 0.0, 0.0, 0.0, 0.0, 0.0])
    assert seen == [(0, 0.0), (1, 0.012), (2, 0.0145), (3, 0.017), (4, 0.02), (5, 0.025)]


def test_late_beats_are_counted():
    timetable = Timetable(0.0, 0.005)
    for now in (0.0, 0.005, 0.012, 0.0171, 0.024):
        timetable.beat(now)
    assert (timetable.late, timetable.skipped) == (0, 0)
    timetable.beat(0.031)
    assert timetable.late == 1


def test_after_a_long_delay_beats_are_left_out_and_the_numbers_jump():
    timetable = Timetable(0.0, 0.005)
    assert timetable.beat(0.0) == 0
    assert timetable.beat(1.0015) == 200
    assert timetable.skipped == 199
    assert timetable.beat(1.005) == 201
    assert timetable.skipped == 199
    assert timetable.wait(1.005) == pytest.approx(0.005)


def test_beats_that_nobody_wants_are_passed_over_on_the_same_grid():
    timetable = Timetable(0.0, 0.005)
    assert timetable.beat(0.0) == 0
    timetable.pass_over(4)
    assert timetable.wait(0.0) == pytest.approx(0.02)
    assert timetable.beat(0.02) == 4
    timetable.pass_over(3)
    assert timetable.wait(0.02) == pytest.approx(0.005)
    assert (timetable.late, timetable.skipped) == (0, 0)


def test_far_beats_that_are_late_are_made_up_for_at_twice_their_own_pace():
    timetable, now, seen = Timetable(0.0, 0.005), 0.0, []
    for cost in (0.05, 0.0, 0.0, 0.0, 0.0):
        number = timetable.beat(now)
        seen.append((number, round(now, 6)))
        timetable.pass_over(number + 4)
        now += cost
        now += max(timetable.wait(now), 0.0)
    assert seen == [(0, 0.0), (4, 0.05), (8, 0.06), (12, 0.07), (16, 0.08)]
    assert timetable.late == 3


def test_the_metronome_beats_when_it_is_wanted():
    seen, done = [], threading.Event()

    def beat(number, now):
        seen.append(number)
        if number >= 12:
            done.set()
        return number + 3

    metronome = Metronome(beat, interval=0.002)
    metronome.start()
    assert done.wait(10)
    metronome.stop()
    assert [number % 3 for number in seen] == [0] * len(seen)


def test_the_metronome_beats_in_its_own_thread_until_stopped():
    seen, done = [], threading.Event()

    def beat(number, now):
        seen.append((number, now, threading.current_thread()))
        if number >= 5:
            done.set()

    metronome = Metronome(beat, interval=0.002)
    metronome.start()
    assert done.wait(10)
    metronome.stop()
    count = len(seen)
    assert [number for number, _, _ in seen[:3]] == [0, 1, 2]
    assert {thread for _, _, thread in seen} != {threading.current_thread()}
    assert len(seen) == count
    metronome.stop()


def test_a_beat_that_fails_is_told_and_the_next_comes():
    failures, done = [], threading.Event()

    def beat(number, now):
        if number == 1:
            raise KeyError("slot")
        if number == 3:
            done.set()

    metronome = Metronome(beat, interval=0.001, failed=failures.append)
    metronome.start()
    assert done.wait(10)
    metronome.stop()
    assert [str(error) for error in failures] == ["'slot'"]


def test_a_metronome_is_started_once():
    metronome = Metronome(lambda number, now: None)
    metronome.start()
    with pytest.raises(RuntimeError, match="already"):
        metronome.start()
    metronome.stop()
