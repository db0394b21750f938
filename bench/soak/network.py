"""Datagrams in, most of them out: a network that loses some, both ways, by a seed."""

from __future__ import annotations

import random

__all__ = ["Network"]


class Network:
    """Loses ``part`` of the datagrams, each by its own throw; counts both."""

    def __init__(self, part: float, seed: int) -> None:
        self._part, self._throw = part, random.Random(f"{seed} network").random
        self.carried = self.lost = 0

    def loses(self) -> bool:
        """Whether the next datagram is lost."""
        if self._throw() < self._part:
            self.lost += 1
            return True
        self.carried += 1
        return False
