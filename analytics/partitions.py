"""Ways to cut points into groups: k-means, Ward's tree, Gaussian mixtures, DBSCAN and HDBSCAN.

All take points (n, p) of comparable columns. scikit-learn and scipy are imported inside the functions: only workers
need them.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int32]

SEED = 20110612
STARTS = 20
TREE = 1_000
SMALLEST_SHARE = 0.03
THINNEST = 0.01
WIDEST = 12
CLOSE = 1e-3
MOST_STEPS = 100
BLOCK = 65_536


@dataclass(frozen=True)
class Partition:
    """Who is in which group: `labels` (n,) of the points it was made from, -1 in none; `assign` does it for any points."""

    labels: Labels
    assign: Callable[[Floats], Labels]


def k_means(
    points: Floats, groups: int, starts: int = STARTS, seed: int = SEED, start: Floats | None = None
) -> Partition:
    """The tightest of many k-means++ starts, and of one from given centres; everybody joins the nearest centre.

    Lloyd 1982, "Least squares quantization in PCM"; Arthur & Vassilvitskii 2007, "k-means++".
    """
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    models = [KMeans(groups, n_init=starts, random_state=seed, algorithm="lloyd")]
    if start is not None:
        models.append(KMeans(groups, init=start, n_init=1, random_state=seed, algorithm="lloyd"))
    with warnings.catch_warnings():
        # A bootstrap sample may hold fewer distinct points than groups; the surplus groups then share a centre.
        warnings.simplefilter("ignore", ConvergenceWarning)
        best = min((model.fit(points) for model in models), key=lambda model: float(model.inertia_))
    return _by_centres(points, best.cluster_centers_)


def ward(points: Floats, numbers: Sequence[int], seed: int = SEED) -> list[Partition]:
    """Ward's tree cut into each of the `numbers` of groups; the tree is grown once.

    Ward 1963, "Hierarchical grouping to optimize an objective function"; as R's ward.D2 (Murtagh & Legendre 2014).
    Above 1,000 points the tree is that of a seeded sample, and everybody joins the nearest centre of its groups.
    """
    from scipy.cluster.hierarchy import fcluster
    from scipy.cluster.hierarchy import ward as linkage

    sample = points
    if len(points) > TREE:
        sample = points[np.random.default_rng(seed).choice(len(points), TREE, replace=False)]
    tree = linkage(sample)
    found = []
    for groups in numbers:
        labels = (fcluster(tree, groups, "maxclust") - 1).astype(np.int32)
        partition = _by_centres(points, centres(sample, labels))
        found.append(Partition(labels, partition.assign) if sample is points else partition)
    return found


def gaussian_mixture(points: Floats, start: Labels) -> Partition:
    """A mixture of Gaussians of any shape, by EM from the groups of `start`; everybody joins the likeliest.

    Dempster, Laird & Rubin 1977, "Maximum likelihood from incomplete data". A log density is linear in the coordinates
    and their products, so that both steps are matrix products. No group may be thinner than a tenth of a deviation, or
    equal values would draw a spike. Where the points are too few for the covariances, these are of principal components.
    """
    groups = int(start.max()) + 1
    axes = _leading(points, groups)
    moments = _moments(points @ axes)
    size = axes.shape[1]
    shares = np.eye(groups)[start]
    reached = -np.inf
    for _ in range(MOST_STEPS):
        weights = _log_densities(shares.T @ moments / len(points), size)
        logs = moments @ weights
        highest = logs.max(axis=1, keepdims=True)
        shares = np.exp(logs - highest)
        total = shares.sum(axis=1, keepdims=True)
        shares /= total
        likelihood = float((np.log(total) + highest).mean())
        if likelihood - reached < CLOSE:
            break
        reached = likelihood

    def assign(others: Floats) -> Labels:
        return _in_blocks(others, lambda block: (_moments(block @ axes) @ weights).argmax(axis=1))

    return Partition(assign(points), assign)


def dbscan(points: Floats, eps: float | None = None, min_points: int | None = None) -> Partition:
    """Crowded places that touch; who has no core point within `eps` is in no group, others join the nearest.

    Ester, Kriegel, Sander & Xu 1996, "A density-based algorithm for discovering clusters". `min_points` counts the
    point itself, see `fewest_points`; `eps` is the knee of the sorted distances to the
    neighbour of that rank (Satopää et al. 2011, "Finding a kneedle in a haystack").
    """
    from sklearn.cluster import DBSCAN

    least = fewest_points(points) if min_points is None else min_points
    reach = knee(points, least) if eps is None else eps
    model = DBSCAN(eps=reach, min_samples=least).fit(points)
    cores = model.core_sample_indices_
    return _by_neighbours(points, points[cores], model.labels_[cores].astype(np.int32), reach)


def hdbscan(points: Floats) -> Partition:
    """Groups of differing density: those that last longest as the demand for density rises.

    Campello, Moulavi & Sander 2013, "Density-based clustering based on hierarchical density estimates". A group has at
    least 3 % of the points. Others than these do as their nearest point does.
    """
    from sklearn.cluster import HDBSCAN

    least = fewest_points(points)
    if least > len(points):
        return _by_neighbours(points, points[:0], np.empty(0, np.int32), np.inf)
    size = max(least, int(np.ceil(SMALLEST_SHARE * len(points))))
    model = HDBSCAN(min_cluster_size=size, min_samples=least, copy=True).fit(points)
    labels = np.maximum(model.labels_, -1).astype(np.int32)
    return Partition(labels, _by_neighbours(points[:0], points, labels, np.inf).assign)


def fewest_points(points: Floats) -> int:
    """How many make a crowd: twice the dimensions, and twice the natural logarithm of the number of points at least.

    Twice the dimensions: Sander et al. 1998. Fewer than the logarithm asks for (Birant & Kut 2007, "ST-DBSCAN") tears
    an even crowd wherever chance leaves a gap.
    """
    return max(2 * int(points.shape[1]), int(np.ceil(2 * np.log(max(len(points), 2)))))


def knee(points: Floats, min_points: int) -> float:
    """The distance to the neighbour of that rank, itself counted, at which the sorted distances turn upwards."""
    from scipy.spatial import cKDTree

    rank = min(min_points, len(points))
    apart = np.sort(np.ravel(cKDTree(points).query(points, k=[rank])[0]))
    if apart[-1] <= 0:
        return 1.0
    chord = np.linspace(apart[0], apart[-1], len(apart))
    turn = float(apart[np.argmax(chord - apart)])
    return turn if turn > 0 else float(apart[apart > 0][0])


def centres(points: Floats, labels: Labels) -> Floats:
    """The mean of each group (groups, p); who is in none is left aside."""
    inside = labels >= 0
    sizes = np.bincount(labels[inside])
    sums = np.stack([np.bincount(labels[inside], weights=column[inside]) for column in points.T], axis=1)
    means: Floats = sums / np.maximum(sizes, 1)[:, None]
    return means


def _by_centres(points: Floats, found: Floats) -> Partition:
    # |x - c|² without the |x|² that all centres share.
    squares = (found**2).sum(axis=1)

    def assign(others: Floats) -> Labels:
        return _in_blocks(others, lambda block: np.argmin(squares - 2 * block @ found.T, axis=1))

    return Partition(assign(points), assign)


def _by_neighbours(points: Floats, known: Floats, labels: Labels, reach: float) -> Partition:
    """Everybody as the nearest of the `known` points within `reach`."""
    from scipy.spatial import cKDTree

    tree = cKDTree(known) if len(known) else None
    labelled = np.append(labels, np.int32(-1))

    def assign(others: Floats) -> Labels:
        if tree is None:
            return np.full(len(others), -1, np.int32)
        # The bound itself does not count in scipy.
        limit = reach if np.isinf(reach) else np.nextafter(reach, np.inf)
        return _in_blocks(others, lambda block: labelled[tree.query(block, distance_upper_bound=limit)[1]])

    return Partition(assign(points), assign)


def _in_blocks(points: Floats, assign: Callable[[Floats], npt.NDArray[np.integer]]) -> Labels:
    labels = np.empty(len(points), np.int32)
    for start in range(0, len(points), BLOCK):
        labels[start : start + BLOCK] = assign(points[start : start + BLOCK])
    return labels


def _leading(points: Floats, groups: int) -> Floats:
    """As many principal axes (p, q) as the points can bear covariances of: three points a parameter, twelve at most."""
    bearable = [size for size in range(1, WIDEST + 1) if 3 * groups * (size + 1) * (size + 2) / 2 <= len(points)]
    most = max(bearable, default=1)
    if points.shape[1] <= most:
        return np.eye(points.shape[1])
    axes: Floats = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)[2][:most].T
    return axes


def _moments(points: Floats) -> Floats:
    """One, the coordinates, and their products, each once: (n, 1 + q + q (q + 1) / 2)."""
    first, second = np.triu_indices(points.shape[1])
    return np.column_stack([np.ones(len(points)), points, points[:, first] * points[:, second]])


def _log_densities(mean_moments: Floats, size: int) -> Floats:
    """From each group's moments (groups, m) the weights (m, groups) that make log densities of `_moments`."""
    first, second = np.triu_indices(size)
    shares = np.maximum(mean_moments[:, :1], 1e-12)
    means, squares = np.split(mean_moments[:, 1:] / shares, [size], axis=1)
    covariances = np.empty((len(shares), size, size))
    covariances[:, first, second] = covariances[:, second, first] = squares
    covariances += THINNEST * np.eye(size) - means[:, :, None] * means[:, None]
    precisions = np.linalg.inv(covariances)
    linear = np.einsum("gij,gj->gi", precisions, means)
    level = np.linalg.slogdet(precisions)[1] - (linear * means).sum(axis=1) - size * np.log(2 * np.pi)
    products = -precisions[:, first, second] * np.where(first == second, 0.5, 1)
    return np.column_stack([np.log(shares[:, 0]) + level / 2, linear, products]).T
