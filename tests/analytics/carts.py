"""Small shops' baskets for tests, from lists of names and from tables of yes and no."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from analytics.association import Rules, rules
from analytics.association_chance import Evidence, evidence, minimum_count
from analytics.baskets import Baskets, of_pairs
from analytics.itemsets import mine

HAN = tuple(
    row.split() for row in ("1 2 5", "2 4", "2 3", "1 2 4", "1 3", "2 3", "1 3", "1 2 3 5", "1 2 3")
)  # Han, Kamber & Pei, "Data Mining", table 6.1


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


def all_rules(baskets: Baskets, min_count: int | None = None) -> tuple[Rules, Evidence]:
    found = rules(baskets, mine(baskets, min_count or minimum_count(baskets)))
    return found, evidence(baskets, found)


def beyond_chance(baskets: Baskets, min_count: int | None = None) -> set[tuple[tuple[int, ...], int]]:
    """The rules beyond chance, as (items on the left, item on the right)."""
    found, proof = all_rules(baskets, min_count)
    return {(found.items_of(rule), int(found.consequent[rule])) for rule in np.flatnonzero(proof.real).tolist()}


def independent(dice: np.random.Generator, baskets: int, items: int, share: float) -> Baskets:
    return from_table(dice.random((baskets, items)) < share)


def planted(dice: np.random.Generator, items: int = 40) -> Baskets:
    """2,000 baskets of independent items with 8 % each; half of those with item 0 get item 1 on top."""
    bought = dice.random((2_000, items)) < 0.08
    bought[:, 1] |= bought[:, 0] & (dice.random(2_000) < 0.5)
    return from_table(bought)


def dealt(dice: np.random.Generator, baskets: int, items: int) -> Baskets:
    """Baskets of very different sizes, each filled without looking from items of very different popularity."""
    sizes = np.clip(dice.lognormal(1, 1, baskets).astype(int), 1, items)
    liking = dice.gumbel(size=(baskets, items)) - 0.7 * np.log(np.arange(1, items + 1))
    rank = np.argsort(np.argsort(-liking, axis=1), axis=1)
    return from_table(rank < sizes[:, None])


def shuffled(dice: np.random.Generator, baskets: Baskets) -> Baskets:
    """The same items in other baskets of the same sizes (an item that comes twice into a basket counts once)."""
    basket = np.repeat(np.arange(len(baskets)), baskets.sizes)
    return of_pairs(basket, dice.permutation(baskets.item), len(baskets), baskets.items)
