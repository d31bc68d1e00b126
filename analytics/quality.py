"""How good a partition is: how round and separate its groups are, whether they hold still, and what lies between them.

Points (n, p), labels (n,) with -1 for who is in no group.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt

from analytics.partitions import SEED, Floats, Labels, centres, k_means

REFERENCES = 19
REFERENCE_SAMPLE = 1_000
RESAMPLES = 30
STARTS = 3
DRAWN = 1_000
PASSAGE = 0.75
BLOCK = 512
EXACT = 500
FULLER = 0.9


def silhouettes(points: Floats, partitions: Sequence[Labels]) -> list[float]:
    """The mean silhouette of each partition of the points; -1 where there are fewer than two groups.

    Rousseeuw 1987, "Silhouettes", eq. 2; a point alone in its group counts 0, and so does one in none. The distances do
    not depend on the partition: they are made once, in blocks, and multiplied by the memberships of all partitions; in
    single precision above 500 points, which moves the sixth digit.
    """
    kind = np.float64 if len(points) <= EXACT else np.float32
    # The last row of each identity, of zeros, is for who is in no group.
    groups = [max(int(labels.max(initial=-1)) + 1, 1) for labels in partitions]
    sizes = [np.bincount(labels[labels >= 0], minlength=k) for labels, k in zip(partitions, groups, strict=True)]
    members = np.concatenate(
        [np.eye(k + 1, k, dtype=kind)[labels] for labels, k in zip(partitions, groups, strict=True)], axis=1
    )
    edges = np.cumsum(groups)[:-1]
    totals = np.zeros(len(partitions))
    centred = (points - points.mean(axis=0)).astype(kind)
    squares = (centred**2).sum(axis=1)
    for start in range(0, len(points), BLOCK):
        block = slice(start, start + BLOCK)
        apart = centred[block] @ centred.T
        apart *= -2
        apart += squares
        apart += squares[block, None]
        np.maximum(apart, 0, out=apart)
        np.sqrt(apart, out=apart)
        rows = np.arange(len(apart))
        apart[rows, start + rows] = 0
        for number, sums in enumerate(np.split(apart @ members, edges, axis=1)):
            own, size = partitions[number][block], sizes[number]
            if np.count_nonzero(size) > 1:
                totals[number] += _widths(sums, own, size).sum()
    return [
        float(total / len(points)) if np.count_nonzero(size) > 1 else -1.0
        for total, size in zip(totals, sizes, strict=True)
    ]


def _widths(sums: npt.NDArray[np.floating], own: Labels, size: npt.NDArray[np.integer]) -> Floats:
    """Silhouettes of points with these sums of distances to each group (n, groups)."""
    inside_any = (own >= 0) & (size[own] > 1)
    sums, own = sums[inside_any].astype(np.float64), own[inside_any]
    rows = np.arange(len(own))
    inside = sums[rows, own] / (size[own] - 1)
    means = np.where(size > 0, sums / np.maximum(size, 1), np.inf)
    means[rows, own] = np.inf
    nearest = means.min(axis=1)
    widths: Floats = (nearest - inside) / np.maximum(np.maximum(nearest, inside), np.finfo(float).tiny)
    return widths


def inertia(points: Floats, labels: Labels) -> float:
    """The sum of squares within groups, of those in a group."""
    inside = labels >= 0
    if not inside.any():
        return 0.0
    return float(((points[inside] - centres(points, labels)[labels[inside]]) ** 2).sum())


def between_share(points: Floats, labels: Labels) -> float:
    """The share of all squares that lies between the groups, 0–1, of those in a group."""
    inside = points[labels >= 0]
    total = float(((inside - inside.mean(axis=0)) ** 2).sum()) if len(inside) else 0.0
    return max(1 - inertia(points, labels) / total, 0.0) if total > 0 else 0.0


def calinski_harabasz(points: Floats, labels: Labels) -> float:
    """Squares between over squares within, each by its degrees of freedom; higher is better, 0 for fewer than two groups.

    Caliński & Harabasz 1974, "A dendrite method for cluster analysis".
    """
    inside = points[labels >= 0]
    groups = len(np.unique(labels[labels >= 0]))
    if groups < 2 or len(inside) <= groups:
        return 0.0
    within = inertia(points, labels)
    total = float(((inside - inside.mean(axis=0)) ** 2).sum())
    return (total - within) / (groups - 1) / (within / (len(inside) - groups)) if within > 0 else float("inf")


def davies_bouldin(points: Floats, labels: Labels) -> float:
    """How much each group overlaps with the one it is most like; lower is better, infinite for fewer than two groups.

    Davies & Bouldin 1979, "A cluster separation measure": spreads (mean distances to the centre) over the distance of
    the centres.
    """
    inside = labels >= 0
    names, place = np.unique(labels[inside], return_inverse=True)
    if len(names) < 2:
        return float("inf")
    own = place.astype(np.int32)
    middle = centres(points[inside], own)
    aside = np.linalg.norm(points[inside] - middle[own], axis=1)
    spread = np.bincount(own, weights=aside) / np.bincount(own)
    apart = np.linalg.norm(middle[:, None] - middle, axis=2)
    np.fill_diagonal(apart, np.inf)
    with np.errstate(divide="ignore", invalid="ignore"):
        alike = (spread[:, None] + spread) / apart
    return float(np.nan_to_num(alike, nan=0.0, posinf=np.inf).max(axis=1).mean())


def bootstrap_jaccards(
    points: Floats, labels: Labels, again: Callable[[Floats, int], Labels], *, halves: bool = False
) -> Floats:
    """How well each group is found again in other draws of the points: mean Jaccard with its most similar group, 0–1.

    Hennig 2007, "Cluster-wise assessment of cluster stability", eq. 1. `again` partitions a draw (points and a seed):
    30 bootstrap samples of at most 1,000, or with `halves` random halves without replacement (§2.3 there), for methods
    that would take points drawn twice for a crowd.
    """
    rng = np.random.default_rng(SEED)
    groups = int(labels.max(initial=-1)) + 1
    jaccards = np.zeros(groups)
    size = min(len(points) // 2 if halves else len(points), DRAWN)
    for resample in range(RESAMPLES):
        drawn = rng.choice(len(points), size, replace=not halves)
        found = np.full(len(points), -2, np.int32)
        found[drawn] = again(points[drawn], SEED + resample)
        seen = found > -2
        # Rows and columns for those in no group are counted, and dropped.
        width = max(int(found.max()), -1) + 2
        cells = (labels[seen] + 1).astype(np.int64) * width + found[seen] + 1
        shared = np.bincount(cells, minlength=(groups + 1) * width).reshape(groups + 1, width)
        union = shared.sum(axis=1, keepdims=True) + shared.sum(axis=0) - shared
        jaccards += (shared / np.maximum(union, 1))[1:, 1:].max(axis=1, initial=0)
    means: Floats = jaccards / RESAMPLES
    return means


def crowding(points: Floats, labels: Labels, blocks: Sequence[int]) -> float:
    """The chance of so few points midway between neighbouring groups if all are one crowd; near 1 without a valley.

    In a crowd of log-concave density (Gaussian, uniform, anything without a dent) each stretch of a straight passage is
    at least as full as the emptier of two equal stretches on either side (Prékopa 1973). So the points midway are
    counted against the emptier of the two ends, each stretch a third of the way long and wide enough for three quarters
    of both groups, summed over all neighbours: centres to whose midpoint no third one is nearer (Gabriel graph). Two
    neighbours with more midway than at an end, beyond chance (10 %), spoil the rest: their chance is the answer then.

    Steps between whole numbers are no valleys, so equal values are spread out first; nor are gaps between levels, so a
    categorical column (several columns of one of the `blocks`) is taken for a normal one of which only levels are known.
    """
    from scipy.stats import binom

    middle = centres(points, labels)
    rng = np.random.default_rng(SEED)
    columns = [np.flatnonzero(np.asarray(blocks) == block) for block in dict.fromkeys(blocks)]
    levels = [own for own in columns if len(own) > 1]
    numeric = [own[0] for own in columns if len(own) == 1]
    numbers = np.column_stack([np.empty((len(points), 0)), *(_spread_out(points[:, i], rng) for i in numeric)])
    midways, ends = 0, 0
    for one, other in combinations(range(len(middle)), 2):
        line = middle[other] - middle[one]
        halfway = (middle[one] + middle[other]) / 2
        if ((middle - halfway) ** 2).sum(axis=1).argmin() not in (one, other) or not line.any():
            continue
        ahead, straight = numbers - middle[one, numeric], line[numeric]
        way = ahead @ straight
        aside = (ahead**2).sum(axis=1) - way**2 / max(straight @ straight, np.finfo(float).tiny)
        for own in levels:
            way += _normal((points[:, own] - middle[one, own]) @ line[own], rng)
        along = way / (line @ line)
        passage = aside <= np.quantile(aside[(labels == one) | (labels == other)], PASSAGE)
        here, midway, there = (int(np.count_nonzero(passage & (np.abs(along - x) <= 1 / 6))) for x in (0.0, 0.5, 1.0))
        midways += midway
        ends += min(here, there)
        alone = float(binom.cdf(midway, midway + min(here, there), 0.5))
        if midway > 0 and alone >= FULLER:
            return alone
    return float(binom.cdf(midways, midways + ends, 0.5))


def continuum(points: Floats, groups: int, blocks: Sequence[int]) -> float:
    """The highest silhouette that k-means finds in clouds of the same size and shape as `points`, but without structure.

    19 Gaussians of the same covariance and 19 boxes along the principal axes (as in Tibshirani, Walther & Hastie 2001,
    "Estimating the number of clusters via the gap statistic", §3); categorical columns are shuffled, each by itself:
    levels alone are no groups. To beat all of one kind is a Monte Carlo test at 5 %.
    """
    rng = np.random.default_rng(SEED)
    sizes = np.bincount(blocks)
    numeric = np.array([sizes[block] == 1 for block in blocks])
    _, singular, axes = np.linalg.svd(points[:, numeric], full_matrices=False)
    turned = points[:, numeric] @ axes.T
    size = min(len(points), REFERENCE_SAMPLE)
    deviations = singular / np.sqrt(len(points))
    low, high = turned.min(axis=0), turned.max(axis=0)
    widths = []
    for reference in range(2 * REFERENCES):
        shape = (size, len(singular))
        parts = [rng.normal(scale=deviations, size=shape) if reference % 2 == 0 else rng.uniform(low, high, size=shape)]
        for block in np.flatnonzero(sizes > 1):
            columns = np.flatnonzero(np.asarray(blocks) == block)
            parts.append(points[rng.choice(len(points), size, replace=False)][:, columns])
        cloud = np.column_stack(parts)
        found = k_means(cloud, groups, STARTS)
        widths += silhouettes(cloud, [found.labels])
    return max(widths)


def _spread_out(column: Floats, rng: np.random.Generator) -> Floats:
    """Values that several share go evenly to places between the middles to their neighbours, as if they were rounded."""
    values, place, counts = np.unique(column, return_inverse=True, return_counts=True)
    if len(values) < 2:
        return column
    middles = (values[1:] + values[:-1]) / 2
    low = np.concatenate((2 * values[:1] - middles[:1], middles))
    high = np.concatenate((middles, 2 * values[-1:] - middles[-1:]))
    # Who gets which place must not depend on the other columns.
    order = np.lexsort((rng.random(len(column)), place))
    turn = np.empty(len(column))
    turn[order] = np.arange(len(column)) - np.repeat(np.cumsum(counts) - counts, counts)
    spread = low[place] + (high - low)[place] * (turn + 0.5) / counts[place]
    return np.where(counts[place] > 1, spread, column)


def _normal(values: Floats, rng: np.random.Generator) -> Floats:
    """A normal column of the same mean and deviation, in the order of the values, ties at random."""
    from scipy.special import ndtri

    ranks = np.empty(len(values))
    ranks[np.lexsort((rng.random(len(values)), values.round(9)))] = np.arange(len(values))
    latent: Floats = values.mean() + values.std() * ndtri((ranks + 0.5) / len(values))
    return latent
