"""Several products in one cell: taken apart where that is safe, told where it is not."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.errors import NothingUsable
from tests.analytics.reading.sheets import column, noted, one

GOODS = {"曲奇饼干": 58, "辣味鸭脖": 26.8, "凤梨酥礼盒": 68, "雪花酥 250g": 29.9, "牛肉干": 35}
HEADER = "订单编号,买家会员名,总金额,买家实际支付金额,订单状态,订单创建时间,宝贝标题,宝贝总数量"


def sheet(baskets: list[list[str]], separator: str = "，", quantity: int | None = None, first: int = 1000) -> str:
    rows = [
        f"{first + n},tb{n % 30},{money},{money},交易成功,2026-0{1 + n % 9}-0{1 + n % 9} 10:00:00,"
        f'"{separator.join(basket)}",{quantity or len(basket)}'
        for n, basket in enumerate(baskets)
        for money in [round(sum(GOODS.get(item, 20) for item in basket), 2)]
    ]
    return "\n".join([HEADER, *rows])


def baskets(orders: int = 60, seed: int = 4) -> list[list[str]]:
    draw = random.Random(seed)
    return [draw.sample(list(GOODS), draw.choice((1, 1, 2, 3))) for _ in range(orders)]


@pytest.mark.parametrize("separator", ["，", "/", "；", "|", " , "])
def test_products_sold_alone_as_well_are_taken_apart(separator: str) -> None:
    bought = baskets()
    dataset = one(sheet(bought, separator))
    lines = dataset.frame("order", "product_name", "quantity", "amount")
    assert [list(rows.product_name) for _, rows in lines.groupby("order", sort=False, observed=True)] == bought
    assert (lines.quantity == 1).all()
    # Each at what it costs alone, though the order's money is told in one sum.
    assert dict(lines.groupby("product_name", observed=True).amount.max()) == pytest.approx(GOODS)
    assert dataset.receipt.rows_used == len(bought)


def test_never_more_titles_than_pieces_is_enough() -> None:
    alone = [["曲奇饼干"]] * 10
    several = [[f"礼盒{n}号", f"糖{n}号"] for n in range(20)]
    lines = one(sheet(alone + several)).frame("order", "product_name")
    assert len(lines) == 50


def test_orders_none_of_which_came_about_are_of_no_use() -> None:
    with pytest.raises(NothingUsable):
        one(sheet(baskets()).replace("交易成功", "交易关闭"))


def test_a_title_with_commas_stays_whole() -> None:
    titles = [["手工糖，原味，500g 新年装"], ["鸭脖，辣味"]] * 20
    dataset = one(sheet(titles, quantity=1))
    assert set(column(dataset, "product_name")) == {title for (title,) in titles}
    assert noted(dataset) == {}


def test_what_cannot_be_told_apart_is_said() -> None:
    joined = [[f"糖 {n}，原味", f"饼 {n}，甜"] for n in range(30)]
    dataset = one(sheet([["鸭脖，辣味"]] * 10, quantity=1) + "\n" + sheet(joined, first=2000).partition("\n")[2])
    assert noted(dataset) == {"several_in_one": 30}
    assert dataset.rows == 40


def test_a_line_a_product_stays_as_it_is() -> None:
    rows = [f"{n // 2},2026-09-0{1 + n % 9},K{n % 7},A/B,2,9" for n in range(40)]
    dataset = one("order id,date,customer id,product name,quantity,total\n" + "\n".join(rows))
    assert set(column(dataset, "product_name")) == {"A/B"}


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), orders=st.integers(20, 120))
def test_taking_apart_moves_no_money(seed: int, orders: int) -> None:
    bought = baskets(orders, seed)
    lines = one(sheet(bought)).frame("order", "amount")
    told = lines.groupby("order", sort=False, observed=True).amount.sum().tolist()
    assert told == pytest.approx([sum(GOODS[item] for item in basket) for basket in bought])
