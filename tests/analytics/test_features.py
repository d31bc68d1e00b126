from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics import features
from analytics.features import MISSING, OTHER, Features, LeftOut, Levels
from analytics.partitions import Floats


def told(**columns: object) -> Features:
    return features.of_table(pd.DataFrame(columns))


def why(found: Features) -> dict[str, str]:
    return {left.feature: left.why for left in found.left_out}


def random_rows(size: int, seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed + size)


def squares_between_rows(block: Floats) -> float:
    """The expected squared distance of two random rows."""
    return float(2 * block.var(axis=0).sum())


def test_ages_are_standardised_by_the_deviation_of_all_of_them() -> None:
    # Mean 40, standard deviation 11.18; a widespread example says 12.91, which divides by n - 1.
    ages = np.array([[25.0], [35.0], [45.0], [55.0]])
    assert (ages.mean(), ages.std()) == (40, pytest.approx(11.18, abs=0.005))
    assert features.standardised(ages)[:, 0].tolist() == pytest.approx([-1.3416, -0.4472, 0.4472, 1.3416], abs=1e-4)


def test_constant_columns_are_dropped() -> None:
    points = np.column_stack([np.arange(40.0), np.full(40, 0.1), np.full(40, 1e9)])
    assert features.standardised(points).shape == (40, 1)


def test_columns_that_differ_by_rounding_only_are_constant() -> None:
    assert features.standardised(np.array([[0.3], [0.1 + 0.2], [0.3]])).shape == (3, 0)


def test_logs_do_not_depend_on_the_currency() -> None:
    money = np.array([3.0, 12.5, 0.0, -4.0, 900.0])
    assert features.logged(1000 * money).tolist() == pytest.approx(features.logged(money).tolist())


def test_nothing_paid_counts_as_the_least_that_anybody_paid() -> None:
    assert features.logged(np.array([0.0, 2.0, 8.0, -5.0])).tolist() == pytest.approx(
        [-np.log(2.5), -np.log(2.5), np.log(1.6), -np.log(2.5)]
    )


def test_a_shop_where_nobody_paid_has_no_logs() -> None:
    assert features.logged(np.array([0.0, -1.0])).tolist() == [0.0, 0.0]


def test_a_skewed_column_is_logged_and_an_even_one_is_not() -> None:
    even, skewed = np.arange(1.0, 50.0), np.exp(np.arange(1.0, 50.0) / 8)
    assert features.unskewed(even).tolist() == even.tolist()
    assert np.diff(features.unskewed(skewed)).tolist() == pytest.approx([1 / 8] * 48)


def test_gaps_take_the_middle_value() -> None:
    assert features.unskewed(np.array([1.0, np.nan, 3.0, 2.0])).tolist() == [1.0, 2.0, 3.0, 2.0]


@pytest.mark.parametrize("shares", [[0.5, 0.5], [0.9, 0.1], [0.25] * 4, [0.5, 0.2, 0.1, 0.1, 0.1], [1 / 12] * 12])
def test_a_category_weighs_half_of_a_number_however_many_its_levels(shares: list[float]) -> None:
    codes = np.repeat(np.arange(len(shares)), (1200 * np.array(shares)).round().astype(int))
    block = features.one_hot(Levels(tuple(map(str, range(len(shares)))), codes))
    number = features.standardised(np.arange(1200.0)[:, None])
    assert squares_between_rows(block) == pytest.approx(squares_between_rows(number) / 2)
    assert block.mean(axis=0).tolist() == pytest.approx([0] * len(shares))


def test_numbers_and_texts_are_mixed() -> None:
    rng = random_rows(200)
    found = told(age=rng.normal(40, 9, 200), town=rng.choice(["Bath", "York", "Hull"], 200, p=[0.5, 0.3, 0.2]))
    assert list(found.columns) == ["age", "town"]
    assert found.blocks == (0, 1, 1, 1)
    assert found.matrix.shape == (200, 4)
    town = found.columns["town"]
    assert isinstance(town, Levels)
    assert town.names == ("Bath", "York", "Hull")


def test_rare_levels_are_pooled_and_blanks_are_a_level_of_their_own() -> None:
    town = pd.Series(
        ["Bath"] * 100 + ["York"] * 60 + [None] * 30 + [f"village {i}" for i in range(10)], dtype="category"
    )
    column = told(town=town, age=random_rows(200).normal(size=200)).columns["town"]
    assert isinstance(column, Levels)
    assert column.names == ("Bath", "York", OTHER, MISSING)
    assert (200 * column.shares).round().tolist() == [100, 60, 10, 30]


def test_at_most_twelve_levels_are_told_apart() -> None:
    rng = random_rows(400)
    column = told(town=rng.permutation([f"t{i:02}" for i in range(20)] * 20)).columns["town"]
    assert isinstance(column, Levels)
    assert len(column.names) == 13


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        ([7.0] * 200, "constant"),
        ([None] * 200, "constant"),
        (["Bath"] * 200, "constant"),
        (["Bath"] * 197 + ["York"] * 3, "constant"),
        ([1.0, 2.0] * 40 + [None] * 120, "mostly_missing"),
        ([f"c{i}" for i in range(200)], "nearly_unique"),
        ([f"village {i % 60}" for i in range(200)], "too_many_levels"),
        ([float(i) for i in range(1000, 1200)], "running_number"),
        (pd.date_range("2026-01-01", periods=200), "date"),
    ],
)
def test_columns_that_tell_nothing_are_left_out_with_the_reason(column: object, reason: str) -> None:
    found = told(age=random_rows(200).normal(size=200), other=column)
    assert list(found.columns) == ["age"]
    assert found.left_out == (LeftOut("other", reason),)  # type: ignore[arg-type]


def test_five_thousand_towns_are_left_out() -> None:
    rng = random_rows(20_000)
    found = told(town=[f"town {i}" for i in rng.integers(0, 5_000, 20_000)], age=rng.normal(size=20_000))
    assert why(found) == {"town": "too_many_levels"}


def test_a_number_of_two_values_is_a_category() -> None:
    rng = random_rows(100)
    column = told(member=rng.permutation([0.0, 1.0] * 50), age=rng.normal(size=100)).columns["member"]
    assert isinstance(column, Levels)
    assert set(column.names) == {"0", "1"}


def test_yes_and_no_is_a_category() -> None:
    column = told(member=random_rows(100).permutation([True, False] * 50)).columns["member"]
    assert isinstance(column, Levels)
    assert set(column.names) == {"True", "False"}


def test_a_column_that_repeats_another_is_left_out() -> None:
    rng = random_rows(200)
    money = rng.uniform(10, 20, 200)
    sex = rng.choice(["f", "m"], 200)
    found = told(pounds=money, pence=100 * money, sex=sex, title=np.where(sex == "f", "Ms", "Mr"))
    assert list(found.columns) == ["pounds", "sex"]
    assert why(found) == {"pence": "same", "title": "same"}


def test_of_three_hundred_columns_the_twenty_that_go_together_are_taken() -> None:
    rng = random_rows(200)
    common = rng.normal(size=200)
    columns = {f"a{i}": rng.normal(size=200) + (common if i % 30 == 0 else 0) for i in range(300)}
    found = told(**columns)
    assert len(found.columns) == features.MOST_COLUMNS
    assert {f"a{i}" for i in range(0, 300, 30)} <= set(found.columns)
    assert set(why(found).values()) == {"surplus"}
    assert len(found.left_out) == 280


def test_the_order_of_the_rows_changes_nothing() -> None:
    rng = random_rows(150)
    frame = pd.DataFrame({f"a{i}": rng.normal(size=150) for i in range(30)})
    frame["town"] = rng.choice(["Bath", "York", "Hull"], 150)
    order = rng.permutation(150)
    one, other = features.of_table(frame), features.of_table(frame.iloc[order])
    assert list(one.columns) == list(other.columns)
    assert one.left_out == other.left_out
    assert other.matrix == pytest.approx(one.matrix[order])


def test_other_names_of_the_levels_change_nothing() -> None:
    rng = random_rows(150)
    town = pd.Series(rng.choice(["Bath", "York", "Hull"], 150, p=[0.5, 0.3, 0.2]))
    renamed = town.map({"Bath": "z", "York": "y", "Hull": "x"})
    assert told(town=town).matrix.tolist() == told(town=renamed).matrix.tolist()


def test_a_table_without_columns_has_no_features() -> None:
    found = features.of_table(pd.DataFrame(index=range(40)))
    assert (found.matrix.shape, found.blocks, found.left_out) == ((40, 0), (), ())


def test_constant_numbers_are_left_out_and_named() -> None:
    known = {"recency": np.arange(40.0), "frequency": np.ones(40)}
    found = features.of_numbers(known, known)
    assert list(found.columns) == ["recency"]
    assert found.left_out == (LeftOut("frequency", "constant"),)
