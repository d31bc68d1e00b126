"""Apriori with numpy: sets of one size after another, each size from the one before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
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
    blocks,
    counted,
    packed,
    pairs,
    ranked,
    rows,
    spread,
)
from analytics.itemsets.table import Ints, Itemsets

# Words of bits that are held at once for all items (64 MB); more baskets than that come slice by slice.
HELD = 2**23
# Candidates that are made at once.
JOINED = 2**18


@dataclass(frozen=True)
class Sets:
    """n sets of k ranks, siblings side by side: `members` (n, k) ascending, `rows` (n,), `without` (n, k) as in Level."""

    members: Ints
    rows: Ints
    without: Ints


def apriori(baskets: Baskets, min_count: int, most: int) -> Itemsets:
    """All sets of items that at least `min_count` baskets hold, as far as `most` sets go.

    Agrawal & Srikant 1994, "Fast algorithms for mining association rules": join sets that differ in their last item,
    prune candidates with a subset that is not frequent, count the rest. Pairs are counted as the baskets show them;
    larger candidates by intersecting their items' rows of bits.
    """
    ranks = ranked(baskets, min_count)
    held = rows(baskets, ranks)
    return attempts(
        lambda found, longest: _search(held, ranks, len(baskets), max(min_count, 1), longest, found), ranks, most
    )


def _search(held: Rows, ranks: Ranked, baskets: int, min_count: int, longest: int, found: Found) -> None:
    if longest < 2 or not len(ranks.order):
        return
    sets = _pairs(held, min_count, found)
    slices = _slices(held, len(ranks.order), baskets)
    size = 2
    while len(sets.rows) > 1 and size < longest:
        sets = _joined(sets, slices, len(ranks.order), min_count, found)
        size += 1


def _pairs(held: Rows, min_count: int, found: Found) -> Sets:
    members, rows = [], []
    for some in pairs(held, min_count):
        members.append(np.column_stack([some.root, some.rank]))
        rows.append(found.add(some.rank, some.root, some.support))
    both = np.concatenate(members)
    # A single rank's row is the rank itself.
    return Sets(both, np.concatenate(rows), both[:, ::-1])


def _joined(sets: Sets, slices: Callable[[], Iterable[Words]], total: int, min_count: int, found: Found) -> Sets:
    """The frequent sets that are one larger."""
    parent, last = sets.without[:, -1], sets.members[:, -1]
    keys = parent * total + last
    partners = np.searchsorted(parent, parent, side="right") - np.arange(len(parent)) - 1
    grown = []
    for start, end in blocks(partners, JOINED):
        one, place = spread(partners[start:end])
        one += start
        other = one + 1 + place
        # Without an earlier member: what `one` becomes without it, and the other's last rank again.
        wanted = sets.without[one, :-1] * total + last[other, None]
        at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        whole = (keys[at] == wanted).all(axis=1)
        one, other, at = one[whole], other[whole], at[whole]
        members = np.column_stack([sets.members[one], last[other]])
        without = np.column_stack([sets.rows[at], sets.rows[other], sets.rows[one]])
        support = _supports(members, slices)
        kept = support >= min_count
        row = found.add(members[kept, -1], without[kept, -1], support[kept])
        grown.append(Sets(members[kept], row, without[kept]))
    return Sets(*(np.concatenate([getattr(part, name) for part in grown]) for name in ("members", "rows", "without")))


def _supports(candidates: Ints, slices: Callable[[], Iterable[Words]]) -> Ints:
    """How many baskets hold each candidate, (n,)."""
    support = np.zeros(len(candidates), np.int64)
    for bits in slices() if len(candidates) else ():
        step = max(STEP // bits.shape[1], 1)
        for start in range(0, len(candidates), step):
            members = candidates[start : start + step]
            both = bits[members[:, 0]]
            for member in members.T[1:]:
                both &= bits[member]
            support[start : start + step] += counted(both)
    return support


def _slices(held: Rows, total: int, baskets: int) -> Callable[[], Iterable[Words]]:
    """The baskets of each rank as rows of bits, for so many baskets at a time."""
    width = max(HELD // total, 1) * 64

    def each() -> Iterator[Words]:
        for first in range(0, baskets, width):
            last = min(first + width, baskets)
            entries = slice(*np.searchsorted(held.basket, [first, last]))
            yield packed(held.rank[entries], held.basket[entries] - first, total, last - first)

    if baskets > width:
        return each
    whole = list(each())
    return lambda: whole
