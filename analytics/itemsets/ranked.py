"""What the three algorithms share: frequent items in order, baskets of them, and room for so many sets and no more."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.baskets import Baskets
from analytics.itemsets.table import Ints, Items, Itemsets

Words = npt.NDArray[np.uint64]
Columns = tuple[Items, Items, Items]

UNLIMITED = 2**31 - 1
# Words of 64 baskets that one step may intersect at once: about what a processor's cache holds.
STEP = 2**17
# Pairs in baskets that are looked at at once.
SHOWN = 2**17


@dataclass(frozen=True)
class Ranked:
    """The R frequent items, rarest first: rank r is item `order[r]`, in `counts[r]` baskets; `rank` (items,), -1: rare."""

    order: Ints
    counts: Ints
    rank: Items


@dataclass(frozen=True)
class Rows:
    """The frequent part of the baskets: entry e is `rank[e]` in basket `basket[e]`, whose last entry is `end[e]` - 1.

    Entries (m,) go basket by basket, ranks ascending; those of rank r are `entries[by_rank[r]:by_rank[r + 1]]`.
    """

    rank: Ints
    basket: Ints
    end: Ints
    entries: Ints
    by_rank: Ints

    def beside(self, first: int, last: int) -> tuple[Ints, Ints, Ints]:
        """What follows the roots `first` … `last` - 1 in their baskets, root after root.

        Of each entry: (its rank, the root, the number of the basket among the root's own).
        """
        own = self.entries[self.by_rank[first] : self.by_rank[last]]
        roots, holders = spread(np.diff(self.by_rank[first : last + 1]))
        holder, place = spread(self.end[own] - own - 1)
        return self.rank[own[holder] + 1 + place], roots[holder] + first, holders[holder]


@dataclass(frozen=True)
class Pairs:
    """The frequent pairs of some roots, side by side by root: `root`, `rank` and `support` (n,).

    Behind them stands every entry after such a root: its rank, root and holder as `Rows.beside` says, (m,) each.
    """

    root: Ints
    rank: Ints
    support: Ints
    entries: tuple[Ints, Ints, Ints]


class Full(Exception):
    """There are more sets than there is room for."""


class Found:
    """The sets found so far, single ranks first."""

    def __init__(self, counts: Ints, most: int) -> None:
        self._columns: list[Columns] = []
        self._rows = 0
        self._most = most
        self.add(np.arange(len(counts)), np.full(len(counts), -1), counts)

    def add(self, rank: Ints, parent: Ints, support: Ints) -> Ints:
        """Keep sets, and say in which rows. Raises Full."""
        if self._rows + len(rank) > self._most:
            raise Full
        self._columns.append((rank.astype(np.int32), parent.astype(np.int32), support.astype(np.int32)))
        first, self._rows = self._rows, self._rows + len(rank)
        return np.arange(first, self._rows)

    def columns(self) -> Columns:
        """Rank, parent and support of all."""
        rank, parent, support = (np.concatenate(column) for column in zip(*self._columns, strict=True))
        return rank, parent, support


def ranked(baskets: Baskets, min_count: int) -> Ranked:
    """The items that at least `min_count` baskets hold."""
    counts = baskets.counts
    frequent = np.flatnonzero(counts >= max(min_count, 1))
    order = frequent[np.argsort(counts[frequent], kind="stable")]
    rank = np.full(baskets.items, -1, np.int32)
    rank[order] = np.arange(len(order))
    return Ranked(order, counts[order], rank)


def rows(baskets: Baskets, ranks: Ranked) -> Rows:
    """The baskets without their rare items."""
    total = max(len(ranks.order), 1)
    rank = ranks.rank[baskets.item].astype(np.int64)
    basket = np.repeat(np.arange(len(baskets)), baskets.sizes)[rank >= 0]
    basket, rank = np.divmod(np.sort(basket * total + rank[rank >= 0]), total)
    ends = np.cumsum(np.bincount(basket, minlength=len(baskets)))
    by_rank = np.concatenate([[0], np.cumsum(ranks.counts)])
    return Rows(rank, basket, ends[basket], np.argsort(rank, kind="stable"), by_rank)


def pairs(held: Rows, min_count: int) -> Iterator[Pairs]:
    """All frequent pairs, some roots at a time; pairs that no basket shows are never thought of."""
    total = len(held.by_rank) - 1
    after = np.concatenate([[0], np.cumsum((held.end - np.arange(len(held.end)) - 1)[held.entries])])
    for first, last in blocks(np.diff(after[held.by_rank]), SHOWN):
        entries = held.beside(first, last)
        distinct, counts = tally((entries[1] - first) * total + entries[0], (last - first) * total)
        root, rank = np.divmod(distinct[counts >= min_count], total)
        yield Pairs(root + first, rank, counts[counts >= min_count], entries)


def as_far_as_fits(attempt: Callable[[int], Columns | None], ranks: Ranked, *, partly: bool) -> Itemsets:
    """All sets, or else all sets of at most so many items as there is room for: `partly`; otherwise none.

    `attempt` finds all sets of at most that many items, or nothing where they do not fit.
    """
    whole = attempt(UNLIMITED)
    if whole is not None:
        return _itemsets(whole, ranks, complete=True, reached=UNLIMITED)
    nothing = np.empty(0, np.int32)
    fitting: Columns = (nothing, nothing, nothing)
    if not partly:
        return _itemsets(fitting, ranks, complete=False, reached=0)
    for longest in itertools.count(1):
        more = attempt(longest)
        if more is None:
            return _itemsets(fitting, ranks, complete=False, reached=longest - 1)
        fitting = more
    raise AssertionError


def attempts(search: Callable[[Found, int], None], ranks: Ranked, most: int, *, partly: bool = True) -> Itemsets:
    """As far as fits, for a search that keeps what it finds as it goes."""

    def attempt(longest: int) -> Columns | None:
        try:
            found = Found(ranks.counts, most)
            search(found, longest)
        except Full:
            return None
        return found.columns()

    return as_far_as_fits(attempt, ranks, partly=partly)


def _itemsets(columns: Columns, ranks: Ranked, *, complete: bool, reached: int) -> Itemsets:
    rank, parent, support = columns
    return Itemsets(ranks.order[rank].astype(np.int32), parent, support, complete, reached)


def spread(many: Ints) -> tuple[Ints, Ints]:
    """For each of `many[i]` things of owner i: (i, its place among them, from 0)."""
    owner = np.repeat(np.arange(len(many)), many)
    return owner, np.arange(len(owner)) - np.repeat(np.cumsum(many) - many, many)


def tally(ranks: Ints, size: int) -> tuple[Ints, Ints]:
    """The distinct numbers below `size`, ascending, and how often each is there."""
    if 16 * len(ranks) > size:
        counts = np.bincount(ranks)
        distinct = np.flatnonzero(counts)
        return distinct, counts[distinct]
    ordered = np.sort(ranks)
    first = np.flatnonzero(np.diff(ordered, prepend=-1))
    return ordered[first], np.diff(first, append=len(ordered))


def blocks(sizes: Ints, most: int) -> Iterator[tuple[int, int]]:
    """Cut 0 … n into stretches whose sizes sum to at most `most`, or which are one alone."""
    ends = np.cumsum(sizes)
    start = 0
    while start < len(sizes):
        before = ends[start] - sizes[start]
        end = max(int(np.searchsorted(ends, before + most, side="right")), start + 1)
        yield start, end
        start = end


def packed(row: Ints, bit: Ints, count: int, bits: int) -> Words:
    """Rows of bits (count, words), 64 to a word: bit `bit[e]` of row `row[e]` is set for each e."""
    words = (bits + 63) // 64
    flat = np.zeros(count * words, np.uint64)
    np.bitwise_or.at(flat, row * words + (bit >> 6), np.uint64(1) << (bit & 63).astype(np.uint64))
    return flat.reshape(count, words)


def counted(bits: Words) -> Ints:
    """How many bits of each row are set, (n,)."""
    ones: npt.NDArray[np.uint8] = np.bitwise_count(bits)
    count: Ints = ones.sum(axis=1, dtype=np.int64)
    return count
