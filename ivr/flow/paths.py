"""A plan and a question about its ways in, the steps that answer it out."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator

from ivr.flow.plan import Plan, Way

__all__ = ["loops_without_caller", "reachable", "way_without", "ways_without"]


def reachable(plan: Plan) -> set[str]:
    """The steps that some caller can come to."""
    seen = set(plan.line.starts)
    waiting = list(seen)
    while waiting:
        for way in plan.ways_from(waiting.pop()):
            if way.to not in seen:
                seen.add(way.to)
                waiting.append(way.to)
    return seen


def loops_without_caller(plan: Plan) -> Iterator[list[str]]:
    """Rounds that a call can go without a key being pressed, each as its steps in order.

    Every way but a key is taken as possible: silence, any outcome, a failed transfer. A plan without such
    a round brings every silent caller to a step that hangs up, since only those have no way out.
    """
    settled: set[str] = set()
    for first in plan.steps:
        trail: list[str] = []
        branches: list[Iterator[Way]] = []
        entering: str | None = first if first not in settled else None
        while entering is not None or branches:
            if entering is not None:
                trail.append(entering)
                branches.append(plan.ways_from(entering))
                entering = None
            way = next((way for way in branches[-1] if not way.by_key), None)
            if way is None:
                branches.pop()
                settled.add(trail.pop())
            elif way.to in trail:
                yield trail[trail.index(way.to) :]
            elif way.to not in settled:
                entering = way.to


def way_without(plan: Plan, step: str, gives: Callable[[Way], bool | None]) -> list[str] | None:
    """A shortest way from a start to ``step`` on which a fact is not known, or None if it always is."""
    return ways_without(plan, gives)(step)


def ways_without(plan: Plan, gives: Callable[[Way], bool | None]) -> Callable[[str], list[str] | None]:
    """The same for every step: a shortest way to the one that is asked for.

    ``gives`` says of one way whether taking it makes the fact known (True), takes it back (False) or
    leaves it as it was (None). The fact is surely known at a step if it is known on all ways to it.
    """
    begins = [(start, False) for start in plan.line.starts]
    came_from: dict[tuple[str, bool], tuple[tuple[str, bool], Way] | None] = dict.fromkeys(begins)
    waiting = deque(begins)
    while waiting:
        here = waiting.popleft()
        for way in plan.ways_from(here[0]):
            known = gives(way)
            there = (way.to, here[1] if known is None else known)
            if there not in came_from:
                came_from[there] = (here, way)
                waiting.append(there)
    return lambda step: _trail((step, False), came_from) if (step, False) in came_from else None


def _trail(
    end: tuple[str, bool], came_from: dict[tuple[str, bool], tuple[tuple[str, bool], Way] | None]
) -> list[str]:
    """The names along the way, a look-up with its outcome: ``["menu", "credit (empty)", "say-credit"]``."""
    trail = [end[0]]
    while (step := came_from[end]) is not None:
        end, way = step
        outcome = f" ({way.place[-1]})" if way.place[2] == "outcomes" else ""
        trail.append(end[0] + outcome)
    return trail[::-1]
