"""Baskets: which products were bought together, as sparse rows of small integers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Items = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Baskets:
    """n baskets of items 0 … `items` - 1; the items of basket i are `item[start[i]:start[i + 1]]`, ascending, each once.

    `start` is (n + 1,). A basket may be empty: it counts among the n all the same.
    """

    start: Ints
    item: Items
    items: int

    def __len__(self) -> int:
        return len(self.start) - 1

    @property
    def counts(self) -> Ints:
        """In how many baskets each item is, (items,)."""
        return np.bincount(self.item, minlength=self.items).astype(np.int64)

    @property
    def sizes(self) -> Ints:
        """How many items each basket has, (n,)."""
        return np.diff(self.start)


def of_pairs(basket: npt.NDArray[np.integer], item: npt.NDArray[np.integer], baskets: int, items: int) -> Baskets:
    """Baskets from (basket, item) pairs in any order, repeated pairs counted once."""
    keys = np.sort(basket.astype(np.int64) * max(items, 1) + item)
    if len(keys):
        keys = keys[np.concatenate([[True], keys[1:] != keys[:-1]])]
    owner, found = np.divmod(keys, max(items, 1))
    start = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=baskets))]).astype(np.int64)
    return Baskets(start, found.astype(np.int32), items)
