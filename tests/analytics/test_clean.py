"""What `/clean` says about each column."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from analytics import clean, distribution
from analytics.analysis import Asked
from analytics.cleaning import Missing, Outliers, Policies, Policy
from analytics.dataset import Shop
from analytics.errors import OptionError
from analytics.registry import analyse
from tests.analytics.shops import customers, line, orders, shop


def fifty(*more: dict[str, object]) -> Shop:
    """Fifty orders of 10, 11, … 14, and whatever comes after."""
    return shop([*(line(f"c{i:02}", i, 10.0 + i % 5, f"o{i:02}") for i in range(50)), *more])


def report(target: Shop, *words: str, policies: Policies | None = None) -> clean.CleanReport:
    return clean.run(target, clean.options(words, Asked(policies=policies or {})))


def column(target: Shop, code: str, policy: Policy | None = None) -> clean.ColumnReport:
    found = report(target, code, policies={code: policy} if policy else None).column
    assert found is not None
    return found


def odd(
    values: list[float], *positions: int
) -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    outlying = np.zeros(len(values), bool)
    outlying[list(positions)] = True
    return np.array(values), outlying


def test_the_figures_of_a_column() -> None:
    figures = distribution.figures(np.array([1.0, 2.0, 2.0, 3.0, 7.0, np.nan]))
    assert (figures.mean, figures.median, figures.mode, figures.mode_share) == (3.0, 2.0, 2.0, 0.4)
    assert figures.deviation == pytest.approx(np.sqrt(22 / 4))
    assert (figures.least, figures.most) == (1.0, 7.0)


def test_where_nothing_repeats_there_is_no_mode() -> None:
    assert distribution.figures(np.array([1.0, 2.0, 3.0])).mode is None


def test_of_two_modes_the_lesser_is_told() -> None:
    assert distribution.figures(np.array([5.0, 5.0, 2.0, 2.0, 9.0])).mode == 2.0


def test_a_few_whole_numbers_have_a_bin_each() -> None:
    found = distribution.histogram(*odd([1.0, 1.0, 2.0, 4.0]))
    assert (found.edges, found.counts, found.single) == ((0.5, 1.5, 2.5, 3.5, 4.5), (2, 1, 0, 1), True)


def test_even_bins_have_round_edges_and_hold_all() -> None:
    found = distribution.histogram(*odd([float(age) for age in range(19, 79)]))
    assert found.edges[:3] == (15.0, 20.0, 25.0)
    assert sum(found.counts) == 60
    assert found.growth is None


def test_very_skewed_amounts_have_growing_bins() -> None:
    found = distribution.histogram(*odd([3.0, 8.0, 15.0, 15.0, 30.0, 4300.0], 5))
    assert found.growth == 2
    assert found.edges[:5] == (2.0, 5.0, 10.0, 20.0, 50.0)
    assert (sum(found.counts), found.counts[-1], found.odd[-1]) == (6, 1, 1)


def test_outliers_of_an_even_histogram_are_in_its_outermost_bin() -> None:
    found = distribution.histogram(*odd([*(float(age) for age in range(20, 60)), 99.0], 40))
    assert found.open_above
    assert (found.counts[-1], found.odd[-1]) == (1, 1)
    assert found.edges[-2] == 60.0


def test_categories_come_by_size_and_the_small_ones_together() -> None:
    texts = pd.Series(["a"] * 3 + ["b"] * 4 + list("cdefghij"))
    found = distribution.levels(texts)
    assert [(level.label, level.rows) for level in found.largest[:3]] == [("b", 4), ("a", 3), ("c", 1)]
    assert (len(found.largest), found.more, found.rows_in_more, found.number) == (7, 3, 3, 10)


def test_an_odd_order_is_named_with_how_many_times_the_usual_it_is() -> None:
    found = column(fifty(line("w", 60, 2160.0, "typo")), "orders.amount")
    assert (found.rows, found.outliers, found.usual) == (51, 1, 12.0)
    (example,) = found.examples
    assert (example.order, example.value, example.times) == ("typo", 2160.0, 180.0)


def test_an_odd_order_without_a_number_is_known_by_its_day() -> None:
    rows = [*(line(f"c{i:02}", i, 10.0 + i % 5) for i in range(50)), line("w", 60, 2160.0)]
    (example,) = column(shop(rows), "orders.amount").examples
    assert example.order is None
    assert str(example.day) == "2026-03-02"


@pytest.mark.parametrize(("outliers", "sales"), [(Outliers.KEEP, 2760), (Outliers.CAP, 614), (Outliers.LEAVE_OUT, 600)])
def test_a_policy_says_what_it_does_to_sales(outliers: Outliers, sales: float) -> None:
    found = column(fifty(line("w", 60, 2160.0, "typo")), "orders.amount", Policy(outliers=outliers))
    assert found.effect.sales == pytest.approx((2760, sales))
    assert found.effect.high == 14.0
    assert found.effect.treated == (outliers is not Outliers.KEEP)


def test_the_figures_are_of_what_was_sent_whatever_the_policy() -> None:
    target = fifty(line("w", 60, 2160.0, "typo"))
    one, other = (
        column(target, "orders.amount", Policy(outliers=outliers)) for outliers in (Outliers.KEEP, Outliers.CAP)
    )
    assert (one.figures, one.histogram) == (other.figures, other.histogram)


def test_what_only_came_back_is_no_order() -> None:
    assert column(fifty(line("c01", 60, -10.0, "back", taken_back=True)), "orders.amount").rows == 50


@pytest.mark.parametrize(
    ("missing", "filled", "filling"),
    [(Missing.EMPTY, 0, None), (Missing.MEAN, 2, 35.0), (Missing.MEDIAN, 2, 30.0)],
)
def test_what_gaps_count_as_is_told(missing: Missing, filled: int, filling: float | None) -> None:
    target = Shop(customers=customers({"age": [30.0, 30.0, 45.0, None, None]}))
    found = column(target, "customers.age", Policy(missing))
    assert (found.missing, found.effect.filled, found.effect.filling) == (2, filled, filling)


def test_columns_with_something_odd_come_first() -> None:
    listed = Shop(orders=fifty().orders, customers=customers({"age": [30.0, 40.0, None], "sex": ["F", "M", "F"]}))
    assert [found.code for found in report(listed).columns] == ["customers.age", "orders.amount"]
    assert [found.code for found in report(listed).odd] == ["customers.age"]
    assert (report(listed).orders, report(listed).customers) == (50, 3)


def test_a_column_with_a_policy_stays_in_sight() -> None:
    assert report(fifty(), policies={"orders.amount": Policy(outliers=Outliers.CAP)}).odd


def test_a_list_of_numbers_only_has_nothing_to_clean() -> None:
    found = report(Shop(customers=customers({"customer": ["a", "b"]})))
    assert (found.columns, found.column) == ((), None)


def test_a_column_that_is_not_there_is_refused() -> None:
    with pytest.raises(OptionError):
        report(fifty(), "customers.age")
    with pytest.raises(OptionError):
        report(fifty(), "orders.amount", "more")


def _pictured(target: Shop, code: str, reader: str) -> Image.Image:
    outcome = analyse("clean", target, ("column", code), Asked(language=reader))
    assert outcome.chart is not None
    assert len(outcome.chart) < 60_000
    return Image.open(io.BytesIO(outcome.chart))


@pytest.mark.parametrize("reader", ["en", "zh"])
def test_every_kind_of_column_has_its_picture(reader: str) -> None:
    people = customers(
        {
            "age": [30.0, 41.0, None] * 20,
            "sex": ["F", "M", None] * 20,
            "place": [f"a place with a very long name, number {i % 12}" for i in range(60)],
            "Income": [float(i) ** 3 for i in range(60)],
        }
    )
    target = Shop(orders=fifty(line("w", 60, 2160.0, "typo")).orders, customers=people)
    for found in report(target).columns:
        picture = _pictured(target, found.code, reader)
        assert picture.width == 900
        edges = picture.convert("L").crop((0, 0, 4, picture.height)).tobytes()
        assert min(edges) > 250, found.code


def test_the_picture_does_not_depend_on_the_policy() -> None:
    target = fifty(line("w", 60, 2160.0, "typo"))
    kept, capped = (
        analyse("clean", target, ("column",), Asked(policies={"orders.amount": Policy(outliers=outliers)})).chart
        for outliers in (Outliers.KEEP, Outliers.CAP)
    )
    assert kept == capped


def test_orders_without_customers_or_numbers_can_be_cleaned() -> None:
    found = report(Shop(orders=orders([{"day": i, "amount": 5.0 + i % 3} for i in range(40)])))
    assert [(entry.code, entry.rows) for entry in found.columns] == [("orders.amount", 40)]
