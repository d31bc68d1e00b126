"""What one group of customers buys together that the others do not."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

import numpy as np

from analytics.association import Floats, Ints, Mask
from analytics.association_chance import ALPHA, FEWEST, log_bounded_tail
from analytics.association_sizes import classes, pack
from analytics.baskets import Baskets
from analytics.itemsets import Itemsets

BLOCK = 16_384


@dataclass(frozen=True)
class Differences:
    """Pairs of items that the group has together more often than chance allows, the surest first, (p,) each.

    `one` and `other` are the items; `inside` of the group's `group` baskets have both, `outside` of the `rest` others;
    `expected` is how many of the group's would be expected, given the basket sizes and who buys either item; `chance` is
    adjusted for all pairs.
    """

    one: Ints
    other: Ints
    inside: Ints
    outside: Ints
    group: int
    rest: int
    expected: Floats
    chance: Floats

    def __len__(self) -> int:
        return len(self.one)

    @property
    def ratio(self) -> Floats:
        """How many times as large a share of the group has both as of the rest; infinite where nobody else has."""
        shares = self.outside / max(self.rest, 1)
        nobody: Floats = np.full(len(self), np.inf)
        return np.divide(self.inside / max(self.group, 1), shares, out=nobody, where=shares > 0)


def differences(
    baskets: Baskets,
    inside: Mask,
    itemsets: Itemsets,
    groups: int = 1,
    fewest: int = FEWEST,
    alpha: float = ALPHA,
) -> Differences:
    """Pairs of the itemsets, mined from all baskets, that the baskets `inside` (n,) have together beyond chance.

    Best with one basket a customer, as the baskets of one customer are not independent. That the group buys a pair
    together is the rule pair → group (Webb, Butler & Newlands 2003, "On detecting differences between groups"), so it
    must be beyond chance among all baskets, among those with the one item and among those with the other: else the
    group has but larger baskets, or a liking for one of the two. Each within baskets of about the same size, so that
    only the number in the group is left to chance: a sum of independent hypergeometric numbers. Holm's method over all
    pairs of items that are frequent by themselves, in each of the `groups` that are asked about.
    """
    levels = [level.members.astype(np.int64) for level in islice(itemsets.levels(), 2)]
    pairs = levels[1] if len(levels) > 1 else np.empty((0, 2), np.int64)
    items = len(levels[0]) if levels else 0
    tests = groups * items * (items - 1) // 2
    sizes = classes(baskets.sizes)
    strata = 2 * sizes + inside
    there = np.bincount(strata, minlength=2 * int(sizes.max(initial=-1)) + 2)
    # Every class of the packed bits must have a basket.
    number = np.cumsum(there > 0) - 1
    wanted = np.unique(pairs)
    bits = pack(baskets, number[strata], wanted)
    alone = _split(bits.count(wanted[:, None]), there > 0)
    everybody = _split(there[there > 0][None, :], there > 0)
    chance, expected = np.full(len(pairs), -np.inf), np.zeros(len(pairs))
    count, outside = np.zeros(len(pairs), np.int64), np.zeros(len(pairs), np.int64)
    for start in range(0, len(pairs), BLOCK):
        block = slice(start, start + BLOCK)
        both = _split(bits.count(pairs[block]), there > 0)
        outside[block], count[block] = both.sum(axis=1).T
        for base in (everybody, *(alone[np.searchsorted(wanted, item)] for item in pairs[block].T)):
            size, members, having = base.sum(axis=2), base[:, :, 1], both.sum(axis=2)
            by_chance = (having * (members / np.maximum(size, 1))).sum(axis=1)
            most = np.minimum(members, having).sum(axis=1)
            chance[block] = np.maximum(chance[block], log_bounded_tail(count[block], most, by_chance))
            expected[block] = np.maximum(expected[block], by_chance)
    order = np.argsort(chance, kind="stable")
    steps = np.exp(chance[order]) * np.maximum(tests - np.arange(len(order)), 1)
    adjusted = np.minimum(np.maximum.accumulate(steps), 1)
    real = (adjusted <= alpha) & (count[order] >= fewest)
    order, adjusted = order[real], adjusted[real]
    low, high = np.sort(pairs[order], axis=1).T
    group = int(inside.sum())
    return Differences(low, high, count[order], outside[order], group, len(baskets) - group, expected[order], adjusted)


def _split(counts: Ints, there: Mask) -> Ints:
    """Counts by stratum (g, strata) as (g, sizes, 2): outside and inside the group."""
    full = np.zeros((len(counts), len(there)), np.int64)
    full[:, there] = counts
    return full.reshape(len(counts), len(there) // 2, 2)
