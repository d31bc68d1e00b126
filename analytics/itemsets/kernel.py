"""Eclat compiled by numba. Importing this module imports numba, so only `compiled.warm_up` does.

For each root item, the baskets that hold it get numbers of their own, and each item beside it becomes a row of bits over
those numbers alone: 64 baskets to a word, and rare roots make short rows. The rows of a set's extensions are then
intersected depth first.
"""

from __future__ import annotations

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
def longer(old, size):  # type: ignore[no-untyped-def]
    """The same array with room for at least `size` rows."""
    new = np.empty((max(size, 2 * len(old)), *old.shape[1:]), old.dtype)
    new[: len(old)] = old
    return new


@njit(cache=True)
def intersect(bits: Words, one: int, other: int, to: int, words: int) -> int:
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
def search(
    start: Ints, item: Items, rank: Items, counts: Ints, min_count: int, most: int, words_most: int, longest: int
) -> tuple[bool, Items, Items, Items]:
    """All sets of at most `longest` ranks as (all found?, rank, parent, support); the first R are the single ranks.

    Gives up when there are more than `most` sets, or when the rows of bits want more than `words_most` words.
    """
    by_rank, basket, by_basket, ranks = turned(start, item, rank, counts)
    total = len(counts)
    found = np.empty(max(2 * total, 1024), np.int32)
    parent = np.empty(len(found), np.int32)
    support = np.empty(len(found), np.int32)
    for r in range(total):
        found[r] = r
        parent[r] = -1
        support[r] = counts[r]
    n = total
    if n > most:
        return False, found[:0], parent[:0], support[:0]

    beside = np.zeros(total, np.int32)
    slot = np.full(total, -1, np.int32)
    seen = np.empty(total, np.int32)
    bits = np.empty(1024, np.uint64)
    # A stack of classes: the rows of one depth are the extensions of one set, `row_of` says which sets they are.
    first = np.empty(total + 1, np.int64)
    size = np.empty(total + 1, np.int64)
    turn = np.empty(total + 1, np.int64)
    row_of = np.empty(1024, np.int32)
    at = by_basket[:-1].copy()

    for root in range(total):
        if longest < 2:
            break
        holders = basket[by_rank[root] : by_rank[root + 1]]
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
        if members == 0:
            continue
        exts = seen[:members]
        if members > 1:
            exts.sort()
        if n + members > most:
            return False, found[:0], parent[:0], support[:0]
        if n + members > len(found):
            found, parent, support = (
                longer(found, n + members),
                longer(parent, n + members),
                longer(support, n + members),
            )
        for s in range(members):
            r = exts[s]
            found[n + s] = r
            parent[n + s] = root
            support[n + s] = beside[r]
            beside[r] = 0
            slot[r] = s
        base = n
        n += members
        if members > 1 and longest > 2:
            words = (len(holders) + 63) >> 6
            if members * words > words_most:
                return False, found[:0], parent[:0], support[:0]
            if members * words > len(bits):
                bits = np.empty(max(members * words, 2 * len(bits)), np.uint64)
            if members > len(row_of):
                row_of = np.empty(2 * members, np.int32)
            bits[: members * words] = 0
            for k in range(len(holders)):
                i = holders[k]
                bit = ONE << np.uint64(k & 63)
                word = k >> 6
                for e in range(at[i], by_basket[i + 1]):
                    s = slot[ranks[e]]
                    if s >= 0:
                        bits[s * words + word] |= bit
            for s in range(members):
                row_of[s] = base + s
            depth = 0
            first[0], size[0], turn[0] = 0, members, 0
            while depth >= 0:
                a = turn[depth]
                if a >= size[depth] - 1:
                    depth -= 1
                    continue
                turn[depth] = a + 1
                top = first[depth] + size[depth]
                rows = top + size[depth] - a - 1
                if rows * words > words_most or n + size[depth] > most:
                    return False, found[:0], parent[:0], support[:0]
                if rows * words > len(bits):
                    bits = longer(bits, rows * words)
                if rows > len(row_of):
                    row_of = longer(row_of, rows)
                if n + size[depth] > len(found):
                    room = n + size[depth]
                    found, parent, support = longer(found, room), longer(parent, room), longer(support, room)
                one = first[depth] + a
                kept = 0
                for other in range(one + 1, top):
                    count = intersect(bits, one * words, other * words, (top + kept) * words, words)
                    if count >= min_count:
                        found[n] = found[row_of[other]]
                        parent[n] = row_of[one]
                        support[n] = count
                        row_of[top + kept] = n
                        n += 1
                        kept += 1
                if kept > 1 and depth + 4 <= longest:
                    depth += 1
                    first[depth], size[depth], turn[depth] = top, kept, 0
        for s in range(members):
            slot[exts[s]] = -1
    return True, found[:n].copy(), parent[:n].copy(), support[:n].copy()
