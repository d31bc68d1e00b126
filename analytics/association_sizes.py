"""What basket sizes alone would bring together, and counts by size from packed bits.

Large baskets hold everything more often, so that in a shop with small and large baskets all products seem to go
together. Here a product's chance to be in a basket depends on the basket's size, too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.association import Floats, Ints
from analytics.baskets import Baskets

GROWTH = 1.2
FURTHEST = 30.0
ROUNDS = 200
AT_ONCE = 1 << 21

Words = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Sizes:
    """Baskets in classes of about the same size: `of` (n,) is each basket's class, `baskets` (d,) how many each has.

    An item is in a basket of class d with the chance 1 / (1 + exp(-(a + ease[d]))), where a is such that the item is
    expected in as many baskets as it is in, and `ease` (d,) such that each class has as many items as it has: of all
    laws with these margins the one that assumes nothing else (Rasch 1960; De Bie 2011, "Maximum entropy models and
    subjective interestingness", eq. 4). `spread` (d,) is the variance of a basket's size under this law.
    """

    of: Ints
    baskets: Ints
    ease: Floats
    spread: Floats

    def alone(self, count: Ints, of: npt.NDArray[np.integer]) -> Floats:
        """Chances (r, d) to be in a basket of each class, of things in `count` (r,) of the baskets `of` (r, d)."""
        margin = np.clip(count, 0.0, of.sum(axis=1))
        start = np.log(np.maximum(margin, 0.5)) - np.log(np.maximum((of * np.exp(self.ease)).sum(axis=1), 0.5))
        bias = np.clip(start, -FURTHEST, FURTHEST)
        chance = _logistic(bias[:, None] + self.ease)
        for _ in range(ROUNDS):
            off = margin - (of * chance).sum(axis=1)
            if np.all(np.abs(off) <= 1e-6 * (1 + margin)):
                break
            slope = np.maximum((of * chance * (1 - chance)).sum(axis=1), 1e-9)
            bias = np.clip(bias + np.clip(off / slope, -2, 2), -FURTHEST, FURTHEST)
            chance = _logistic(bias[:, None] + self.ease)
        return chance

    def pairs(self, one: Ints, other: Ints) -> Floats:
        """In how many baskets two items are expected together that are in `one` and `other` (r,) of all baskets.

        The items of a basket compete for its places; by Hájek 1964, "Asymptotic theory of rejective sampling", eq. 5.27.
        """
        margins, which = np.unique(np.concatenate([one, other]), return_inverse=True)
        chance = self.alone(margins, np.broadcast_to(self.baskets, (len(margins), len(self.baskets))))
        together = np.empty(len(one))
        for block in range(0, len(one), AT_ONCE // 32):
            rows = slice(block, block + AT_ONCE // 32)
            p, q = chance[which[: len(one)][rows]], chance[which[len(one) :][rows]]
            compete = np.maximum(0, 1 - (1 - p) * (1 - q) / np.maximum(self.spread, 1e-9))
            together[rows] = (p * q * compete) @ self.baskets
        return together

    def within(self, base: Ints, one: Ints, other: Ints) -> Floats:
        """The same within the baskets `base` (r, d) of something else, in `one` and `other` of which they are."""
        together = np.empty(len(one))
        for block in range(0, len(one), AT_ONCE // 32):
            rows = slice(block, block + AT_ONCE // 32)
            p, q = self.alone(one[rows], base[rows]), self.alone(other[rows], base[rows])
            together[rows] = (base[rows] * p * q).sum(axis=1)
        return together


def classes(sizes: Ints) -> Ints:
    """A class for each basket by its size, from 0 without gaps: 0, 1, …, 5 items, then by steps of a fifth."""
    largest = int(sizes.max(initial=0))
    steps = np.ceil(5 * GROWTH ** np.arange(1 + max(0.0, np.log(max(largest, 1) / 5) / np.log(GROWTH))))
    edges = np.unique(np.concatenate([np.arange(1, 6), steps, [largest + 1]])).astype(np.int64)
    found = np.searchsorted(edges, sizes, side="right")
    taken = np.bincount(found) > 0
    return (np.cumsum(taken) - 1)[found].astype(np.int64)


def sizes_of(baskets: Baskets) -> Sizes:
    """The law of chance that keeps how often each item is bought and how large the baskets are."""
    of = classes(baskets.sizes)
    number = np.bincount(of).astype(np.int64)
    filled = np.bincount(of, weights=baskets.sizes, minlength=len(number))
    counts, items = np.unique(baskets.counts[baskets.counts > 0], return_counts=True)
    n = max(len(baskets), 1)
    # Half an item more or less keeps empty and full baskets from running to infinity.
    target = np.clip(filled, 0.01, number * max(items.sum(), 1) - 0.01)
    ease = np.log(target / np.maximum(number, 1)) - np.log(max(filled.sum(), 1) / n)
    margin = np.minimum(counts, n - 0.01)
    bias = np.log(np.maximum(margin, 0.5) / n)
    chance = _logistic(bias[:, None] + ease)
    for _ in range(ROUNDS):
        slope = np.maximum((number * chance * (1 - chance)).sum(axis=1), 1e-9)
        bias = np.clip(bias + np.clip((margin - (number * chance).sum(axis=1)) / slope, -2, 2), -FURTHEST, FURTHEST)
        chance = _logistic(bias[:, None] + ease)
        off = target - number * (items @ chance)
        if np.all(np.abs(off) <= 1e-4 * (1 + target)):
            break
        slope = np.maximum(number * (items @ (chance * (1 - chance))), 1e-9)
        ease = np.clip(ease + np.clip(off / slope, -2, 2), -FURTHEST, FURTHEST)
        chance = _logistic(bias[:, None] + ease)
    return Sizes(of, number, ease, items @ (chance * (1 - chance)))


@dataclass(frozen=True)
class Bits:
    """Some items' baskets as bits (rows, words), the baskets of a class side by side from word `start` (d,) on."""

    row: Ints
    words: Words
    start: Ints

    def count(self, sets: Ints) -> Ints:
        """In how many baskets of each class all items of each set (g, size) are, (g, d)."""
        found = np.empty((len(sets), len(self.start)), np.int64)
        for block in range(0, len(sets), step := max(1, AT_ONCE // max(self.words.shape[1], 1))):
            rows = self.row[sets[block : block + step]]
            both = self.words[rows[:, 0]]
            for column in rows.T[1:]:
                both &= self.words[column]
            ones = np.bitwise_count(both)
            found[block : block + step] = np.add.reduceat(ones, self.start, axis=1, dtype=np.int64)
        return found


def pack(baskets: Baskets, of: Ints, wanted: Ints) -> Bits:
    """The baskets of the wanted items as bits, by class `of` (n,); every class has a basket."""
    words = (np.bincount(of) + 63) // 64
    start = np.concatenate([[0], np.cumsum(words)]).astype(np.int64)
    order = np.argsort(of, kind="stable")
    before = np.concatenate([[0], np.cumsum(np.bincount(of))])
    place = np.empty(len(of), np.int64)
    place[order] = np.arange(len(of)) - before[of[order]] + 64 * start[of[order]]
    row = np.full(baskets.items, -1, np.int64)
    row[wanted] = np.arange(len(wanted))
    at = np.repeat(place, baskets.sizes)
    kept = row[baskets.item] >= 0
    at, rows = at[kept], row[baskets.item[kept]]
    packed = np.zeros(len(wanted) * int(start[-1]), np.uint64)
    np.bitwise_or.at(packed, rows * start[-1] + at // 64, np.uint64(1) << (at % 64).astype(np.uint64))
    return Bits(row, packed.reshape(len(wanted), int(start[-1])), start[:-1])


def _logistic(x: Floats) -> Floats:
    return 1 / (1 + np.exp(-x))
