from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from analytics import purchases, rfm
from analytics.dataset import Shop
from analytics.portraits import Portrait, portrait
from bot.render import Renderer
from bot.resources import TEMPLATES
from tests.analytics.shops import Row, customers, line, lively, shop

INSIDE = [f"c{i:03}" for i in range(40)]


def tea_shop(product: str = "product") -> list[dict[str, Any]]:
    """Two hundred customers who each bought twice, ten days apart; most of the first forty bought the green tea."""
    rows = []
    for i in range(200):
        for k in range(2):
            liked = "Green tea" if i < 30 or 40 <= i < 50 else "Black tea"
            rows.append(line(f"c{i:03}", i % 50 + 10 * k, 20.0, f"o{i}-{k}", **{product: liked}))
            rows.append(line(f"c{i:03}", i % 50 + 10 * k, 5.0, f"o{i}-{k}", **{product: "Biscuit"}))
    return rows


def drawn(rows: Iterable[Row], inside: Iterable[str] = INSIDE, **more: Any) -> Portrait:
    return portrait(replace(shop(rows), **more), list(inside))


def test_how_they_buy_and_what_it_brings() -> None:
    found = drawn(tea_shop())
    assert (found.customers, found.everybody) == (40, 200)
    worth = found.worth
    assert worth is not None
    assert (worth.orders, worth.basket, worth.gap, worth.spend, worth.usual_spend, worth.sales) == (
        2,
        25,
        10,
        50,
        50,
        2000,
    )
    assert worth.share_of_sales == pytest.approx(0.2)


def test_what_they_like_beyond_chance() -> None:
    (liked,) = drawn(tea_shop()).likes
    assert (liked.feature, liked.value, liked.customers, liked.known) == ("product", "Green tea", 30, 40)
    assert (liked.share, liked.base) == (0.75, 0.2)


def test_products_known_by_number_are_named_as_on_most_lines() -> None:
    rows = [{**row, "product_name": row["product"]} for row in tea_shop()]
    for row in rows:
        row["product"] = {"Green tea": "17", "Black tea": "18", "Biscuit": "19"}[row["product"]]
    rows[0]["product_name"] = "green tee"
    assert [trait.value for trait in drawn(rows).likes] == ["Green tea"]


def test_fees_and_goods_brought_back_are_not_liked() -> None:
    back = [{**row, "taken_back": row["product"] == "Green tea"} for row in tea_shop()]
    assert drawn(back).likes == ()
    target = shop(tea_shop())
    assert target.orders is not None
    table = target.orders.table()
    fee = pa.array([row["product"] == "Green tea" for row in tea_shop()])
    target = Shop(orders=replace(target.orders, source=table.append_column("not_a_product", fee)))
    assert portrait(target, INSIDE).likes == ()


def test_buying_more_of_everything_is_no_taste() -> None:
    # The forty buy all of twenty products, everybody else a random few.
    dice = Random(1)
    rows = [
        line(f"c{i:03}", dice.randint(0, 300), 5.0, f"o{i}-{k}", product=f"p{k:02}")
        for i in range(200)
        for k in (range(20) if i < 40 else dice.sample(range(20), 8))
    ]
    broad = drawn(rows)
    assert all(trait.share / trait.base > 20 / (0.2 * 20 + 0.8 * 8) for trait in broad.likes)


def test_what_they_like_by_chance_is_seldom_shown() -> None:
    false = 0
    for seed in range(40):
        dice = Random(seed)
        rows = [
            line(f"c{i:03}", dice.randint(0, 300), 5.0, f"o{i}-{k}", product=f"p{dice.randrange(25):02}")
            for i in range(150)
            for k in range(3)
        ]
        found = drawn(rows)
        false += bool(found.likes or found.weekday or found.apart)
    assert false <= 2


def people_of(size: int = 200) -> dict[str, list[Any]]:
    return {
        "customer": [f"c{i:03}" for i in range(size)],
        "age": [30.0 + i % 5 if i < 40 else 50.0 + i % 5 for i in range(size)],
        "sex": ["F" if i % 4 else "M" for i in range(size)],
        "place": ["上海" if i < 25 or i >= 185 else "北京" for i in range(size)],
    }


def test_who_they_are() -> None:
    found = drawn(tea_shop(), customers=customers(people_of()))
    assert found.age == 32.0
    assert found.sex is not None
    assert (found.sex.value, found.sex.share, found.sex.base) == ("F", 0.75, 0.75)
    assert found.place is not None
    assert (found.place.value, found.place.share, found.place.base) == ("上海", 0.625, 0.2)
    assert {(trait.feature, trait.value) for trait in found.apart} == {
        ("age", None),
        ("place", "上海"),
        ("place", "北京"),
    }


def test_what_the_group_was_built_on_does_not_set_it_apart() -> None:
    target = replace(shop(tea_shop()), customers=customers(people_of()))
    assert {trait.feature for trait in portrait(target, INSIDE, built_on=["place"]).apart} == {"age"}


def test_the_place_is_that_of_the_last_order_where_there_is_no_list() -> None:
    rows = [{**row, "place": "Bath" if row["day"] % 10 else "York"} for row in tea_shop()]
    assert drawn(rows).place is not None
    assert drawn(tea_shop()).place is None


def test_when_they_buy() -> None:
    dice = Random(3)
    rows: list[Row] = []
    for i in range(150):
        for k in range(4):
            # The first day, 1 January 2026, was a Thursday: two days later is a Saturday.
            saturday = i < 40 and k < 3
            day = 7 * dice.randrange(40) + (2 if saturday else dice.randrange(7))
            moment = datetime(2026, 1, 1, 19 if i < 40 else 10) + timedelta(days=day, minutes=dice.randrange(60))  # noqa: DTZ001
            rows.append({"customer": f"c{i:03}", "time": moment, "amount": 5.0, "order": f"o{i}-{k}"})
    found = drawn(rows)
    assert found.weekday is not None
    assert found.weekday.at == 5
    assert found.weekday.share > 0.7 > found.weekday.base
    assert found.hours is not None
    assert (found.hours.at, found.hours.share) == (18, 1.0)
    assert drawn(tea_shop()).hours is None


def test_a_customer_list_alone_says_who_they_are_and_asks_for_orders() -> None:
    found = portrait(Shop(customers=customers(people_of())), INSIDE)
    assert (found.customers, found.everybody, found.worth, found.likes, found.action) == (
        40,
        200,
        None,
        (),
        "get_to_know",
    )
    assert found.age == 32.0


def once(day: int) -> list[Row]:
    regulars = [line(f"r{i:02}", 10 * k, 10.0, f"r{i}-{k}") for i in range(30) for k in range(36)]
    return [*regulars, *(line(f"c{i:03}", day, 9.0, f"o{i}") for i in range(40))]


def test_the_action_follows_from_how_they_buy() -> None:
    assert drawn(once(348)).action == "second_order"
    assert drawn(once(10)).action == "one_try"
    assert drawn(once(10), [f"r{i:02}" for i in range(30)]).action == "thank"
    assert drawn(tea_shop()).action == "win_back"
    slow = [{**row, "day": row["day"] * 30} for row in tea_shop()]
    assert drawn(slow, [f"c{i:03}" for i in range(40, 50)]).action in {"favourites", "larger_basket"}


@pytest.mark.parametrize("inside", [[], ["nobody"], ["c000"]])
def test_nobody_and_one_alone_have_a_portrait_without_traits(inside: list[str]) -> None:
    found = drawn(tea_shop(), inside)
    assert found.customers == len([key for key in inside if key == "c000"])
    assert (found.apart, found.likes, found.weekday, found.age, found.sex) == ((), (), None, None, None)


def test_everybody_and_a_shop_of_one_are_not_set_apart() -> None:
    assert drawn(tea_shop(), [f"c{i:03}" for i in range(200)]).likes == ()
    assert drawn([line("c000", 0, 5.0)]).customers == 1


def test_a_whale_is_one_customer() -> None:
    whale = [line("c000", day, 1e6, f"w{day}", product="Black tea") for day in range(300)]
    found = drawn([*tea_shop(), *whale])
    assert [trait.value for trait in found.likes] == ["Green tea"]
    assert found.worth is not None
    assert found.worth.spend == 50


def test_order_names_unit_and_years_change_nothing() -> None:
    rows = [{**row, "product": f"p{number % 7}"} for number, row in enumerate(lively())]
    inside = [f"c{i:03}" for i in range(0, 120, 4)]
    first = drawn(rows, inside)
    assert drawn(Random(1).sample(rows, len(rows)), inside) == first
    other = {f"c{i:03}": f"x{(i * 77) % 997:03}" for i in range(120)}
    assert drawn([{**row, "customer": other[row["customer"]]} for row in rows], [other[key] for key in inside]) == first
    assert drawn([{**row, "day": row["day"] + 7 * 52} for row in rows], inside) == first
    dear = drawn([{**row, "amount": 100 * row["amount"]} for row in rows], inside)
    assert dear.worth is not None
    assert first.worth is not None
    assert dear.worth.spend == pytest.approx(100 * first.worth.spend)
    assert (dear.likes, dear.action, dear.weekday) == (first.likes, first.action, first.weekday)


def test_each_customer_and_item_are_one_pair() -> None:
    lines = purchases.order_lines(shop(tea_shop()).orders)
    assert lines is not None
    sold = purchases.bought(lines, rfm.customer_table(lines), "product")
    assert sorted(zip(sold.names, sold.buyers.tolist(), strict=True)) == [
        ("Biscuit", 200),
        ("Black tea", 160),
        ("Green tea", 40),
    ]
    assert len(sold.customer) == 400
    assert np.all(np.diff(sold.customer) >= 0)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_card_fits_a_screen(language: str) -> None:
    for found in (
        drawn(tea_shop(), customers=customers(people_of())),
        portrait(Shop(customers=customers(people_of())), INSIDE),
        drawn(tea_shop(), []),
    ):
        reply = Renderer(TEMPLATES).say("portrait", "card", language, portrait=found, currency="GBP")
        assert reply.visible <= (700 if language == "en" else 350)
        assert len(reply.html.splitlines()) <= 12


@pytest.mark.parametrize("woman", ["F", "Female", "女"])
def test_a_sex_is_the_same_however_the_sheet_words_it(woman: str) -> None:
    listed = customers({"sex": [woman] * 30 + ["x"] * 10})
    found = portrait(Shop(customers=listed), [f"c{i:04}" for i in range(40)])
    assert found.sex is not None
    assert (found.sex.value, found.sex.customers) == ("F", 30)
