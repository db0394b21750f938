"""An open line comes in, a garbage collector that looks at its calls and leaves all else alone goes out."""

from __future__ import annotations

import gc
from collections.abc import Callable

__all__ = ["collect_seldom"]

_ALLOCATIONS = 20_000  # objects kept since the last collection before the next one: some 100 calls begun


def collect_seldom() -> Callable[[], None]:
    """Set the collector up for a line that is open; gives what undoes it.

    What was made before the line opened lives as long as it does and is not looked at again. Nearly all of a
    call goes when the last reference to it does, so that there is little to find; looking for it at Python's
    own thresholds is an eighth of what a call costs.
    """
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS, *before[1:])

    def undo() -> None:
        gc.set_threshold(*before)
        gc.unfreeze()

    return undo
