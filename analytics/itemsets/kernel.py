"""Eclat compiled by numba. Importing this module imports numba, so only `compiled.warm_up` does.

For each root item, the baskets that hold it get numbers of their own, and each item beside it becomes a row of bits over
those numbers alone: 64 baskets to a word, and rare roots make short rows. The rows of a set's extensions are then
intersected depth first.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

Ints = npt.NDArray[np.int64]
Items = npt.NDArray[np.int32]
Words = npt.NDArray[np.uint64]

ONE = np.uint64(1)
TWO = np.uint64(2)
FOUR = np.uint64(4)
LAST_BYTE = np.uint64(56)
PAIRS = np.uint64(0x5555555555555555)
NIBBLES = np.uint64(0x3333333333333333)
BYTES = np.uint64(0x0F0F0F0F0F0F0F0F)
SUMS = np.uint64(0x0101010101010101)


@njit(inline="always")
def popcount(x: np.uint64) -> np.uint64:
    """How many bits of the word are set; the compiler turns this into the processor's own instruction."""
    x = x - ((x >> ONE) & PAIRS)
    x = (x & NIBBLES) + ((x >> TWO) & NIBBLES)
    return (((x + (x >> FOUR)) & BYTES) * SUMS) >> LAST_BYTE


@njit(cache=True)
def roomy(old: Any, size: int) -> Any:
    """The array, or one that begins like it, with room for at least `size` rows; growing doubles it, and so is rare."""
    if size <= len(old):
        return old
    new = np.empty((max(size, 2 * len(old)), *old.shape[1:]), old.dtype)
    new[: len(old)] = old
    return new


@njit(cache=True)
def intersect(bits: Words, one: int, other: int, to: int, words: int) -> np.int64:
    """Write the baskets of both rows to a third row, and count them; rows are given by their first word."""
    a = bits[one : one + words]
    b = bits[other : other + words]
    both = bits[to : to + words]
    count = np.uint64(0)
    for w in range(words):
        common = a[w] & b[w]
        both[w] = common
        count += popcount(common)
    return np.int64(count)


@njit(cache=True)
def turned(start: Ints, item: Items, rank: Items, counts: Ints) -> tuple[Ints, Items, Ints, Items]:
    """The frequent part of the baskets twice: baskets of each rank, and ranks of each basket in ascending order.

    (R + 1,) and (m,) by rank; (n + 1,) and (m,) by basket. `rank` is -1 for items that are not frequent.
    """
    baskets = len(start) - 1
    by_rank = np.zeros(len(counts) + 1, np.int64)
    for r in range(len(counts)):
        by_rank[r + 1] = by_rank[r] + counts[r]
    basket = np.empty(by_rank[-1], np.int32)
    by_basket = np.zeros(baskets + 1, np.int64)
    at = by_rank[:-1].copy()
    for i in range(baskets):
        kept = 0
        for e in range(start[i], start[i + 1]):
            r = rank[item[e]]
            if r >= 0:
                basket[at[r]] = i
                at[r] += 1
                kept += 1
        by_basket[i + 1] = by_basket[i] + kept
    ranks = np.empty(by_rank[-1], np.int32)
    at = by_basket[:-1].copy()
    for r in range(len(counts)):
        for e in range(by_rank[r], by_rank[r + 1]):
            i = basket[e]
            ranks[at[i]] = r
            at[i] += 1
    return by_rank, basket, by_basket, ranks


@njit(cache=True)
def extensions(
    holders: Items, at: Ints, by_basket: Ints, ranks: Items, min_count: int, seen: Items, beside: Items
) -> int:
    """How many ranks stand after the root in at least `min_count` of its baskets.

    They are left ascending in `seen`, their supports in `beside`, which is 0 elsewhere. `at` moves past the root.
    """
    many = 0
    for i in holders:
        at[i] += 1
        for e in range(at[i], by_basket[i + 1]):
            r = ranks[e]
            if beside[r] == 0:
                seen[many] = r
                many += 1
            beside[r] += 1
    members = 0
    for s in range(many):
        r = seen[s]
        if beside[r] >= min_count:
            seen[members] = r
            members += 1
        else:
            beside[r] = 0
    if members > 1:
        seen[:members].sort()
    return members


@njit(cache=True)
def fill(bits: Words, words: int, holders: Items, at: Ints, by_basket: Ints, ranks: Items, slot: Items) -> None:
    """Set the bit of each of the root's baskets in the row `slot` of each rank in it that has one."""
    for k in range(len(holders)):
        i = holders[k]
        bit = ONE << np.uint64(k & 63)
        for e in range(at[i], by_basket[i + 1]):
            s = slot[ranks[e]]
            if s >= 0:
                bits[s * words + (k >> 6)] |= bit


@njit(cache=True)
def deeper(
    sets: Items, n: int, bits: Words, members: int, words: int, min_count: int, most: int, words_most: int, longest: int
) -> tuple[int, Items, Words]:
    """Add all larger sets to the `n` in `sets`, whose last `members` are the root's pairs and own the first rows of bits.

    Returns the new n, -1 where it gives up, and both arrays, which may have grown.
    """
    # A stack of classes, one a depth: `size` rows of bits from `first` on, the next to be extended is `turn`.
    first = np.zeros(members + 1, np.int64)
    size = np.zeros(members + 1, np.int64)
    turn = np.zeros(members + 1, np.int64)
    size[0] = members
    set_of = np.arange(n - members, n)
    depth = 0
    while depth >= 0:
        one = first[depth] + turn[depth]
        top = first[depth] + size[depth]
        partners = top - one - 1
        if partners <= 0:
            depth -= 1
            continue
        turn[depth] += 1
        rows = top + partners
        if rows * words > words_most:
            return -1, sets, bits
        bits = roomy(bits, rows * words)
        set_of = roomy(set_of, rows)
        sets = roomy(sets, n + partners)
        kept = 0
        for other in range(one + 1, top):
            count = intersect(bits, one * words, other * words, (top + kept) * words, words)
            if count >= min_count:
                sets[n + kept, 0] = sets[set_of[other], 0]
                sets[n + kept, 1] = set_of[one]
                sets[n + kept, 2] = count
                set_of[top + kept] = n + kept
                kept += 1
        n += kept
        if n > most:
            return -1, sets, bits
        if kept > 1 and depth + 4 <= longest:
            depth += 1
            first[depth], size[depth], turn[depth] = top, kept, 0
    return n, sets, bits


@njit(cache=True)
def search(
    start: Ints, item: Items, rank: Items, counts: Ints, min_count: int, most: int, words_most: int, longest: int
) -> Items | None:
    """All sets of at most `longest` ranks as rows (rank, parent, support); the first R are the single ranks.

    None when there are more than `most` sets, or when the rows of bits want more than `words_most` words.
    """
    total = len(counts)
    if total > most:
        return None
    by_rank, basket, by_basket, ranks = turned(start, item, rank, counts)
    sets = np.empty((max(2 * total, 1024), 3), np.int32)
    for r in range(total):
        sets[r, 0] = r
        sets[r, 1] = -1
        sets[r, 2] = counts[r]
    n = total
    beside = np.zeros(total, np.int32)
    slot = np.full(total, -1, np.int32)
    seen = np.empty(total, np.int32)
    bits = np.empty(1024, np.uint64)
    at = by_basket[:-1].copy()
    for root in range(total if longest > 1 else 0):
        holders = basket[by_rank[root] : by_rank[root + 1]]
        members = extensions(holders, at, by_basket, ranks, min_count, seen, beside)
        if n + members > most:
            return None
        sets = roomy(sets, n + members)
        for s in range(members):
            r = seen[s]
            sets[n + s, 0] = r
            sets[n + s, 1] = root
            sets[n + s, 2] = beside[r]
            beside[r] = 0
            slot[r] = s
        n += members
        if members > 1 and longest > 2:
            words = (len(holders) + 63) >> 6
            if members * words > words_most:
                return None
            bits = roomy(bits, members * words)
            bits[: members * words] = 0
            fill(bits, words, holders, at, by_basket, ranks, slot)
            n, sets, bits = deeper(sets, n, bits, members, words, min_count, most, words_most, longest)
            if n < 0:
                return None
        for s in range(members):
            slot[seen[s]] = -1
    return sets[:n]
