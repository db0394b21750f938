"""Limits a source, and its lock-out, in virtual time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.sip.sources import FORGIVEN_AFTER, FREE_FAILURES, MOST, Rates, Sources

HOST = "192.0.2.1"


def sources(invites: float = 10, registers: float = 5) -> Sources:
    return Sources(lambda host: Rates(invites, registers, host == "192.0.2.99"))


def lock(door: Sources, now: float, host: str = HOST) -> float:
    """Fail until the source is locked out; the seconds that lasts."""
    for _ in range(FREE_FAILURES + 20):
        door.failed(host, now)
        if door.locked(host, now):
            return next(n for n in range(1, 5000) if not door.locked(host, now + n))
    raise AssertionError("never locked out")


@given(st.integers(1, 50), st.lists(st.floats(0, 3, allow_nan=False, allow_infinity=False), max_size=200))
def test_what_is_served_never_exceeds_the_rate_and_its_burst(rate: int, gaps: list[float]) -> None:
    door, now, served = sources(rate), 1000.0, 0
    for gap in gaps:
        now += gap
        served += door.wait(HOST, "INVITE", now) == 0.0
        assert served <= max(2 * rate, 1) + (now - 1000.0) * rate + 1e-6


@given(st.integers(1, 50))
def test_who_waits_as_long_as_told_is_served(rate: int) -> None:
    door, now = sources(rate), 1000.0
    while (wait := door.wait(HOST, "INVITE", now)) == 0.0:
        pass
    assert 0 < wait <= 1 / rate
    assert door.wait(HOST, "INVITE", now + wait + 1e-9) == 0.0


def test_each_source_and_method_has_its_own_limit() -> None:
    door = sources(1, 1)
    assert [door.wait(HOST, "INVITE", 0) > 0 for _ in range(3)] == [False, False, True]
    assert door.wait(HOST, "REGISTER", 0) == 0
    assert door.wait("192.0.2.2", "INVITE", 0) == 0


@pytest.mark.parametrize(
    ("other", "same"),
    [("2001:db8::2", True), ("2001:db8:0:0:ffff::1", True), ("2001:db8:0:1::1", False)],
)
def test_an_ipv6_customer_is_one_source(other: str, same: bool) -> None:
    door = sources(1)
    for _ in range(2):
        door.wait("2001:db8::1", "INVITE", 0)
    assert (door.wait(other, "INVITE", 0) > 0) == same


def test_an_ipv4_address_written_as_ipv6_is_the_same_source() -> None:
    door = sources(1)
    for _ in range(2):
        door.wait(HOST, "INVITE", 0)
    assert door.wait(f"::ffff:{HOST}", "INVITE", 0) > 0
    assert door.wait("fe80::1%eth0", "INVITE", 0) == 0


def test_a_few_failures_are_free_and_each_further_one_doubles_the_lock() -> None:
    door, now = sources(), 0.0
    for _ in range(FREE_FAILURES):
        door.failed(HOST, now)
        assert not door.locked(HOST, now)
    lasted = []
    for _ in range(11):
        door.failed(HOST, now)
        assert door.locked(HOST, now)
        assert not door.locked("192.0.2.2", now)
        lasted.append(next(n for n in range(1, 5000) if not door.locked(HOST, now + n)))
    assert lasted == [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]


def test_time_forgives_one_failure_after_the_other() -> None:
    door = sources()
    assert lock(door, 0) == 10
    door.failed(HOST, FORGIVEN_AFTER * 3)
    assert not door.locked(HOST, FORGIVEN_AFTER * 3)
    assert lock(door, FORGIVEN_AFTER * 20) == 10


def test_memory_is_bounded_and_the_latest_are_kept() -> None:
    door = sources(1)
    lock(door, 0)
    for n in range(MOST + 10):
        host = f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}"
        door.wait(host, "INVITE", 0)
        if n < MOST - 1:
            door.failed(host, 0)
    assert len(door._buckets) == len(door._failures) == MOST
    assert door.locked(HOST, 0)
    door.failed("10.9.9.9", 0)
    assert not door.locked(HOST, 0)
