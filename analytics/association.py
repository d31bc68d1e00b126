"""Association rules with one item on the right, and their measures, in columns.

Agrawal, Imieliński & Swami 1993, "Mining association rules between sets of items"; lift and leverage as in
Piatetsky-Shapiro 1991, conviction as in Brin, Motwani, Ullman & Tsur 1997.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from fractions import Fraction
from math import ceil

import numpy as np
import numpy.typing as npt

from analytics.baskets import Baskets, of_pairs
from analytics.itemsets import Itemsets

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Lattice:
    """The sets with their items, and what is left without each: `size[i]` entries from `first[i]` on are set i's.

    `item` holds items, in the same order in all sets; `without` the row of the set without that item, -1 for the empty
    set; `support` (sets,) in how many baskets each set is.
    """

    first: Ints
    size: Ints
    item: Ints
    without: Ints
    support: Ints

    def members(self, sets: Ints, size: int) -> Ints:
        """The items of sets that are all of that size, (sets, size)."""
        found: Ints = self.item[self.first[sets][:, None] + np.arange(size)]
        return found

    def left(self, sets: Ints, size: int) -> Ints:
        """What is left of each set without each of its items in turn, (sets, size)."""
        found: Ints = self.without[self.first[sets][:, None] + np.arange(size)]
        return found


@dataclass(frozen=True)
class Rules:
    """Rules antecedent → consequent, one entry a rule in every array.

    `whole` and `antecedent` are rows of the lattice (antecedent and consequent together; the antecedent), `consequent`
    is an item. `count`, `antecedent_count` and `consequent_count` are numbers of baskets, of `baskets` in all.
    """

    baskets: int
    lattice: Lattice
    whole: Ints
    antecedent: Ints
    consequent: Ints
    count: Ints
    antecedent_count: Ints
    consequent_count: Ints

    def __len__(self) -> int:
        return len(self.whole)

    def take(self, chosen: Mask | Ints) -> Rules:
        """These rules, by mask or in that order."""
        columns = [field.name for field in fields(self) if field.name not in {"baskets", "lattice"}]
        return replace(self, **{name: getattr(self, name)[chosen] for name in columns})

    def items_of(self, rule: int) -> tuple[int, ...]:
        """The items of a rule's antecedent, ascending."""
        row = self.antecedent[[rule]]
        return tuple(sorted(self.lattice.members(row, int(self.lattice.size[row[0]]))[0].tolist()))

    @property
    def length(self) -> Ints:
        """How many items the antecedent has."""
        return self.lattice.size[self.antecedent]

    @property
    def support(self) -> Floats:
        """The share of baskets with antecedent and consequent."""
        return self.count / max(self.baskets, 1)

    @property
    def confidence(self) -> Floats:
        """The share of the antecedent's baskets that have the consequent."""
        return self.count / self.antecedent_count

    @property
    def lift(self) -> Floats:
        """Confidence over the consequent's share of all baskets."""
        lift: Floats = self.count * (self.baskets / (self.antecedent_count * self.consequent_count.astype(float)))
        return lift

    @property
    def leverage(self) -> Floats:
        """The share of baskets with both beyond what independence gives."""
        return self.support - self.antecedent_count * (self.consequent_count / max(self.baskets, 1) ** 2)

    @property
    def conviction(self) -> Floats:
        """How many times as often the rule would fail if both were independent; infinite where it never fails."""
        failed = self.antecedent_count - self.count
        by_chance = self.antecedent_count * (1 - self.consequent_count / max(self.baskets, 1))
        never: Floats = np.full(len(self), np.inf)
        conviction: Floats = np.divide(by_chance, failed, out=never, where=failed > 0)
        return conviction


def exact(share: Fraction | float | str) -> Fraction:
    """A share as it is written: 0.1 is one tenth, not the binary fraction next to it."""
    return share if isinstance(share, Fraction) else Fraction(str(share))


def as_count(support: Fraction | float | str, baskets: int) -> int:
    """A minimum support as a number of baskets: below 1 it is a share of them and rounded up, else a count."""
    asked = exact(support)
    return max(1, ceil(asked * baskets if asked < 1 else asked))


def lattice(itemsets: Itemsets) -> Lattice:
    levels = list(itemsets.levels())
    first, before = np.zeros(len(itemsets), np.int64), 0
    for level in levels:
        length = level.members.shape[1]
        first[level.rows] = before + length * np.arange(len(level.rows))
        before += level.members.size
    empty = [np.empty(0, np.int64)]
    item = np.concatenate(empty + [level.members.ravel() for level in levels]).astype(np.int64)
    without = np.concatenate(empty + [level.without.ravel() for level in levels])
    return Lattice(first, itemsets.lengths.astype(np.int64), item, without, itemsets.support.astype(np.int64))


def rules(baskets: Baskets, itemsets: Itemsets, confidence: Fraction | float | str = 0) -> Rules:
    """All rules of the itemsets whose confidence is at least that, which is decided on integers."""
    known = lattice(itemsets)
    # The entries of a set stand together; sets of one item, which leave nothing on the left, come first.
    order = np.argsort(known.first, kind="stable")
    entry = np.arange(int((known.size == 1).sum()), len(known.item))
    whole = np.repeat(order, known.size[order])[entry]
    antecedent, consequent = known.without[entry], known.item[entry]
    count, antecedent_count = known.support[whole], known.support[antecedent]
    found = Rules(
        len(baskets), known, whole, antecedent, consequent, count, antecedent_count, baskets.counts[consequent]
    )
    asked = exact(confidence)
    if asked <= 0:
        return found
    return found.take(count * asked.denominator >= antecedent_count * asked.numerator)


def about(found: Rules, item: int) -> Mask:
    """Which rules have this item on either side."""
    known = found.lattice
    order = np.argsort(known.first, kind="stable")
    has = np.zeros(len(known.support), bool)
    has[np.repeat(order, known.size[order])[known.item == item]] = True
    involved: Mask = has[found.whole]
    return involved


def leave_out(baskets: Baskets, unwanted: Mask) -> Baskets:
    """The same baskets without the unwanted items, (items,); one that held nothing else stays, empty."""
    kept = ~unwanted[baskets.item]
    basket = np.repeat(np.arange(len(baskets)), baskets.sizes)
    return of_pairs(basket[kept], baskets.item[kept], len(baskets), baskets.items)
