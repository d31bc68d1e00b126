"""`/basket` as its owner asks it: advice, next purchases, who is due, lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
import pytest

from analytics import basket, basketing, language
from analytics.analysis import Asked
from analytics.basket import ListReport
from analytics.basket_lists import sheet
from analytics.basket_options import VIEWS, BasketOptions, options, understood
from analytics.bundles import Advice, BasketReport, product, spelt
from analytics.dataset import Kind, Role, Shop
from analytics.errors import MissingData, OptionError, UnknownGroup, UnknownProduct
from analytics.next_purchase import DueReport, GroupReport, NextReport
from bot.render import Renderer
from bot.resources import TEMPLATES
from tests.analytics.shops import Row, dataset, line, named_shop, orders, pairs_shop, shop


def chosen(words: Sequence[str], asked: Asked | None = None) -> BasketOptions:
    told = understood(words)
    view, rest = (told[0], told[1:]) if told and told[0] in VIEWS else ("body", told)
    return options(rest, replace(asked or Asked(), view=view))


def answered(target: Shop, *words: str) -> Any:
    return basket.run(target, chosen(words))


def asked_of(target: Shop, *words: str) -> BasketReport:
    report = answered(target, *words)
    assert isinstance(report, BasketReport)
    return report


def test_what_sells_together_is_said_with_numbers_that_can_be_counted() -> None:
    rows = pairs_shop()
    report = asked_of(shop(rows))
    baskets = {row["order"]: set[str]() for row in rows}
    for row in rows:
        baskets[row["order"]].add(row["product_name"])
    tea, cup = (sum(name in things for things in baskets.values()) for name in ("tea", "cup"))
    both = sum({"tea", "cup"} <= things for things in baskets.values())
    (told,) = report.advice
    assert {told.then, *told.with_} == {"tea", "cup"}
    of = tea if told.with_ == ("tea",) else cup
    assert (told.count, told.of, told.confidence) == (both, of, both / of)
    assert told.lift == pytest.approx(both * len(baskets) / (tea * cup))
    months = 299 / basketing.DAYS_A_MONTH
    assert told.units == pytest.approx(0.1 * (of - both) / months)
    assert told.units is not None
    assert told.money == pytest.approx(told.units * (12.0 if told.then == "cup" else 5.0))
    assert (report.rules, report.baskets, report.numbered) == (1, 400, True)


def bundles(price: float, size: int = 400) -> BasketReport:
    """Tea and cup go together as in `pairs_shop`, sugar and milk at that price do so, too, and more surely."""
    dearer = [
        line("x", n % 300, price, f"s{n}", product_name=name)
        for n in range(60)
        for name in ("sugar", "milk")[: 1 + (n % 6 > 0)]
    ]
    return asked_of(shop([*pairs_shop(size), *dearer]))


def test_the_next_step_is_what_may_bring_most_and_nothing_where_that_is_less_than_an_order() -> None:
    cheap, dear = bundles(0.2), bundles(900.0)
    assert cheap.best is not None
    assert {*cheap.best.with_, cheap.best.then} == {"tea", "cup"}
    assert dear.best is not None
    assert {*dear.best.with_, dear.best.then} == {"sugar", "milk"}
    assert dear.best.money == max(one.money or 0.0 for one in dear.advice)
    worthless = asked_of(shop([{**row, "day": 30 * row["day"]} for row in pairs_shop()]))
    assert worthless.advice
    assert worthless.best is None
    for reader, words in (("en", "nothing to change"), ("zh", "不用改什么")):
        assert words in Renderer(TEMPLATES).say("basket", "body", reader, report=worthless).html


def test_without_days_or_prices_the_surest_is_the_next_step() -> None:
    bare = [{name: row[name] for name in ("order", "product_name")} for row in pairs_shop()]
    report = asked_of(Shop(orders=orders(bare)))
    assert report.best == report.advice[0]


def test_shuffled_baskets_show_nothing() -> None:
    shown = 0
    for seed in range(20):
        dice = Random(seed)
        rows = [
            line("c", i, 5.0, f"o{i}", product_name=name)
            for i in range(300)
            for name in dice.sample([f"thing {k}" for k in range(20)], 4)
        ]
        shown += bool(asked_of(shop(rows)).advice)
    assert shown <= 1


def test_one_product_may_be_asked_for_by_a_part_of_its_name() -> None:
    target = shop(pairs_shop())
    assert asked_of(target, "CUP").about == "cup"
    assert asked_of(target, "CUP").advice == asked_of(target).advice
    assert asked_of(target, "thing", "3").advice == ()
    with pytest.raises(UnknownProduct):
        asked_of(target, "zeppelin")


def test_one_wrong_sign_in_a_chinese_name_is_forgiven() -> None:
    rows = [{**row, "product_name": row["product_name"].replace("tea", "茉莉花茶 100g")} for row in pairs_shop()]
    assert asked_of(shop(rows), "莱莉花茶").about == "茉莉花茶 100g"
    with pytest.raises(UnknownProduct):
        asked_of(shop(rows), "马克杯")


def test_a_button_names_the_product_shortly_and_means_the_same() -> None:
    names = np.array([f"a very long name of a product number {i}" for i in range(12)] + ["茉" * 20 + "莉"], object)
    counts = np.arange(13)
    for item in (0, 7, 12):
        words = spelt(names, counts, item)
        assert len(words.encode()) <= 30
        assert product(names, counts, words) == item


def test_the_list_is_of_what_was_asked_for() -> None:
    rows = [{**row, "category": row["product_name"].replace("thing", "sort")} for row in pairs_shop()]
    assert len(sheet(shop(rows), chosen(("list", "rules", "thing 3")), "en")[1]) == 0
    assert len(sheet(shop(rows), chosen(("list", "rules", "category", "cup")), "en")[1]) == 1


def test_the_threshold_may_be_set_as_a_share_or_a_count() -> None:
    target = shop(pairs_shop())
    assert chosen(("1%",)).threshold == Fraction(1, 100)
    assert asked_of(target, "1%").least == 4
    assert asked_of(target, "25").least == 25
    assert asked_of(target, "2.5％").words == "2.5%"
    assert asked_of(target, "90%").advice == ()


def test_more_pages_follow_and_never_repeat() -> None:
    dice = Random(1)
    rows: list[Row] = []
    for number in range(600):
        for pair in range(7):
            if dice.random() < 0.15:
                rows += [line("c", number, 5.0, f"o{number}", product_name=f"{half} {pair}") for half in ("a", "b")]
    first, second = asked_of(shop(rows)), asked_of(shop(rows), "page", "1")
    assert (first.rules, len(first.advice), len(second.advice)) == (7, 4, 3)
    assert not {frozenset((*a.with_, a.then)) for a in first.advice} & {
        frozenset((*a.with_, a.then)) for a in second.advice
    }
    assert asked_of(shop(rows), "page", "99").first_shown == 0


def test_without_order_numbers_a_customers_day_is_an_order_and_that_is_said() -> None:
    rows = [{key: value for key, value in row.items() if key != "order"} for row in pairs_shop()]
    report = asked_of(shop(rows))
    assert not report.numbered
    assert report.baskets == len({(row["customer"], row["day"]) for row in rows})


def test_a_list_of_baskets_without_dates_is_enough() -> None:
    rows = pairs_shop()
    told = dataset(
        Kind.ORDERS, {"order": [row["order"] for row in rows], "product": [row["product_name"] for row in rows]}
    )
    (advice,) = asked_of(Shop(orders=told)).advice
    assert (advice.units, advice.money) == (None, None)
    assert not asked_of(Shop(orders=told)).customers
    assert asked_of(shop(rows)).customers
    for words in (("next",), ("due",), ("segment",)):
        with pytest.raises(MissingData) as lacking:
            answered(Shop(orders=told), *words)
        assert lacking.value.missing == (Role.CUSTOMER, Role.TIME, Role.AMOUNT)


def test_returns_fees_and_repeats_in_a_basket_count_once_or_not_at_all() -> None:
    rows = pairs_shop()
    noise: list[Row] = []
    for row in rows:
        noise.append(row)
        if row["product_name"] == "tea":
            noise.append({**row})
            noise.append({**row, "product_name": "POSTAGE", "not_a_product": True})
            noise.append({**row, "product_name": "thing 1", "amount": -7.0, "taken_back": True})
    plain = {"not_a_product": False, "taken_back": False}
    told = asked_of(shop([{**plain, **row} for row in noise]))
    assert [advice.count for advice in told.advice] == [advice.count for advice in asked_of(shop(rows)).advice]


def test_what_everybody_buys_is_left_out_and_named() -> None:
    rows = pairs_shop()
    bags = [line("c", 1, 0.1, order, product_name="bag") for order in dict.fromkeys(row["order"] for row in rows)]
    report = asked_of(shop([*rows, *bags]))
    assert report.everywhere == ("bag",)
    assert report.rules == 1


def test_bulk_orders_are_left_out_and_counted() -> None:
    rows = pairs_shop()
    bulk = [line("c", 1, 1.0, f"bulk {n}", product_name=f"p{i}") for n in range(3) for i in range(3000)]
    report = asked_of(shop([*rows, *bulk]))
    assert (report.giant, report.largest, report.rules) == (3, 100, 1)


@pytest.mark.parametrize(
    "rows",
    [
        [line("c", 1, 5.0, "o", product_name="tea")],
        [line(f"c{i}", i, 5.0, f"o{i}", product_name="tea") for i in range(200)],
        [line(f"c{i}", i, 5.0, f"o{i}", product_name=f"p{i}") for i in range(5000)],
    ],
    ids=["one basket", "each one item", "each its own product"],
)
def test_where_nothing_can_go_together_that_is_said(rows: list[Row]) -> None:
    report = asked_of(shop(rows))
    assert (report.advice, report.several) == ((), 0)
    assert basket.chart(report, "en") is None


def test_categories_may_be_asked_for() -> None:
    rows = [{**row, "category": row["product_name"].replace("thing", "sort")} for row in pairs_shop()]
    assert asked_of(shop(rows), "category").by == "category"
    assert asked_of(shop(rows), "类目").items == 12
    with pytest.raises(MissingData):
        asked_of(shop(pairs_shop()), "category")


def refills(seed: int = 3) -> list[Row]:
    """Half of those who buy a kit come back for its refill about a month later, and for more of it after that."""
    dice = Random(seed)
    rows: list[Row] = []
    for number in range(150):
        customer, start = f"c{number:03}", dice.randrange(150)
        rows.append(line(customer, start, 30.0, f"k{number}", product_name="kit" if number % 2 else "mug"))
        day = start
        for turn in range(3 if number % 4 == 1 else 0):
            day += dice.randint(26, 36)
            rows.append(line(customer, day, 8.0, f"r{number}-{turn}", product_name="refill"))
        other = start + dice.randrange(20, 120)
        rows.append(line(customer, other, 9.0, f"x{number}", product_name=f"thing {dice.randrange(6)}"))
    return rows


def test_what_follows_is_told_with_days_and_share() -> None:
    report = answered(named_shop(refills()), "next")
    assert isinstance(report, NextReport)
    kit = next(step for step in report.steps if (step.first, step.then) == ("kit", "refill"))
    assert 26 <= kit.gap <= 36
    assert kit.low < 0.5 < kit.high
    assert any(step.refill and step.first == "refill" for step in report.steps)
    about = answered(named_shop(refills()), "next", "mug")
    assert about.about == "mug"
    assert all("mug" in (step.first, step.then) for step in about.steps)
    assert (about.words, about.first_shown) == ("mug", 0)


def test_what_follows_has_pages_too() -> None:
    rows = [{**row, "product_name": f"{row['product_name']} {n}"} for n in range(3) for row in refills(n)]
    rows = [{**row, "customer": f"{row['product_name'][-1]}{row['customer']}"} for row in rows]
    first, second = answered(named_shop(rows), "next"), answered(named_shop(rows), "next", "page", "1")
    assert first.found > len(first.steps) == 4
    assert second.first_shown == 4
    assert not set(first.steps) & set(second.steps)


def test_who_is_due_is_named_with_product_and_day() -> None:
    report = answered(named_shop(refills()), "due")
    assert isinstance(report, DueReport)
    assert report.now + report.week == answered(named_shop(refills()), "next").due > 0
    assert {entry.product for entry in report.customers} == {"refill"}
    assert len({entry.customer for entry in report.customers}) == len(report.customers)
    assert all(entry.last < entry.due for entry in report.customers)
    name, frame = sheet(named_shop(refills()), chosen(("list", "due")), "en")
    assert name == "due to buy again"
    assert frame["Customer"].nunique() >= max(report.now, report.week)
    assert frame["Days late"].between(-6, 14).all()
    assert list(frame.columns)[:4] == ["Customer", "Product", "Last bought", "Due"]


def test_what_a_group_buys_together_and_others_do_not() -> None:
    rows = [line(f"c{i:03}", 3 * i % 90, 5.0, f"o{i}", product_name=f"thing {i % 12}") for i in range(300)]
    rows += [line(f"c{i:03}", 40, 5.0, f"h{i}", product_name="gold" if i % 2 else "velvet") for i in range(40, 260)]
    rows += [line(f"c{i:03}", 40, 5.0, f"h{i}", product_name=f"thing {(i + 5) % 12}") for i in range(40, 300)]
    for i in range(40):
        for turn in range(4):
            for name in ("gold", "velvet"):
                rows.append(line(f"c{i:03}", 80 + turn, 50.0, f"g{i}-{turn}", product_name=name))
    report = answered(shop(rows), "champions")
    assert isinstance(report, GroupReport)
    assert [{pair.one, pair.other} for pair in report.pairs] == [{"gold", "velvet"}]
    with pytest.raises(UnknownGroup):
        answered(shop(rows), "segment", "hibernating")
    with pytest.raises(OptionError):
        chosen(("segment", "nobody"))


def test_every_customer_is_offered_the_best_partner_that_they_lack() -> None:
    name, frame = sheet(named_shop(pairs_shop()), chosen(("list", "offers")), "zh")
    rows = pairs_shop()
    owned = {row["customer"]: set[str]() for row in rows}
    for row in rows:
        owned[row["customer"]].add(row["product_name"])
    assert name == "给谁推荐什么"
    assert set(frame["推荐"]) <= {"tea", "cup"}
    assert len(frame) > 0
    for has, lacks in (("tea", "cup"), ("cup", "tea")):
        expected = {customer for customer, things in owned.items() if has in things and lacks not in things}
        assert set(frame.loc[frame["推荐"] == lacks, "客户"]) == expected


def test_all_rules_leave_with_every_measure() -> None:
    report = answered(shop(pairs_shop()), "list", "rules")
    assert report == ListReport("rules")
    _, frame = sheet(shop(pairs_shop()), chosen(("list", "rules")), "en")
    (row,) = frame.to_dict("records")
    assert row["Orders with both"] == asked_of(shop(pairs_shop())).advice[0].count
    assert row["Chance (power of ten, Fisher)"] < -2
    told = asked_of(shop(pairs_shop())).advice[0]
    assert (row["Orders with the first"], row["At most more sold a month, if 1 in 10 follow"]) == (
        told.of,
        pytest.approx(told.units, abs=0.005),
    )
    assert set(frame.columns) <= set(language.BASKET_HEADERS["en"].values())


def advice_of(rows: Sequence[Row]) -> tuple[Advice, ...]:
    return asked_of(shop(rows)).advice


def test_the_order_of_the_rows_and_the_names_of_customers_change_nothing() -> None:
    rows = pairs_shop()
    assert advice_of(Random(5).sample(rows, len(rows))) == advice_of(rows)
    assert advice_of([{**row, "customer": f"x{row['customer']}"} for row in rows]) == advice_of(rows)


@pytest.mark.parametrize("reader", language.LANGUAGES)
def test_pictures_are_drawn_where_there_is_something_to_see(reader: str) -> None:
    for report in (asked_of(shop(pairs_shop())), answered(named_shop(refills()), "next")):
        picture = basket.chart(report, reader)
        assert picture is not None
        assert picture.startswith(b"\x89PNG")
    assert basket.chart(answered(named_shop(refills()), "due"), reader) is None


def test_prices_are_what_a_basket_usually_pays() -> None:
    rows = [line("c", i, 4.0, f"o{i}", product_name="tea") for i in range(3)]
    rows += [line("c", 0, 2.0, "o0", product_name="tea"), line("c", 9, 100.0, "o9", product_name="tea")]
    book = basketing.book(orders(rows))
    assert book.price[list(book.names).index("tea")] == pytest.approx(np.median([6.0, 4.0, 4.0, 100.0]))
    assert set(book.customers) == {"c"}
    assert Role.ORDER in orders(rows).names


def test_each_shown_product_can_be_asked_for_alone() -> None:
    report = asked_of(shop(pairs_shop()))
    ((name, words),) = report.products
    assert name == report.advice[0].then
    assert asked_of(shop(pairs_shop()), *words.split()).about == name
