"""Sheets that somebody keeps by hand: what columns are called, quantities as people write them, what could not be read."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from analytics.dataset import Role
from analytics.reading import Choices
from analytics.reading.numbers import parse_counts
from tests.analytics.reading.sheets import column, left_out, noted, one, roles

NOW = Choices(today=date(2026, 11, 2))
DAYS = [f"2026-09-{day:02}" for day in range(1, 29)]


@pytest.mark.parametrize(
    ("headers", "currency"),
    [
        ("date,who,what,how many,£", "GBP"),
        ("When,Who,Item,Pieces,€", "EUR"),
        ("日期,谁,买了啥,几份,金额", None),
        ("日子,客人,东西,几件,多少钱", None),
        ("哪天,客人姓名,买了什么,件数,￥", "CNY"),
    ],
)
def test_columns_as_people_call_them(headers: str, currency: str | None) -> None:
    rows = [f"{day},Customer {n % 5},Flat white,{1 + n % 2},{3 + n}.20" for n, day in enumerate(DAYS)]
    dataset = one("\n".join([headers, *rows]))
    given = [role for role in roles(dataset).values() if role is not Role.UNUSED]
    assert given == [Role.TIME, Role.NAME, Role.PRODUCT_NAME, Role.QUANTITY, Role.AMOUNT]
    assert dataset.currency == currency
    assert dataset.frame("amount").amount.sum() == pytest.approx(sum(3.2 + n for n in range(28)))


def test_what_is_called_product_holds_codes_or_names() -> None:
    rows = [f"{n},{day},K{n},{{}},9" for n, day in enumerate(DAYS)]
    header = "order id,date,customer id,product,total\n"
    assert roles(one(header + "\n".join(rows).format(*["Flat white"] * 28)))["product"] is Role.PRODUCT_NAME
    assert roles(one(header + "\n".join(rows).format(*["AB-19"] * 28)))["product"] is Role.PRODUCT


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("2x", 2),
        ("x2", 2),
        ("×3", 3),
        ("2 ×", 2),
        ("一", 1),
        ("两份", 2),
        ("one", 1),
        ("Two", 2),
        ("3杯", 3),
        ("1.5", 1.5),
    ],
)
def test_quantities_as_people_write_them(text: str, count: float) -> None:
    assert parse_counts(pa.array([text])).tolist() == [count]


@pytest.mark.parametrize("text", ["半", "some", "x", "2x3", "一些", "欠着", ""])
def test_what_is_no_clear_quantity_is_none(text: str) -> None:
    assert parse_counts(pa.array([text])).tolist() == [pytest.approx(float("nan"), nan_ok=True)]


def test_a_quantity_that_cannot_be_read_costs_no_money() -> None:
    rows = [f"{day},客{n % 5},18,{'一些' if n % 3 else '2x'}" for n, day in enumerate(DAYS)]
    dataset = one("日期,客人,金额,几份\n" + "\n".join(rows))
    assert dataset.frame("amount").amount.sum() == 28 * 18
    assert left_out(dataset) == {}
    assert noted(dataset) == {"unreadable_quantity": 18}
    assert column(dataset, "quantity")[:3] == [2, None, None]


def test_without_a_total_an_unreadable_quantity_leaves_no_money_to_count() -> None:
    dataset = one("date,who,price,qty\n2026-09-01,a,3,2\n2026-09-02,b,4,2x\n2026-09-03,c,5,some\n2026-09-04,d,5,1\n")
    assert column(dataset, "amount") == [6, 8, 5]
    assert left_out(dataset) == {"unreadable_number": 1}


def test_headings_of_months_are_no_rows() -> None:
    dataset = one("日期,谁,金额\n2026-09-01,甲,5\n九月,,\n2026-09-02,乙,6\n2026年10月,,\n2026-10-02,丙,7\n")
    assert left_out(dataset) == {"heading": 2}


def test_a_row_with_a_month_and_money_is_no_heading() -> None:
    assert one("month,who,sales\n2026-01,a,5\n2026-02,b,6\n2026-03,c,6\n").rows == 3


@pytest.mark.parametrize(("bad", "much"), [(2, False), (6, True)])
def test_what_lacks_much_is_told_from_slips(bad: int, *, much: bool) -> None:
    rows = [f"{'irgendwann' if n < bad else day},a{n},9" for n, day in enumerate(DAYS)]
    receipt = one("date,who,amount\n" + "\n".join(rows)).receipt
    assert (sum(count.rows for count in receipt.unread), receipt.lacks_much) == (bad, much)


def test_few_rows_with_much_of_the_money_are_much() -> None:
    rows = [f"{'some day' if n == 4 else day},a{n},{500 if n == 4 else 9}" for n, day in enumerate(DAYS)]
    receipt = one("date,who,amount\n" + "\n".join(rows)).receipt
    assert receipt.unread_sales == pytest.approx(500 / (500 + 27 * 9))
    assert receipt.lacks_much


def test_rows_left_out_on_purpose_are_not_unread() -> None:
    rows = [f"{n},{day},K{n},9,{'cancelled' if n % 2 else 'paid'}" for n, day in enumerate(DAYS)]
    receipt = one("order id,date,customer id,total,status\n" + "\n".join(rows)).receipt
    assert receipt.rows_used == 14
    assert not receipt.lacks_much


def test_refunds_are_counted_by_orders_and_once() -> None:
    lines = "order id,date,customer id,product,quantity,line total,refunded amount\n"
    lines += "1,2026-09-01,a,Mug,1,10,30\n1,2026-09-01,a,Cup,1,20,\n"  # whole
    lines += "2,2026-09-02,b,Mug,1,10,5\n2,2026-09-02,b,Cup,1,20,\n"  # in part
    lines += "3,2026-09-03,c,Mug,1,10,\n3,2026-09-03,c,Cup,1,20,\n4,2026-09-04,c,Cup,1,20,\n"
    assert noted(one(lines)) == {"taken_back": 1, "refunded": 1}


def test_three_chinese_headers_prove_their_encoding() -> None:
    rows = "".join(f"{day},张{'三四五六七'[n % 5]},{9 + n}\n" for n, day in enumerate(DAYS))
    assert "encoding_guessed" not in noted(one(("日期,客人,金额\n" + rows).encode("gbk")))
