from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from analytics import overview, weeks
from analytics.analysis import Asked
from analytics.dataset import Kind, Shop
from analytics.errors import OptionError
from analytics.overview import Orders
from analytics.registry import analyse
from bot.render import Renderer
from bot.resources import TEMPLATES
from tests.analytics.shops import Row, customers, dataset, line, lively, orders, shop

RENDERER = Renderer(TEMPLATES)


def book(rows: Sequence[Row], currency: str | None = "GBP") -> Orders:
    found = overview.run(shop(rows, currency), overview.OverviewOptions()).orders
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


def weekly(many: int, thursdays: int, crowd: int = 0) -> list[Row]:
    """One order a day, so many on Thursdays (the first day is one), and a `crowd` on one single Friday."""
    days = [day for day in range(7 * many) for _ in range(thursdays if day % 7 == 0 else 1)]
    return [line(f"c{n}", day, 10.0, f"o{n}") for n, day in enumerate([*days, *[8] * crowd])]


def test_the_best_weekday_is_told_once_it_is_beyond_chance() -> None:
    best = book(weekly(10, 2)).best_weekday
    assert best is not None
    assert best == pytest.approx((3, 2 / 8))
    assert book(weekly(7, 2)).best_weekday is None, "seven weeks of seven may be luck"
    assert book(weekly(20, 1)).best_weekday is None


def test_one_days_crowd_makes_no_best_weekday() -> None:
    assert book(weekly(20, 1, crowd=500)).best_weekday is None
    assert book(weekly(20, 2, crowd=500)).best_weekday is None, "Fridays have more orders in all, Thursdays more often"


def test_weekdays_that_do_not_differ_are_rarely_called_best() -> None:
    dice = np.random.default_rng(1)
    days = [weeks.Daily(date(2026, 1, 1), dice.poisson(4, 200).astype(float), np.ones(200)) for _ in range(300)]
    assert sum(overview._best_weekday(one) is not None for one in days) <= 15


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


def daily(first: int, last: int, each: int = 1) -> list[Row]:
    return [line("a", day, 1.0, f"{day}-{n}") for day in range(first, last + 1) for n in range(each)]


def test_thirty_days_are_compared_with_the_same_weeks_a_year_ago_where_the_shop_was_running_then() -> None:
    trend = book([*daily(0, 540), *daily(541, 570, each=2)]).trend
    assert trend is not None
    assert (trend.sales, trend.before, trend.against, trend.year_ago) == (60.0, 30.0, "year", "comparable")
    assert not trend.ordinary


@pytest.mark.parametrize(
    ("rows", "why"),
    [(daily(0, 400), "new"), ([*daily(60, 210), *daily(211, 570, each=6)], "small"), (daily(0, 200), "unknown")],
)
def test_a_year_in_which_the_shop_was_none_or_small_is_no_measure(rows: list[Row], why: str) -> None:
    trend = book(rows).trend
    assert trend is not None
    assert (trend.against, trend.year_ago, trend.change, trend.ordinary) == ("month", why, 0.0, True)
    for reader, words in (("en", "so that says nothing"), ("zh", "不好比")):
        said = RENDERER.outcome(analyse("overview", shop(rows), (), Asked(reader, pictures=False)), reader).html
        assert (words in said) is (why != "unknown")


def test_a_festival_in_one_of_two_months_is_named() -> None:
    christmas = [on(str(date(2025, 10, 1) + timedelta(days=n)), 1.0, order=str(n)) for n in range(92)]
    trend = book(christmas).trend
    assert trend is not None
    assert trend.felt in {"christmas", "black_friday"}


def test_a_day_less_than_a_year_is_compared_with_the_month_before() -> None:
    trend = book([line("a", 1, 10.0), line("a", 393, 10.0)]).trend
    assert trend is not None
    assert (trend.against, trend.change) == ("month", None)


def test_less_than_sixty_days_have_no_trend() -> None:
    assert book([line("a", 0, 10.0), line("a", 58, 10.0)]).trend is None


def test_orders_without_any_day_are_no_order_book() -> None:
    assert (
        overview.run(shop([{"customer": "a", "time": None, "amount": 1.0}]), overview.OverviewOptions()).orders is None
    )


def test_a_customer_list_is_counted_with_its_columns() -> None:
    report = overview.run(
        Shop(customers=customers({"age": [20.0, 30.0], "Town": ["Bath", "York"]})), overview.OverviewOptions()
    )
    assert (report.orders, report.customers, report.attributes) == (None, 2, ("age", "Town"))


def test_other_tables_are_counted() -> None:
    comments = dataset(Kind.COMMENTS, {"text": ["fine", "late"]})
    assert overview.run(Shop(comments=comments), overview.OverviewOptions()).others == (("comments", 2),)


def test_overview_takes_no_words() -> None:
    with pytest.raises(OptionError):
        overview.options(["all"], Asked())


def test_two_months_make_no_chart_and_three_do() -> None:
    two = overview.run(shop([on("2026-01-03", 5.0), on("2026-02-28", 7.0)]), overview.OverviewOptions())
    three = overview.run(shop([on("2026-01-03", 5.0), on("2026-03-31", 7.0)]), overview.OverviewOptions())
    assert overview.chart(two, "en") is None
    assert overview.chart(three, "en") is not None


def test_a_shop_without_orders_has_no_chart() -> None:
    assert (
        overview.chart(overview.run(Shop(customers=customers({"age": [20.0]})), overview.OverviewOptions()), "zh")
        is None
    )


def test_a_file_from_the_disk_gives_the_same_answer(tmp_path_factory: pytest.TempPathFactory) -> None:
    kept = orders(lively()).write(tmp_path_factory.mktemp("kept") / "orders.parquet")
    assert overview.run(Shop(orders=kept), overview.OverviewOptions()) == overview.run(
        shop(lively()), overview.OverviewOptions()
    )


def test_orders_without_dates_and_amounts_are_baskets() -> None:
    baskets = dataset(Kind.ORDERS, {"order": ["1", "1", "2"], "product": ["milk", "bread", "milk"]})
    report = overview.run(Shop(orders=baskets), overview.OverviewOptions())
    assert report.baskets == (2, 2)
    assert report.orders is None


def test_customers_of_a_list_who_have_ordered_are_counted() -> None:
    target = Shop(
        orders=orders([line("c0001", 1, 5.0), line("c0009", 2, 5.0)]), customers=customers({"age": [20, 30, 40]})
    )
    assert overview.run(target, overview.OverviewOptions()).met == 1


@pytest.mark.parametrize(
    ("columns", "complaining", "by"),
    [
        ({"rating": ["1", "2", "3", "5"], "text": ["fine"] * 4}, 2, "rating"),
        ({"text": ["it came broken", "fine", "not broken", "包装破损"]}, 2, "words"),
    ],
)
def test_comments_are_counted_and_it_is_said_what_they_are_for(
    columns: dict[str, list[str]], complaining: int, by: str
) -> None:
    target = Shop(comments=dataset(Kind.COMMENTS, columns))
    told = overview.run(target, overview.OverviewOptions()).complaints
    assert told is not None
    assert (told.all.n, told.all.successes, told.by) == (4, complaining, by)
    for reader, words in (("en", "2 of them complaints"), ("zh", "2 条在抱怨")):
        assert words in RENDERER.outcome(analyse("overview", target, (), Asked(reader)), reader).html


def test_comments_without_text_or_rating_are_not_judged() -> None:
    target = Shop(comments=dataset(Kind.COMMENTS, {"customer": ["a", "b"]}))
    assert overview.run(target, overview.OverviewOptions()).complaints is None


@pytest.mark.parametrize("reader", ["en", "zh"])
def test_the_next_step_stands_at_the_end(reader: str) -> None:
    comments = dataset(Kind.COMMENTS, {"text": ["fine", "late"]})
    target = Shop(orders=shop(lively()).orders, comments=comments)
    last = RENDERER.outcome(analyse("overview", target, (), Asked(reader)), reader).html.splitlines()[-1]
    assert last.startswith({"en": "<b>Next:</b>", "zh": "<b>下一步：</b>"}[reader])
