# ruff: noqa: DTZ001 - times of a shop have no zone
from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest

from analytics.dataset import Kind, Role
from analytics.reading import Choices, signature
from tests.analytics.reading.sheets import column, left_out, noted, one, roles

HEADER = "order id,date,product,quantity,unit price,customer id\n"


def test_amount_is_quantity_times_price() -> None:
    dataset = one(HEADER + "1,2024-01-02,Mug,2,1.50,007\n")
    assert dataset.kind is Kind.ORDERS
    assert column(dataset, "amount") == [3.0]
    assert column(dataset, "customer") == ["007"]


def test_columns_have_the_types_of_the_contract() -> None:
    table = one(HEADER + "1,2024-01-02,Mug,2,1.50,007\n").table()
    text = pa.dictionary(pa.int32(), pa.string())
    assert dict(zip(table.schema.names, table.schema.types, strict=True)) == {
        "order": text,
        "customer": text,
        "time": pa.timestamp("us"),
        "product_name": text,
        "quantity": pa.float64(),
        "price": pa.float64(),
        "amount": pa.float64(),
        "taken_back": pa.bool_(),
    }
    assert table.schema.metadata is None


def test_line_total_goes_before_quantity_times_price() -> None:
    assert column(
        one("order id,date,qty,unit price,line total\n1,2024-01-02,2,5,9\n2,2024-01-02,1,5,5\n"), "amount"
    ) == [9, 5]


def test_returned_lines_are_netted_and_marked() -> None:
    dataset = one(HEADER + "1,2024-01-02,Mug,2,1.50,a\nC10002,2024-01-03,Mug,-2,1.50,a\n")
    assert column(dataset, "amount") == [3, -3]
    assert column(dataset, "taken_back") == [False, True]
    assert noted(dataset) == {"taken_back": 1}


def test_exact_copies_of_a_line_are_left_out() -> None:
    dataset = one(HEADER + "1,2024-01-02,Mug,2,1.50,a\n1,2024-01-02,Mug,2,1.50,a\n1,2024-01-02,Cup,2,1.50,a\n")
    assert left_out(dataset) == {"duplicate": 1}
    assert dataset.receipt.left_out[0].examples == (3,)


def test_copies_stay_where_the_orders_own_total_counts_them() -> None:
    dataset = one(
        "order id,date,product,quantity,unit price,subtotal\n"
        "1,2024-01-02,Mug,1,5,10\n1,2024-01-02,Mug,1,5,10\n2,2024-01-02,Cup,1,4,4\n2,2024-01-02,Cup,1,4,4\n"
    )
    assert column(dataset, "order") == ["1", "1", "2"]


def test_equal_rows_without_an_order_number_are_two_purchases() -> None:
    assert one("customer id,date,amount\na,2024-01-02,5\na,2024-01-02,5\n").rows == 2


def test_rows_without_customer_stay_and_are_told() -> None:
    dataset = one(HEADER + "1,2024-01-02,Mug,2,1.50,\n2,2024-01-02,Mug,2,1.50,a\n")
    assert column(dataset, "customer") == [None, "a"]
    assert noted(dataset) == {"no_customer": 1}


def test_every_unusable_row_has_its_reason_and_row_number() -> None:
    dataset = one(
        "order id,date,amount,customer\n1,2024-01-02,5,a\n2,soon,5,a\n3,2024-02-31,5,a\n4,,5,a\n5,2024-01-02,x5x,a\n"
        "6,2024-01-02,,a\n7,2024-01-02,5,测试\n8,9999-12-31,5,a\n"
    )
    assert {count.reason: count.examples for count in dataset.receipt.left_out} == {
        "impossible_date": (4, 9),
        "unreadable_date": (3,),
        "no_date": (5,),
        "unreadable_number": (6,),
        "no_amount": (7,),
        "test_row": (8,),
    }
    assert (dataset.receipt.rows_read, dataset.receipt.rows_used) == (8, 1)


def test_facts_of_an_order_on_its_first_line_serve_all_its_lines() -> None:
    dataset = one(
        "order id,date,email,city,product,quantity,unit price\n"
        "1,2024-01-02,Ann@x.com,Rom,Mug,1,5\n1,,,,Cup,1,4\n2,2024-01-03,b@x.com,Ulm,Mug,1,5\n"
    )
    assert column(dataset, "customer") == ["ann@x.com", "ann@x.com", "b@x.com"]
    assert column(dataset, "place") == ["Rom", "Rom", "Ulm"]
    assert column(dataset, "time")[1] == dt.datetime(2024, 1, 2)


def test_order_number_in_a_merged_cell() -> None:
    dataset = one("order id,date,product,amount\n1,2024-01-01,Mug,10\n,,Cup,5\n2,2024-01-02,Mug,7\n")
    assert column(dataset, "order") == ["1", "1", "2"]


def test_money_of_an_order_is_shared_out_over_its_lines() -> None:
    dataset = one(
        "order id,date,product,quantity,order total\n1,2024-01-01,Mug,3,20\n1,2024-01-01,Cup,1,20\n2,2024-01-01,Cup,1,6\n"
    )
    assert column(dataset, "amount") == [15, 5, 6]


def test_discount_and_partial_refund_are_shared_out() -> None:
    dataset = one(
        "order id,date,product,quantity,unit price,discount amount,refunded amount\n"
        "1,2024-01-01,Mug,1,30,4,9\n1,,Cup,1,10,,\n2,2024-01-01,Cup,1,10,0,0\n"
    )
    assert column(dataset, "amount") == pytest.approx([27 - 6.75, 9 - 2.25, 10])
    assert noted(dataset) == {"refunded": 1}


def test_refund_repeated_on_every_line_counts_once() -> None:
    dataset = one(
        "order id,date,product,quantity,unit price,refunded amount\n1,2024-01-01,Mug,1,30,8\n1,2024-01-01,Cup,1,10,8\n"
    )
    assert column(dataset, "amount") == pytest.approx([24, 8])


def test_what_was_paid_for_the_order_goes_before_the_sum_of_its_lines() -> None:
    dataset = one(
        "订单号,下单时间,商品名称,数量,单价,实付金额,运费\n1,2024-01-01,苹果,1,30,44,8\n1,2024-01-01,梨,1,10,44,8\n2,2024-01-02,梨,1,10,10,0\n"
    )
    assert column(dataset, "amount") == pytest.approx([27, 9, 10])


def test_what_was_paid_for_each_line_is_its_own() -> None:
    dataset = one(
        "订单号,下单时间,商品名称,单价,实付金额\n1,2024-01-01,苹果,30,28\n1,2024-01-01,梨,10,9\n2,2024-01-02,梨,10,8\n2,2024-01-02,枣,5,4\n"
    )
    assert column(dataset, "amount") == [28, 9, 8, 4]


def test_a_line_left_out_takes_no_share_of_the_order() -> None:
    dataset = one(
        "order id,date,product,quantity,order total\n1,2024-01-01,Mug,1,20\n1,2024-01-01,Mug,1,20\n1,2024-01-01,Cup,1,20\n"
    )
    assert column(dataset, "amount") == [10, 10]


def test_discount_as_a_share_of_the_line() -> None:
    dataset = one(
        "order id,date,quantity,unit price,discount\n1,2024-01-01,2,10,0.2\n2,2024-01-02,1,10,0\n3,2024-01-02,1,10,50%\n"
    )
    assert column(dataset, "amount") == pytest.approx([16, 10, 5])


def test_postage_is_no_sale() -> None:
    assert column(one("订单编号,下单时间,实付金额,运费\n1,2024-01-02,58,8\n2,2024-01-03,30,0\n"), "amount") == [50, 30]


def test_paid_money_that_is_net_already_is_not_netted_twice() -> None:
    dataset = one(
        "订单编号,总金额,买家实际支付金额,订单创建时间,订单付款时间,退款金额\n1,50,20,2020-02-01,2020-02-01,30\n2,9,9,2020-02-01,2020-02-01,0\n"
    )
    assert column(dataset, "amount") == [20, 9]
    assert noted(dataset) == {"refunded": 1}


def test_paid_money_before_refund_is_netted() -> None:
    dataset = one(
        "订单编号,总金额,买家实际支付金额,订单创建时间,订单付款时间,退款金额\n1,50,50,2020-02-01,2020-02-01,30\n2,9,9,2020-02-01,2020-02-01,0\n"
    )
    assert column(dataset, "amount") == [20, 9]


def test_unpaid_orders_are_left_out() -> None:
    dataset = one(
        "订单编号,总金额,买家实际支付金额,订单创建时间,订单付款时间\n1,50,0,2020-02-01,\n2,9,9,2020-02-01,2020-02-01\n"
    )
    assert left_out(dataset) == {"unpaid": 1}


def test_states_of_orders_in_both_languages() -> None:
    dataset = one(
        "order id,status,date,amount\n1,交易成功,2024-01-02,5\n2,交易关闭,2024-01-02,5\n3,退款成功,2024-01-02,5\n4,待付款,2024-01-02,5\n"
        "5,Cancelled,2024-01-02,5\n6,completed,2024-01-02,5\n7,on-hold,2024-01-02,5\n8,Refunded,2024-01-02,5\n"
    )
    assert column(dataset, "order") == ["1", "3", "6", "8"]
    assert column(dataset, "amount") == [5, 0, 5, 0]
    assert column(dataset, "taken_back") == [False, True, False, True]
    assert left_out(dataset) == {"cancelled": 2, "unpaid": 2}


def test_postage_and_fees_are_marked_as_no_product() -> None:
    dataset = one(
        "order id,date,product name,amount\n1,2024-01-02,Mug,5\n1,2024-01-02,运费,8\n2,2024-01-02,Postage,3\n"
    )
    assert column(dataset, "not_a_product") == [False, True, True]
    assert column(dataset, "amount") == [5, 8, 3]


def test_adjustments_are_left_out() -> None:
    dataset = one("order id,date,description,amount\n1,2024-01-02,Mug,5\nA2,2024-01-02,Adjust bad debt,-8000\n")
    assert left_out(dataset) == {"adjustment": 1}


def test_currencies_are_kept_apart() -> None:
    dataset = one("order id,date,amount,currency\n1,2024-01-02,5,USD\n2,2024-01-02,6,USD\n3,2024-01-02,700,JPY\n")
    assert dataset.currency == "USD"
    assert left_out(dataset) == {"other_currency": 1}


@pytest.mark.parametrize(
    ("header", "cell", "currency"),
    [
        ("amount", "5 €", "EUR"),
        ("amount (GBP)", "5", "GBP"),
        ("金额", "¥5", "CNY"),
        ("amount", "$5", None),
        ("amount", "5", None),
    ],
)
def test_currency_of_the_sheet(header: str, cell: str, currency: str | None) -> None:
    assert one(f"order id;date;{header}\n1;2024-01-02;{cell}\n2;2024-01-03;{cell}\n").currency == currency


def test_zone_is_told() -> None:
    assert noted(one("order id,date,amount\n1,2011-12-08 15:41:00 +0000,5\n")) == {"zone_dropped": 1}


def test_day_or_month_first_is_said_where_it_was_assumed() -> None:
    text = "order id,date,amount\n1,3/5/24,5\n"
    assert noted(one(text)) == {"month_first_assumed": 1}
    assert noted(one(text, choices=Choices(day_first=True))) == {"day_first_assumed": 1}
    assert noted(one(text + "2,13/5/24,5\n")) == {}


def test_day_and_hour_in_two_columns() -> None:
    dataset = one("order id,date,time,amount\n1,2024-01-02,10:30,5\n2,2024-01-03,9:05,5\n")
    assert column(dataset, "time") == [dt.datetime(2024, 1, 2, 10, 30), dt.datetime(2024, 1, 3, 9, 5)]


def test_decimal_comma_shown_by_one_column_serves_the_other() -> None:
    dataset = one("order id;date;qty;unit price\n1;05.03.2024;1,000;2,50\n2;05.03.2024;2,000;1,20\n")
    assert column(dataset, "amount") == [2.5, 2.4]


@pytest.mark.parametrize("written", ["007", "'007", '="007"', " 007 "])
def test_ids_keep_leading_zeros(written: str) -> None:
    quoted = '"' + written.replace('"', '""') + '"'
    assert column(one(f"order id,date,amount,customer id\n1,2024-01-02,5,{quoted}\n"), "customer") == ["007"]


def test_ids_never_become_decimals() -> None:
    dataset = one("order id,date,amount,customer id\n1,2024-01-02,5,13047.0\n2,2024-01-02,5,\n")
    assert column(dataset, "customer") == ["13047", None]


@pytest.mark.parametrize(
    ("header", "one_way", "other_way"), [("email", "A@X.com", "a@x.com"), ("phone", "+86 138-0000-0000", "13800000000")]
)
def test_two_spellings_are_one_customer(header: str, one_way: str, other_way: str) -> None:
    dataset = one(f"order id,date,amount,{header}\n1,2024-01-02,5,{one_way}\n2,2024-01-02,5,{other_way}\n")
    assert len(set(column(dataset, "customer"))) == 1


def test_owner_corrects_roles_by_header() -> None:
    text = "nr,when,much,who\nx1,2024-01-02,5,a\nx2,2024-01-03,6,b\n"
    headers = ["nr", "when", "much", "who"]
    chosen = {"nr": Role.ORDER, "when": Role.TIME, "much": Role.AMOUNT, "who": Role.CUSTOMER}
    dataset = one(text, choices=Choices(roles={signature(headers): chosen}))
    assert roles(dataset) == chosen
    assert {column.confidence for column in dataset.columns} == {1.0}
    assert column(dataset, "amount") == [5, 6]


def test_cells_with_markup_and_emoji_stay_as_they_are() -> None:
    assert column(one(HEADER + "1,2024-01-02,<b>&😀,1,1,a\n"), "product_name") == ["<b>&😀"]


def test_a_receipt_and_dataset_survive_pickling() -> None:
    import pickle

    dataset = one(HEADER + "1,2024-01-02,Mug,2,1.50,007\n")
    assert pickle.loads(pickle.dumps(dataset)) == dataset
