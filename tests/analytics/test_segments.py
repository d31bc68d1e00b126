from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import language, overview, rfm, segments
from analytics.analysis import Asked
from analytics.dataset import Role, Shop
from analytics.errors import OptionError, TooFewCustomers, UnknownGroup
from analytics.merging import merge
from analytics.segments import SegmentsReport
from tests.analytics.shops import Row, customers, line, lively, named_shop, orders, shop


def asked_of(target: Shop, *words: str, asked: Asked | None = None) -> SegmentsReport:
    return segments.run(target, segments.options(words, asked or Asked()))


def sheet_of(
    target: Shop, *words: str, asked: Asked | None = None, reader: str = "en"
) -> tuple[str, list[list[object]], list[str]]:
    name, frame = segments.sheet(target, segments.options(words, asked or Asked()), reader)
    return name, frame.to_numpy(object).tolist(), list(frame.columns)


def sizes(report: SegmentsReport) -> dict[str, int]:
    return {segment.code: segment.customers for segment in (*report.groups, *report.classes)}


CLASSES = Asked(vocabulary="classes")


def quiet_shop() -> Shop:
    """Forty newcomers of one small order; ten who spent 1,000 in ten orders and ten who spent 5,000 in three, all quiet."""
    rows = [line(f"new{i:02}", 300 + i, 10.0 + i, f"n{i}") for i in range(40)]
    rows += [line(f"regular{i}", 10 + 5 * k + i, 100.0, f"r{i}-{k}") for i in range(10) for k in range(10)]
    rows += [line(f"grand{i}", 80 + 20 * k + i, 5000 / 3, f"g{i}-{k}") for i in range(10) for k in range(3)]
    return shop(rows)


def test_shares_of_each_vocabulary_sum_to_one() -> None:
    report = asked_of(shop(lively()))
    for found in (report.groups, report.classes):
        assert sum(segment.share_of_customers for segment in found) == pytest.approx(1)
        assert sum(segment.share_of_sales for segment in found) == pytest.approx(1)
        assert sum(segment.customers for segment in found) == report.customers


def test_sums_add_up_to_the_overview() -> None:
    rows = [*lively(), line(None, 50, 123.0, "x"), line("only back", 60, -7.0, "y", taken_back=True)]
    report = asked_of(shop(rows))
    book = overview.run(shop(rows), None).orders
    assert book is not None
    assert report.sales is not None
    assert report.anonymous_sales is not None
    assert sum(segment.sales for segment in report.groups) == pytest.approx(report.sales)
    assert sum(segment.sales for segment in report.classes) == pytest.approx(report.sales)
    assert report.sales + report.anonymous_sales == pytest.approx(book.sales)
    assert report.customers == book.customers
    assert report.once == pytest.approx(1 - (book.repeating or 0))
    assert report.top_share == pytest.approx(book.top_share)


def test_nothing_is_anonymous_where_every_line_has_a_customer() -> None:
    assert asked_of(shop(lively())).anonymous_sales == 0.0


def test_segments_stand_by_their_sales() -> None:
    report = asked_of(shop(lively()))
    assert [segment.sales for segment in report.groups] == sorted((s.sales for s in report.groups), reverse=True)


def test_a_segment_is_described_by_medians() -> None:
    rows = [line(f"same{i:02}", day, 10.0, f"{i}-{day}") for i in range(30) for day in (0, 10, 30)]
    (segment,) = asked_of(shop(rows)).groups
    assert (segment.spend, segment.orders, segment.silent, segment.rhythm) == (30, 3, 1, 15)


def test_there_is_no_rhythm_where_nobody_came_back() -> None:
    assert {segment.rhythm for segment in asked_of(shop([line(f"c{i}", i, 5.0) for i in range(40)])).groups} == {None}


def test_the_owner_sees_the_vocabulary_asked_for() -> None:
    report = asked_of(shop(lively()), asked=CLASSES)
    assert report.segments == report.classes
    assert asked_of(shop(lively())).segments == report.groups


def test_leading_and_rest_are_all_segments_and_the_next_step_leads() -> None:
    report = asked_of(shop(lively()))
    assert report.play is not None
    assert len(report.leading) == 4
    assert sorted(s.code for s in (*report.leading, *report.rest)) == sorted(s.code for s in report.segments)
    assert report.play.segment in {segment.code for segment in report.leading}


@pytest.mark.parametrize("asked", [Asked(), CLASSES])
def test_the_next_step_is_the_quiet_group_with_most_money_at_stake(asked: Asked) -> None:
    report = asked_of(quiet_shop(), asked=asked)
    assert report.play is not None
    assert report.play.kind == "win_back"
    at_stake = {}
    for code in segments.WIN_BACK[asked.vocabulary]:
        if any(segment.code == code for segment in report.segments):
            _, rows, columns = sheet_of(quiet_shop(), code, asked=asked)
            at_stake[code] = sum(float(str(row[columns.index("Money spent")])) for row in rows[: segments.DAYS_WORK])
    assert report.play.segment == max(at_stake, key=lambda code: at_stake[code])
    assert report.play.at_stake == pytest.approx(at_stake[report.play.segment])


def test_the_next_step_is_a_days_work() -> None:
    play = asked_of(shop(lively(400))).play
    assert play is not None
    assert len(play.customers) == segments.DAYS_WORK
    assert play.at_stake == pytest.approx(sum(member.money for member in play.customers))


def test_where_nobody_valued_is_quiet_the_best_are_thanked() -> None:
    rows = [line(f"c{i:02}", 10 * k + i, 10.0 * i, f"{i}-{k}") for i in range(1, 41) for k in range(i)]
    play = asked_of(shop(rows)).play
    assert play is not None
    assert (play.kind, play.segment) == ("thank", "champions")


def test_where_there_are_no_best_those_with_most_money_are_thanked_whatever_their_names() -> None:
    # All alike but for one, the first by name, who brought it all back.
    rows = [line(f"c{i:02}", 5, 10.0, f"{i}") for i in range(40)]
    rows += [line("a poor one", 1, 10.0, "p"), line("a poor one", 3, -10.0, "q", taken_back=True)]
    play = asked_of(shop(rows)).play
    assert play is not None
    assert (play.kind, play.at_stake) == ("thank", 120.0)


def test_members_are_the_best_of_the_group_asked_for() -> None:
    report = asked_of(shop(lively()), "champions")
    _, rows, columns = sheet_of(shop(lively()), "champions")
    listed = [
        (
            row[0],
            row[columns.index("Orders")],
            row[columns.index("Money spent")],
            row[columns.index("Days without an order")],
        )
        for row in rows[: segments.LISTED]
    ]
    assert [(m.customer, m.orders, pytest.approx(m.money, abs=0.005), m.silent) for m in report.members] == listed
    assert [member.money for member in report.members] == sorted((m.money for m in report.members), reverse=True)


def test_without_a_group_the_members_are_those_of_the_next_step() -> None:
    report = asked_of(shop(lively()))
    assert report.play is not None
    assert report.members == report.play.customers


def test_a_list_has_every_member_of_the_group_once() -> None:
    report = asked_of(shop(lively()))
    for segment in (*report.groups, *report.classes):
        _, rows, _ = sheet_of(shop(lively()), segment.code)
        assert len({row[0] for row in rows}) == len(rows) == segment.customers


def test_a_list_of_all_has_every_customer() -> None:
    name, rows, _ = sheet_of(shop(lively()))
    assert (name, len(rows)) == ("segments", 120)


def test_a_list_says_the_day_of_the_last_order() -> None:
    rows: list[Row] = [line(f"c{i:02}", i, 10.0) for i in range(40)]
    rows.append({"customer": "late", "time": np.datetime64("2026-03-01T18:30").astype(object), "amount": 1.0})
    _, listed, columns = sheet_of(shop(rows))
    days = {row[0]: row[columns.index("Last order")] for row in listed}
    assert (days["c00"], days["c39"], days["late"]) == (date(2026, 1, 1), date(2026, 2, 9), date(2026, 3, 1))


@pytest.mark.parametrize(
    ("reader", "columns"),
    [
        (
            "en",
            [
                "Customer",
                "Name",
                "E-mail",
                "Phone",
                "Segment",
                "Orders",
                "Money spent",
                "Last order",
                "Days without an order",
            ],
        ),
        ("zh", ["客户", "姓名", "邮箱", "电话", "客户群", "订单数", "累计消费", "最近下单", "距最后一单日期的天数"]),
    ],
)
def test_a_list_is_headed_in_the_readers_language(reader: str, columns: list[str]) -> None:
    contact = {"name": "Ann", "email": "ann@example.com", "phone": "100"}
    rows = [line(f"c{i:02}", i, 10.0 + i, **contact) for i in range(40)]
    _, _, headers = sheet_of(named_shop(rows), reader=reader)
    assert headers == columns


def test_a_list_names_segments_in_the_readers_language() -> None:
    name, rows, columns = sheet_of(shop(lively()), "champions", reader="zh")
    assert name == "冠军客户"
    assert {row[columns.index("客户群")] for row in rows} == {"冠军客户"}


def test_names_are_known_where_the_sheet_has_them() -> None:
    rows = [line(f"c{i:02}", i, 10.0 + i, name=f"Person {i}" if i % 2 else None) for i in range(40)]
    report = asked_of(named_shop(rows))
    assert {member.name == f"Person {int(member.customer[1:])}" for member in report.members if member.name} == {True}
    assert any(member.name is None for member in asked_of(named_shop(rows), report.segments[0].code).members)


def test_nobody_is_named_unless_people_are_at_hand() -> None:
    rows = [line(f"c{i:02}", i, 10.0 + i, name=f"Person {i}") for i in range(40)]
    assert {member.name for member in asked_of(shop(rows)).members} == {None}


@pytest.mark.parametrize("customers_known", [0, 1, 29])
def test_too_few_customers_are_refused(customers_known: int) -> None:
    rows = [line(None, 1, 5.0), *(line(f"c{i}", i, 5.0) for i in range(customers_known))]
    with pytest.raises(TooFewCustomers) as refusal:
        asked_of(shop(rows))
    assert (refusal.value.customers, refusal.value.needed) == (customers_known, 30)


def test_thirty_customers_are_enough() -> None:
    assert asked_of(shop([line(f"c{i}", i, 5.0 + i) for i in range(30)])).customers == 30


def test_a_group_that_is_empty_here_is_unknown() -> None:
    alike = shop([line(f"c{i}", 1, 5.0) for i in range(40)])
    with pytest.raises(UnknownGroup):
        asked_of(alike, "champions")
    with pytest.raises(UnknownGroup):
        sheet_of(alike, "champions")


def test_a_natural_group_that_was_not_found_is_unknown() -> None:
    with pytest.raises(UnknownGroup):
        asked_of(shop(lively()), "cluster_9")


@pytest.mark.parametrize("words", [("champion",), ("at", "risks"), ("=1+1",), ("🏆",)])
def test_other_words_are_no_group(words: tuple[str, ...]) -> None:
    with pytest.raises(OptionError) as refusal:
        segments.options(words, Asked())
    assert refusal.value.word == " ".join(words)


@pytest.mark.parametrize("words", [("at_risk",), ("at", "risk"), ("At", "Risk")])
def test_a_group_may_be_typed_as_people_do(words: tuple[str, ...]) -> None:
    assert segments.options(words, Asked()).group == "at_risk"


def test_without_order_numbers_a_customers_day_is_an_order() -> None:
    rows = [line(f"c{i:02}", day, 10.0) for i in range(40) for day in (i, i, i + 50)]
    assert {segment.orders for segment in asked_of(shop(rows)).groups} == {2}


def test_what_came_back_counts_against_the_customer() -> None:
    rows = [*lively(), line("c000", 361, -1_000_000.0, "back", taken_back=True)]
    report = asked_of(shop(rows))
    assert report.sales == pytest.approx(sum(row["amount"] for row in rows))
    _, listed, columns = sheet_of(shop(rows))
    assert listed[-1][0] == "c000"
    assert float(str(listed[-1][columns.index("Money spent")])) < -990_000


def test_where_more_came_back_than_was_sold_there_are_no_shares() -> None:
    rows = [line(f"c{i:02}", i, 1.0 + i, f"{i}") for i in range(40)]
    report = asked_of(shop([*rows, line("c05", 60, -5000.0, "back", taken_back=True)]))
    assert report.top_share is None
    assert {segment.share_of_sales for segment in report.groups} == {0.0}


def test_orders_after_the_day_asked_about_have_not_happened() -> None:
    past = lively()
    future = [line("c000", 3000, 9.0, "f1"), line(None, 3000, 5.0, "f2"), line("from the future", 3000, 7.0, "f3")]
    today = Asked(as_of=date(2027, 1, 1))
    report = asked_of(shop([*past, *future]), asked=today)
    assert report == asked_of(shop(past), asked=today)
    assert report.last is not None
    assert report.last < date(2027, 1, 1)
    assert report.reference == date(2027, 1, 1)


def test_a_day_before_all_orders_leaves_nobody() -> None:
    with pytest.raises(TooFewCustomers):
        asked_of(shop(lively()), asked=Asked(as_of=date(2025, 1, 1)))


def test_customers_of_a_list_fall_into_natural_groups() -> None:
    rng = np.random.default_rng(1)
    ages = [*rng.normal(25, 2, 50), *rng.normal(60, 2, 50)]
    incomes = [*rng.normal(80, 5, 50), *rng.normal(20, 5, 50)]
    report = asked_of(Shop(customers=customers({"age": ages, "Income": incomes})), "cluster_1")
    assert (report.customers, report.segments, report.play, report.sales) == (100, (), None, None)
    assert report.natural is not None
    assert report.natural.verdict == "real"
    assert [cluster.customers for cluster in report.natural.clusters] == [50, 50]
    traits = {trait.feature: trait for trait in report.natural.clusters[0].traits}
    assert set(traits) == {"age", "attribute:Income"}
    assert traits["age"].overall == pytest.approx(np.median(ages))
    typical = {round(c.traits[0].typical) for c in report.natural.clusters}
    assert len(typical) == 2


def test_the_list_of_a_natural_group_has_the_sheets_own_columns() -> None:
    rng = np.random.default_rng(1)
    columns = {"age": [*rng.normal(25, 2, 50), *rng.normal(60, 2, 40)], "Town": ["Bath"] * 50 + ["York"] * 40}
    target = Shop(customers=customers(columns))
    name, rows, headers = sheet_of(target, "cluster_2")
    assert (name, headers) == ("cluster_2", ["Customer", "age", "Town"])
    assert {row[2] for row in rows} == {"York"}
    assert len(rows) == 40


@pytest.mark.parametrize("columns", [{"Town": ["Bath", "York"] * 20}, {"age": [30.0] * 40}, {"age": [None] * 40}])
def test_customers_without_numbers_that_differ_have_no_natural_groups(columns: dict[str, Sequence[object]]) -> None:
    target = Shop(customers=customers(columns))
    assert asked_of(target).natural is None
    assert len(sheet_of(target)[1]) == 40
    for question in (asked_of, sheet_of):
        with pytest.raises(UnknownGroup):
            question(target, "cluster_1")


def test_too_few_customers_of_a_list_are_refused() -> None:
    with pytest.raises(TooFewCustomers):
        asked_of(Shop(customers=customers({"age": [20.0, 30.0]})))


def test_three_hundred_attributes_are_looked_at() -> None:
    rng = np.random.default_rng(1)
    report = asked_of(Shop(customers=customers({f"a{i}": list(rng.normal(size=60)) for i in range(300)})))
    assert report.natural is not None
    assert report.natural.verdict == "none"
    assert len(report.natural.features) == 300


def test_a_customer_who_brought_everything_back_is_in_no_natural_group() -> None:
    rows = [*lively(), line("nothing", 5, 10.0, "n1"), line("nothing", 6, -10.0, "n2", taken_back=True)]
    report = asked_of(shop(rows))
    assert report.natural is not None
    assert sum(cluster.customers for cluster in report.natural.clusters) == report.customers - 1


def test_a_whale_leaves_the_others_their_groups() -> None:
    rows = lively()
    whale = line("whale", 361, 1.5 * sum(row["amount"] for row in rows), "w")
    report = asked_of(shop([*rows, whale]))
    assert report.segments[0].share_of_sales > 0.6
    assert len(report.groups) >= 8
    _, listed, _ = sheet_of(shop([*rows, whale]))
    assert listed[0][0] == "whale"


def test_the_chart_shows_shares_of_orders_only() -> None:
    picture = segments.chart(asked_of(shop(lively())), "en")
    assert picture is not None
    assert picture.startswith(b"\x89PNG")
    assert segments.chart(asked_of(Shop(customers=customers({"age": list(range(40))}))), "en") is None


def test_every_code_has_a_next_step() -> None:
    for name, vocabulary in rfm.VOCABULARIES.items():
        assert {*segments.WIN_BACK[name], segments.BEST[name]} <= set(vocabulary)


def answer(rows: Sequence[Row]) -> tuple[dict[str, int], list[int], str]:
    report = asked_of(shop(rows))
    assert report.natural is not None
    return sizes(report), [cluster.customers for cluster in report.natural.clusters], report.natural.verdict


def test_the_order_of_the_rows_changes_nothing() -> None:
    rows = lively()
    shuffled = Random(3).sample(rows, len(rows))
    assert asked_of(shop(shuffled)).natural == asked_of(shop(rows)).natural
    assert answer(shuffled) == answer(rows)


def test_other_names_change_no_sizes() -> None:
    rows = lively()
    names = {f"c{i:03}": f"{(i * 7919) % 1009:04}" for i in range(200)}
    assert answer([{**row, "customer": names[row["customer"]]} for row in rows]) == answer(rows)


@pytest.mark.parametrize("rate", [0.01, 7.3, 100])
def test_another_currency_changes_no_sizes(rate: float) -> None:
    rows = lively()
    assert answer([{**row, "amount": rate * row["amount"]} for row in rows]) == answer(rows)


@pytest.mark.parametrize("days", [-3650, 366])
def test_other_years_change_no_sizes(days: int) -> None:
    rows = lively()
    assert answer([{**row, "day": row["day"] + days} for row in rows]) == answer(rows)


@settings(deadline=None, max_examples=5)
@given(st.integers(1, 400))
def test_a_file_sent_in_two_parts_gives_the_same_answer(cut: int) -> None:
    rows = lively(60)
    parts = merge(orders(rows[:cut]), orders(rows[cut:])) if cut < len(rows) else orders(rows)
    assert asked_of(Shop(orders=parts)) == asked_of(shop(rows))


def test_lists_and_reports_use_the_same_words() -> None:
    _, _, headers = sheet_of(shop(lively()), reader="zh")
    assert set(headers) <= set(language.HEADERS["zh"].values())
    assert str(Role.CUSTOMER) in language.HEADERS["zh"]
