"""Large blocks that were freed go back to the system, so that what the line holds is what it needs."""

from __future__ import annotations

import contextlib
import ctypes

__all__ = ["give_back_large_blocks"]

_MMAP_THRESHOLD = -3  # M_MMAP_THRESHOLD of mallopt(3)
_LARGE = 1 << 20


def give_back_large_blocks() -> None:
    """Let glibc map blocks of a mebibyte and more one by one, and unmap them when they are freed.

    By itself it keeps them once some have been freed, in every thread's arena: a check of a PIN fills 19 MiB,
    and two at a time would leave the line 38 MiB larger for good. Other C libraries do as they do.
    """
    with contextlib.suppress(AttributeError):
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, _LARGE)
