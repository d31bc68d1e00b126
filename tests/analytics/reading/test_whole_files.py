"""Facts of the public data sets, as their publishers and the folder's own page state them."""

from __future__ import annotations

from typing import cast

import pandas as pd
import pytest

from analytics.dataset import Dataset, Kind, Role
from analytics.reading import read
from tests.analytics.reading.sheets import column, left_out, noted
from tests.data_sets import shared_file


def shared(name: str) -> Dataset:
    (dataset,) = read(shared_file(name).read_bytes(), name)
    receipt = dataset.receipt
    assert receipt.rows_used + sum(count.rows for count in receipt.left_out) == receipt.rows_read
    assert dataset.rows == receipt.rows_used or dataset.names == (Role.ORDER, Role.PRODUCT)
    return dataset


def distinct(dataset: Dataset, name: str) -> int:
    return int(cast("pd.Series[str]", dataset.frame(name)[name]).nunique())


@pytest.fixture(scope="module")
def online_retail() -> Dataset:
    return shared("online_retail.csv.gz")


def test_online_retail_is_read_whole(online_retail: Dataset) -> None:
    assert online_retail.kind is Kind.ORDERS
    assert online_retail.receipt.rows_read == 541_909
    assert left_out(online_retail) == {"duplicate": 5_268, "adjustment": 3, "test_row": 3}
    assert distinct(online_retail, "customer") == 4_372
    assert distinct(online_retail, "place") == 38
    assert {column.confidence for column in online_retail.columns} == {1.0}


def test_online_retail_lines_of_the_literature(online_retail: Dataset) -> None:
    """392,692 lines of 4,338 customers: duplicates, cancellations, no customer, zero prices out."""
    lines = online_retail.frame()
    sold = lines[lines.customer.notna() & (lines.quantity > 0) & (lines.price > 0)]
    assert (len(sold), sold.customer.nunique(), sold.order.nunique()) == (392_692, 4_338, 18_532)
    assert not sold.taken_back.any()
    assert sold.time.min() == pd.Timestamp("2010-12-01 08:26")
    assert sold.time.max() == pd.Timestamp("2011-12-09 12:50")


def test_online_retail_net_money(online_retail: Dataset) -> None:
    lines = online_retail.frame("amount", "quantity", "price", "taken_back")
    assert lines.amount.sum() == pytest.approx((lines.quantity * lines.price).sum())
    assert (lines.amount[lines.taken_back] <= 0).all()


def test_online_retail_codes_that_are_no_products(online_retail: Dataset) -> None:
    lines = online_retail.frame("product", "not_a_product")
    codes = set(lines["product"][lines.not_a_product].unique())
    assert codes >= {"POST", "DOT", "M", "D", "C2", "BANK CHARGES", "AMAZONFEE", "CRUK", "S"}
    assert "85123A" not in codes


def test_workbook_agrees_with_the_text(online_retail: Dataset) -> None:
    book = shared("online_retail_2010_12.xlsx")
    assert book.receipt.rows_read == 42_481
    assert book.receipt.sheet == "Online Retail"
    lines = online_retail.frame()
    december = lines[lines.time < "2011-01-01"]
    assert book.rows == len(december)
    assert book.frame("amount").amount.sum() == pytest.approx(december.amount.sum())
    assert set(book.frame("customer").customer.dropna()) == set(december.customer.dropna())


@pytest.mark.parametrize("name", ["cdnow_sample.csv", "cdnow_sample.txt"])
def test_cdnow(name: str) -> None:
    dataset = shared(name)
    assert (dataset.kind, dataset.rows, distinct(dataset, "customer")) == (Kind.ORDERS, 6_919, 2_357)
    assert dataset.frame("amount").amount.sum() == pytest.approx(244_091.94)
    assert dataset.frame("quantity").quantity.sum() == 16_479
    assert noted(dataset) == {"zero_price": 8}
    assert dataset.frame("time").time.max() == pd.Timestamp("1998-06-30")


def test_tmall() -> None:
    dataset = shared("tmall_orders_zh.csv")
    assert dataset.kind is Kind.ORDERS
    assert dataset.currency == "CNY"
    assert not dataset.has("customer")
    assert (dataset.receipt.rows_read, left_out(dataset)) == (28_010, {"unpaid": 3_923})
    assert dataset.rows == 24_087
    assert dataset.frame("amount").amount.sum() == pytest.approx(1_902_487.15)
    assert noted(dataset) == {"refunded": 514, "taken_back": 5_132}
    assert (dataset.frame("amount").amount > 0).sum() == 18_955
    assert distinct(dataset, "place") == 31


def test_shopify() -> None:
    dataset = shared("shopify_orders_export.csv.gz")
    assert (dataset.kind, dataset.currency, dataset.rows) == (Kind.ORDERS, "GBP", 17_000)
    assert (distinct(dataset, "order"), distinct(dataset, "email")) == (
        847,
        212,
    )  # 213 with "none", which 17 orders have
    assert dataset.frame("amount").amount.sum() == pytest.approx(370_284.48 - 5_127.21)
    assert dataset.frame("time").time.dt.date.astype(str).agg(["min", "max"]).tolist() == ["2010-12-01", "2011-12-08"]


def test_mall_customers() -> None:
    dataset = shared("mall_customers.csv")
    assert (dataset.kind, dataset.rows) == (Kind.CUSTOMERS, 200)
    assert dataset.names == (
        "customer",
        "sex",
        "age",
        "attribute:Annual Income (k$)",
        "attribute:Spending Score (1-100)",
    )
    frame = dataset.frame()
    assert frame.sex.value_counts().to_dict() == {"Female": 112, "Male": 88}
    assert frame.age.mean() == pytest.approx(38.85)
    assert frame["attribute:Annual Income (k$)"].mean() == pytest.approx(60.56)


def test_telco() -> None:
    dataset = shared("telco_churn.csv")
    frame = dataset.frame()
    assert (dataset.kind, dataset.rows) == (Kind.CUSTOMERS, 7_043)
    assert (frame["attribute:Churn"] == "Yes").sum() == 1_869
    assert frame["attribute:TotalCharges"].isna().sum() == 11


@pytest.mark.parametrize(
    ("name", "baskets", "items", "occurrences"),
    [
        ("groceries.csv", 9_835, 169, 43_367),
        ("mushroom.dat.gz", 8_124, 119, 186_852),
        ("retail.dat.gz", 88_162, 16_470, 908_576),
    ],
)
def test_baskets(name: str, baskets: int, items: int, occurrences: int) -> None:
    dataset = shared(name)
    assert dataset.kind is Kind.ORDERS
    assert (dataset.receipt.rows_read, dataset.receipt.rows_used) == (baskets, baskets)
    assert (distinct(dataset, "order"), distinct(dataset, "product"), dataset.rows) == (baskets, items, occurrences)


def test_cookie_cats() -> None:
    dataset = shared("cookie_cats.csv.gz")
    assert (dataset.kind, dataset.rows) == (Kind.RESULTS, 90_189)
    assert dataset.frame("variant").variant.value_counts().to_dict() == {"gate_40": 45_489, "gate_30": 44_700}
    assert column(dataset, "outcome").count("True") == 40_153


@pytest.mark.parametrize(
    ("name", "rows", "rating_mean"),
    [("shopping_reviews_zh.csv", 4_983, None), ("amazon_review_snippets_en.csv", 3_708, 0.382)],
)
def test_comments(name: str, rows: int, rating_mean: float | None) -> None:
    dataset = shared(name)
    assert (dataset.kind, dataset.rows) == (Kind.COMMENTS, rows)
    if rating_mean is not None:
        assert dataset.frame("rating").rating.mean() == pytest.approx(rating_mean, abs=0.0005)


def test_air_passengers_is_a_series_of_sales() -> None:
    dataset = shared("air_passengers.csv")
    assert [column.role for column in dataset.columns] == [Role.TIME, Role.AMOUNT]
    assert dataset.rows == 144


def test_customer_summaries_are_customers() -> None:
    dataset = shared("cdnow_rfm_summary.csv")
    assert (dataset.kind, dataset.rows) == (Kind.CUSTOMERS, 2_357)
