from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pytest

from analytics import language, rfm
from analytics.breakdown import COMPUTED, Attribute, Book, Level, available, breakdown, wanted
from analytics.dataset import Kind, Role, Shop
from analytics.errors import UnknownAttribute
from analytics.language import LANGUAGES
from tests.analytics.shops import customers, line, orders


def book(shop: Shop) -> Book:
    assert shop.orders is not None
    table = rfm.customer_table(shop.orders.frame(Role.CUSTOMER, Role.ORDER, Role.TIME, Role.AMOUNT, Role.TAKEN_BACK))
    return Book(table.customer, table, rfm.western_groups(table.recency, table.frequency, table.money))


def town_rows(rich: float = 100.0) -> list[dict[str, Any]]:
    """Sixty buyers of `rich` in Bath, sixty of about 10 in York, five in villages of their own, five of nowhere."""
    dice = Random(5)
    rows: list[dict[str, Any]] = []
    for number in range(130):
        place = "Bath" if number < 60 else "York" if number < 120 else f"v{number}" if number < 125 else None
        base = rich if number < 60 else 10.0
        for turn in range(1 + number % 3):
            spent = base + dice.randint(0, 9)
            rows.append(line(f"c{number:03}", dice.randint(0, 99), spent, f"{number}-{turn}", place=place))
    return rows


def towns(rich: float = 100.0) -> Shop:
    return Shop(orders=orders(town_rows(rich)))


def found(shop: Shop, text: str) -> Any:
    return breakdown(shop, book(shop), text)


def test_every_customer_is_in_one_row_and_sales_add_up() -> None:
    shop = towns()
    for text in ("place", "spend", "orders", "segment", "joined", "place by orders"):
        report = found(shop, text)
        assert sum(row.customers for row in report.rows) == report.customers == 130
        assert sum(row.sales for row in report.rows) == pytest.approx(book(shop).table.money.sum())  # type: ignore[union-attr]
        assert sum(row.share_of_customers for row in report.rows) == pytest.approx(1)


def test_rare_values_are_pooled_and_gaps_are_told() -> None:
    extra = [line(f"x{i}", 5, 9.0, f"x{i}", place=f"hamlet {i}") for i in range(4000)]
    report = found(Shop(orders=orders([*town_rows(), *extra])), "place")
    assert len(report.rows) == 9
    assert report.rows[-1].levels == (Level("unknown"),)
    assert report.pooled == 4007 - 7
    assert [row.levels[0].label for row in report.rows[:2]] == ["Bath", "York"]


def test_who_spends_more_beyond_chance_is_told_and_who_does_not_is_not() -> None:
    told = found(towns(), "place").standing_out
    assert told is not None
    assert told.levels == (Level("value", "Bath"),)
    assert told.times > 1
    assert found(towns(rich=10.0), "place").standing_out is None


def test_that_those_who_spend_more_spend_more_is_no_finding() -> None:
    for text in ("spend", "segment", "place by segment"):
        report = found(towns(), text)
        assert (report.by_money, report.standing_out) == (True, None)
    assert found(towns(), "spend").foremost.levels[0].high is None


def test_attributes_of_a_customer_list_join_by_customer() -> None:
    shop = towns()
    listed = customers(
        {
            "customer": [f"c{i:03}" for i in range(120)],
            "age": [20.0 + i % 50 for i in range(120)],
            "sex": ["f", "m"] * 60,
        }
    )
    report = found(Shop(orders=shop.orders, customers=listed), "age")
    assert [row.levels[0] for row in report.rows] == [
        Level("band", "", None, 30),
        Level("band", "", 30, 40),
        Level("band", "", 40, 50),
        Level("band", "", 50, 60),
        Level("band", "", 60, None),
        Level("unknown"),
    ]
    assert report.rows[-1].customers == 10
    crossed = found(Shop(orders=shop.orders, customers=listed), "age and sex")
    assert sum(row.customers for row in crossed.rows) == 130


def test_customers_without_orders_are_counted() -> None:
    listed = customers({"sex": ["f", "m"] * 20, "Plan": ["gold"] * 10 + ["basic"] * 30})
    shop = Shop(customers=listed)
    keys = listed.frame(Role.CUSTOMER)[str(Role.CUSTOMER)].to_numpy(object)
    report = breakdown(shop, Book(keys, None, None), "plan and sex")
    assert [(row.levels[0].label, row.levels[1].label, row.customers) for row in report.rows] == [
        ("basic", "f", 15),
        ("basic", "m", 15),
        ("gold", "f", 5),
        ("gold", "m", 5),
    ]
    assert {row.sales for row in report.rows} == {None}
    assert report.cell(Level("value", "gold"), Level("value", "m")).customers == 5  # type: ignore[union-attr]


KNOWN = (
    Attribute("place", "place", Kind.ORDERS),
    Attribute("age", "age", Kind.CUSTOMERS),
    Attribute("1f0e9a3c", "attribute:Annual Income (k$)", Kind.CUSTOMERS),
    Attribute("99999999", "attribute:Terms and conditions", Kind.CUSTOMERS),
)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("City", ["place"]),
        ("城市", ["place"]),
        ("年龄", ["age"]),
        ("annual income (k$)", ["1f0e9a3c"]),
        ("income", ["1f0e9a3c"]),
        ("1f0e9a3c", ["1f0e9a3c"]),
        ("city by age", ["place", "age"]),
        ("城市和年龄", ["place", "age"]),
        ("城市 按 年龄", ["place", "age"]),
        ("terms and conditions", ["99999999"]),
        ("city age", ["place", "age"]),
        ("城市 年龄", ["place", "age"]),
        ("age annual income (k$)", ["age", "1f0e9a3c"]),
        ("地区", ["place"]),
        ("City AND Age", ["place", "age"]),
    ],
)
def test_attributes_are_named_as_people_do(text: str, codes: list[str]) -> None:
    assert [attribute.code for attribute in wanted(text, KNOWN)] == codes


@pytest.mark.parametrize("text", ["shoe size", "", "city by shoe size", "city by age by income"])
def test_what_is_not_known_is_answered_with_what_is(text: str) -> None:
    with pytest.raises(UnknownAttribute) as refusal:
        wanted(text, KNOWN)
    assert ("place", "place") in refusal.value.available


def test_the_order_of_the_rows_and_the_currency_change_no_counts() -> None:
    rows = [{**row, "amount": 7.3 * row["amount"]} for row in Random(1).sample(town_rows(), len(town_rows()))]
    again = found(Shop(orders=orders(rows)), "place")
    assert [(row.levels, row.customers, row.times) for row in again.rows] == [
        (row.levels, row.customers, pytest.approx(row.times) if row.times else None)
        for row in found(towns(), "place").rows
    ]


def test_a_customer_lives_where_most_of_their_orders_go() -> None:
    rows = [line(f"c{i}", i, 5.0, f"o{i}", place="York") for i in range(30)]
    rows += [line("c0", 40 + i, 5.0, f"p{i}", place="Bath") for i in range(2)]
    report = found(Shop(orders=orders(rows)), "place")
    assert {row.levels[0].label: row.customers for row in report.rows} == {"York": 29, "Bath": 1}


def test_what_is_available_depends_on_the_files() -> None:
    assert [attribute.code for attribute in available(Shop(customers=customers({"sex": ["f"] * 3})))] == ["sex"]
    assert {attribute.code for attribute in available(towns())} == {"place", "segment", "orders", "spend", "joined"}
    assert np.all([attribute.kind is not Kind.CUSTOMERS for attribute in available(towns())])


def test_numbers_of_orders_stand_in_order() -> None:
    rows = [line(f"c{i:02}", i + k, 5.0, f"{i}-{k}") for i in range(1, 31) for k in range(i)]
    report = found(Shop(orders=orders(rows)), "frequency")
    assert [(row.levels[0].label, row.customers) for row in report.rows] == [
        ("1", 1),
        ("2", 1),
        ("3–5", 3),
        ("6–10", 5),
        ("11+", 20),
    ]


@pytest.mark.parametrize("reader", LANGUAGES)
@pytest.mark.parametrize("attribute", COMPUTED)
def test_what_a_button_says_may_be_typed(attribute: str, reader: str) -> None:
    known = [Attribute(code, code, None) for code in COMPUTED]
    assert [found.code for found in wanted(language.column(attribute, reader), known)] == [attribute]


def test_of_fewer_than_ten_customers_nothing_is_typical() -> None:
    rows = [line(f"b{i}", i, 10.0 + i, f"b{i}", place="Bath") for i in range(31)]
    rows += [line(f"y{i}", i, 900.0, f"y{i}", place="York") for i in range(9)]
    bath, york = found(Shop(orders=orders(rows)), "city").rows
    assert bath.spend is not None
    assert bath.repeating == 0
    assert (york.customers, york.spend, york.repeating) == (9, None, None)
    assert york.sales == pytest.approx(8100)


@pytest.mark.parametrize(
    ("reader", "words"), [("en", ["Women", "Men", "Other"]), ("zh", ["女", "男", "Other"])], ids=["en", "zh"]
)
def test_a_sex_is_worded_however_the_sheet_has_it(reader: str, words: list[str]) -> None:
    for told in (["Female", "Male", "Other"], ["F", "M", "Other"], ["女", "男", "Other"]):
        assert [language.level(Level("value", label), "sex", None, reader) for label in told] == words


@pytest.mark.parametrize("text", ["orders", "joined", "orders by city"])
def test_that_those_who_came_longer_or_oftener_spend_more_is_no_finding(text: str) -> None:
    rows = [
        line(f"c{i:03}", 3 * i, 20.0, f"{i}-{k}", place="Bath") for i in range(120) for k in range(1 + (i < 60) * 3)
    ]
    report = found(Shop(orders=orders(rows)), text)
    assert report.standing_out is None
    assert report.by_money
    assert report.foremost.share_of_sales > 0.5 or text == "joined"
