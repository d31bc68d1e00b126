"""Many sets of items as a few columns: each set is one item more than another set."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Items = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Level:
    """All n sets of k items: their rows (n,), members (n, k), and the rows of the sets without each member (n, k).

    `without[s, c]` is the row of set s without `members[s, c]`, or -1 where that leaves the empty set.
    """

    rows: Ints
    members: Items
    without: Ints


@dataclass(frozen=True)
class Itemsets:
    """Set i is `item[i]` added to set `parent[i]` (-1: the empty set), and `support[i]` baskets hold it; each (n,).

    Single items come first, rarest first; within a set, items are added in the order of those rows; a parent stands
    before its children; with a set, all its subsets are there. All sets of at most `reached` items are there: not
    `complete`, there are larger ones that would not have fitted.
    """

    item: Items
    parent: Items
    support: Items
    complete: bool
    reached: int

    def __len__(self) -> int:
        return len(self.item)

    @cached_property
    def lengths(self) -> Items:
        """How many items each set has, (n,)."""
        lengths = np.ones(len(self), np.int32)
        rows = np.flatnonzero(self.parent >= 0)
        above = self.parent[rows]
        while len(rows):
            lengths[rows] += 1
            above = self.parent[above]
            rows, above = rows[above >= 0], above[above >= 0]
        return lengths

    def members(self, row: int) -> tuple[int, ...]:
        """The items of one set, ascending."""
        found = []
        while row >= 0:
            found.append(int(self.item[row]))
            row = int(self.parent[row])
        return tuple(sorted(found))

    def row(self, items: Iterable[int]) -> int | None:
        """Where the set of these items stands, or None if it is not frequent."""
        singles = [self._children(np.array([-1]), np.array([item]))[0] for item in items]
        row = -1
        for single in sorted(singles):
            if single < 0:
                return None
            row = int(self._children(np.array([row]), self.item[[single]])[0])
            if row < 0:
                return None
        return row

    def levels(self) -> Iterator[Level]:
        """The sets by size, from single items up, each with the rows of all its subsets that lack one item."""
        by_length = np.argsort(self.lengths, kind="stable")
        bounds = np.searchsorted(self.lengths[by_length], np.arange(1, int(self.lengths.max(initial=0)) + 2))
        place = np.empty(len(self), np.int64)
        members, without = np.empty((1, 0), np.int32), np.empty((1, 0), np.int64)
        for start, end in itertools.pairwise(bounds):
            rows = by_length[start:end]
            item, parent = self.item[rows], self.parent[rows]
            above = place[parent] if members.shape[1] else np.zeros(len(rows), np.int64)
            # Without one of the parent's items: what the parent becomes without it, and the last item again.
            shorter = self._children(without[above], item[:, None])
            without = np.column_stack([shorter, parent])
            members = np.column_stack([members[above], item])
            place[rows] = np.arange(len(rows))
            yield Level(rows, members, without)

    def antecedents(self) -> tuple[Ints, Items, Ints]:
        """For every set of two or more and each of its items: (the set's row, the item, the row of the set without it)."""
        levels = [level for level in self.levels() if level.members.shape[1] > 1]
        if not levels:
            return np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0, np.int64)
        return (
            np.concatenate([np.repeat(level.rows, level.members.shape[1]) for level in levels]),
            np.concatenate([level.members.ravel() for level in levels]),
            np.concatenate([level.without.ravel() for level in levels]),
        )

    @cached_property
    def _keys(self) -> tuple[Ints, Ints]:
        """(parent, item) of all rows as one sorted number each, and the rows in that order."""
        keys = _key(self.parent, self.item, self._width)
        order = np.argsort(keys)
        return keys[order], order

    @cached_property
    def _width(self) -> int:
        return int(self.item.max(initial=0)) + 1

    def _children(self, parent: npt.NDArray[np.integer], item: npt.NDArray[np.integer]) -> Ints:
        """The rows of these parents with these items added, -1 where there is none."""
        keys, order = self._keys
        wanted = _key(parent, item, self._width)
        if not len(keys):
            return np.full(wanted.shape, -1, np.int64)
        at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        there = (keys[at] == wanted) & (item < self._width)
        return np.where(there, order[at], -1)


def _key(parent: npt.NDArray[np.integer], item: npt.NDArray[np.integer], width: int) -> Ints:
    return (parent.astype(np.int64) + 1) * width + item
