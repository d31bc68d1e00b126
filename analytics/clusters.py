"""Do the customers fall into groups by themselves? K-means, as many groups as the silhouette says, and three tests.

scikit-learn is imported inside the functions: only workers need it.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int32]

FEWEST_CUSTOMERS = 30
NUMBERS_OF_GROUPS = range(2, 9)
SMALLEST_SHARE = 0.03
REAL, TENDENCY = 0.75, 0.60
SKEWED = 1.0
SEED = 20110612
SAMPLE = 2_000
STARTS = 20
RESAMPLES = 30
REFERENCES = 19
REFERENCE_SAMPLE = 1_000
PASSAGE = 0.75
BLOCK = 256
NO_VALLEY = 0.01

Verdict = Literal["real", "tendency", "none"]


@dataclass(frozen=True)
class Candidate:
    """One number of groups that was tried; `stability` (mean bootstrap Jaccard, 0–1) only where it was worth asking."""

    groups: int
    silhouette: float
    smallest_share: float
    stability: float | None


@dataclass(frozen=True)
class Clustering:
    """The best partition found and whether to believe it; `labels` (n,) count from 0, largest group first.

    `continuum` is the silhouette that cutting one seamless cloud of the same shape reaches by chance (the highest of
    the references); groups that do not beat it are pieces of a continuum, however well they hold together. `crowding` is
    the chance of so few customers midway between neighbouring groups if all were one crowd.
    """

    verdict: Verdict
    groups: int
    stability: float
    silhouette: float
    continuum: float
    crowding: float
    candidates: tuple[Candidate, ...]
    labels: Labels


def logged(values: Floats) -> Floats:
    """Log of amounts relative to their median, so that the currency unit changes nothing.

    What is zero or below (all was given back) counts as the smallest positive amount there is.
    """
    positive = values[values > 0]
    if not positive.size:
        return np.zeros_like(values)
    logs: Floats = np.log(np.maximum(values, positive.min()) / np.median(positive))
    return logs


def unskewed(values: Floats) -> Floats:
    """Log of a positive, strongly skewed column; any other as it is; gaps take the median."""
    filled = np.where(np.isnan(values), np.nanmedian(values), values)
    spread = filled.std()
    skewness = 0.0 if spread == 0 else float((((filled - filled.mean()) / spread) ** 3).mean())
    return logged(filled) if skewness > SKEWED and filled.min() > 0 else filled


def standardised(features: Floats) -> Floats:
    """Columns to mean 0 and standard deviation 1 (divisor n); constant columns are dropped."""
    spread = features.std(axis=0)
    kept = features[:, spread > 1e-12 * np.maximum(1, np.abs(features).max(axis=0, initial=0))]
    scaled: Floats = (kept - kept.mean(axis=0)) / kept.std(axis=0)
    return scaled


def natural_groups(features: Floats) -> Clustering | None:
    """Choose the number of groups for the standardised `features` (n, p), and say whether they are real.

    Every number of groups from 2 to 8 is scored by its silhouette; slivers (under 3 % of all) are refused. In the order
    of their silhouettes the partitions are drawn again from bootstrap samples (Hennig 2007, "Cluster-wise assessment of
    cluster stability", eq. 1: Jaccard of each group with its most similar one, averaged); the first that stays put is
    taken. It must also be rounder than what cutting structureless clouds gives: 19 Gaussians of the same covariance
    and 19 boxes along the principal axes (as in Tibshirani, Walther & Hastie 2001, "Estimating the number of clusters
    via the gap statistic", §3), all of which it must beat, a Monte Carlo test at 5 %. And customers must be fewer midway
    between neighbouring groups, or a lopsided crowd is taken for two: heavy and light buyers are the ends of one scale.
    Choosing is done on a seeded sample of 2,000, the assignment on all; the order of the rows changes nothing. None
    where nothing varies.
    """
    if features.shape[1] == 0 or len(features) < FEWEST_CUSTOMERS:
        return None
    rng = np.random.default_rng(SEED)
    # The same customers are drawn whatever the order of the rows, on which the last digits of sums depend too.
    ordered = features.round(9)
    ordered = ordered[np.lexsort(ordered.T)]
    sample = ordered if len(ordered) <= SAMPLE else ordered[rng.choice(len(ordered), SAMPLE, replace=False)]
    # Partitions of fewer distinct points than groups mean nothing.
    possible = [k for k in NUMBERS_OF_GROUPS if k < len(np.unique(sample, axis=0))]
    if not possible:
        return None
    scored = _scored(sample, possible)
    candidates, best, centres = [], None, None
    for candidate, found in scored:
        worth_asking = candidate.smallest_share >= SMALLEST_SHARE and (best is None or (best.stability or 0) < REAL)
        if worth_asking:
            jaccard = _stability(sample, found, rng)
            candidates.append(replace(candidate, stability=jaccard))
            if best is None or jaccard > (best.stability or 0):
                best, centres = candidates[-1], found
        else:
            candidates.append(candidate)
    if best is None or centres is None or best.stability is None:
        best, centres = scored[0]
    stability = best.stability or 0.0
    continuum = _continuum(sample, best.groups, rng)
    crowding = _crowding(sample, centres)
    stable: Verdict = "real" if stability >= REAL else "tendency" if stability >= TENDENCY else "none"
    return Clustering(
        verdict=stable if best.silhouette > continuum and crowding < NO_VALLEY else "none",
        groups=best.groups,
        stability=stability,
        silhouette=best.silhouette,
        continuum=continuum,
        crowding=crowding,
        candidates=tuple(sorted(candidates, key=lambda candidate: candidate.groups)),
        labels=_largest_first(_assign(features, centres)),
    )


def k_means(points: Floats, groups: int, starts: int = STARTS, seed: int = SEED) -> tuple[Floats, float]:
    """Centres (groups, p) and inertia of the best of many k-means++ starts (Lloyd 1982; Arthur & Vassilvitskii 2007)."""
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    model = KMeans(groups, n_init=starts, random_state=seed, algorithm="lloyd")
    with warnings.catch_warnings():
        # A bootstrap sample may hold fewer distinct points than groups; the surplus groups then share a centre.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(points)
    centres: Floats = model.cluster_centers_
    return centres, float(model.inertia_)


def silhouettes(points: Floats, partitions: Sequence[Labels]) -> list[float]:
    """The mean silhouette of each partition (n,) of the points (n, p); -1 where all are in one group.

    Rousseeuw 1987, "Silhouettes", eq. 2; a point alone in its group counts 0. The distances do not depend on the
    partition: they are made once, in blocks, and multiplied by the memberships of all partitions.
    """
    sizes = [np.bincount(labels, minlength=2) for labels in partitions]
    members = np.concatenate(
        [np.eye(len(size))[labels] for labels, size in zip(partitions, sizes, strict=True)], axis=1
    )
    totals = np.zeros(len(partitions))
    squares = (points**2).sum(axis=1)
    for start in range(0, len(points), BLOCK):
        block = slice(start, start + BLOCK)
        apart = squares[block, None] + squares - 2 * points[block] @ points.T
        summed = np.sqrt(np.maximum(apart, 0)) @ members
        edges = np.cumsum([len(size) for size in sizes])[:-1]
        for number, sums in enumerate(np.split(summed, edges, axis=1)):
            own, size = partitions[number][block], sizes[number]
            if np.count_nonzero(size) < 2:
                continue
            rows = np.arange(len(own))
            inside = sums[rows, own] / np.maximum(size[own] - 1, 1)
            with np.errstate(divide="ignore", invalid="ignore"):
                means = np.where(size > 0, sums / size, np.inf)
            means[rows, own] = np.inf
            nearest = means.min(axis=1)
            widths = (nearest - inside) / np.maximum(np.maximum(nearest, inside), np.finfo(float).tiny)
            totals[number] += widths[size[own] > 1].sum()
    return [
        float(total / len(points)) if np.count_nonzero(size) > 1 else -1.0
        for total, size in zip(totals, sizes, strict=True)
    ]


def _scored(points: Floats, numbers: Sequence[int]) -> list[tuple[Candidate, Floats]]:
    """A candidate and its centres for each number of groups, the roundest first."""
    centres = [k_means(points, groups)[0] for groups in numbers]
    labels = [_assign(points, found) for found in centres]
    shares = [
        np.bincount(own, minlength=groups).min() / len(points) for own, groups in zip(labels, numbers, strict=True)
    ]
    widths = silhouettes(points, labels)
    candidates = [
        Candidate(groups, width, float(share), None)
        for groups, width, share in zip(numbers, widths, shares, strict=True)
    ]
    return sorted(zip(candidates, centres, strict=True), key=lambda pair: -pair[0].silhouette)


def _assign(points: Floats, centres: Floats) -> Labels:
    # |x - c|² without the |x|² that all centres share.
    nearest: Labels = np.argmin((centres**2).sum(axis=1) - 2 * points @ centres.T, axis=1).astype(np.int32)
    return nearest


def _stability(points: Floats, centres: Floats, rng: np.random.Generator) -> float:
    """The groups' Jaccards with their most similar ones in bootstrap samples, averaged over groups and samples."""
    groups = len(centres)
    original = _assign(points, centres)
    jaccards = np.zeros(groups)
    for seed in range(RESAMPLES):
        drawn = rng.integers(0, len(points), len(points))
        again, _ = k_means(points[drawn], groups, starts=3, seed=SEED + seed)
        seen = np.zeros(len(points), bool)
        seen[drawn] = True
        shared = np.zeros((groups, groups))
        np.add.at(shared, (original[seen], _assign(points[seen], again)), 1)
        union = shared.sum(axis=1, keepdims=True) + shared.sum(axis=0, keepdims=True) - shared
        jaccards += (shared / np.maximum(union, 1)).max(axis=1)
    return float(jaccards.mean() / RESAMPLES)


def _continuum(points: Floats, groups: int, rng: np.random.Generator) -> float:
    """The highest silhouette that k-means finds in structureless clouds of the same size and shape as `points`."""
    _, singular, axes = np.linalg.svd(points, full_matrices=False)
    turned = points @ axes.T
    size = min(len(points), REFERENCE_SAMPLE)
    deviations = singular / np.sqrt(len(points))
    low, high = turned.min(axis=0), turned.max(axis=0)
    widths = []
    for reference in range(2 * REFERENCES):
        gaussian = reference % 2 == 0
        shape = (size, len(singular))
        cloud = rng.normal(scale=deviations, size=shape) if gaussian else rng.uniform(low, high, size=shape)
        centres, _ = k_means(cloud, groups, starts=3)
        widths += silhouettes(cloud, [_assign(cloud, centres)])
    return max(widths)


def _crowding(points: Floats, centres: Floats) -> float:
    """The chance of so few points midway between neighbouring centres if all are one crowd; near 1 without a valley.

    In a crowd of log-concave density (Gaussian, uniform, anything without a dent) each stretch of a straight passage is
    at least as full as the emptier of two equal stretches on either side (Prékopa 1973). So the points midway are
    counted against the emptier of the two ends, each stretch a third of the way long and wide enough for three quarters
    of both groups, summed over all neighbours: centres to whose midpoint no third one is nearer (Gabriel graph). Steps
    between whole numbers are no valleys, so equal values are spread out first.
    """
    from scipy.stats import binom

    own = _assign(points, centres)
    rng = np.random.default_rng(SEED)
    points = np.column_stack([_spread_out(column, rng) for column in points.T])
    middles, ends = 0, 0
    for one, other in combinations(range(len(centres)), 2):
        line = centres[other] - centres[one]
        middle = (centres[one] + centres[other]) / 2
        if ((centres - middle) ** 2).sum(axis=1).argmin() not in (one, other) or not line.any():
            continue
        along = (points - centres[one]) @ line / (line @ line)
        aside = np.linalg.norm(points - centres[one] - np.outer(along, line), axis=1)
        passage = aside <= np.quantile(aside[(own == one) | (own == other)], PASSAGE)
        here, midway, there = (int(np.count_nonzero(passage & (np.abs(along - x) <= 1 / 6))) for x in (0.0, 0.5, 1.0))
        middles += midway
        ends += min(here, there)
    return float(binom.cdf(middles, middles + ends, 0.5))


def _spread_out(column: Floats, rng: np.random.Generator) -> Floats:
    """Every value anywhere between the middles to its neighbours, as if it had been rounded."""
    values, place = np.unique(column, return_inverse=True)
    middles = (values[1:] + values[:-1]) / 2
    low = np.concatenate((2 * values[:1] - middles[:1], middles))
    high = np.concatenate((middles, 2 * values[-1:] - middles[-1:]))
    return rng.uniform(low[place], high[place])


def _largest_first(labels: Labels) -> Labels:
    order = np.argsort(-np.bincount(labels), kind="stable")
    ranks = np.empty(len(order), np.int32)
    ranks[order] = np.arange(len(order))
    relabelled: Labels = ranks[labels]
    return relabelled
