# ruff: noqa: DTZ001 - times of a shop have no zone
from __future__ import annotations

import datetime as dt

import pytest

from analytics.dataset import Role
from analytics.reading import Choices, signature
from tests.analytics.reading.sheets import column, left_out, one, roles
from tests.analytics.reading.workbooks import Cell, xlsx

ROWS = [
    ("订单编号", "下单时间", "金额", "客户"),
    ("001", "2024-01-02", "5.5", "王"),
    ("002", "2024-01-03", "6.5", "李"),
]

CHOSEN = Choices(roles={signature(["kind", "thing", "note", "made"]): {"thing": Role.PRODUCT, "note": Role.ORDER}})


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "，"])
def test_finds_delimiter(delimiter: str) -> None:
    dataset = one("\n".join(delimiter.join(row) for row in ROWS))
    assert dataset.receipt.delimiter == delimiter
    assert column(dataset, "order") == ["001", "002"]
    assert column(dataset, "amount") == [5.5, 6.5]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end(end: str) -> None:
    assert column(one(end.join(",".join(row) for row in ROWS)), "customer") == ["王", "李"]


def test_separator_line_of_spreadsheet_programs() -> None:
    assert one("sep=;\n" + "\n".join(";".join(row) for row in ROWS)).rows == 2


def test_title_lines_above_and_total_below() -> None:
    dataset = one(
        "销售明细表,,,\n导出时间：2024-03-05,,,\n\n订单编号,下单时间,金额,客户\n1,2024-01-02,5,a\n2,2024-01-03,6,b\n合计,,11,\n"
    )
    assert column(dataset, "amount") == [5, 6]
    assert left_out(dataset) == {"total_line": 1}
    assert dataset.receipt.left_out[0].examples == (7,)


def test_total_line_below_very_many_orders() -> None:
    lines = "".join(f"A{i},2024-01-02,5\n" for i in range(6000))
    assert left_out(one(f"order id,date,amount\n{lines}Total:,,30000\n")) == {"total_line": 1}


def test_short_title_lines_above() -> None:
    dataset = one("Sales report\nMarch 2024\norder id,date,amount\n1,2024-03-02,5\n2,2024-03-03,6\n")
    assert column(dataset, "amount") == [5, 6]


def test_header_of_two_lines() -> None:
    dataset = one("order,,customer,\nno,date,name,amount\n1,2024-01-02,Ann,5\n2,2024-01-03,Bob,6\n")
    assert column(dataset, "amount") == [5, 6]
    assert column(dataset, "customer") == ["Ann", "Bob"]


def test_words_of_headers_among_the_data_are_no_header() -> None:
    dataset = one(
        "kind,thing,note,made\nbook,a,x,2024-01-02\nphone,email,date,2024-01-03\nlamp,b,y,2024-01-04\n", choices=CHOSEN
    )
    assert dataset.columns[0].header == "kind"
    assert dataset.rows == 3


def test_no_header_at_all() -> None:
    dataset = one("2024-01-02,1001,Ann,5.50\n2024-01-03,1002,Bob,6.20\n2024-01-04,1003,Ann,7.10\n")
    assert column(dataset, "amount") == [5.5, 6.2, 7.1]
    assert column(dataset, "customer") == ["Ann", "Bob", "Ann"]
    assert dataset.columns[0].header == "#1"


def test_ragged_file_is_baskets() -> None:
    dataset = one("milk,bread\nmilk\nbread,eggs,tea\nmilk,eggs,tea,jam\nbread\ntea,milk\n")
    assert column(dataset, "order")[:3] == ["1", "1", "2"]
    assert column(dataset, "product")[:3] == ["milk", "bread", "milk"]


def test_blank_separated_item_numbers_are_baskets() -> None:
    dataset = one("1 3 9\n2 3\n4\n1 2 3 4 5\n2 9\n7 8 9 10\n", "retail.dat")
    assert column(dataset, "product")[:3] == ["1", "3", "9"]


def test_quoted_line_breaks_and_delimiters() -> None:
    dataset = one('order id,date,amount,customer\n1,2024-01-02,5,"Ann,\nthe ""first"""\n2,2024-01-03,6,Bob\n')
    assert column(dataset, "customer") == ['Ann,\nthe "first"', "Bob"]


def test_unclosed_quote_costs_no_rows() -> None:
    dataset = one('order id,date,amount,customer\n1,2024-01-02,5,"Ann\n2,2024-01-03,6,Bob\n3,2024-01-04,7,Cid\n')
    assert column(dataset, "customer") == ["Ann", "Bob", "Cid"]


def test_inch_marks_that_pair_by_accident_cost_no_rows() -> None:
    dataset = one('order id,date,product,amount\n1,2024-01-02,"6 nail,5\n2,2024-01-03,bolt,6\n3,2024-01-04,"8 nail,7\n')
    assert column(dataset, "amount") == [5, 6, 7]


def test_long_comment_with_commas_is_no_lost_row() -> None:
    dataset = one('review,rating,date\n"good,\nbut, well, slow\n2,3,4",5,2024-01-02\nfine and very good,4,2024-01-03\n')
    assert dataset.rows == 2


def test_short_rows_are_filled_and_overlong_ones_told() -> None:
    dataset = one(
        "order id,date,amount,customer\n1,2024-01-02,5\n2,2024-01-03,6,b,c\n3,2024-01-04,7,d\n4,2024-01-05,8,e,\n"
    )
    assert column(dataset, "order") == ["1", "3", "4"]
    assert dataset.receipt.left_out[0].reason == "wrong_width"
    assert dataset.receipt.left_out[0].examples == (3,)


def test_row_numbers_count_blank_lines() -> None:
    dataset = one("order id,date,amount\n\n1,2024-01-02,5\n\n2,soon,6\n")
    assert {count.reason: count.examples for count in dataset.receipt.left_out} == {
        "blank": (2, 4),
        "unreadable_date": (5,),
    }


def test_a_million_blank_rows_are_no_rows() -> None:
    dataset = one("order id,date,amount\n1,2024-01-02,5\n" + ",,\n" * 1_000_000)
    assert dataset.receipt.rows_read == 1


def test_doubled_and_missing_names_are_told_apart() -> None:
    dataset = one("date,amount,amount,\n2024-01-02,5,6,x\n2024-01-03,7,8,y\n")
    assert list(roles(dataset)) == ["date", "amount", "amount (2)", "#4"]


def test_worksheet_below_blank_rows_has_true_row_numbers() -> None:
    rows: list[list[Cell]] = [
        ["报表", None, None],
        ["订单编号", "下单时间", "金额"],
        ["1", dt.datetime(2024, 1, 2), 5],
        ["2", "?", 6],
    ]
    dataset = one(xlsx({"S": rows}, first_row=4), "a.xlsx")
    assert column(dataset, "time") == [dt.datetime(2024, 1, 2)]
    assert dataset.receipt.left_out[0].examples == (7,)


def test_a_line_of_a_basket_file_is_one_row() -> None:
    dataset = one("milk,bread\nmilk\nbutter,milk,bread,jam\n\ntea,milk,milk,rum,oil\nsalt,oil,rice\n\n")
    receipt = dataset.receipt
    assert (receipt.rows_read, receipt.rows_used, dataset.rows) == (6, 5, 14)
    assert [(count.reason, count.examples) for count in receipt.left_out] == [("blank", (4,))]


def test_a_basket_is_left_out_with_its_last_item() -> None:
    dataset = one("milk,bread\n盘点\nbutter,milk,bread,jam\ntea,盘点,rum\nsalt,oil,rice,milk,tea\n")
    receipt = dataset.receipt
    assert (receipt.rows_read, receipt.rows_used, dataset.rows) == (5, 4, 13)
    assert [(count.reason, count.examples) for count in receipt.left_out] == [("adjustment", (2,))]
