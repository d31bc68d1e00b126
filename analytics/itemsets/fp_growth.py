"""FP-growth with numpy: baskets as a tree of shared prefixes, and for each set a smaller tree of what goes with it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.baskets import Baskets
from analytics.itemsets.ranked import (
    Found,
    Ranked,
    Rows,
    attempts,
    blocks,
    ranked,
    rows,
    spread,
)
from analytics.itemsets.table import Ints, Itemsets

# Nodes of paths that are walked at once.
WALKED = 2**18


@dataclass(frozen=True)
class Forest:
    """Trees side by side, one for each set: node i is `rank[i]` in `count[i]` baskets below `parent[i]` (-1: a root).

    `row[i]` is the row of the tree's set with the node's rank added; nodes (n,) are sorted by it; `depth[i]` nodes
    lie above node i.
    """

    rank: Ints
    count: Ints
    parent: Ints
    row: Ints
    depth: Ints


def fp_growth(baskets: Baskets, min_count: int, most: int) -> Itemsets:
    """All sets of items that at least `min_count` baskets hold, as far as `most` sets go.

    Han, Pei & Yin 2000, "Mining frequent patterns without candidate generation": frequent items first, so that baskets
    share long prefixes. The trees of many sets grow side by side.
    """
    ranks = ranked(baskets, min_count)
    held = rows(baskets, ranks)
    return attempts(lambda found, longest: _search(held, ranks, max(min_count, 1), longest, found), ranks, most)


def _search(held: Rows, ranks: Ranked, min_count: int, longest: int, found: Found) -> None:
    if longest < 2 or not len(held.rank):
        return
    total = len(ranks.order)
    # Most frequent first; the row of a single rank is the rank itself.
    whole = grown(held.basket[::-1], held.rank[::-1], held.rank[::-1], np.ones(held.basket[-1] + 1, np.int64))
    stack = [(whole, 0, longest - 1)]
    while stack:
        forest, start, deeper = stack.pop()
        first = np.flatnonzero(np.diff(forest.row[start:], prepend=-1)) + start
        walked = np.add.reduceat(forest.depth, first)
        _, sets = next(blocks(walked, WALKED))
        stop = int(first[sets]) if sets < len(first) else len(forest.row)
        if stop < len(forest.row):
            stack.append((forest, stop, deeper))
        smaller = _conditional(forest, np.arange(start, stop), total, min_count, found)
        if smaller is not None and deeper > 1:
            stack.append((smaller, 0, deeper - 1))


def _conditional(forest: Forest, nodes: Ints, total: int, min_count: int, found: Found) -> Forest | None:
    """The trees of the sets that end in these nodes: the paths above them, without what is rare there."""
    base, _ = spread(forest.depth[nodes])
    path = np.empty(len(base), np.int64)
    # Each path fills its stretch from the end: the nearest node is the rarest, and comes last.
    at = np.cumsum(forest.depth[nodes]) - 1
    above, left = forest.parent[nodes], forest.depth[nodes]
    while len(at):
        there = left > 0
        at, above, left = at[there], above[there], left[there]
        path[at] = above
        at, above, left = at - 1, forest.parent[above], left - 1
    rank, row, weight = forest.rank[path], forest.row[nodes], forest.count[nodes]
    tree = np.cumsum(np.diff(row, prepend=row[:1]) != 0)
    key = tree[base] * total + rank
    ordered = np.argsort(key)
    first = np.flatnonzero(np.diff(key[ordered], prepend=-1))
    if not len(first):
        return None
    support = np.add.reduceat(weight[base[ordered]], first)
    kept = first[support >= min_count]
    new = found.add(rank[ordered[kept]], row[base[ordered[kept]]], support[support >= min_count])
    if not len(new):
        return None
    frequent = key[ordered[kept]]
    at = np.minimum(np.searchsorted(frequent, key), len(frequent) - 1)
    there = frequent[at] == key
    return grown(base[there], rank[there], new[at[there]], weight)


def grown(path: Ints, rank: Ints, row: Ints, weight: Ints) -> Forest:
    """Trees from paths: entry e is `rank[e]` on `path[e]`, those of one path together and most frequent first.

    Entries of one tree and rank have the same `row`; path p stands for `weight[p]` baskets.
    """
    starts = np.flatnonzero(np.diff(path, prepend=-1))
    lengths = np.diff(starts, append=len(path))
    weights = weight[path[starts]]
    node = np.full(len(starts), -1)
    width = int(row.max()) + 1
    levels, made = [], 0
    for depth in range(int(lengths.max())):
        longer = lengths > depth
        starts, lengths, weights, node = starts[longer], lengths[longer], weights[longer], node[longer]
        # At the roots, the row also tells the trees apart.
        key = (node + 1) * width + row[starts + depth]
        ordered = np.argsort(key)
        first = np.flatnonzero(np.diff(key[ordered], prepend=-1))
        entry = starts[ordered[first]] + depth
        levels.append(
            (
                rank[entry],
                np.add.reduceat(weights[ordered], first),
                node[ordered[first]],
                row[entry],
                np.full(len(entry), depth),
            )
        )
        number = np.empty(len(key), np.int64)
        number[ordered] = np.repeat(np.arange(len(first)), np.diff(first, append=len(key)))
        node = made + number
        made += len(first)
    columns = [np.concatenate(column) for column in zip(*levels, strict=True)]
    by_row = np.argsort(columns[3], kind="stable")
    place = np.empty(made + 1, np.int64)
    place[by_row] = np.arange(made)
    place[-1] = -1
    rank, count, parent, row, depth_of = (column[by_row] for column in columns)
    return Forest(rank, count, place[parent], row, depth_of)
