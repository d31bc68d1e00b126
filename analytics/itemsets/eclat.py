"""Eclat with numpy: sets as rows of bits, one bit a basket; a larger set is the intersection of two rows."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from analytics.baskets import Baskets
from analytics.itemsets.ranked import (
    STEP,
    Found,
    Ranked,
    Rows,
    Words,
    attempts,
    counted,
    packed,
    pairs,
    ranked,
    rows,
    spread,
)
from analytics.itemsets.table import Ints, Itemsets


@dataclass(frozen=True)
class Siblings:
    """Sets in a row that share a parent with the next ones, up to `end` (n,): their bits (n, words), ranks and rows (n,)."""

    bits: Words
    rank: Ints
    row: Ints
    end: Ints


def eclat(baskets: Baskets, min_count: int, most: int, *, partly: bool = True) -> Itemsets:
    """All sets of items that at least `min_count` baskets hold, as far as `most` sets go.

    Zaki 2000, "Scalable algorithms for association mining": equivalence classes of sets with a common prefix, each mined
    by itself from the lists of its own baskets. Here those lists are bits over the baskets of the class's first item.
    """
    ranks = ranked(baskets, min_count)
    held = rows(baskets, ranks)
    return attempts(
        lambda found, longest: _search(held, ranks, max(min_count, 1), longest, found), ranks, most, partly=partly
    )


def _search(held: Rows, ranks: Ranked, min_count: int, longest: int, found: Found) -> None:
    slot = np.full(len(ranks.order), -1)
    for some in pairs(held, min_count) if longest > 1 else ():
        rows = found.add(some.rank, some.root, some.support)
        if longest < 3:
            continue
        rank, root, holder = some.entries
        starts = np.flatnonzero(np.diff(some.root, prepend=-1, append=-1))
        for start, end in itertools.pairwise(starts):
            if end - start < 2:
                continue
            own = slice(*np.searchsorted(root, [some.root[start], some.root[start] + 1]))
            slot[some.rank[start:end]] = np.arange(end - start)
            place = slot[rank[own]]
            slot[some.rank[start:end]] = -1
            kept = np.flatnonzero(place >= 0)
            bits = packed(place[kept], holder[own][kept], int(end - start), int(ranks.counts[some.root[start]]))
            group = Siblings(bits, some.rank[start:end], rows[start:end], np.full(end - start, end - start))
            _extend(group, min_count, longest - 2, found)


def _extend(first: Siblings, min_count: int, deeper: int, found: Found) -> None:
    """Join siblings as long as that gives frequent sets, a stretch at a time and deepest first, so that few rows live."""
    step = max(STEP // first.bits.shape[1], 1)
    stack = [(first, 0, deeper)]
    while stack:
        group, start, deeper = stack.pop()
        partners = group.end[start:] - np.arange(start, len(group.end)) - 1
        stop = max(int(np.searchsorted(np.cumsum(partners), step, side="right")), 1)
        if start + stop < len(group.end):
            stack.append((group, start + stop, deeper))
        one, place = spread(partners[:stop])
        one += start
        other = one + 1 + place
        bits = group.bits[one]
        bits &= group.bits[other]
        support = counted(bits)
        kept = np.flatnonzero(support >= min_count)
        one, other = one[kept], other[kept]
        row = found.add(group.rank[other], group.row[one], support[kept])
        if len(kept) > 1 and deeper > 1:
            end = np.searchsorted(one, one, side="right")
            stack.append((Siblings(bits[kept], group.rank[other], row, end), 0, deeper - 1))
