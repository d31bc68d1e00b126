from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import pytest

from analytics import overview
from analytics.analysis import Asked
from analytics.dataset import Kind, Shop
from analytics.errors import OptionError
from analytics.overview import Orders
from tests.analytics.shops import Row, customers, dataset, line, lively, orders, shop


def book(rows: Sequence[Row], currency: str | None = "GBP") -> Orders:
    found = overview.run(shop(rows, currency), None).orders
    assert found is not None
    return found


def on(day: str, amount: float, **more: object) -> Row:
    return {"customer": "a", "time": datetime.fromisoformat(day), "amount": amount, **more}


def test_sizes_and_sums() -> None:
    found = book([line("a", 0, 10.0, "1"), line("a", 0, 5.0, "1"), line("b", 9, 15.0, "2"), line(None, 3, 2.0, "3")])
    assert (found.lines, found.orders, found.customers) == (4, 3, 2)
    assert (found.sales, found.anonymous) == (32.0, 2.0)
    assert found.order_value == pytest.approx(32 / 3)
    assert (found.first, found.last, found.currency) == (date(2026, 1, 1), date(2026, 1, 10), "GBP")


def test_what_came_back_is_no_order_but_counts_against_sales() -> None:
    found = book(
        [line("a", 0, 10.0, "1"), line("a", 5, -4.0, "2", taken_back=True), line("b", 5, -1.0, "3", taken_back=True)]
    )
    assert (found.orders, found.customers, found.sales) == (1, 1, 5.0)


def test_without_order_numbers_the_days_on_which_a_customer_bought_are_the_orders() -> None:
    found = book([line("a", 0, 10.0), line("a", 0, 5.0), line("a", 5, 15.0)])
    assert (found.orders, found.order_value, found.repeating) == (2, 15.0, 1.0)


def test_lines_without_number_are_counted_by_customer_and_day() -> None:
    found = book([line("a", 0, 10.0, "1"), line("a", 5, 10.0), line("a", 5, 10.0), line("b", 5, 10.0)])
    assert (found.orders, found.repeating) == (3, 0.5)


def test_without_customers_all_sales_are_nobodys() -> None:
    rows: list[Row] = [{"time": datetime(2026, 1, 1), "amount": 10.0, "order": "1"}]  # noqa: DTZ001
    found = book(rows)
    assert (found.customers, found.repeating, found.top_share, found.anonymous) == (None, None, None, 10.0)


def test_where_every_customer_is_blank_nobody_is_counted() -> None:
    assert book([line(None, 0, 10.0, "1")]).customers is None


def test_repeating_is_the_share_with_more_than_one_order() -> None:
    assert (
        book([line("a", 0, 1.0, "1"), line("a", 1, 1.0, "2"), line("b", 1, 1.0, "3"), line("b", 1, 1.0, "3")]).repeating
        == 0.5
    )


def test_the_best_fifth_of_thirty_customers_are_six() -> None:
    rows = [line(f"c{i:02}", i, 100.0 if i < 6 else 1.0, f"{i}") for i in range(30)]
    assert book(rows).top_share == pytest.approx(600 / 624)


def test_of_fewer_than_thirty_customers_no_fifth_is_told() -> None:
    assert book([line(f"c{i:02}", i, 1.0, f"{i}") for i in range(29)]).top_share is None


def test_the_best_weekday_is_that_with_most_sales() -> None:
    # 1 January 2026 is a Thursday.
    found = book([line("a", 0, 10.0), line("a", 7, 10.0), line("a", 8, 15.0)])
    assert found.best_weekday == 3
    assert found.best_weekday_share == pytest.approx(20 / 35)


def test_lines_without_a_day_belong_to_no_weekday() -> None:
    found = book([{"customer": "a", "time": None, "amount": 99.0}, line("a", 0, 10.0)])
    assert found.best_weekday == 3


def test_months_without_sales_are_empty_not_left_out() -> None:
    found = book([on("2025-11-03", 5.0), on("2026-01-31", 7.0)])
    assert found.months == ((date(2025, 11, 1), 5.0), (date(2025, 12, 1), 0.0), (date(2026, 1, 1), 7.0))


@pytest.mark.parametrize(
    ("last", "unfinished"),
    [("2026-01-31", False), ("2026-01-30 23:59", True), ("2024-02-28", True), ("2024-02-29", False)],
)
def test_a_month_is_unfinished_until_its_last_day(last: str, unfinished: bool) -> None:
    assert book([on("2023-12-01", 5.0), on(last, 5.0)]).unfinished is unfinished


def test_thirty_days_are_compared_with_the_thirty_before() -> None:
    trend = book([line("a", 0, 10.0), line("a", 29, 10.0), line("a", 30, 8.0), line("a", 59, 7.0)]).trend
    assert trend is not None
    assert (trend.sales, trend.before, trend.against, trend.change) == (15.0, 20.0, "month", -0.25)


def test_thirty_days_are_compared_with_the_same_weeks_a_year_ago_where_known() -> None:
    # The data end on day 393; 30 days before that begin on day 364, the same weekdays a year ago on day 0.
    trend = book([line("a", 0, 10.0), line("a", 29, 10.0), line("a", 364, 20.0), line("a", 393, 10.0)]).trend
    assert trend is not None
    assert (trend.sales, trend.before, trend.against, trend.change) == (30.0, 20.0, "year", 0.5)


def test_a_day_less_than_a_year_is_compared_with_the_month_before() -> None:
    trend = book([line("a", 1, 10.0), line("a", 393, 10.0)]).trend
    assert trend is not None
    assert (trend.against, trend.change) == ("month", None)


def test_less_than_sixty_days_have_no_trend() -> None:
    assert book([line("a", 0, 10.0), line("a", 58, 10.0)]).trend is None


def test_orders_without_any_day_are_no_order_book() -> None:
    assert overview.run(shop([{"customer": "a", "time": None, "amount": 1.0}]), None).orders is None


def test_a_customer_list_is_counted_with_its_columns() -> None:
    report = overview.run(Shop(customers=customers({"age": [20.0, 30.0], "Town": ["Bath", "York"]})), None)
    assert (report.orders, report.customers, report.attributes) == (None, 2, ("age", "Town"))


def test_other_tables_are_counted() -> None:
    comments = dataset(Kind.COMMENTS, {"text": ["fine", "late"]})
    assert overview.run(Shop(comments=comments), None).others == (("comments", 2),)


def test_overview_takes_no_words() -> None:
    with pytest.raises(OptionError):
        overview.options(["all"], Asked())


def test_two_months_make_no_chart_and_three_do() -> None:
    two = overview.run(shop([on("2026-01-03", 5.0), on("2026-02-28", 7.0)]), None)
    three = overview.run(shop([on("2026-01-03", 5.0), on("2026-03-31", 7.0)]), None)
    assert overview.chart(two, "en") is None
    assert overview.chart(three, "en") is not None


def test_a_shop_without_orders_has_no_chart() -> None:
    assert overview.chart(overview.run(Shop(customers=customers({"age": [20.0]})), None), "zh") is None


def test_a_file_from_the_disk_gives_the_same_answer(tmp_path_factory: pytest.TempPathFactory) -> None:
    kept = orders(lively()).write(tmp_path_factory.mktemp("kept") / "orders.parquet")
    assert overview.run(Shop(orders=kept), None) == overview.run(shop(lively()), None)


def test_orders_without_dates_and_amounts_are_baskets() -> None:
    baskets = dataset(Kind.ORDERS, {"order": ["1", "1", "2"], "product": ["milk", "bread", "milk"]})
    report = overview.run(Shop(orders=baskets), None)
    assert report.baskets == (2, 2)
    assert report.orders is None


def test_customers_of_a_list_who_have_ordered_are_counted() -> None:
    target = Shop(
        orders=orders([line("c0001", 1, 5.0), line("c0009", 2, 5.0)]), customers=customers({"age": [20, 30, 40]})
    )
    assert overview.run(target, None).met == 1
