"""Do the customers fall into groups by themselves? Every way to cut them, the best of these, and whether to believe it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from analytics import partitions, quality
from analytics.partitions import SEED, SMALLEST_SHARE, Floats, Labels, Partition

FEWEST_CUSTOMERS = 30
NUMBERS_OF_GROUPS = range(2, 9)
REAL, TENDENCY = 0.75, 0.60
MOST_NOISE = 0.5
SAMPLE = 2_000
FEW_STARTS = 5
NEAR = 0.02
ASKED = 5
NO_VALLEY = 0.005

Verdict = Literal["real", "tendency", "none"]
Method = Literal["k_means", "ward", "mixture", "dbscan", "hdbscan"]
Reason = Literal["one_group", "noise", "sliver", "unstable", "one_crowd", "continuum"]

# From the easiest to explain: near-ties go to the first.
METHODS: tuple[Method, ...] = ("k_means", "ward", "mixture", "dbscan", "hdbscan")
BY_DENSITY: tuple[Method, ...] = ("dbscan", "hdbscan")


@dataclass(frozen=True, kw_only=True)
class Measures:
    """A partition's method, number of groups and measures (see `quality`).

    `between` is the share of squares between groups, `noise` the share of customers in none.
    """

    method: Method
    groups: int
    silhouette: float
    calinski_harabasz: float
    davies_bouldin: float
    inertia: float
    between: float
    noise: float
    smallest_share: float


@dataclass(frozen=True, kw_only=True)
class Candidate(Measures):
    """A partition that was tried; `stability` (mean bootstrap Jaccard, 0–1) only where it was worth asking."""

    stability: float | None


@dataclass(frozen=True, kw_only=True)
class Judged(Measures):
    """The partition chosen, and whether to believe it; `reasons` say why the verdict is "none".

    `stabilities` are those of the groups, largest first, `stability` their mean. `continuum` is the silhouette that cutting
    one seamless cloud of the same shape reaches by chance (the highest of the references); groups that do not beat it are
    pieces of a continuum, however well they hold together; None where the verdict did not hang on it. `crowding` is the
    chance of so few customers midway between neighbouring groups if all were one crowd. `runner_up` is the best partition
    into another number of groups. Measures are taken on the `scored` customers, all or a sample.
    """

    verdict: Verdict
    reasons: tuple[Reason, ...]
    stability: float
    stabilities: tuple[float, ...]
    continuum: float | None
    crowding: float
    scored: int
    candidates: tuple[Candidate, ...]
    runner_up: Candidate | None
    seed: int = SEED


@dataclass(frozen=True, kw_only=True)
class Clustering(Judged):
    """The same with every customer's group: `labels` (n,) count from 0, largest group first, -1 is in none.

    `centres` (groups, p) are the groups' means in the features' space.
    """

    centres: Floats
    labels: Labels


@dataclass(frozen=True)
class _Tried:
    """A partition with its measures; the groups' stabilities and the crowding where they were asked for."""

    candidate: Candidate
    partition: Partition
    jaccards: Floats | None = None
    crowding: float = 1.0

    @property
    def key(self) -> tuple[Method, int]:
        return self.candidate.method, self.candidate.groups


def natural_groups(
    features: Floats,
    blocks: Sequence[int] | None = None,
    method: Method | Literal["auto"] = "auto",
    groups: int | None = None,
) -> Clustering | None:
    """Cut customers by comparable `features` (n, p) into groups, and say whether these are real; None if nothing varies.

    `blocks` (p,) are as in `features.Features`; without them every column is a number.

    *Choosing.* K-means, Ward and Gaussian mixtures with 2 to 8 groups, DBSCAN and HDBSCAN are scored. Out are slivers
    (under 3 % of all), noise above half, and single groups. The rest stand by silhouette, in steps of 0.02 below the
    best; within a step by votes (the highest Caliński–Harabasz, the lowest Davies–Bouldin), then the method that is
    easier to explain, then fewer groups. Methods by density come after all others: leaving out whom they doubt flatters
    them, and an owner wants everybody in a group. The first is taken that has valleys between its groups (`quality.crowding`)
    and holds still (mean Jaccard of 0.75, `quality.bootstrap_jaccards`; five are asked at most); if none does, the
    stablest asked. With `method`, `groups` or both given, only these are tried; a number alone means k-means.

    *Believing.* Real are groups with a mean Jaccard of 0.75, a tendency those with 0.60, on two conditions. Customers
    must be fewer midway between neighbouring groups (chance under 0.005, as so many partitions are looked at), or a
    lopsided crowd is taken for two: heavy and light buyers are the ends of one scale. And the groups must be rounder
    than what k-means makes of clouds without structure (`quality.continuum`).

    Scoring is done on a seeded sample of 2,000, the assignment on all; the order of the rows changes nothing.
    """
    if features.shape[1] == 0 or len(features) < FEWEST_CUSTOMERS:
        return None
    blocks = tuple(range(features.shape[1])) if blocks is None else tuple(blocks)
    # The same customers are drawn whatever the order of the rows, on which the last digits of sums depend too.
    rounded = features.round(9)
    order = np.lexsort(rounded.T)
    ordered = rounded[order]
    sample = ordered if len(ordered) <= SAMPLE else ordered[_drawn(len(ordered), SAMPLE)]
    # Partitions of fewer distinct points than groups mean nothing.
    distinct = 1 + int(np.count_nonzero((sample[1:] != sample[:-1]).any(axis=1)))
    wanted = [groups] if groups is not None else list(NUMBERS_OF_GROUPS)
    numbers = [k for k in wanted if 2 <= k < distinct]
    if not numbers:
        return None
    free = method == "auto" and groups is None
    methods = METHODS if free else ("k_means",) if method == "auto" else (method,)
    tried = _scored(sample, _partitions(sample, methods, numbers, FEW_STARTS if free else partitions.STARTS))
    fit = _ranked([one for one in tried if not _unfit(one.candidate) and (not free or one.candidate.groups in numbers)])
    asked = _asked(sample, blocks, fit or sorted(tried, key=lambda one: -one.candidate.silhouette)[:1])
    chosen = _chosen(asked)
    if free and chosen.candidate.method == "k_means":
        chosen = _tightest(sample, blocks, chosen)
    told = {one.key: one.candidate for one in (*tried, *asked, chosen)}
    continuum, reasons = None, _reasons(chosen)
    if not reasons:
        continuum = quality.continuum(sample, chosen.candidate.groups, blocks)
        reasons = ("continuum",) if chosen.candidate.silhouette <= continuum else ()
    labels = chosen.partition.labels if sample is ordered else chosen.partition.assign(ordered)
    by_size = np.argsort(-np.bincount(labels[labels >= 0], minlength=chosen.candidate.groups), kind="stable")
    ranked = np.append(np.argsort(by_size), -1).astype(np.int32)[labels]
    back = np.empty_like(ranked)
    back[order] = ranked
    stability = chosen.candidate.stability or 0.0
    return Clustering(
        **(vars(chosen.candidate) | {"stability": stability}),
        verdict="none" if reasons else "real" if stability >= REAL else "tendency",
        reasons=reasons,
        stabilities=() if chosen.jaccards is None else tuple(float(chosen.jaccards[i]) for i in by_size),
        continuum=continuum,
        crowding=chosen.crowding,
        scored=len(sample),
        candidates=tuple(told[one.key] for one in tried),
        runner_up=next((told[one.key] for one in fit if one.candidate.groups != chosen.candidate.groups), None),
        centres=partitions.centres(ordered, ranked),
        labels=back,
    )


def _drawn(length: int, size: int) -> Labels:
    picked: Labels = np.sort(np.random.default_rng(SEED).choice(length, size, replace=False)).astype(np.int32)
    return picked


def _partitions(
    points: Floats, methods: Iterable[Method], numbers: Sequence[int], starts: int
) -> Iterable[tuple[Method, Partition]]:
    """What each method makes of the points, for each number of groups if it takes one.

    K-means has a start from Ward's groups besides the random ones, so that few of these do (Steinley & Brusco 2007,
    "Initializing K-means batch clustering"); mixtures start from the groups of k-means.
    """
    methods = set(methods)
    if methods - set(BY_DENSITY):
        trees = partitions.ward(points, numbers)
        for groups, tree in zip(numbers, trees, strict=True):
            if "ward" in methods:
                yield "ward", tree
            if methods & {"k_means", "mixture"}:
                middles = partitions.centres(points, tree.labels)
                start = middles if len(middles) == groups else None
                by_means = partitions.k_means(points, groups, starts, start=start)
                if "k_means" in methods:
                    yield "k_means", by_means
                if "mixture" in methods:
                    yield "mixture", partitions.gaussian_mixture(points, by_means.labels)
    if "dbscan" in methods:
        yield "dbscan", partitions.dbscan(points)
    if "hdbscan" in methods:
        yield "hdbscan", partitions.hdbscan(points)


def _scored(points: Floats, proposals: Iterable[tuple[Method, Partition]]) -> list[_Tried]:
    """The partitions with their measures, by method and number of groups."""
    found = [(method, _compact(partition)) for method, partition in proposals]
    widths = quality.silhouettes(points, [partition.labels for _, partition in found])
    tried = []
    for (method, partition), width in zip(found, widths, strict=True):
        labels = partition.labels
        sizes = np.bincount(labels[labels >= 0])
        tried.append(
            _Tried(
                Candidate(
                    method=method,
                    groups=len(sizes),
                    silhouette=width,
                    calinski_harabasz=quality.calinski_harabasz(points, labels),
                    davies_bouldin=quality.davies_bouldin(points, labels),
                    inertia=quality.inertia(points, labels),
                    between=quality.between_share(points, labels),
                    noise=float((labels < 0).mean()),
                    smallest_share=float(sizes.min(initial=len(labels)) / len(labels)),
                    stability=None,
                ),
                partition,
            )
        )
    return sorted(tried, key=lambda one: (METHODS.index(one.candidate.method), one.candidate.groups))


def _compact(partition: Partition) -> Partition:
    """The same with groups numbered without gaps."""
    used = np.unique(partition.labels[partition.labels >= 0])
    place = np.full(int(partition.labels.max(initial=-1)) + 2, -1, np.int32)
    place[used] = np.arange(len(used))
    if len(used) == len(place) - 1:
        return partition
    return Partition(place[partition.labels], lambda points: place[partition.assign(points)])


def _unfit(candidate: Candidate) -> tuple[Reason, ...]:
    """Why such a partition is none to speak of."""
    if candidate.groups < 2:
        return ("noise",) if candidate.noise > MOST_NOISE else ("one_group",)
    if candidate.noise > MOST_NOISE:
        return ("noise",)
    return ("sliver",) if candidate.smallest_share < SMALLEST_SHARE else ()


def _ranked(tried: Sequence[_Tried]) -> list[_Tried]:
    """The best first, as `natural_groups` says."""
    everybody = [one for one in tried if one.candidate.method not in BY_DENSITY]
    return [*_in_order(everybody), *_in_order([one for one in tried if one.candidate.method in BY_DENSITY])]


def _in_order(tried: Sequence[_Tried]) -> list[_Tried]:
    if not tried:
        return []
    best = max(one.candidate.silhouette for one in tried)
    steps: dict[int, list[_Tried]] = {}
    for one in tried:
        steps.setdefault(int((best - one.candidate.silhouette) / NEAR), []).append(one)
    ranked: list[_Tried] = []
    for _, near in sorted(steps.items()):
        densest = max(one.candidate.calinski_harabasz for one in near) * (1 - 1e-6)
        clearest = min(one.candidate.davies_bouldin for one in near) * (1 + 1e-6)

        def standing(one: _Tried, densest: float = densest, clearest: float = clearest) -> tuple[int, int, int]:
            found = one.candidate
            votes = (found.calinski_harabasz >= densest) + (found.davies_bouldin <= clearest)
            return -votes, METHODS.index(found.method), found.groups

        ranked += sorted(near, key=standing)
    return ranked


def _asked(points: Floats, blocks: Sequence[int], ranked: Sequence[_Tried]) -> list[_Tried]:
    """The best few of those in order, asked for valleys and stability, up to the first that has both.

    Valleys come first, because they cost next to nothing; the very best is asked for both, to have an answer.
    """
    asked: list[_Tried] = []
    for one in ranked:
        if len(asked) == ASKED:
            break
        labels, (method, groups) = one.partition.labels, one.key
        crowding = quality.crowding(points, labels, blocks) if groups > 1 else 1.0
        if asked and crowding >= NO_VALLEY:
            continue
        jaccards = None
        if groups > 1:
            jaccards = quality.bootstrap_jaccards(points, labels, _again(method, groups), halves=method in BY_DENSITY)
        stability = None if jaccards is None else float(jaccards.mean())
        asked.append(_Tried(replace(one.candidate, stability=stability), one.partition, jaccards, crowding))
        if _holds(asked[-1]):
            break
    return asked


def _chosen(asked: Sequence[_Tried]) -> _Tried:
    """The one that holds, else the stablest, the first of equals."""
    return max(asked, key=lambda one: (_holds(one), one.candidate.stability or 0.0))


def _holds(one: _Tried) -> bool:
    return one.crowding < NO_VALLEY and (one.candidate.stability or 0.0) >= REAL


def _tightest(points: Floats, blocks: Sequence[int], chosen: _Tried) -> _Tried:
    """The same by k-means with all its starts, where these find a tighter partition."""
    partition = partitions.k_means(points, chosen.candidate.groups)
    (again,) = _scored(points, [("k_means", partition)])
    tighter = again.candidate.inertia < (1 - 1e-6) * chosen.candidate.inertia
    return _asked(points, blocks, [again])[0] if tighter and not _unfit(again.candidate) else chosen


def _reasons(chosen: _Tried) -> tuple[Reason, ...]:
    """Why its groups are not to be believed, as far as can be said without clouds to compare them with."""
    if unfit := _unfit(chosen.candidate):
        return unfit
    reasons: list[Reason] = []
    if (chosen.candidate.stability or 0.0) < TENDENCY:
        reasons.append("unstable")
    if chosen.crowding >= NO_VALLEY:
        reasons.append("one_crowd")
    return tuple(reasons)


def _again(method: Method, groups: int) -> Callable[[Floats, int], Labels]:
    """The same method once more on other points."""

    def again(points: Floats, seed: int) -> Labels:
        if method == "dbscan":
            return partitions.dbscan(points).labels
        if method == "hdbscan":
            return partitions.hdbscan(points).labels
        if method == "ward":
            return partitions.ward(points, [groups], seed)[0].labels
        by_means = partitions.k_means(points, groups, quality.STARTS, seed).labels
        return by_means if method == "k_means" else partitions.gaussian_mixture(points, by_means).labels

    return again
