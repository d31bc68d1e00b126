from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.dataset import Dataset, Kind
from analytics.errors import OtherCurrency
from analytics.merging import merge
from tests.analytics.shops import Row, customers, dataset, line, lively, orders


def rows_of(found: Dataset) -> list[tuple[Any, ...]]:
    names = sorted(found.names)
    return [tuple(row[name] for name in names) for row in found.table().to_pylist()]


def same(one: Dataset, other: Dataset) -> bool:
    return sorted(one.names) == sorted(other.names) and Counter(rows_of(one)) == Counter(rows_of(other))


COMMENTS = dataset(Kind.COMMENTS, {"customer": ["a", None, None], "time": [None] * 3, "text": ["fine", "late", None]})
EVENTS = dataset(Kind.EVENTS, {"customer": ["a", None], "time": [None, None], "event": ["view", "view"]})
CATALOGUE = dataset(Kind.CATALOGUE, {"product": ["p1", None], "price": [1.0, 2.0]})
RESULTS = dataset(Kind.RESULTS, {"customer": ["a", "b"], "variant": ["A", "B"]})


@pytest.mark.parametrize(
    "once",
    [
        orders(lively()),
        orders([line("a", 1, 2.0), line("a", 1, 3.0), line(None, 1, 4.0), line(None, 2, 4.0), line(None, 2, 4.0)]),
        orders([line("a", 1, 2.0, "1"), line("b", 1, 3.0), line(None, 1, 4.0), {"amount": 1.0}, {"amount": 1.0}]),
        customers({"customer": ["a", None, None], "age": [30.0, 40.0, None]}),
        COMMENTS,
        EVENTS,
        CATALOGUE,
        RESULTS,
    ],
    ids=["orders", "no order numbers", "some order numbers", "customers", "comments", "events", "catalogue", "results"],
)
def test_the_same_again_changes_nothing(once: Dataset) -> None:
    again = merge(once, once)
    assert same(again, once)
    assert (again.columns, again.receipt, again.currency) == (once.columns, once.receipt, once.currency)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 400), st.integers(0, 400))
def test_parts_that_overlap_between_orders_make_the_whole(start: int, end: int) -> None:
    rows = lively(60)
    assert same(merge(orders(rows[: max(start, end)]), orders(rows)), orders(rows))
    first, second = rows[: max(start, end)], rows[min(start, end) :]
    if first and second:
        assert same(merge(orders(first), orders(second)), orders(rows))


def test_parts_that_share_nothing_are_put_together() -> None:
    merged = merge(orders([line("a", 1, 1.0, "1")]), orders([line("b", 2, 2.0, "2")]))
    assert same(merged, orders([line("a", 1, 1.0, "1"), line("b", 2, 2.0, "2")]))


def test_an_order_that_both_have_is_the_newer_ones_whole() -> None:
    old = orders([line("a", 1, 1.0, "1"), line("a", 1, 2.0, "1"), line("a", 1, 5.0, "2")])
    new = orders([line("a", 1, 9.0, "1")])
    assert same(merge(old, new), orders([line("a", 1, 5.0, "2"), line("a", 1, 9.0, "1")]))


def test_without_order_numbers_a_customers_moment_is_the_newer_ones() -> None:
    old = orders([line("a", 1, 1.0), line("b", 1, 2.0), line("a", 2, 3.0)])
    assert same(
        merge(old, orders([line("a", 1, 9.0)])), orders([line("b", 1, 2.0), line("a", 2, 3.0), line("a", 1, 9.0)])
    )


def test_guests_without_number_do_not_double_where_exports_overlap() -> None:
    guests = [line(None, day, 1.0 + day) for day in range(10)]
    known = [line("a", day, 50.0) for day in range(10)]
    rows = [*guests, *known]
    assert same(merge(orders(rows), orders(rows[3:])), orders(rows))


def test_a_guest_does_not_replace_a_customer_of_the_same_moment() -> None:
    merged = merge(orders([line("a", 1, 5.0)]), orders([line(None, 1, 9.0), line("b", 1, 1.0)]))
    assert same(merged, orders([line("a", 1, 5.0), line(None, 1, 9.0), line("b", 1, 1.0)]))


def test_order_numbers_in_one_of_the_two_do_not_disturb() -> None:
    merged = merge(orders([line("a", 1, 5.0)]), orders([line("b", 1, 9.0, "7")]))
    assert sorted(rows_of(merged), key=str) == sorted(
        rows_of(orders([{**line("a", 1, 5.0), "order": None}, line("b", 1, 9.0, "7")])), key=str
    )


def test_a_customer_is_told_anew() -> None:
    merged = merge(customers({"age": [30.0, 40.0]}), customers({"customer": ["c0001", "z"], "age": [41.0, 50.0]}))
    assert same(merged, customers({"customer": ["c0000", "c0001", "z"], "age": [30.0, 41.0, 50.0]}))


def test_what_only_one_of_the_two_tells_is_empty_for_the_other() -> None:
    merged = merge(customers({"customer": ["a"], "Town": ["Bath"]}), customers({"customer": ["b"], "age": [50.0]}))
    assert same(merged, customers({"customer": ["a", "b"], "Town": ["Bath", None], "age": [None, 50.0]}))
    assert {column.header for column in merged.columns} == {"customer", "Town", "age"}


@pytest.mark.parametrize("sizes", [([38.0, 40.0], ["M", "L"]), (["M", "L"], [38.0, 40.5]), ([None, None], ["M", "L"])])
def test_a_column_of_numbers_here_and_text_there_becomes_text(sizes: tuple[Sequence[Any], Sequence[Any]]) -> None:
    old, new = (customers({"customer": [f"{i}a", f"{i}b"], "Size": column}) for i, column in enumerate(sizes))
    texts = merge(old, new).frame("attribute:Size")["attribute:Size"].tolist()
    said = [value for column in sizes for value in column if value is not None]
    assert [text for text in texts if isinstance(text, str)] == [
        f"{value:g}" if isinstance(value, float) else value for value in said
    ]


def test_results_without_customers_are_all_kept() -> None:
    results = dataset(Kind.RESULTS, {"variant": ["A", "A", "B"], "outcome": ["1", "1", "0"]})
    assert merge(results, results).rows == 6


def test_a_merged_dataset_can_be_written_and_merged_again(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("kept")
    rows: Sequence[Row] = lively(40)
    kept = merge(orders(rows[:60]).write(folder / "1.parquet"), orders(rows[40:])).write(folder / "2.parquet")
    assert same(merge(Dataset.open(folder / "2.parquet"), kept), orders(rows))


def test_a_list_of_returns_joins_the_sales_that_it_speaks_of() -> None:
    sales = orders([line("ann", 1, 10.0, "1"), line("bo", 2, 20.0, "2")])
    returns = orders([line("ann", 5, -10.0, "1", taken_back=True)])
    amounts = merge(sales, returns).table().column("amount").to_pylist()
    assert sorted(amounts) == [-10.0, 10.0, 20.0]
    assert sorted(merge(merge(sales, returns), returns).table().column("amount").to_pylist()) == [-10.0, 10.0, 20.0]


def test_two_currencies_are_not_added_up() -> None:
    with pytest.raises(OtherCurrency) as refused:
        merge(orders([line("ann", 1, 10.0, "1")], "GBP"), orders([line("bo", 2, 20.0, "2")], "EUR"))
    assert (refused.value.currency, refused.value.known) == ("EUR", "GBP")


def test_a_sheet_without_a_currency_joins_any() -> None:
    merged = merge(orders([line("ann", 1, 10.0, "1")], "GBP"), orders([line("bo", 2, 20.0, "2")], None))
    assert merged.currency == "GBP"
