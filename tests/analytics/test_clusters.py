from __future__ import annotations

import time
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import silhouette_score

from analytics import clusters
from analytics.clusters import Floats
from tests.data_sets import shared_file

CORNERS = np.array([[0.0, 0], [8, 0], [0, 8], [8, 8]])


def blobs(size: int = 75, seed: int = 1) -> tuple[Floats, np.ndarray]:
    """Four round groups of unit variance, eight apart, and which point is of which."""
    points = np.random.default_rng(seed).normal(size=(4 * size, 2)) + np.repeat(CORNERS, size, axis=0)
    return points, np.repeat(np.arange(4), size)


def cloud(kind: str, seed: int, size: int = 300) -> Floats:
    """Customers without groups."""
    rng = np.random.default_rng(seed)
    if kind == "gaussian":
        return rng.normal(size=(size, 2))
    if kind == "square":
        return rng.uniform(size=(size, 2))
    if kind == "cube":
        return rng.uniform(size=(size, 3))
    if kind == "lopsided":
        return rng.exponential(size=(size, 2))
    # A shop where everybody is of one kind, only more or less so: gamma rates, Poisson orders, log-normal amounts.
    since = rng.uniform(10, 365, size)
    again = rng.poisson(rng.gamma(1.0, 1 / 120, size) * since)
    last = np.array([int(min([days, *rng.uniform(0, days, n)])) for days, n in zip(since, again, strict=True)])
    money = (1 + again) * rng.lognormal(3, 0.6, size)
    return np.column_stack([np.log1p(last), np.log(1 + again), clusters.logged(money)])


def judged(points: Floats) -> clusters.Clustering:
    found = clusters.natural_groups(clusters.standardised(points))
    assert found is not None
    return found


def agreement(one: np.ndarray, other: np.ndarray) -> float:
    """Adjusted Rand index (Hubert & Arabie 1985)."""
    from sklearn.metrics import adjusted_rand_score

    return float(adjusted_rand_score(one, other))


def iris() -> Floats:
    from sklearn.datasets import load_iris

    measured: Floats = load_iris().data
    return measured


def mall() -> Floats:
    return pd.read_csv(shared_file("mall_customers.csv")).iloc[:, 3:5].to_numpy(float)


def test_k_means_of_iris_is_that_of_r() -> None:
    # R: kmeans(scale(iris[,1:4]), 3), best of many starts; scale divides by n - 1.
    points = iris()
    centres, within = clusters.k_means((points - points.mean(axis=0)) / points.std(axis=0, ddof=1), 3)
    assert within == pytest.approx(138.88836, abs=0.001)
    assert len(centres) == 3


def test_k_means_of_iris_with_divisor_n() -> None:
    centres, within = clusters.k_means(clusters.standardised(iris()), 3)
    assert within == pytest.approx(139.820496, abs=0.001)
    labels = np.argmin(((clusters.standardised(iris())[:, None] - centres) ** 2).sum(axis=2), axis=1)
    assert sorted(np.bincount(labels)) == [47, 50, 53]


def test_k_means_of_unscaled_iris_reaches_the_published_optimum() -> None:
    assert clusters.k_means(iris(), 3)[1] == pytest.approx(78.8514, abs=0.001)


def test_k_means_of_mall_customers_reaches_the_published_optimum() -> None:
    assert clusters.k_means(mall(), 5)[1] == pytest.approx(44448.455, abs=0.01)


def test_mall_customers_fall_into_the_five_groups_that_everybody_finds() -> None:
    found = judged(mall())
    assert (found.verdict, found.groups) == ("real", 5)
    assert np.bincount(found.labels).tolist() == [81, 39, 35, 23, 22]


def test_k_means_of_four_points_finds_the_optimum_not_the_textbooks_first_guess() -> None:
    # A widespread worked example stops at {1, 2} {3, 4} with 7.5; setting the first point apart leaves 4.67.
    points = np.array([[1.0, 2, 3], [2, 4, 5], [1, 3, 6], [2, 5, 7]])
    centres, within = clusters.k_means(points, 2)
    assert within == pytest.approx(4.67, abs=0.005)
    assert [1.0, 2.0, 3.0] in centres.tolist()


def test_ages_are_standardised_by_the_deviation_of_all_of_them() -> None:
    # Mean 40, standard deviation 11.18; a widespread example says 12.91, which divides by n - 1.
    ages = np.array([[25.0], [35.0], [45.0], [55.0]])
    assert (ages.mean(), ages.std()) == (40, pytest.approx(11.18, abs=0.005))
    assert clusters.standardised(ages)[:, 0].tolist() == pytest.approx([-1.3416, -0.4472, 0.4472, 1.3416], abs=1e-4)


def test_constant_columns_are_dropped() -> None:
    points = np.column_stack([np.arange(40.0), np.full(40, 0.1), np.full(40, 1e9)])
    assert clusters.standardised(points).shape == (40, 1)


def test_columns_that_differ_by_rounding_only_are_constant() -> None:
    assert clusters.standardised(np.array([[0.3], [0.1 + 0.2], [0.3]])).shape == (3, 0)


def test_logs_do_not_depend_on_the_currency() -> None:
    money = np.array([3.0, 12.5, 0.0, -4.0, 900.0])
    assert clusters.logged(1000 * money).tolist() == pytest.approx(clusters.logged(money).tolist())


def test_nothing_paid_counts_as_the_least_that_anybody_paid() -> None:
    assert clusters.logged(np.array([0.0, 2.0, 8.0, -5.0])).tolist() == pytest.approx(
        [-np.log(2.5), -np.log(2.5), np.log(1.6), -np.log(2.5)]
    )


def test_a_shop_where_nobody_paid_has_no_logs() -> None:
    assert clusters.logged(np.array([0.0, -1.0])).tolist() == [0.0, 0.0]


def test_a_skewed_column_is_logged_and_an_even_one_is_not() -> None:
    even, skewed = np.arange(1.0, 50.0), np.exp(np.arange(1.0, 50.0) / 8)
    assert clusters.unskewed(even).tolist() == even.tolist()
    assert np.diff(clusters.unskewed(skewed)).tolist() == pytest.approx([1 / 8] * 48)


def test_gaps_take_the_middle_value() -> None:
    assert clusters.unskewed(np.array([1.0, np.nan, 3.0, 2.0])).tolist() == [1.0, 2.0, 3.0, 2.0]


def test_four_separate_groups_are_found_and_believed() -> None:
    points, truth = blobs()
    found = judged(points)
    assert (found.verdict, found.groups) == ("real", 4)
    assert found.stability >= 0.95
    assert agreement(found.labels, truth) >= 0.97


@pytest.mark.parametrize("kind", ["gaussian", "square", "cube", "lopsided", "shop"])
def test_customers_without_groups_have_none(kind: str) -> None:
    assert judged(cloud(kind, 1)).verdict == "none"


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["gaussian", "square", "cube", "lopsided", "shop"])
def test_at_most_six_in_a_hundred_shops_without_groups_are_told_that_they_have_some(kind: str) -> None:
    verdicts = Counter(judged(cloud(kind, seed)).verdict for seed in range(100))
    assert verdicts["none"] >= 94, verdicts


@pytest.mark.slow
def test_two_groups_five_deviations_apart_are_mostly_found() -> None:
    def found(seed: int) -> bool:
        rng = np.random.default_rng(seed)
        points = rng.normal(size=(300, 2))
        points[:150, 0] += 5
        return judged(points).verdict == "real"

    assert sum(found(seed) for seed in range(40)) >= 32


def test_light_and_heavy_buyers_are_the_ends_of_one_scale() -> None:
    # The halves hold together and are rounder than those of a Gaussian, yet nothing parts them.
    found = judged(cloud("shop", 1))
    assert found.stability > clusters.REAL
    assert found.crowding > clusters.NO_VALLEY


def test_regulars_and_passers_by_are_two_groups() -> None:
    rng = np.random.default_rng(1)
    regular = rng.random(300) < 0.4
    times = np.where(regular, rng.poisson(12, 300) + 4, 1 + (rng.random(300) < 0.15))
    last = np.where(regular, rng.exponential(15, 300), rng.uniform(60, 365, 300)).astype(int)
    money = clusters.logged(times * rng.lognormal(3, 0.4, 300))
    found = judged(np.column_stack([np.log1p(last), np.log(times), money]))
    assert (found.verdict, found.groups) == ("real", 2)
    assert agreement(found.labels, regular) > 0.97


def test_slivers_are_refused() -> None:
    rng = np.random.default_rng(1)
    points = np.vstack([rng.normal(size=(297, 2)), rng.normal(size=(3, 2)) + 40])
    found = judged(points)
    two = next(candidate for candidate in found.candidates if candidate.groups == 2)
    assert two.smallest_share == pytest.approx(0.01)
    assert two.stability is None
    assert found.verdict == "none"


def test_every_number_from_two_to_eight_is_tried() -> None:
    assert [candidate.groups for candidate in judged(blobs()[0]).candidates] == list(range(2, 9))


def test_labels_count_from_the_largest_group() -> None:
    rng = np.random.default_rng(1)
    points = np.vstack([rng.normal(size=(30, 2)), rng.normal(size=(120, 2)) + 20, rng.normal(size=(60, 2)) - 20])
    found = judged(points)
    assert np.bincount(found.labels).tolist() == [120, 60, 30]


def test_the_same_answer_twice() -> None:
    one, other = judged(blobs()[0]), judged(blobs()[0])
    assert (one.labels == other.labels).all()
    assert (one.stability, one.silhouette, one.continuum) == (other.stability, other.silhouette, other.continuum)


@pytest.mark.parametrize("size", [75, 1000])
def test_the_order_of_the_customers_changes_nothing(size: int) -> None:
    points, _ = blobs(size)
    order = np.random.default_rng(2).permutation(len(points))
    one, other = judged(points), judged(points[order])
    assert (one.labels[order] == other.labels).all()
    assert (one.verdict, one.candidates) == (other.verdict, other.candidates)


def test_the_unit_of_a_feature_changes_nothing() -> None:
    points, _ = blobs()
    one, other = judged(points), judged(points * np.array([0.01, 7300.0]) + 5)
    assert (one.labels == other.labels).all()
    assert one.verdict == other.verdict


def test_where_nothing_varies_there_is_nothing_to_say() -> None:
    assert clusters.natural_groups(clusters.standardised(np.ones((100, 3)))) is None


def test_fewer_than_thirty_customers_are_not_grouped() -> None:
    assert clusters.natural_groups(clusters.standardised(blobs(7)[0])) is None


def test_no_more_groups_than_there_are_different_customers() -> None:
    points = np.repeat([[0.0, 0], [0, 9], [9, 0], [9, 9]], 25, axis=0)
    found = judged(points)
    assert [candidate.groups for candidate in found.candidates] == [2, 3]
    assert sorted(np.bincount(found.labels)) in ([25, 25, 50], [50, 50])


def test_two_different_customers_only_are_not_grouped() -> None:
    assert clusters.natural_groups(clusters.standardised(np.repeat([[0.0], [1.0]], 50, axis=0))) is None


@pytest.mark.parametrize("answers", [2, 3, 5])
def test_the_steps_of_a_questionnaire_are_no_groups(answers: int) -> None:
    points = np.random.default_rng(1).integers(0, answers, (200, 2)).astype(float)
    assert judged(points).verdict == "none"


def test_a_column_of_yes_and_no_does_not_make_two_groups_of_a_crowd() -> None:
    rng = np.random.default_rng(1)
    points = np.column_stack([rng.normal(size=300), rng.random(300) < 0.4])
    assert judged(points).verdict == "none"


def test_a_whale_does_not_become_a_group() -> None:
    money = np.random.default_rng(1).lognormal(3, 0.5, 200)
    money[0] = 1.5 * money[1:].sum()
    assert money[0] / money.sum() == pytest.approx(0.6)
    features = np.column_stack([clusters.logged(money), np.random.default_rng(2).normal(size=200)])
    found = judged(features)
    assert found.verdict == "none"
    assert np.bincount(found.labels).min() > 1


def test_fifty_thousand_customers_take_seconds() -> None:
    points, truth = blobs(12_500)
    start = time.perf_counter()
    found = judged(points)
    assert time.perf_counter() - start < 30
    assert (found.verdict, found.groups) == ("real", 4)
    assert agreement(found.labels, truth) >= 0.97


@pytest.mark.parametrize("seed", range(5))
def test_silhouettes_are_those_of_scikit_learn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(300, 3))
    partitions = [rng.integers(0, groups, 300).astype(np.int32) for groups in (2, 5, 40)]
    partitions.append(np.where(np.arange(300) < 299, 0, 1).astype(np.int32))
    expected = [silhouette_score(points, labels) for labels in partitions]
    assert clusters.silhouettes(points, partitions) == pytest.approx(expected, abs=1e-9)


def test_one_group_has_no_silhouette() -> None:
    assert clusters.silhouettes(np.zeros((40, 2)), [np.zeros(40, np.int32)]) == [-1.0]
