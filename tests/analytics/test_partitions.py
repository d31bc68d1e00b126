from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy.cluster.hierarchy import fcluster
from scipy.cluster.hierarchy import ward as scipy_ward
from sklearn.cluster import DBSCAN, HDBSCAN
from sklearn.datasets import load_iris, make_moons
from sklearn.metrics import adjusted_rand_score
from sklearn.mixture import GaussianMixture

from analytics import features, partitions, quality
from analytics.partitions import Floats, Labels, Partition
from tests.data_sets import shared_file

CORNERS = np.array([[0.0, 0], [8, 0], [0, 8], [8, 8]])
METHODS: dict[str, Callable[[Floats], Partition]] = {
    "k_means": lambda points: partitions.k_means(points, 4),
    "ward": lambda points: partitions.ward(points, [4])[0],
    "mixture": lambda points: partitions.gaussian_mixture(points, partitions.k_means(points, 4).labels),
    "dbscan": partitions.dbscan,
    "hdbscan": partitions.hdbscan,
}


def blobs(size: int = 75) -> tuple[Floats, Labels]:
    points = np.random.default_rng(1).normal(size=(4 * size, 2)) + np.repeat(CORNERS, size, axis=0)
    return points, np.repeat(np.arange(4, dtype=np.int32), size)


def iris() -> Floats:
    measured: Floats = load_iris().data
    return measured


def mall() -> Floats:
    return pd.read_csv(shared_file("mall_customers.csv")).iloc[:, 3:5].to_numpy(float)


def within(points: Floats, groups: int) -> float:
    return quality.inertia(points, partitions.k_means(points, groups).labels)


def test_k_means_of_iris_is_that_of_r() -> None:
    # R: kmeans(scale(iris[,1:4]), 3), best of many starts; scale divides by n - 1.
    points = iris()
    assert within((points - points.mean(axis=0)) / points.std(axis=0, ddof=1), 3) == pytest.approx(138.88836, abs=0.001)


def test_k_means_of_iris_with_divisor_n() -> None:
    points = features.standardised(iris())
    assert within(points, 3) == pytest.approx(139.820496, abs=0.001)
    assert sorted(np.bincount(partitions.k_means(points, 3).labels)) == [47, 50, 53]


def test_k_means_of_unscaled_iris_reaches_the_published_optimum() -> None:
    assert within(iris(), 3) == pytest.approx(78.8514, abs=0.001)


def test_k_means_of_mall_customers_reaches_the_published_optimum() -> None:
    assert within(mall(), 5) == pytest.approx(44448.455, abs=0.01)


def test_k_means_of_four_points_finds_the_optimum_not_the_textbooks_first_guess() -> None:
    # A widespread worked example stops at {1, 2} {3, 4} with 7.5; setting the first point apart leaves 4.67.
    points = np.array([[1.0, 2, 3], [2, 4, 5], [1, 3, 6], [2, 5, 7]])
    labels = partitions.k_means(points, 2).labels
    assert quality.inertia(points, labels) == pytest.approx(4.67, abs=0.005)
    assert np.count_nonzero(labels == labels[0]) == 1


@pytest.mark.parametrize("groups", range(2, 9))
def test_a_start_from_wards_groups_never_loosens(groups: int) -> None:
    points = features.standardised(iris())
    labels = partitions.ward(points, [groups])[0].labels
    few = partitions.k_means(points, groups, 1, start=partitions.centres(points, labels)).labels
    assert quality.inertia(points, few) <= quality.inertia(points, labels)


@pytest.mark.parametrize("groups", [2, 3, 5, 8])
def test_ward_is_that_of_scipy(groups: int) -> None:
    points = iris()
    theirs = fcluster(scipy_ward(points), groups, "maxclust")
    assert adjusted_rand_score(partitions.ward(points, [groups])[0].labels, theirs) == 1


def test_the_tree_is_cut_into_several_numbers_of_groups() -> None:
    found = partitions.ward(iris(), [2, 4, 7])
    assert [int(partition.labels.max()) + 1 for partition in found] == [2, 4, 7]


def test_the_mixture_is_that_of_scikit_learn() -> None:
    rng = np.random.default_rng(1)
    points = np.vstack(
        [
            rng.normal(size=(150, 2)) * (3, 0.4),
            rng.normal(size=(90, 2)) + np.array([3, 6]),
            rng.normal(size=(60, 2)) + 11,
        ]
    )
    start = partitions.k_means(points, 3).labels
    theirs = GaussianMixture(
        3, means_init=partitions.centres(points, start), reg_covar=partitions.THINNEST, tol=1e-6, max_iter=500
    ).fit(points)
    ours = partitions.gaussian_mixture(points, start).labels
    assert adjusted_rand_score(ours, theirs.predict(points)) > 0.98


def test_the_mixture_finds_long_groups_side_by_side() -> None:
    rng = np.random.default_rng(1)
    points = features.standardised(np.vstack([rng.normal(size=(200, 2)) * (4, 0.6) + (0, y) for y in (0, 3)]))
    truth = np.repeat([0, 1], 200)
    start = partitions.k_means(points, 2).labels
    ours = partitions.gaussian_mixture(points, start).labels
    assert adjusted_rand_score(ours, truth) > max(0.9, adjusted_rand_score(start, truth))


def test_a_mixture_of_many_columns_and_few_points_does_not_break() -> None:
    points = np.random.default_rng(1).normal(size=(40, 60))
    labels = partitions.gaussian_mixture(points, partitions.k_means(points, 4).labels).labels
    assert len(labels) == 40


def test_a_mixture_of_equal_points_does_not_break() -> None:
    points = np.repeat(CORNERS, 20, axis=0)
    labels = partitions.gaussian_mixture(points, partitions.k_means(points, 3).labels).labels
    assert len(np.unique(labels)) == 3


def test_dbscan_of_the_documentations_example() -> None:
    points = np.array([[1.0, 2], [2, 2], [2, 3], [8, 7], [8, 8], [25, 80]])
    assert partitions.dbscan(points, eps=3, min_points=2).labels.tolist() == [0, 0, 0, 1, 1, -1]


def test_dbscan_is_that_of_scikit_learn_but_for_the_border() -> None:
    points = features.standardised(iris())
    theirs = DBSCAN(eps=0.6, min_samples=8).fit(points)
    ours = partitions.dbscan(points, eps=0.6, min_points=8).labels
    cores = theirs.core_sample_indices_
    assert adjusted_rand_score(ours[cores], theirs.labels_[cores]) == 1
    assert ((ours < 0) == (theirs.labels_ < 0)).all()


def test_the_knee_lies_between_the_crowd_and_the_strays() -> None:
    rng = np.random.default_rng(1)
    points = np.vstack([rng.normal(size=(300, 2)), rng.uniform(-20, 20, (15, 2))])
    inside, apart = (
        np.sort(np.linalg.norm(points - point, axis=1))[3] for point in (points[:300].mean(axis=0), [20, 20])
    )
    assert inside < partitions.knee(points, 4) < apart


def test_a_crowd_is_twice_the_dimensions_and_more_in_larger_data() -> None:
    assert [partitions.fewest_points(np.zeros((30, p))) for p in (1, 2, 3, 10)] == [7, 7, 7, 20]
    assert [partitions.fewest_points(np.zeros((n, 2))) for n in (30, 300, 2_000)] == [7, 12, 16]


def test_hdbscan_is_that_of_scikit_learn() -> None:
    points, _ = blobs()
    theirs = HDBSCAN(min_cluster_size=12, min_samples=12, copy=True).fit(points).labels_
    assert partitions.hdbscan(points).labels.tolist() == theirs.tolist()


def test_density_finds_moons_that_centres_cannot() -> None:
    points, truth = make_moons(400, noise=0.05, random_state=1)
    assert adjusted_rand_score(partitions.dbscan(points).labels, truth) > 0.95
    assert adjusted_rand_score(partitions.hdbscan(points).labels, truth) > 0.95
    assert adjusted_rand_score(partitions.k_means(points, 2).labels, truth) < 0.6


@pytest.mark.parametrize("method", METHODS)
def test_four_groups_are_found(method: str) -> None:
    points, truth = blobs()
    labels = METHODS[method](points).labels
    known = labels >= 0
    assert known.mean() > 0.9
    assert adjusted_rand_score(labels[known], truth[known]) > 0.97


@pytest.mark.parametrize("method", METHODS)
def test_others_are_assigned_to_the_groups_they_are_near(method: str) -> None:
    points, truth = blobs()
    partition = METHODS[method](points)
    near = partition.assign(CORNERS + 0.1)
    of_corner = [
        np.bincount(partition.labels[(truth == corner) & (partition.labels >= 0)]).argmax() for corner in range(4)
    ]
    assert near.tolist() == of_corner


def test_strays_are_in_no_group() -> None:
    points, _ = blobs()
    assert partitions.dbscan(points).assign(np.array([[100.0, 100.0]])).tolist() == [-1]


@pytest.mark.parametrize("method", METHODS)
def test_large_data_are_grouped_all(method: str) -> None:
    points, truth = blobs(500)
    labels = METHODS[method](points).labels
    assert labels.shape == (2_000,)
    assert labels.dtype == np.int32
    known = labels >= 0
    assert adjusted_rand_score(labels[known], truth[known]) > 0.97


@pytest.mark.parametrize("method", METHODS)
def test_the_same_partition_twice(method: str) -> None:
    points, _ = blobs(20)
    assert METHODS[method](points).labels.tolist() == METHODS[method](points).labels.tolist()


@pytest.mark.parametrize("method", ["dbscan", "hdbscan"])
def test_equal_points_are_one_group(method: str) -> None:
    labels = METHODS[method](np.ones((40, 2))).labels
    assert len(set(labels.tolist())) == 1


@pytest.mark.parametrize("method", ["dbscan", "hdbscan"])
def test_where_nobody_can_be_a_crowd_nobody_is_in_a_group(method: str) -> None:
    points = np.random.default_rng(1).normal(size=(40, 60))
    assert set(METHODS[method](points).labels.tolist()) == {-1}


def test_who_is_in_no_group_moves_no_centre() -> None:
    points = np.array([[0.0], [2.0], [10.0], [99.0]])
    assert partitions.centres(points, np.array([0, 0, 1, -1], np.int32)).tolist() == [[1.0], [10.0]]
