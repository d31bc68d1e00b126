"""Frequent itemsets by the plainest way there is, for tests of what is built on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from analytics.baskets import Baskets, of_pairs

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class FewSets:
    sets: tuple[tuple[int, ...], ...]
    support: Ints

    def subsets(self) -> tuple[Ints, Ints, Ints]:
        row = {members: i for i, members in enumerate(self.sets)} | {(): -1}
        table = [
            (i, item, row[tuple(other for other in members if other != item)])
            for i, members in enumerate(self.sets)
            for item in members
        ]
        columns = np.array(table, np.int64).reshape(-1, 3).T
        return columns[0], columns[1], columns[2]


def few_sets(baskets: Baskets, min_count: int, longest: int = 99) -> FewSets:
    """Eclat on Python's long integers: depth first, a bit a basket."""
    held = [0] * baskets.items
    for basket in range(len(baskets)):
        for item in baskets.item[baskets.start[basket] : baskets.start[basket + 1]].tolist():
            held[item] |= 1 << basket
    found: dict[tuple[int, ...], int] = {}

    def grow(members: tuple[int, ...], tails: list[tuple[int, int]]) -> None:
        for position, (item, bits) in enumerate(tails):
            grown = (*members, item)
            found[grown] = bits.bit_count()
            if len(grown) < longest:
                both = [(other, bits & more) for other, more in tails[position + 1 :]]
                grow(grown, [(other, more) for other, more in both if more.bit_count() >= min_count])

    grow((), [(item, bits) for item, bits in enumerate(held) if bits.bit_count() >= min_count])
    return FewSets(tuple(found), np.array(list(found.values()), np.int64))


def baskets_of(rows: Iterable[Sequence[str]]) -> tuple[Baskets, list[str]]:
    """Baskets of names, and the names by item."""
    kept = list(rows)
    names = sorted({name for row in kept for name in row})
    number = {name: i for i, name in enumerate(names)}
    basket = np.array([i for i, row in enumerate(kept) for _ in row], np.int64)
    item = np.array([number[name] for row in kept for name in row], np.int64)
    return of_pairs(basket, item, len(kept), len(names)), names


def from_table(bought: npt.NDArray[np.bool_]) -> Baskets:
    """Baskets from a table of yes and no, (baskets, items)."""
    basket, item = np.nonzero(bought)
    return of_pairs(basket, item, *bought.shape)


def subsets_of(members: tuple[int, ...]) -> Iterable[tuple[int, ...]]:
    return (some for size in range(1, len(members)) for some in combinations(members, size))
