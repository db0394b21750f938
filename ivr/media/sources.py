"""Sources of packets come in, the streams they belong to go out, a batch at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["Sources"]


class Sources:
    """A sorted table from (socket, source address) to stream, both arrays kept in place.

    A batch is looked up in one vector operation; a change moves the tail of the table by one, which for
    thousands of calls costs less than a packet.
    """

    def __init__(self, capacity: int) -> None:
        self._keys = np.zeros(capacity, np.uint64)
        self._slots = np.zeros(capacity, np.int64)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def find(self, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        """The stream of each key, -1 where there is none; same shape."""
        if not self._count:
            return np.full(keys.shape, -1, np.int64)
        places = np.searchsorted(self._keys[: self._count], keys)
        places[places == self._count] = 0
        return np.where(self._keys[places] == keys, self._slots[places], -1)

    def get(self, key: int) -> int:
        """The stream of one key, -1 if none."""
        place = self._place(key)
        found = place < self._count and int(self._keys[place]) == key
        return int(self._slots[place]) if found else -1

    def put(self, key: int, slot: int) -> None:
        """Add a key or give it to another stream."""
        place = self._place(key)
        if place == self._count or int(self._keys[place]) != key:
            if self._count == len(self._keys):
                self._keys = np.concatenate([self._keys, np.zeros_like(self._keys)])
                self._slots = np.concatenate([self._slots, np.zeros_like(self._slots)])
            self._keys[place + 1 : self._count + 1] = self._keys[place : self._count]
            self._slots[place + 1 : self._count + 1] = self._slots[place : self._count]
            self._count += 1
        self._keys[place], self._slots[place] = key, slot

    def remove(self, key: int) -> None:
        """Take a key out; nothing happens if it is not there."""
        place = self._place(key)
        if place < self._count and int(self._keys[place]) == key:
            self._keys[place : self._count - 1] = self._keys[place + 1 : self._count]
            self._slots[place : self._count - 1] = self._slots[place + 1 : self._count]
            self._count -= 1

    def _place(self, key: int) -> int:
        return int(np.searchsorted(self._keys[: self._count], np.uint64(key)))
