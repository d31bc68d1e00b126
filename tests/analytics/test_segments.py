from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import charts, language, overview, ranking, rfm, segments
from analytics.analysis import Asked, Cuts
from analytics.dataset import Role, Shop
from analytics.errors import MissingData, OptionError, TooFewCustomers, UnknownAttribute, UnknownGroup
from analytics.grouping import Cut, GroupsReport
from analytics.merging import merge
from analytics.ranking import SegmentsReport
from tests.analytics.shops import Row, customers, line, lively, named_shop, orders, shop


def chosen(words: Sequence[str], asked: Asked | None) -> segments.SegmentsOptions:
    """The options that the words behind the command come to, typed or tapped."""
    told = segments.understood(words)
    view, rest = (told[0], told[1:]) if told and told[0] in segments.VIEWS else ("body", told)
    return segments.options(rest, replace(asked or Asked(), view=view))


def answered(target: Shop, *words: str, asked: Asked | None = None) -> Any:
    return segments.run(target, chosen(words, asked))


def asked_of(target: Shop, *words: str, asked: Asked | None = None) -> SegmentsReport:
    report = answered(target, *words, asked=asked)
    assert isinstance(report, SegmentsReport)
    return report


def natural_of(target: Shop, *words: str, asked: Asked | None = None) -> GroupsReport:
    report = answered(target, "natural", *words, asked=asked)
    assert isinstance(report, GroupsReport)
    return report


def sheet_of(
    target: Shop, *words: str, asked: Asked | None = None, reader: str = "en"
) -> tuple[str, list[list[object]], list[str]]:
    name, frame = segments.sheet(target, chosen(("list", *words), asked), reader)
    return name, frame.to_numpy(object).tolist(), list(frame.columns)


def sizes(report: SegmentsReport) -> dict[str, int]:
    return {segment.code: segment.customers for segment in report.segments}


CLASSES = Asked(vocabulary="classes")


def quiet_shop() -> Shop:
    """Forty newcomers of one small order; ten who spent 1,000 in ten orders and ten who spent 5,000 in three, all quiet."""
    rows = [line(f"new{i:02}", 300 + i, 10.0 + i, f"n{i}") for i in range(40)]
    rows += [line(f"regular{i}", 10 + 5 * k + i, 100.0, f"r{i}-{k}") for i in range(10) for k in range(10)]
    rows += [line(f"grand{i}", 80 + 20 * k + i, 5000 / 3, f"g{i}-{k}") for i in range(10) for k in range(3)]
    return shop(rows)


@pytest.mark.parametrize("asked", [Asked(), CLASSES])
def test_shares_of_each_vocabulary_sum_to_one(asked: Asked) -> None:
    report = asked_of(shop(lively()), asked=asked)
    assert sum(segment.share_of_customers for segment in report.segments) == pytest.approx(1)
    assert sum(segment.share_of_sales for segment in report.segments) == pytest.approx(1)
    assert sum(segment.customers for segment in report.segments) == report.customers


@pytest.mark.parametrize("asked", [Asked(), CLASSES])
def test_sums_add_up_to_the_overview(asked: Asked) -> None:
    rows = [*lively(), line(None, 50, 123.0, "x"), line("only back", 60, -7.0, "y", taken_back=True)]
    report = asked_of(shop(rows), asked=asked)
    book = overview.run(shop(rows), overview.OverviewOptions()).orders
    assert book is not None
    assert sum(segment.sales for segment in report.segments) == pytest.approx(report.sales)
    assert report.sales + report.anonymous_sales - 7.0 == pytest.approx(book.sales)
    assert (report.anonymous_sales, book.only_back) == (book.anonymous, 1)
    assert report.customers == book.customers
    assert report.once == pytest.approx(1 - (book.repeating or 0))
    assert report.top_share == pytest.approx(book.top_share)


def test_nothing_is_anonymous_where_every_line_has_a_customer() -> None:
    assert asked_of(shop(lively())).anonymous_sales == 0.0


def test_segments_stand_by_their_sales() -> None:
    report = asked_of(shop(lively()))
    assert [segment.sales for segment in report.segments] == sorted((s.sales for s in report.segments), reverse=True)


def test_a_segment_is_described_by_medians() -> None:
    rows = [line(f"same{i:02}", day, 10.0, f"{i}-{day}") for i in range(30) for day in (0, 10, 30)]
    (segment,) = asked_of(shop(rows)).segments
    assert (segment.spend, segment.orders, segment.silent, segment.rhythm) == (30, 3, 1, 15)


def test_there_is_no_rhythm_where_nobody_came_back() -> None:
    assert {segment.rhythm for segment in asked_of(shop([line(f"c{i}", i, 5.0) for i in range(40)])).segments} == {None}


def test_the_owner_sees_the_vocabulary_asked_for() -> None:
    assert set(sizes(asked_of(shop(lively()), asked=CLASSES))) <= set(rfm.CLASSES)
    assert set(sizes(asked_of(shop(lively())))) <= set(rfm.GROUPS)


def test_where_nearly_everybody_bought_once_the_classes_take_over() -> None:
    rows = [line(f"c{i:02}", i, 5.0 + i, f"o{i}") for i in range(60)]
    rows += [line(f"c{i:02}", 60 + i, 5.0, f"p{i}") for i in range(10)]
    report = asked_of(shop(rows))
    assert (report.frequency_tells, report.wanted, report.vocabulary) == (False, "groups", "classes")
    assert report.play.segment in rfm.CLASSES
    assert sum(segment.customers for segment in report.segments) == 60


def test_own_thresholds_make_the_classes_and_are_told() -> None:
    report = asked_of(shop(lively()), "R", "≤", "30", "天，", "F≥3")
    assert (report.vocabulary, report.own_cuts, report.cuts.recency, report.cuts.frequency) == (
        "classes",
        Cuts(30, 3),
        30,
        3,
    )
    stored = asked_of(shop(lively()), asked=replace(CLASSES, cuts=Cuts(30, 3)))
    assert stored == replace(report, wanted="classes")


def test_the_next_step_is_among_the_leading_segments() -> None:
    report = asked_of(shop(lively()))
    assert len(report.leading) == 4
    assert report.play.segment in {segment.code for segment in report.leading}


@pytest.mark.parametrize("asked", [Asked(), CLASSES])
def test_the_next_step_is_the_quiet_group_with_most_money_at_stake(asked: Asked) -> None:
    report = asked_of(quiet_shop(), asked=asked)
    assert report.play.kind == "win_back"
    at_stake = {}
    for code in ranking.WIN_BACK[asked.vocabulary]:
        if any(segment.code == code for segment in report.segments):
            _, rows, columns = sheet_of(quiet_shop(), code, asked=asked)
            at_stake[code] = sum(float(str(row[columns.index("Money spent")])) for row in rows[: ranking.DAYS_WORK])
    assert report.play.segment == max(at_stake, key=lambda code: at_stake[code])
    assert report.play.at_stake == pytest.approx(at_stake[report.play.segment])


def test_the_next_step_is_a_days_work() -> None:
    play = asked_of(shop(lively(400))).play
    assert len(play.customers) == ranking.DAYS_WORK
    assert play.at_stake == pytest.approx(sum(member.money for member in play.customers))


def test_where_nobody_valued_is_quiet_the_best_are_thanked() -> None:
    rows = [line(f"c{i:02}", 10 * k + i, 10.0 * i, f"{i}-{k}") for i in range(1, 41) for k in range(i)]
    play = asked_of(shop(rows)).play
    assert (play.kind, play.segment) == ("thank", "champions")


def test_where_there_are_no_best_those_with_most_money_are_thanked_whatever_their_names() -> None:
    # All alike but for one, the first by name, who brought it all back.
    rows = [line(f"c{i:02}", 5, 10.0, f"{i}") for i in range(40)]
    rows += [line("a poor one", 1, 10.0, "p"), line("a poor one", 3, -10.0, "q", taken_back=True)]
    play = asked_of(shop(rows)).play
    assert (play.kind, play.at_stake) == ("thank", 120.0)


def test_members_are_the_best_of_the_group_asked_for() -> None:
    report = answered(shop(lively()), "names", "champions")
    _, rows, columns = sheet_of(shop(lively()), "champions")
    listed = [
        (
            row[0],
            row[columns.index("Orders")],
            row[columns.index("Money spent")],
            row[next(at for at, column in enumerate(columns) if column.startswith("Days since last order"))],
        )
        for row in rows[: segments.LISTED]
    ]
    assert [(m.customer, m.orders, pytest.approx(m.money, abs=0.005), m.silent) for m in report.members] == listed
    assert [member.money for member in report.members] == sorted((m.money for m in report.members), reverse=True)


def test_without_a_group_the_members_are_those_of_the_next_step() -> None:
    report = answered(shop(lively()), "names")
    play = asked_of(shop(lively())).play
    assert (report.code, report.members) == (play.segment, play.customers)


def test_a_list_has_every_member_of_the_group_once() -> None:
    for segment in (*asked_of(shop(lively())).segments, *asked_of(shop(lively()), asked=CLASSES).segments):
        _, rows, _ = sheet_of(shop(lively()), segment.code)
        assert len({row[0] for row in rows}) == len(rows) == segment.customers


def test_a_list_of_all_has_every_customer() -> None:
    name, rows, _ = sheet_of(shop(lively()))
    assert (name, len(rows)) == ("customers", 120)
    assert answered(shop(lively()), "list").customers == 120


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
                "Days since last order, as of 9 Feb 2026",
            ],
        ),
        (
            "zh",
            [
                "客户",
                "姓名",
                "邮箱",
                "电话",
                "客户群",
                "订单数",
                "累计消费",
                "最近下单",
                "多少天没买（截至2026年2月9日）",
            ],
        ),
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
    report = answered(named_shop(rows), "names", asked_of(named_shop(rows)).segments[0].code)
    assert {member.name == f"Person {int(member.customer[1:])}" for member in report.members if member.name} == {True}
    assert any(member.name is None for member in report.members)


def test_nobody_is_named_unless_people_are_at_hand() -> None:
    rows = [line(f"c{i:02}", i, 10.0 + i, name=f"Person {i}") for i in range(40)]
    assert {member.name for member in answered(shop(rows), "names").members} == {None}


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
        answered(alike, "champions")
    with pytest.raises(UnknownGroup):
        sheet_of(alike, "champions")


def test_a_natural_group_that_was_not_found_is_unknown() -> None:
    with pytest.raises(UnknownGroup):
        answered(shop(lively()), "cluster_9")


@pytest.mark.parametrize("words", [("champion",), ("at", "risks"), ("=1+1",), ("🏆",), ("9",), ("ward", "x"), ("R",)])
def test_other_words_are_no_question(words: tuple[str, ...]) -> None:
    with pytest.raises(OptionError):
        chosen(words, None)


@pytest.mark.parametrize(
    "words", [("at_risk",), ("at", "risk"), ("At", "Risk"), ("有流失风险的客户",), ("names", "at", "risk")]
)
def test_a_group_may_be_typed_as_people_do(words: tuple[str, ...]) -> None:
    assert chosen(words, None).group == "at_risk"


@pytest.mark.parametrize(
    ("words", "cut"),
    [
        (("ward",), Cut("ward", None)),
        (("5",), Cut(None, 5)),
        (("K-means", "3"), Cut("k_means", 3)),
        (("dbscan",), Cut("dbscan")),
        (("层次", "4"), Cut("ward", 4)),
        (("people", "ward"), Cut("ward", None, people=True)),
    ],
)
def test_a_way_of_grouping_may_be_asked_for(words: tuple[str, ...], cut: Cut) -> None:
    found = chosen(words, None)
    assert (found.view, found.cut) == ("natural", cut)
    assert chosen(("natural", *cut.words.split()), None).cut == cut


def test_without_order_numbers_a_customers_day_is_an_order() -> None:
    rows = [line(f"c{i:02}", day, 10.0) for i in range(40) for day in (i, i, i + 50)]
    assert {segment.orders for segment in asked_of(shop(rows)).segments} == {2}


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
    assert {segment.share_of_sales for segment in report.segments} == {0.0}


def test_orders_after_the_day_asked_about_have_not_happened() -> None:
    past = lively()
    future = [line("c000", 3000, 9.0, "f1"), line(None, 3000, 5.0, "f2"), line("from the future", 3000, 7.0, "f3")]
    today = Asked(as_of=date(2027, 1, 1))
    report = asked_of(shop([*past, *future]), asked=today)
    assert report == asked_of(shop(past), asked=today)
    assert report.last < date(2027, 1, 1)
    assert report.reference == date(2027, 1, 1)


def test_a_day_before_all_orders_leaves_nobody() -> None:
    with pytest.raises(TooFewCustomers):
        asked_of(shop(lively()), asked=Asked(as_of=date(2025, 1, 1)))


def two_kinds() -> Shop:
    """Fifty young and rich in Bath, forty old and poor in York."""
    rng = np.random.default_rng(1)
    ages = [*rng.normal(25, 5, 50), *rng.normal(60, 5, 40)]
    incomes = [*rng.normal(80, 12, 50), *rng.normal(20, 12, 40)]
    towns = ["Bath"] * 50 + ["York"] * 40
    return Shop(customers=customers({"age": ages, "Income": incomes, "Town": towns}))


def test_customers_of_a_list_fall_into_natural_groups() -> None:
    report = answered(two_kinds())
    assert report == natural_of(two_kinds())
    assert (report.customers, report.by_orders, report.currency) == (90, False, None)
    assert report.found.verdict == "real"
    assert [group.cluster.customers for group in report.groups] == [50, 40]
    assert {group.sales for group in report.groups} == {None}
    assert report.accuracy == pytest.approx(1, abs=0.05)
    assert report.groups[0].rule is not None
    assert report.groups[0].rule.recall == report.groups[0].rule.precision == 1


def test_the_list_of_a_natural_group_has_the_sheets_own_columns() -> None:
    name, rows, headers = sheet_of(two_kinds(), "cluster_2")
    assert headers == ["Customer", "age", "Income", "Town"]
    assert name == language.group_name(natural_of(two_kinds()).groups[1].name.claims, "en")
    assert {row[3] for row in rows} == {"York"}
    assert len(rows) == 40


def test_a_natural_group_has_a_portrait_and_its_size() -> None:
    report = answered(two_kinds(), "group", "cluster_1")
    assert (report.portrait.customers, report.portrait.everybody, report.portrait.worth) == (50, 90, None)
    named = answered(two_kinds(), "names", "cluster_1")
    assert (named.customers, named.members) == (50, ())


def test_groups_keep_their_names_in_the_next_answer() -> None:
    first = natural_of(two_kinds())
    assert segments.remember(first) is not None
    again = natural_of(two_kinds(), asked=Asked(remembered=first.memory))
    assert [group.name for group in again.groups] == [group.name for group in first.groups]
    assert segments.remember(natural_of(two_kinds(), "ward", "3")) is None


@pytest.mark.parametrize("columns", [{"age": [30.0] * 40}, {"age": [None] * 40}])
def test_customers_who_do_not_differ_have_no_natural_groups(columns: dict[str, Sequence[object]]) -> None:
    target = Shop(customers=customers(columns))
    report = natural_of(target)
    assert (report.found, report.groups, report.memory) == (None, (), None)
    assert len(sheet_of(target)[1]) == 40
    for question in (answered, sheet_of):
        with pytest.raises(UnknownGroup):
            question(target, "cluster_1")


def test_too_few_customers_of_a_list_are_refused() -> None:
    with pytest.raises(TooFewCustomers):
        answered(Shop(customers=customers({"age": [20.0, 30.0]})))


def test_three_hundred_attributes_are_looked_at() -> None:
    rng = np.random.default_rng(1)
    report = natural_of(Shop(customers=customers({f"a{i}": list(rng.normal(size=60)) for i in range(300)})))
    assert report.found is not None
    assert report.found.verdict == "none"
    assert len(report.found.features) + len(report.found.left_out) == 300


def test_a_customer_who_brought_everything_back_is_in_no_natural_group() -> None:
    rows = [*lively(), line("nothing", 5, 10.0, "n1"), line("nothing", 6, -10.0, "n2", taken_back=True)]
    report = natural_of(shop(rows), "3")
    assert sum(group.cluster.customers for group in report.groups) == report.customers - 1
    assert report.nowhere == 1


def test_a_whale_leaves_the_others_their_groups() -> None:
    rows = lively()
    whale = line("whale", 361, 1.5 * sum(row["amount"] for row in rows), "w")
    report = asked_of(shop([*rows, whale]))
    assert report.segments[0].share_of_sales > 0.6
    assert len(report.segments) >= 8
    _, listed, _ = sheet_of(shop([*rows, whale]))
    assert listed[0][0] == "whale"


def test_customers_are_cut_by_what_is_known_of_them() -> None:
    rows = [{**row, "place": "Bath" if int(row["customer"][1:]) % 2 else "York"} for row in lively()]
    report = answered(shop(rows), "by", "city")
    assert {row.levels[0].label: row.customers for row in report.rows} == {"Bath": 60, "York": 60}
    name, listed, headers = sheet_of(shop(rows), "by", "city")
    assert headers[-1] == "Place"
    assert {row[-1] for row in listed} == {"Bath", "York"}
    assert name == "customers"
    for words in (("by",), ("by", "shoe size"), ("按鞋码",)):
        with pytest.raises(UnknownAttribute):
            answered(shop(rows), *words)


@pytest.mark.parametrize("reader", language.LANGUAGES)
def test_every_answer_with_a_picture_has_one(reader: str) -> None:
    rows = [{**row, "place": "Bath" if int(row["customer"][1:]) % 2 else "York"} for row in lively()]
    pictured: list[Any] = [asked_of(shop(rows)), natural_of(two_kinds()), natural_of(shop(rows), "3")]
    pictured += [answered(shop(rows), "by", words) for words in ("place", "orders", "place by segment")]
    for report in pictured:
        picture = segments.chart(report, reader)
        assert picture is not None
        assert picture.startswith(b"\x89PNG")
    assert segments.chart(answered(two_kinds(), "names", "cluster_1"), reader) is None


def test_groups_that_no_two_numbers_show_are_drawn_by_components() -> None:
    rng = np.random.default_rng(3)
    centres = rng.choice([-1.0, 1.0], (4, 12))
    points = np.concatenate([centre + rng.normal(size=(40, 12)) for centre in centres])
    report = natural_of(Shop(customers=customers({f"a{i}": list(points[:, i]) for i in range(12)})), "4")
    assert report.map is not None
    features = [axis.feature for axis in report.map.axes]
    assert features == [None, None]
    assert 0 < report.map.axes[1].share <= report.map.axes[0].share < 1


def test_every_code_has_a_next_step() -> None:
    for name, quiet in ranking.WIN_BACK.items():
        assert {*quiet, ranking.BEST[name]} <= set(rfm.VOCABULARIES[name])


def answer(rows: Sequence[Row]) -> tuple[Any, ...]:
    natural = natural_of(shop(rows), "4")
    assert natural.found is not None
    sized = [group.cluster.customers for group in natural.groups]
    ranked = [sizes(asked_of(shop(rows), asked=asked)) for asked in (Asked(), CLASSES)]
    return *ranked, sized, natural.found.verdict, [group.name for group in natural.groups]


def test_the_order_of_the_rows_changes_nothing() -> None:
    rows = lively()
    shuffled = Random(3).sample(rows, len(rows))
    assert natural_of(shop(shuffled), "4") == natural_of(shop(rows), "4")
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
    assert set(headers) <= set(language.headers("zh", date(2026, 12, 29)).values())
    assert str(Role.CUSTOMER) in language.HEADERS["zh"]


@pytest.mark.parametrize("words", [("R≤30",), ("R", "≤", "30", "F", "≥", "3"), ("at", "risk"), ("names", "champions")])
def test_what_only_orders_tell_is_not_asked_of_a_customer_list(words: tuple[str, ...]) -> None:
    target = Shop(customers=customers({"age": [20 + i for i in range(40)]}))
    with pytest.raises(MissingData):
        answered(target, *words)


def test_thresholds_behind_a_group_stand_for_the_owners() -> None:
    target = shop(lively())
    tried = {segment.code: segment.customers for segment in asked_of(target, "R≤30", "F≥3").segments}
    own = Asked(cuts=Cuts(recency=9, frequency=9))
    for code, size in tried.items():
        assert answered(target, "list", code, "R30", "F3", asked=own).customers == size


def test_one_customer_with_most_of_the_sales_is_told() -> None:
    rows = [line(f"c{i:02}", i, 10.0, f"o{i}") for i in range(40)]
    assert not asked_of(shop(rows)).leans_on_one
    report = asked_of(shop([*rows, line("whale", 5, 600.0, "w")]))
    assert report.leans_on_one
    assert report.largest_share == pytest.approx(0.6)


def test_one_crowd_is_no_picture_of_groups() -> None:
    report = natural_of(shop(lively()), "4")
    assert segments.chart(report, "en") is not None
    assert segments.chart(replace(report, groups=report.groups[:1]), "en") is None


def test_the_partition_chosen_is_among_those_compared() -> None:
    report = natural_of(shop(lively()), "ward", "7")
    assert report.found is not None
    assert (report.compared[0].method, report.compared[0].groups) == (report.found.method, report.found.groups)
    assert len(report.compared) == len(set(report.compared)) <= 6


@pytest.mark.parametrize("reader", language.LANGUAGES)
def test_the_picture_of_two_attributes_says_what_it_shows(reader: str, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Any] = []

    def heat(*given: object) -> bytes:
        drawn.append(given)
        return b""

    monkeypatch.setattr(charts, "heat", heat)
    ages = [18, 19, 25, 27, 35, 36, 45, 47, 55, 56, 65, 67] * 5
    target = Shop(customers=customers({"sex": ["Female"] * 36 + ["Male"] * 24, "age": ages}))
    segments.chart(answered(target, "by", "sex", "age"), reader)
    ((title, _, heads, _),) = drawn
    assert "10%" in title
    assert (heads[0], heads[-1]) == ("<20", "≥60")


@pytest.mark.parametrize(
    ("words", "money"),
    [(("M", "≥", "£1,500"), 1500), (("M≥¥2万",), 20_000), (("m", ">=", "2.5k"), 2500), (("R30", "M≥100元"), 100)],
)
def test_money_may_be_typed_with_its_sign_and_unit(words: tuple[str, ...], money: float) -> None:
    assert chosen(words, None).cuts.money == money
