"""Whose turn it is at a voice: first sentences before second ones, nobody for ever last."""

from __future__ import annotations

import asyncio

import pytest

from ivr.speech.turns import Turns


async def served(turns: Turns[str], places: list[int], gone: set[int] = frozenset()) -> list[int]:  # type: ignore[assignment]
    """The order in which askers get the one worker, as places in ``places``; those ``gone`` hang up."""
    order: list[int] = []

    async def ask(number: int, place: int) -> None:
        worker = await turns.take(place)
        order.append(number)
        turns.give(worker)

    worker = await turns.take()
    asking = [asyncio.create_task(ask(number, place)) for number, place in enumerate(places)]
    await asyncio.sleep(0)
    for number in gone:
        asking[number].cancel()
    turns.give(worker)
    await asyncio.gather(*asking, return_exceptions=True)
    return order


@pytest.fixture
def turns() -> Turns[str]:
    one: Turns[str] = Turns()
    one.give("worker")
    return one


async def test_first_sentences_come_before_second_ones_and_else_the_order_is_kept(turns: Turns[str]) -> None:
    assert await served(turns, [0, 1, 2, 0, 1, 0]) == [0, 3, 5, 1, 4, 2]


async def test_who_hangs_up_keeps_no_worker(turns: Turns[str]) -> None:
    assert await served(turns, [0, 0, 1], gone={0, 2}) == [1]
    async with asyncio.timeout(5):
        assert await turns.take() == "worker"


async def test_who_hangs_up_just_when_a_worker_came_gives_it_back(turns: Turns[str]) -> None:
    worker = await turns.take()
    asking = asyncio.create_task(turns.take())
    await asyncio.sleep(0)
    turns.give(worker)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    async with asyncio.timeout(5):
        assert await turns.take() == "worker"


async def test_what_was_due_earlier_is_not_overtaken_for_ever(
    turns: Turns[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [100.0]
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: clock[0])
    worker = await turns.take()
    order: list[str] = []

    async def ask(name: str, place: int) -> None:
        await turns.take(place)
        order.append(name)

    asking = [asyncio.create_task(ask("a second sentence", 1))]
    await asyncio.sleep(0)
    clock[0] += 3.0
    asking.append(asyncio.create_task(ask("a first one, later", 0)))
    await asyncio.sleep(0)
    for _ in asking:
        turns.give(worker)
        await asyncio.sleep(0)
    assert order == ["a second sentence", "a first one, later"]
    clock[0] = 100.0
    await asyncio.gather(*asking)
