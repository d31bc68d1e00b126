from __future__ import annotations

import time
import tracemalloc
from collections import Counter
from typing import Literal

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris

from analytics import clusters, features, partitions, quality
from analytics.partitions import Floats
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
    return np.column_stack([np.log1p(last), np.log(1 + again), features.logged(money)])


def judged(
    points: Floats, method: clusters.Method | Literal["auto"] = "auto", groups: int | None = None
) -> clusters.Clustering:
    found = clusters.natural_groups(features.standardised(points), None, method, groups)
    assert found is not None
    return found


def agreement(one: np.ndarray, other: np.ndarray) -> float:
    """Adjusted Rand index (Hubert & Arabie 1985)."""
    from sklearn.metrics import adjusted_rand_score

    return float(adjusted_rand_score(one, other))


def mall() -> Floats:
    return pd.read_csv(shared_file("mall_customers.csv")).iloc[:, 3:5].to_numpy(float)


def test_mall_customers_fall_into_the_five_groups_that_everybody_finds() -> None:
    found = judged(mall())
    assert (found.verdict, found.groups) == ("real", 5)
    assert np.bincount(found.labels).tolist() == [81, 39, 35, 23, 22]


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
    money = features.logged(times * rng.lognormal(3, 0.4, 300))
    found = judged(np.column_stack([np.log1p(last), np.log(times), money]))
    assert (found.verdict, found.groups) == ("real", 2)
    assert agreement(found.labels, regular) > 0.97


def test_labels_count_from_the_largest_group() -> None:
    rng = np.random.default_rng(1)
    points = np.vstack([rng.normal(size=(30, 2)), rng.normal(size=(120, 2)) + 20, rng.normal(size=(60, 2)) - 20])
    found = judged(points)
    assert np.bincount(found.labels).tolist() == [120, 60, 30]


def test_the_same_answer_twice() -> None:
    one, other = judged(blobs()[0]), judged(blobs()[0])
    assert (one.labels == other.labels).all()
    assert (one.stability, one.silhouette, one.continuum) == (other.stability, other.silhouette, other.continuum)


def test_where_nothing_varies_there_is_nothing_to_say() -> None:
    assert clusters.natural_groups(features.standardised(np.ones((100, 3)))) is None


def test_fewer_than_thirty_customers_are_not_grouped() -> None:
    assert clusters.natural_groups(features.standardised(blobs(7)[0])) is None


def test_two_different_customers_only_are_not_grouped() -> None:
    assert clusters.natural_groups(features.standardised(np.repeat([[0.0], [1.0]], 50, axis=0))) is None


@pytest.mark.parametrize("answers", [2, 3, 5])
def test_the_steps_of_a_questionnaire_are_no_groups(answers: int) -> None:
    points = np.random.default_rng(1).integers(0, answers, (200, 2)).astype(float)
    assert judged(points).verdict == "none"


def test_a_column_of_yes_and_no_does_not_make_two_groups_of_a_crowd() -> None:
    rng = np.random.default_rng(1)
    points = np.column_stack([rng.normal(size=300), rng.random(300) < 0.4])
    assert judged(points).verdict == "none"


def test_slivers_are_refused() -> None:
    rng = np.random.default_rng(1)
    points = np.vstack([rng.normal(size=(297, 2)), rng.normal(size=(3, 2)) + 40])
    found = judged(points)
    two = next(candidate for candidate in found.candidates if candidate.groups == 2)
    assert two.smallest_share == pytest.approx(0.01)
    assert (found.verdict, found.reasons) == ("none", ("sliver",))
    forced = judged(points, "k_means", 2)
    assert (forced.verdict, forced.reasons) == ("none", ("sliver",))


def test_every_method_is_tried_with_every_number_from_two_to_eight() -> None:
    tried = [(candidate.method, candidate.groups) for candidate in judged(blobs()[0]).candidates]
    assert tried[:21] == [(method, groups) for method in clusters.METHODS[:3] for groups in range(2, 9)]
    assert [method for method, _ in tried[21:]] == ["dbscan", "hdbscan"]


def test_where_methods_agree_the_one_that_is_explained_most_easily_is_chosen() -> None:
    found = judged(blobs()[0])
    assert found.method == "k_means"
    four = [candidate for candidate in found.candidates if candidate.groups == 4]
    assert len(four) == 5


def test_the_runner_up_has_another_number_of_groups() -> None:
    found = judged(blobs()[0])
    assert found.runner_up is not None
    assert found.runner_up.groups != 4
    assert found.runner_up.silhouette < found.silhouette
    assert found.runner_up in found.candidates


def test_the_measures_are_those_of_the_partition() -> None:
    points = features.standardised(blobs()[0])
    found = judged(blobs()[0])
    assert [found.silhouette] == pytest.approx(quality.silhouettes(points, [found.labels]))
    assert found.calinski_harabasz == pytest.approx(quality.calinski_harabasz(points, found.labels))
    assert found.davies_bouldin == pytest.approx(quality.davies_bouldin(points, found.labels))
    assert found.inertia == pytest.approx(quality.inertia(points, found.labels))
    assert found.centres == pytest.approx(partitions.centres(points, found.labels))
    assert (found.scored, found.noise) == (300, 0)
    assert found.stability == pytest.approx(np.mean(found.stabilities))
    assert len(found.stabilities) == 4


def test_the_answer_is_as_tight_as_twenty_starts_make_it() -> None:
    points = features.standardised(load_iris().data)
    found = clusters.natural_groups(points)
    assert found is not None
    best = quality.inertia(points, partitions.k_means(points, found.groups).labels)
    assert found.inertia == pytest.approx(best)


@pytest.mark.parametrize("method", clusters.METHODS)
def test_a_forced_method_finds_four_groups(method: clusters.Method) -> None:
    points, truth = blobs()
    found = judged(points, method)
    assert (found.verdict, found.method, found.groups, found.reasons) == ("real", method, 4, ())
    known = found.labels >= 0
    assert agreement(found.labels[known], truth[known]) >= 0.97
    assert {candidate.method for candidate in found.candidates} == {method}
    assert min(found.stabilities) > clusters.REAL


@pytest.mark.parametrize("method", clusters.METHODS)
@pytest.mark.parametrize("kind", ["gaussian", "shop"])
def test_a_forced_method_makes_no_groups_of_a_crowd(method: clusters.Method, kind: str) -> None:
    found = judged(cloud(kind, 1), method)
    assert found.verdict == "none"
    assert found.reasons


@pytest.mark.parametrize("groups", [2, 3, 5, 7])
def test_a_forced_number_is_obeyed_and_not_believed(groups: int) -> None:
    found = judged(cloud("gaussian", 1), groups=groups)
    assert (found.method, found.groups, found.verdict) == ("k_means", groups, "none")
    assert [candidate.groups for candidate in found.candidates] == [groups]
    assert found.runner_up is None


def test_a_number_that_cuts_a_group_in_two_shows_which_one_does_not_hold() -> None:
    rng = np.random.default_rng(1)
    points = np.vstack([rng.normal(size=(150, 2)), rng.normal(size=(100, 2)) + 30])
    found = judged(points, groups=3)
    assert (found.verdict, "one_crowd" in found.reasons) == ("none", True)
    assert max(found.stabilities) > 0.9
    assert min(found.stabilities) < 0.8


@pytest.mark.parametrize("method", clusters.BY_DENSITY)
def test_density_that_knows_one_group_only_does_not_fit(method: clusters.Method) -> None:
    rng = np.random.default_rng(3)
    found = judged(rng.normal(size=(300, 2)), method)
    assert found.verdict == "none"
    assert set(found.reasons) & {"one_group", "noise", "sliver", "unstable", "one_crowd"}
    assert len(found.stabilities) in (0, found.groups)


def test_mostly_noise_does_not_fit() -> None:
    points = np.random.default_rng(1).normal(size=(40, 30))
    found = judged(points, "hdbscan")
    assert (found.verdict, found.reasons, found.groups, found.noise) == ("none", ("noise",), 0, 1)
    assert set(found.labels.tolist()) == {-1}
    assert found.centres.shape == (0, 30)


@pytest.mark.parametrize("method", ["auto", *clusters.METHODS])
@pytest.mark.parametrize("size", [75, 600])
def test_the_order_of_the_customers_changes_nothing(method: clusters.Method | Literal["auto"], size: int) -> None:
    points, _ = blobs(size)
    order = np.random.default_rng(2).permutation(len(points))
    one, other = judged(points, method), judged(points[order], method)
    assert (one.labels[order] == other.labels).all()
    assert (one.verdict, one.candidates) == (other.verdict, other.candidates)


@pytest.mark.parametrize("method", ["auto", *clusters.METHODS])
def test_the_unit_of_a_feature_changes_nothing(method: clusters.Method | Literal["auto"]) -> None:
    points, _ = blobs()
    one, other = judged(points, method), judged(points * np.array([0.01, 7300.0]) + 5, method)
    assert (one.labels == other.labels).all()
    assert one.verdict == other.verdict


def test_no_more_groups_than_there_are_different_customers() -> None:
    points = np.repeat([[0.0, 0], [0, 9], [9, 0], [9, 9]], 25, axis=0)
    found = judged(points, "k_means")
    assert [candidate.groups for candidate in found.candidates] == [2, 3]
    assert clusters.natural_groups(points, method="k_means", groups=4) is None


@pytest.mark.parametrize("method", clusters.METHODS)
def test_customers_all_alike_are_not_grouped_by_any_method(method: clusters.Method) -> None:
    assert clusters.natural_groups(np.zeros((100, 2)), None, method) is None


@pytest.mark.parametrize("method", clusters.METHODS)
def test_thirty_customers_of_many_columns_do_not_break(method: clusters.Method) -> None:
    found = judged(np.random.default_rng(1).normal(size=(30, 40)), method)
    assert found.verdict == "none"


@pytest.mark.parametrize("method", clusters.METHODS)
def test_a_whale_does_not_become_a_group(method: clusters.Method) -> None:
    money = np.random.default_rng(1).lognormal(3, 0.5, 200)
    money[0] = 1.5 * money[1:].sum()
    assert money[0] / money.sum() == pytest.approx(0.6)
    points = np.column_stack([features.logged(money), np.random.default_rng(2).normal(size=200)])
    assert judged(points).verdict == "none"
    assert judged(points, method).verdict == "none"


def test_fifty_thousand_customers_take_seconds() -> None:
    points, truth = blobs(12_500)
    start = time.perf_counter()
    found = judged(points)
    assert time.perf_counter() - start < 30
    assert (found.verdict, found.groups, found.scored) == ("real", 4, clusters.SAMPLE)
    assert agreement(found.labels, truth) >= 0.97


def mixed(seed: int, size: int = 300) -> tuple[pd.DataFrame, np.ndarray]:
    """Three groups by age, money and town; sex has nothing to do with them."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 3, size)
    towns = [rng.choice(["Bath", "York", "Hull"], p=np.roll([0.8, 0.1, 0.1], group)) for group in truth]
    return pd.DataFrame(
        {
            "age": np.array([25, 45, 65])[truth] + rng.normal(0, 4, size),
            "money": np.array([10, 50, 20])[truth] + rng.normal(0, 5, size),
            "town": towns,
            "sex": rng.choice(["f", "m"], size),
        }
    ), truth


def independent(seed: int, size: int = 300) -> pd.DataFrame:
    """Numbers and categories that have nothing to do with each other."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "age": rng.normal(40, 12, size),
            "town": rng.choice(["Bath", "York", "Hull"], size, p=[0.5, 0.3, 0.2]),
            "sex": rng.choice(["f", "m"], size),
        }
    )


def judged_table(frame: pd.DataFrame) -> clusters.Clustering:
    told = features.of_table(frame)
    found = clusters.natural_groups(told.matrix, told.blocks)
    assert found is not None
    return found


def test_groups_by_numbers_and_categories_are_found_and_an_idle_category_does_not_split_them() -> None:
    frame, truth = mixed(1)
    found = judged_table(frame)
    assert (found.verdict, found.groups) == ("real", 3)
    assert agreement(found.labels, truth) > 0.95


@pytest.mark.parametrize("columns", [["age", "town", "sex"], ["age", "town"], ["town", "sex"]])
def test_levels_alone_make_no_groups(columns: list[str]) -> None:
    assert judged_table(independent(1)[columns]).verdict == "none"


@pytest.mark.slow
@pytest.mark.parametrize("columns", [["age", "town", "sex"], ["age", "town"], ["town", "sex"]])
def test_at_most_six_in_a_hundred_lists_of_independent_columns_have_groups(columns: list[str]) -> None:
    verdicts = Counter(judged_table(independent(seed)[columns]).verdict for seed in range(100))
    assert verdicts["none"] >= 94, verdicts


@pytest.mark.slow
def test_planted_groups_of_mixed_columns_are_mostly_found() -> None:
    def agrees(seed: int) -> bool:
        frame, truth = mixed(seed)
        found = judged_table(frame)
        return found.verdict == "real" and agreement(found.labels, truth) > 0.9

    assert sum(agrees(seed) for seed in range(40)) >= 32


@pytest.mark.slow
def test_a_million_customers_fit_a_small_server() -> None:
    rng = np.random.default_rng(1)
    points = np.column_stack([rng.normal(size=1_000_000), rng.exponential(size=1_000_000), rng.normal(size=1_000_000)])
    tracemalloc.start()
    start = time.perf_counter()
    found = judged(points)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(found.labels) == 1_000_000
    assert peak < 600e6
    assert time.perf_counter() - start < 60
