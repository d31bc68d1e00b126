"""Eclat by the compiled kernel, once a process has it; nobody ever waits for the compiler."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from analytics.baskets import Baskets
from analytics.itemsets.ranked import Columns, as_far_as_fits, ranked
from analytics.itemsets.table import Itemsets

# Words of bits that one search may hold: 256 MB.
WORDS = 2**25

_search: Callable[..., Any] | None = None


def warm_up(cache: Path | None = None) -> bool:
    """Load the kernel, or compile it where no earlier process has; True when it is ready, False without numba.

    Compiling takes seconds, so call this from a thread of its own in a worker; until it is done, `ready` says no.
    `cache` is a folder for compiled code, for where the program's own cannot be written. Where nothing can be written,
    the answer is False too: to compile again in every process would cost more than it brings.
    """
    global _search  # noqa: PLW0603 - what is compiled serves the whole process
    if cache is not None:
        os.environ.setdefault("NUMBA_CACHE_DIR", str(cache))
    try:
        from analytics.itemsets.kernel import search
    except (ImportError, RuntimeError):
        return False
    # Compiles for exactly these types, and for no others later.
    nothing, none = np.zeros(1, np.int64), np.zeros(0, np.int32)
    search(nothing, none, none, nothing[:0], 1, 1, 1, 1)
    search.disable_compile()
    _search = search
    return True


def ready() -> bool:
    """Is the kernel at hand, without waiting?"""
    return _search is not None


def eclat(baskets: Baskets, min_count: int, most: int, *, partly: bool = True) -> Itemsets:
    """As `analytics.itemsets.eclat.eclat`; the kernel must be ready."""
    search = _search
    if search is None:
        raise RuntimeError("the kernel is not ready")
    ranks = ranked(baskets, min_count)
    # Arrays that cannot be written would be another type to numba, and set the compiler going.
    start, item = np.require(baskets.start, np.int64, ["C", "W"]), np.require(baskets.item, np.int32, ["C", "W"])

    def attempt(longest: int) -> Columns | None:
        sets = search(start, item, ranks.rank, ranks.counts, max(min_count, 1), most, WORDS, longest)
        if sets is None:
            return None
        rank, parent, support = np.ascontiguousarray(sets.T)
        return rank, parent, support

    return as_far_as_fits(attempt, ranks, partly=partly)
