from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from analytics.reading.numbers import find_currency, parse_numbers


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("¥1,234.50", 1234.5),
        ("1.234,50 €", 1234.5),
        ("(123.45)", -123.45),
        ("-50", -50),
        ("50-", -50),
        ("−50", -50),
        ("-$5.20", -5.2),
        ("$-5.20", -5.2),
        ("1.2万", 12000),
        ("3.5k", 3500),
        ("１２３．５", 123.5),
        ("12%", 0.12),
        ("1'234.50", 1234.5),
        ("1 234,50", 1234.5),
        ("NT$1,200", 1200),
        ("12元", 12),
        ("USD 7.10", 7.1),
        ("3件", 3),
        ("1e3", 1000),
        ("0,5", 0.5),
    ],
)
def test_reads_notation(text: str, number: float) -> None:
    assert parse_numbers(pa.array([text]))[0] == pytest.approx(number)


@pytest.mark.parametrize("text", ["", "abc", "12abc", "nan", "inf", "1-2", "2024-01-02", "--", "1.2.3,4,5"])
def test_refuses_what_is_no_number(text: str) -> None:
    assert np.isnan(parse_numbers(pa.array([text]))[0])


def test_column_votes_for_decimal_comma() -> None:
    assert parse_numbers(pa.array(["1.234", "3,5"])).tolist() == [1234.0, 3.5]


def test_thousands_alone_follow_the_hint() -> None:
    assert parse_numbers(pa.array(["1,234", "x"]))[0] == 1234
    assert parse_numbers(pa.array(["1,234", "x"]), decimal_comma=True)[0] == pytest.approx(1.234)


def test_currency_is_the_one_that_cells_prove() -> None:
    assert find_currency(pa.array(["5 €", "6 €"])) == "EUR"
    assert find_currency(pa.array(["HK$5", "HK$6"])) == "HKD"
    assert find_currency(pa.array(["$5"])) is None
    assert find_currency(pa.array(["5"])) is None
