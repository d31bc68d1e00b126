from __future__ import annotations

from typing import Literal

import numpy as np
import pytest

from analytics import clusters, features, natural, rfm
from analytics.clusters import Method
from analytics.dataset import Dataset
from analytics.natural import NaturalGroups
from tests.analytics.shops import customers, line, lively, orders

EVERY_METHOD: tuple[Method | Literal["auto"], ...] = ("auto", *clusters.METHODS)


def table(rows: list[dict[str, object]]) -> rfm.CustomerTable:
    return rfm.customer_table(orders(rows).frame())


def regulars() -> list[dict[str, object]]:
    """Sixty regulars who came lately and ninety passers-by who came once, long ago."""
    rng = np.random.default_rng(1)
    rows = [
        line(f"regular{i:02}", int(day), float(rng.uniform(20, 30)), f"r{i}-{k}")
        for i in range(60)
        for k, day in enumerate([360 - rng.integers(0, 12), *rng.integers(0, 340, 11)])
    ]
    return rows + [
        line(f"passer{i:02}", int(rng.integers(10, 200)), float(rng.uniform(20, 30)), f"p{i}") for i in range(90)
    ]


def listed(seed: int = 1) -> Dataset:
    """A customer list with three groups by age, money and town; sex and the account number say nothing."""
    rng = np.random.default_rng(seed)
    truth = np.repeat([0, 1, 2], [120, 100, 80])
    return customers(
        {
            "age": list(np.array([25.0, 45, 65])[truth] + rng.normal(0, 4, 300)),
            "Spent": list(np.array([10.0, 50, 20])[truth] + rng.normal(0, 5, 300)),
            "place": [str(rng.choice(["Bath", "York", "Hull"], p=np.roll([0.8, 0.1, 0.1], k))) for k in truth],
            "sex": [str(sex) for sex in rng.choice(["f", "m"], 300)],
            "Account": [float(number) for number in rng.permutation(300)],
            "Remark": [f"note {i}" for i in range(300)],
        }
    )


def found_in(pair: tuple[NaturalGroups | None, natural.Codes | None]) -> tuple[NaturalGroups, natural.Codes]:
    found, codes = pair
    assert found is not None
    assert codes is not None
    return found, codes


def test_regulars_and_passers_by_are_told_apart() -> None:
    found, codes = found_in(natural.by_orders(table(regulars())))
    assert (found.verdict, [cluster.customers for cluster in found.clusters]) == ("real", [90, 60])
    assert set(codes[:90]) == {"cluster_1"}
    assert set(codes[90:]) == {"cluster_2"}
    traits = {trait.feature: trait for trait in found.clusters[1].traits}
    assert traits["frequency"].typical == 12
    assert traits["frequency"].overall == 1


def test_a_list_is_grouped_by_numbers_and_categories() -> None:
    found, codes = found_in(natural.by_attributes(listed()))
    assert (found.verdict, [cluster.customers for cluster in found.clusters]) == ("real", [120, 100, 80])
    assert found.features == ("age", "attribute:Spent", "place", "sex")
    assert {(left.feature, left.why) for left in found.left_out} == {
        ("attribute:Account", "running_number"),
        ("attribute:Remark", "nearly_unique"),
    }
    assert len(codes) == 300


def test_a_category_is_described_by_its_most_over_represented_level() -> None:
    rng = np.random.default_rng(1)
    ages = [*rng.normal(25, 2, 60), *rng.normal(60, 2, 40)]
    towns = [*["Bath"] * 57, *["York"] * 3, *["York"] * 36, *["Bath"] * 4]
    found, _ = found_in(natural.by_attributes(customers({"age": ages, "place": towns})))
    traits = {trait.feature: trait for trait in found.clusters[1].traits}
    assert (traits["place"].level, traits["place"].typical, traits["place"].overall) == ("York", 0.9, 0.39)
    assert traits["age"].level is None


def test_blank_cells_may_set_a_group_apart() -> None:
    rng = np.random.default_rng(1)
    ages = [*rng.normal(25, 2, 60), *rng.normal(60, 2, 40)]
    found, _ = found_in(natural.by_attributes(customers({"age": ages, "place": [*["Bath"] * 60, *[None] * 40]})))
    traits = {trait.feature: trait for trait in found.clusters[1].traits}
    assert traits["place"].level == features.MISSING


def test_each_group_has_its_own_stability_and_centre() -> None:
    found, _ = found_in(natural.by_attributes(listed()))
    stabilities = [cluster.stability for cluster in found.clusters]
    assert tuple(stabilities) == found.stabilities
    assert min(found.stabilities) > 0.75
    assert {len(cluster.centre) for cluster in found.clusters} == {1 + 1 + 3 + 2}


@pytest.mark.parametrize("method", clusters.METHODS)
def test_every_customer_is_in_one_group_or_in_none(method: Method) -> None:
    found, codes = found_in(natural.by_orders(table(lively()), method))
    assert found.method == method
    assert [np.count_nonzero(codes == cluster.code) for cluster in found.clusters] == [
        cluster.customers for cluster in found.clusters
    ]
    assert set(codes) <= {"", *(cluster.code for cluster in found.clusters)}
    assert np.mean(codes == "") == pytest.approx(found.noise)
    if method not in clusters.BY_DENSITY:
        assert found.noise == 0


def test_a_number_of_groups_may_be_asked_for() -> None:
    found, codes = found_in(natural.by_orders(table(lively()), groups=5))
    assert (found.method, len(found.clusters), len(set(codes))) == ("k_means", 5, 5)
    found, _ = found_in(natural.by_attributes(listed(), "ward", 4))
    assert (found.method, len(found.clusters)) == ("ward", 4)


def test_a_customer_who_brought_everything_back_is_in_no_group() -> None:
    rows = [*lively(), line("nothing", 5, 10.0, "n1"), line("nothing", 6, -10.0, "n2", taken_back=True)]
    known = table(rows)
    found, codes = found_in(natural.by_orders(known))
    assert codes[list(known.customer).index("nothing")] == ""
    assert sum(cluster.customers for cluster in found.clusters) == len(known) - 1


def test_where_everybody_bought_once_frequency_is_left_out() -> None:
    rng = np.random.default_rng(1)
    rows = [line(f"c{i:02}", int(rng.integers(0, 300)), float(rng.lognormal(3, 1))) for i in range(80)]
    found, _ = found_in(natural.by_orders(table(rows)))
    assert found.features == ("recency", "money")
    assert [(left.feature, left.why) for left in found.left_out] == [("frequency", "constant")]


@pytest.mark.parametrize("method", EVERY_METHOD)
def test_customers_all_alike_have_no_groups(method: Method | Literal["auto"]) -> None:
    assert natural.by_orders(table([line(f"c{i}", 5, 10.0) for i in range(40)]), method) == (None, None)
    assert natural.by_attributes(customers({"age": [30.0] * 40, "place": ["Bath"] * 40}), method) == (None, None)


@pytest.mark.parametrize("method", EVERY_METHOD)
def test_thirty_customers_are_enough_to_ask(method: Method | Literal["auto"]) -> None:
    rng = np.random.default_rng(1)
    found, _ = found_in(natural.by_attributes(customers({"age": list(rng.normal(size=30))}), method))
    assert found.verdict == "none"
    assert natural.by_attributes(customers({"age": list(rng.normal(size=29))}), method) == (None, None)


def test_three_hundred_attributes_are_reduced_to_those_that_go_together() -> None:
    rng = np.random.default_rng(1)
    found, _ = found_in(natural.by_attributes(customers({f"a{i}": list(rng.normal(size=60)) for i in range(300)})))
    assert found.verdict == "none"
    assert len(found.features) == features.MOST_COLUMNS
    assert len(found.left_out) == 280


@pytest.mark.parametrize("method", EVERY_METHOD)
def test_a_whale_leaves_the_others_their_groups(method: Method | Literal["auto"]) -> None:
    rows = regulars()
    total = sum(float(str(row["amount"])) for row in rows)
    found, codes = found_in(natural.by_orders(table([*rows, line("whale", 355, 1.5 * total, "w")]), method))
    assert sum(cluster.customers > 40 for cluster in found.clusters) >= 2
    assert len(codes) == 151


@pytest.mark.parametrize("method", EVERY_METHOD)
def test_neither_order_nor_names_nor_currency_nor_years_change_the_groups(method: Method | Literal["auto"]) -> None:
    rows = lively(90)
    found, codes = found_in(natural.by_orders(table(rows), method))
    shuffled = [rows[i] for i in np.random.default_rng(3).permutation(len(rows))]
    assert found_in(natural.by_orders(table(shuffled), method))[0] == found
    for changed in (
        [{**row, "customer": f"x{int(row['customer'][1:]) * 7919 % 1009:04}"} for row in rows],
        [{**row, "amount": 7.3 * row["amount"]} for row in rows],
        [{**row, "day": row["day"] + 366} for row in rows],
    ):
        again, others = found_in(natural.by_orders(table(changed), method))
        assert [cluster.customers for cluster in again.clusters] == [cluster.customers for cluster in found.clusters]
        assert (again.verdict, again.reasons) == (found.verdict, found.reasons)
        assert np.unique(others, return_counts=True)[1].tolist() == np.unique(codes, return_counts=True)[1].tolist()


@pytest.mark.parametrize("method", EVERY_METHOD)
def test_the_order_of_a_list_changes_nothing(method: Method | Literal["auto"]) -> None:
    told = listed()
    order = np.random.default_rng(3).permutation(told.rows)
    turned = Dataset(told.kind, told.columns, told.receipt, None, told.table().take(order))
    one, codes = found_in(natural.by_attributes(told, method))
    other, again = found_in(natural.by_attributes(turned, method))
    assert codes[order].tolist() == again.tolist()
    assert one.candidates == other.candidates
    assert [cluster.traits for cluster in one.clusters] == [cluster.traits for cluster in other.clusters]
