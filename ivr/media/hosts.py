"""Rows and the hosts that they are expected from go in; which rows a host may mean comes out."""

from __future__ import annotations

from collections.abc import Iterator

__all__ = ["Hosts"]


class Hosts:
    """Rows of streams by host, most of which have one; a trunk has thousands."""

    def __init__(self) -> None:
        self._rows: dict[int, int | set[int]] = {}  # a set alone has 216 octets

    def add(self, host: int, row: int) -> None:
        """Expect a row from a host."""
        known = self._rows.setdefault(host, row)
        if isinstance(known, set):
            known.add(row)
        elif known != row:
            self._rows[host] = {known, row}

    def discard(self, host: int, row: int) -> None:
        """Expect it no more; nothing happens if it was not."""
        known = self._rows.get(host)
        if isinstance(known, set):
            known.discard(row)
            if len(known) == 1:
                self._rows[host] = known.pop()
        elif known == row:
            del self._rows[host]

    def count(self, host: int) -> int:
        """How many rows are expected from a host."""
        known = self._rows.get(host)
        return len(known) if isinstance(known, set) else int(known is not None)

    def rows(self, host: int) -> Iterator[int]:
        """Which."""
        known = self._rows.get(host)
        if isinstance(known, set):
            yield from known
        elif known is not None:
            yield known
