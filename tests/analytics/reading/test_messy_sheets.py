# ruff: noqa: DTZ001 - times of a shop have no zone
"""Sheets as people keep them by hand; what they must give is counted by hand as well."""

from __future__ import annotations

import datetime as dt

import pytest

from analytics.dataset import Kind, Role
from analytics.errors import NothingUsable
from analytics.reading import read
from tests.analytics.reading.sheets import column, left_out, noted, one, roles
from tests.analytics.reading.workbooks import Cell, xlsx


def day(month: int, number: int, hour: int = 0, minute: int = 0) -> dt.datetime:
    return dt.datetime(2024, month, number, hour, minute)


def amounts(*cells: str, separator: str = ";") -> list[float]:
    """What the cells of a column of money are read as; every line has a day of its own."""
    rows = (f"{2024}-01-{i:02}{separator}a{separator}{cell}" for i, cell in enumerate(cells, 1))
    values: list[float] = column(one("\n".join([separator.join(("date", "customer", "amount")), *rows])), "amount")
    return values


def test_title_and_notes_above_and_a_total_below() -> None:
    dataset = one(
        "小王花店 2024年3月销售记录,,,\n制表人：小王,,,\n,,,\n日期,客户,商品,金额\n"
        '2024/3/5 14:05,张姐,玫瑰,"¥1,234.50"\n2024/3/6,李哥,百合,88\n合计,,,"¥1,322.50"\n'
    )
    assert column(dataset, "time") == [day(3, 5, 14, 5), day(3, 6)]
    assert column(dataset, "amount") == [1234.5, 88]
    assert left_out(dataset) == {"total_line": 1}
    assert dataset.receipt.left_out[0].examples == (7,)
    assert dataset.currency == "CNY"


def test_english_report_of_a_till() -> None:
    dataset = one(
        "Monthly sales report\nGenerated 2024-02-01 by POS\n\nDate,Customer,Item,Qty,Total\n"
        '01/05/2024,Ann,Tea,2,"$1,234.50"\n01/16/2024,Bob,Cake,1,$8.00\nTotal,,,3,"$1,242.50"\n'
    )
    assert column(dataset, "time") == [day(1, 5), day(1, 16)]
    assert column(dataset, "amount") == [1234.5, 8]
    assert left_out(dataset) == {"total_line": 1}


def test_german_sheet_with_a_sum() -> None:
    dataset = one(
        "Bestellungen März\n\nDatum;Kunde;Artikel;Betrag\n05.03.2024;Meier;Rosen;1.234,50 €\n"
        "16.03.2024;Schulz;Lilien;88,00 €\nSumme;;;1.322,50 €\n"
    )
    assert column(dataset, "amount") == [1234.5, 88]
    assert (dataset.currency, left_out(dataset)) == ("EUR", {"total_line": 1})


@pytest.mark.parametrize(
    "lines",
    [
        ("小计,,,,11", "小计,,,,7", "合计,,,,18"),
        (",,,小计,11", ",,,小计：,7", ",,,合计：,18"),
        ("A1 小计,,,,11", "A2小计,,,,7", "一月合计,,,,18"),
        ("Total A1,,,,11", "A2 subtotal,,,,7", "Grand Total:,,,,18"),
    ],
)
def test_subtotals_between_the_orders_are_not_sold_twice(lines: tuple[str, str, str]) -> None:
    dataset = one(
        "订单编号,日期,客户,商品,金额\nA1,2024-01-05,张姐,玫瑰,5\nA1,2024-01-05,张姐,百合,6\n"
        f"{lines[0]}\nA2,2024-01-06,李哥,玫瑰,7\n{lines[1]}\n{lines[2]}\n"
    )
    assert column(dataset, "amount") == [5, 6, 7]
    assert left_out(dataset) == {"total_line": 3}


def test_goods_with_the_word_total_in_their_name_are_sold() -> None:
    dataset = one(
        "Item,Date,Customer,Amount\nTotal Care soap,2024-01-05,Ann,5\nTotal Care soap,2024-01-06,,7\nTotal,,,12\n"
    )
    assert column(dataset, "amount") == [5, 7]
    assert left_out(dataset) == {"total_line": 1}


def test_header_of_two_lines() -> None:
    dataset = one(
        "订单信息,,,商品,,\n订单编号,下单日期,客户,商品名称,数量,金额\nA1,2024-01-05,张姐,玫瑰,2,10\nA2,2024-01-06,李哥,百合,1,8\n"
    )
    assert roles(dataset)["商品名称"] is Role.PRODUCT_NAME
    assert column(dataset, "amount") == [10, 8]


def test_header_of_two_lines_of_merged_cells() -> None:
    rows: list[list[Cell]] = [
        ["客户", None, "订单", None, "金额"],
        ["姓名", "电话", "编号", "日期", None],
        ["张姐", "13800138000", "A1", day(1, 5), 10],
        ["李哥", "13900139000", "A2", day(1, 6), 20],
    ]
    dataset = one(xlsx({"S": rows}, merged=["A1:B1", "C1:D1", "E1:E2"]), "a.xlsx")
    assert column(dataset, "phone") == ["13800138000", "13900139000"]
    assert column(dataset, "order") == ["A1", "A2"]
    assert column(dataset, "time") == [day(1, 5), day(1, 6)]
    assert column(dataset, "amount") == [10, 20]


def test_blank_columns_and_blank_rows_between_months() -> None:
    dataset = one(
        ",日期,,客户,,金额\n,2024-01-05,,a,,5\n,2024-01-06,,b,,6\n,,,,,\n,2024-02-05,,a,,7\n,,,,,\n,2024-03-05,,c,,8\n"
    )
    assert column(dataset, "amount") == [5, 6, 7, 8]
    assert left_out(dataset) == {"blank": 2}


def test_names_of_months_between_the_rows_are_told() -> None:
    dataset = one("日期,客户,金额\n1月,,\n2024-01-05,a,5\n2024-01-06,b,6\n,,\n2月,,\n2024-02-05,a,7\n")
    assert column(dataset, "amount") == [5, 6, 7]
    assert left_out(dataset) == {"unreadable_date": 2, "blank": 1}


def test_notes_below_the_table_are_told() -> None:
    dataset = one("日期,客户,金额\n2024-01-05,a,5\n2024-01-06,b,6\n\n备注：周日休息,,\n制表：小王,,\n")
    assert column(dataset, "amount") == [5, 6]
    assert dataset.receipt.rows_read == 5


def test_a_header_repeated_on_every_page_is_told() -> None:
    dataset = one("日期,客户,金额\n2024-01-05,a,5\n日期,客户,金额\n2024-01-06,b,6\n")
    assert column(dataset, "amount") == [5, 6]
    assert left_out(dataset) == {"unreadable_date": 1}


def test_without_header_nothing_is_certain() -> None:
    dataset = one("张姐,5.3.24,50.00\n李哥,16.3.24,60.00\n张姐,17.3.24,70.50\n")
    assert column(dataset, "time") == [day(3, 5), day(3, 16), day(3, 17)]
    assert column(dataset, "customer") == ["张姐", "李哥", "张姐"]
    assert column(dataset, "amount") == [50, 60, 70.5]
    assert all(found.confidence < 0.7 for found in dataset.columns)


def test_half_of_the_customers_unknown() -> None:
    dataset = one("日期,客户,商品,金额\n2024-01-05,张姐,玫瑰,5\n2024-01-05,,百合,6\n2024-01-06,,玫瑰,7\n")
    assert column(dataset, "customer") == ["张姐", None, None]
    assert noted(dataset) == {"no_customer": 2}


def test_two_tables_side_by_side() -> None:
    january, february = read(
        b"date,customer,amount,,date,customer,amount\n2024-01-05,a,5,,2024-02-05,c,7\n2024-01-06,b,6,,2024-02-06,d,8\n",
        "a.csv",
    )
    assert (column(january, "amount"), column(february, "amount")) == ([5, 6], [7, 8])
    assert column(february, "customer") == ["c", "d"]


@pytest.mark.parametrize(
    ("cells", "times"),
    [
        (("5.3.24", "16.3.24"), [day(3, 5), day(3, 16)]),
        (("2024/3/5 14:05", "2024/3/16 9:30"), [day(3, 5, 14, 5), day(3, 16, 9, 30)]),
        (("２０２４/３/５", "２０２４年３月６日"), [day(3, 5), day(3, 6)]),
        (("2024-03-05", "2024/3/6 14:05", "2024年3月7日", "20240308", "45360"), [*map(day, [3] * 3, [5, 6, 7]), day(3, 8), day(3, 9)]),
        (("1704412800", "1704499200"), [day(1, 5), day(1, 6)]),
        (("1704412800000", "1704499200500"), [day(1, 5), dt.datetime(2024, 1, 6, 0, 0, 0, 500_000)]),
        (("45296", "45297.5"), [day(1, 5), day(1, 6, 12)]),
        (("2024年1月", "2024年2月"), [day(1, 1), day(2, 1)]),
    ],
)  # fmt: skip
def test_days_as_people_write_them(cells: tuple[str, ...], times: list[dt.datetime]) -> None:
    rows = "".join(f"{cell},a,{i}\n" for i, cell in enumerate(cells, 1))
    found = column(one(f"日期,客户,金额\n{rows}"), "time")
    assert found == [day(3, 5), day(3, 6, 14, 5), *times[2:]] if "20240308" in cells else found == times


def test_a_day_that_is_a_word_is_told() -> None:
    dataset = one("日期,客户,金额\n2024-03-05,a,5\n昨天,b,6\n2024-03-07,c,7\n")
    assert column(dataset, "amount") == [5, 7]
    assert left_out(dataset) == {"unreadable_date": 1}


def test_days_both_ways_round_are_told() -> None:
    dataset = one("日期,客户,金额\n3/5/2024,a,1\n16/5/2024,b,2\n5/16/2024,c,3\n")
    assert left_out(dataset) == {"impossible_date": 1}
    assert noted(dataset)["month_first_assumed"] == 2


def test_serials_of_a_worksheet_without_a_format() -> None:
    rows: list[list[Cell]] = [["客户", "日期", "金额"], ["a", 45296, 5], ["b", 45297.5, 6]]
    assert column(one(xlsx({"S": rows}), "a.xlsx"), "time") == [day(1, 5), day(1, 6, 12)]


ROWS = "日期,客户,金额\n3月5日,张姐,50\n3月16日 14:05,李哥,60\n"
SHORT = "日期,客户,金额\n3/5,张姐,50\n3.16,李哥,60\n"


def test_the_year_stands_in_the_title_only() -> None:
    assert column(one(f"2024年3月流水,,\n{ROWS}"), "time") == [day(3, 5), day(3, 16, 14, 5)]
    assert column(one(f"Sales 2024\n\n{SHORT}"), "time") == [day(3, 5), day(3, 16)]


def test_the_year_stands_in_the_name_of_the_sheet_or_file_only() -> None:
    rows: list[list[Cell]] = [["日期", "客户", "金额"], ["3月5日", "张姐", 50], ["3月16日", "李哥", 60]]
    assert column(one(xlsx({"2024年": rows}), "a.xlsx"), "time") == [day(3, 5), day(3, 16)]
    assert column(one(ROWS, "2024流水.csv"), "time") == [day(3, 5), day(3, 16, 14, 5)]


@pytest.mark.parametrize(
    "content",
    [ROWS, SHORT, f"2023年12月-2024年1月,,\n{ROWS}", f"Printed 2025-01-03,,\n{ROWS}"],
    ids=["none", "none, with strokes", "two", "of the printing"],
)
def test_no_certain_year_is_no_year(content: str) -> None:
    with pytest.raises(NothingUsable):
        read(content.encode(), "a.csv")


def test_amounts_as_people_write_them() -> None:
    assert amounts("¥1,234.50", "1.2万", "3.5k", "５０", "(123.45)", "￥12.50元", "123-", "−6") == [
        1234.5, 12_000, 3500, 50, -123.45, 12.5, -123, -6,
    ]  # fmt: skip
    assert amounts("1.234,50 €", "8,00 €", "1.000", "(12,5)") == [1234.5, 8, 1000, -12.5]
    assert amounts("1'234.50", "CHF 12’345.–", "50,--", "99.95") == [1234.5, 12_345, 50, 99.95]


def test_each_amount_is_read_by_its_own_sign() -> None:
    assert amounts("1,234.50", "1.234,50", "8.5", "7.25", "7,5") == [1234.5, 1234.5, 8.5, 7.25, 7.5]
    assert amounts("1.234,50", "7,5", "8,25", "1,234.50", "8.5", "1.500") == [1234.5, 7.5, 8.25, 1234.5, 8.5, 1500]


@pytest.mark.parametrize("cell", ["约300", "300左右", "-", "n/a", "待定", "100+50", "▲7"])
def test_what_is_no_plain_amount_is_told(cell: str) -> None:
    dataset = one(f"日期,客户,金额\n2024-01-05,a,5\n2024-01-06,b,{cell}\n2024-01-07,c,7\n2024-01-08,c,8\n")
    assert column(dataset, "amount") == [5, 7, 8]
    assert left_out(dataset) == {"unreadable_number": 1}
    assert dataset.receipt.left_out[0].examples == (3,)


def test_blank_amounts_are_told() -> None:
    dataset = one("日期,客户,金额\n2024-01-05,a,\n2024-01-06,b,6\n2024-01-07,c,0\n")
    assert column(dataset, "amount") == [6, 0]
    assert (left_out(dataset), noted(dataset)) == ({"no_amount": 1}, {"zero_price": 1})


@pytest.mark.parametrize(
    ("encoding", "rows"),
    [
        ("gb18030", "订单编号,日期,客户,金额\n0012,2024-01-05,张小姐,5\n0013,2024-01-06,李先生,6\n"),
        ("big5", "訂單編號,日期,客戶,商品,金額\n0012,2024-01-05,張小姐,玫瑰花,5\n0013,2024-01-06,李先生,百合,6\n"),
        ("shift_jis", "order id,日付,customer,商品,金額\n0012,2024/01/05,山田さん,バラの花,5\n0013,2024/01/06,鈴木さん,ユリ,6\n"),
        ("euc-kr", "order id,date,customer,상품,amount\n0012,2024-01-05,김민수,장미,5\n0013,2024-01-06,이영희,백합,6\n"),
        ("cp1252", "order id;Datum;Kunde;Straße;Betrag\n0012;05.01.2024;Müller;Königsweg 3;5,00\n0013;06.01.2024;Weiß;Ahornstraße 5;6,00\n"),
        ("utf-16-le", "订单编号\t日期\t客户\t金额\n0012\t2024-01-05\t张小姐\t5\n0013\t2024-01-06\t李先生\t6\n"),
        ("utf-16-be", "订单编号,日期,客户,金额\n0012,2024-01-05,张小姐,5\n0013,2024-01-06,李先生,6\n"),
        ("utf-8-sig", "订单编号,日期,客户,金额\n0012,2024-01-05,张小姐,5\n0013,2024-01-06,李先生,6\n"),
    ],
)  # fmt: skip
def test_encodings_of_hand_kept_lists(encoding: str, rows: str) -> None:
    dataset = one(rows.encode(encoding))
    assert column(dataset, "order") == ["0012", "0013"]
    assert column(dataset, "customer")[0] in ("张小姐", "張小姐", "山田さん", "김민수", "Müller")
    assert column(dataset, "time") == [day(1, 5), day(1, 6)]
    assert column(dataset, "amount") == [5, 6]


def test_quoted_breaks_commas_and_quotes() -> None:
    dataset = one(
        'order id,date,customer,product name,amount\n1,2024-01-05,"Smith, Ann","tea\nwith, milk",5\n2,2024-01-06,Bob,"8"" cake",6\n'
    )
    assert column(dataset, "customer") == ["Smith, Ann", "Bob"]
    assert column(dataset, "product_name") == ["tea\nwith, milk", '8" cake']


def test_ids_keep_their_zeros_and_lose_their_guards() -> None:
    dataset = one(
        "订单编号,日期,客户,电话,金额\n'00123,2024-01-05,'0007,'13800138000,'5.50\n\"=\"\"00124\"\"\",2024-01-06,'0008,'13900139000,'6.50\n"
    )
    assert column(dataset, "order") == ["00123", "00124"]
    assert column(dataset, "customer") == ["0007", "0008"]
    assert column(dataset, "amount") == [5.5, 6.5]
    rows: list[list[Cell]] = [["订单编号", "会员号", "日期", "金额"], ["000123", "0007", day(1, 5), 5]]
    book = one(xlsx({"S": rows}), "a.xlsx")
    assert (column(book, "order"), column(book, "customer")) == (["000123"], ["0007"])


@pytest.mark.parametrize(
    "content",
    [
        "客户,1月,2月,3月\n张姐,100,0,50\n李哥,0,30,40\n王总,500,100,\n",
        "商品,2024-01,2024-02,2024-03\n玫瑰,100,0,50\n百合,0,30,40\n",
        "产品,2024-03-01,2024-03-02,2024-03-03\n玫瑰,10,20,30\n百合,4,5,6\n",
    ],
)
def test_months_as_columns_are_no_orders(content: str) -> None:
    with pytest.raises(NothingUsable):
        read(content.encode(), "a.csv")


def test_months_as_columns_beside_customers_describe_them() -> None:
    dataset = one("Customer,Jan,Feb,Mar\nAnn,100,0,50\nBob,0,30,40\nCid,500,100,\n")
    assert dataset.kind is Kind.CUSTOMERS
    assert column(dataset, "attribute:Mar") == [50, 40, None]


def test_totals_of_days_have_money_and_no_customers() -> None:
    dataset = one("日期,营业额,备注\n2024-03-01,1200,晴\n2024-03-02,1500,雨\n2024-03-03,900,\n")
    assert column(dataset, "amount") == [1200, 1500, 900]
    assert not dataset.has("customer")


def test_a_second_name_or_phone_describes_nobody() -> None:
    dataset = one(
        "客户编号,姓名,昵称,手机号,备用电话,城市\n"
        + "\n".join(f"K{i},张{i},tb{i},1380000{i:04},020-{i:04},杭州" for i in range(40))
    )
    assert roles(dataset)["昵称"] is Role.UNUSED
    assert not {"昵称", "tb1"} & {str(name) for name in dataset.names}


def test_a_count_of_orders_is_no_order_number() -> None:
    dataset = one("Date,Orders,Revenue\n" + "\n".join(f"2024-01-{i:02},{5 + i % 3},{100 + i}" for i in range(1, 29)))
    assert roles(dataset)["Orders"] is Role.UNUSED
    assert Role.ORDER not in dataset.names


@pytest.mark.parametrize(
    "headers", ["주문번호,날짜,고객,상품,금액", "注文番号,注文日,顧客名,商品名,金額"], ids=["Korean", "Japanese"]
)
def test_korean_and_japanese_headers(headers: str) -> None:
    rows = "\n".join(f"{i:04},2024-01-{i:02},C{i % 7},P,{1000 + i}" for i in range(1, 29))
    dataset = one(f"{headers}\n{rows}")
    assert column(dataset, "order")[0] == "0001"
    assert sum(column(dataset, "amount")) == sum(range(1001, 1029))
    assert {Role.CUSTOMER, Role.PRODUCT_NAME} <= set(map(Role, dataset.names))
