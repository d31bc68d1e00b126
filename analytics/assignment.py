"""Who gets which version: drawn by lot, so that the versions' people are alike in what they have brought."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


def assign(value: npt.ArrayLike, shares: Sequence[float], seed: int) -> Ints:
    """The version, 0 to k - 1, of each of n customers, (n,).

    `value` (n,) is what customers are worth, `shares` (k,) the parts that are to get each version, above 0, adding up to
    1. Customers are ranked by value and drawn in blocks of neighbours just so large that every version gets somebody, the
    rest going to the last one (permuted blocks, Zelen 1974). The sizes are rounded with one draw for all blocks
    (systematic sampling, Madow 1949): down the ranking each version has its share to within one person after every
    block, and each customer's chance of a version is exactly its share.

    The same seed draws the same versions. Customers of equal value are ranked as they stand: who puts them in the order
    of their keys gets the same answer however the sheet is sorted.
    """
    worth, parts = np.asarray(value, float), np.asarray(shares, float)
    if parts.ndim != 1 or not len(parts) or (parts <= 0).any() or not np.isclose(parts.sum(), 1):
        raise ValueError("shares above 0 that add up to 1")
    dice, n = np.random.default_rng(seed), len(worth)
    ranked = np.argsort(-worth, kind="stable")
    size = int(np.ceil(1 / parts.min() - 1e-9))
    blocks = max(n // size, 1)
    ends = np.append(np.arange(1, blocks) * size, n)
    # Rounded sums of the first versions' shares: their differences are whole numbers that add up to the block.
    sums = np.floor(ends[:, None] * np.cumsum(parts)[:-1] + dice.random() + 1e-9).astype(np.int64)
    upto = np.column_stack([np.zeros(blocks, np.int64), np.minimum(sums, ends[:, None]), ends])
    many = np.diff(np.diff(upto, axis=1), axis=0, prepend=0)
    version = np.repeat(np.tile(np.arange(len(parts)), blocks), many.ravel())
    block = np.repeat(np.arange(blocks), np.diff(ends, prepend=0))
    drawn = np.empty(n, np.int64)
    drawn[ranked[np.lexsort((dice.random(n), block))]] = version
    return drawn
