"""Gaps and outliers by the owner's policies: figures that can be checked by hand, and what must never matter."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from analytics import cleaning
from analytics.analysis import Asked
from analytics.cleaning import UNKNOWN, Missing, Outliers, Policy, cleaned, find_outliers
from analytics.dataset import Dataset, Kind, Shop
from analytics.registry import analyse
from tests.analytics.shops import customers, line, lively, orders, shop

AGES = [30.0] * 15 + [40.0] * 14 + [37.0]
CAP, LEAVE_OUT = Policy(outliers=Outliers.CAP), Policy(outliers=Outliers.LEAVE_OUT)


def fifty_orders(*more: dict[str, Any]) -> list[dict[str, Any]]:
    """Orders of 10, 11, … 14, each five times over, and again; whatever comes after."""
    return [*(line(f"c{i:02}", i, 10.0 + i % 5, f"o{i:02}") for i in range(50)), *more]


def amounts(dataset: Dataset) -> list[float]:
    values: list[float] = dataset.table("amount")["amount"].to_pylist()
    return values


def column(dataset: Dataset, name: str) -> list[Any]:
    values: list[Any] = dataset.table(name)[name].to_pylist()
    return values


def test_one_order_far_above_all_others_is_found() -> None:
    found = find_outliers(np.array([10.0, 12.0, 14.0] * 20 + [1800.0]), amounts=True)
    assert found.tolist() == [False] * 60 + [True]


def test_nothing_is_an_outlier_among_few() -> None:
    assert not find_outliers(np.array([10.0, 12.0] * 14 + [1800.0]), amounts=True).any()


def test_nothing_under_ten_times_the_usual_is_an_outlier_among_amounts() -> None:
    assert not find_outliers(np.array([10.0] * 100 + [99.0]), amounts=True).any()
    assert find_outliers(np.array([10.0] * 100 + [101.0]), amounts=True).sum() == 1


def test_what_more_than_one_in_twenty_do_is_no_exception() -> None:
    wholesale = np.array([10.0, 12.0, 14.0] * 30 + [4000.0] * 6)
    assert not find_outliers(wholesale, amounts=True).any()


def test_a_fee_is_no_odd_price_and_no_usual_one() -> None:
    priced = [line("c", i, 10.0, f"o{i}", price=10.0 + i % 5, not_a_product=False) for i in range(50)]
    fees = [line("c", 60, 900.0, "o60", price=900.0, not_a_product=True)]
    dear = [line("c", 61, 800.0, "o61", price=800.0, not_a_product=False)]
    capped = cleaned(orders(priced + fees + dear), {"orders.price": CAP})
    assert column(capped, "price")[-2:] == [900.0, 14.0]


def test_where_most_are_equal_the_few_others_are_not_odd_for_that() -> None:
    assert not find_outliers(np.array([1.0] * 900 + [2.0] * 80 + [3.0] * 20 + [6.0]), amounts=True).any()
    assert not find_outliers(np.array([0.0] * 100 + [1.0] * 3)).any()


def test_ages_are_judged_both_ways_and_evenly() -> None:
    ages = np.array([*range(20, 60), *range(25, 55), 199.0, -90.0])
    assert np.flatnonzero(find_outliers(ages)).tolist() == [70, 71]


def test_gaps_are_no_outliers() -> None:
    assert find_outliers(np.array([np.nan, *[10.0, 12.0] * 20, 5000.0]), amounts=True).tolist() == [False] * 41 + [True]


def test_a_normal_crowd_seldom_has_an_outlier() -> None:
    rng = np.random.default_rng(1)
    crowds = sum(find_outliers(rng.normal(50, 10, 400)).any() for _ in range(200))
    assert crowds <= 0.12 * 200


@pytest.mark.parametrize("unit", [0.001, 0.5, 7.3, 1e4])
def test_the_unit_changes_no_verdict(unit: float) -> None:
    rng = np.random.default_rng(2)
    for values in (rng.lognormal(3, 1, 500), np.append(rng.lognormal(3, 0.5, 500), 9e4), rng.normal(40, 9, 300)):
        assert (find_outliers(values) == find_outliers(values * unit)).all()
        assert (find_outliers(values, amounts=True) == find_outliers(values * unit, amounts=True)).all()


def test_an_order_of_many_lines_is_judged_as_one() -> None:
    wholesale = [line("w", 60, 12.0, "big") for _ in range(100)]
    sent = orders(fifty_orders(*wholesale))
    capped = cleaned(sent, {"orders.amount": CAP})
    assert sum(amounts(capped)) == pytest.approx(sum(10.0 + i % 5 for i in range(50)) + 14)
    assert amounts(capped)[-1] == pytest.approx(0.14)
    assert cleaned(sent, {"orders.amount": LEAVE_OUT}).rows == 50


def test_without_order_numbers_a_customers_day_is_an_order() -> None:
    rows = [line(f"c{i:02}", i, 10.0 + i % 5) for i in range(50)] + [line("w", 60, 12.0) for _ in range(100)]
    assert cleaned(orders(rows), {"orders.amount": LEAVE_OUT}).rows == 50


def test_lines_that_name_nobody_are_orders_by_themselves() -> None:
    rows = fifty_orders(*(line(None, 60, 12.0) for _ in range(100)))
    assert cleaned(orders(rows), {"orders.amount": LEAVE_OUT}).rows == 150


def test_a_huge_order_and_its_return_still_cancel_out() -> None:
    rows = fifty_orders(line("w", 60, 7000.0, "big"), line("w", 61, -7000.0, "back", taken_back=True))
    for policy in (Policy(), CAP, LEAVE_OUT):
        assert sum(amounts(cleaned(orders(rows), {"orders.amount": policy}))) == pytest.approx(600)


@pytest.mark.parametrize("name", ["orders.amount", "orders.quantity", "customers.age", "orders.customer"])
def test_keeping_changes_nothing(name: str) -> None:
    sent = orders(fifty_orders(line("w", 60, 7000.0, "big")))
    assert cleaned(sent, {name: Policy()}) is sent
    assert cleaned(sent, {}) is sent


def test_who_what_and_when_are_never_touched() -> None:
    sent = orders(fifty_orders(line(None, 60, 7000.0, "big")))
    policies = {f"orders.{name}": Policy(Missing.GROUP, Outliers.LEAVE_OUT) for name in ("order", "customer", "time")}
    assert cleaned(sent, policies).table() == sent.table()


def test_a_policy_that_does_not_fit_its_column_is_ignored() -> None:
    sent = customers({"age": [*AGES, None], "sex": ["F"] * 31})
    policies = {"customers.age": Policy(Missing.GROUP), "customers.sex": Policy(Missing.MEAN, Outliers.CAP)}
    assert cleaned(sent, policies).table() == sent.table()


def test_money_that_nobody_wrote_down_is_never_made_up() -> None:
    sent = orders([*fifty_orders(), {"customer": "c", "day": 3, "amount": None, "order": "x"}])
    for missing in Missing:
        assert amounts(cleaned(sent, {"orders.amount": Policy(missing)}))[-1] is None


def test_gaps_take_the_mean_or_the_median() -> None:
    sent = customers({"age": [*AGES, None]})
    assert column(cleaned(sent, {"customers.age": Policy(Missing.MEAN)}), "age")[-1] == pytest.approx(1047 / 30)
    assert column(cleaned(sent, {"customers.age": Policy(Missing.MEDIAN)}), "age")[-1] == pytest.approx(33.5)


def test_an_outlier_left_out_is_a_gap_like_any_other_and_does_not_sway_the_mean() -> None:
    sent = customers({"age": [*AGES, 999.0]})
    assert column(cleaned(sent, {"customers.age": LEAVE_OUT}), "age")[-1] is None
    both = Policy(Missing.MEAN, Outliers.LEAVE_OUT)
    assert column(cleaned(sent, {"customers.age": both}), "age")[-1] == pytest.approx(1047 / 30)
    assert cleaned(sent, {"customers.age": LEAVE_OUT}).rows == 31


def test_a_capped_value_becomes_the_nearest_usual_one() -> None:
    sent = customers({"age": [*AGES, *AGES, 999.0, -500.0]})
    assert column(cleaned(sent, {"customers.age": CAP}), "age")[-2:] == [40.0, 30.0]


def test_texts_may_be_a_group_of_their_own_or_the_most_frequent() -> None:
    sent = customers({"sex": ["F", "M", "F", "M", "F", None], "City": ["B", "A", "B", "A", None, None]})
    city = cleaning.code(Kind.CUSTOMERS, "attribute:City")
    policies = {"customers.sex": Policy(Missing.FREQUENT), city: Policy(Missing.GROUP)}
    found = cleaned(sent, policies)
    assert column(found, "sex")[-1] == "F"
    assert column(found, "attribute:City")[-2:] == [UNKNOWN, UNKNOWN]
    assert found.table().schema == sent.table().schema
    assert column(cleaned(sent, {city: Policy(Missing.FREQUENT)}), "attribute:City")[-1] == "A"


def test_a_price_is_read_off_the_line_between_its_neighbours_of_the_same_product() -> None:
    rows = [
        line("a", 0, 1.0, "1", product="tea", price=10.0),
        line("a", 10, 1.0, "2", product="tea", price=None),
        line("a", 40, 1.0, "3", product="tea", price=50.0),
        line("a", 50, 1.0, "4", product="tea", price=None),
        line("a", 10, 1.0, "5", product="mug", price=None),
        line("a", 11, 1.0, "6", product="mug", price=7.0),
        line("a", 12, 1.0, "7", product="jar", price=None),
    ]
    sent = orders(rows)
    found = column(cleaned(sent, {"orders.price": Policy(Missing.INTERPOLATE)}), "price")
    assert found == [10.0, 20.0, 50.0, 50.0, 7.0, 7.0, None]


def test_interpolating_needs_a_time() -> None:
    sent = customers({"age": [*AGES, None]})
    assert Missing.INTERPOLATE not in cleaning.choices(Kind.CUSTOMERS, sent.table(), "age")[0]
    assert Missing.INTERPOLATE in cleaning.choices(Kind.ORDERS, _priced(), "price")[0]


def _priced() -> pa.Table:
    table = orders(fifty_orders()).table()
    return table.append_column("price", pa.array([1.0] * 50))


def test_names_and_other_texts_that_hardly_repeat_are_no_groups() -> None:
    sent = customers({"Nick": [f"n{i}" for i in range(29)] + [None]})
    assert cleaning.choices(Kind.CUSTOMERS, sent.table(), "attribute:Nick") == ((), ())
    assert cleaning.choices(Kind.CUSTOMERS, sent.table(), "customer") == ((), ())


@pytest.mark.parametrize("policy", [CAP, LEAVE_OUT])
def test_the_order_of_rows_does_not_matter(policy: Policy) -> None:
    rows = fifty_orders(line("w", 60, 7000.0, "big"), line("w", 60, 5.0, "big"), line("v", 61, 3000.0, "huge"))
    shuffled = rows.copy()
    Random(3).shuffle(shuffled)
    one, other = (cleaned(orders(some), {"orders.amount": policy}).frame() for some in (rows, shuffled))
    for frame in (one, other):
        frame["order"] = frame["order"].astype(str)
    first, second = (frame.groupby("order")["amount"].sum().sort_index().round(9) for frame in (one, other))
    assert first.to_dict() == second.to_dict()


def test_a_column_keeps_its_code_whatever_stands_beside_it_and_fits_a_button() -> None:
    header = "attribute:" + "会员等级以及所有其他说明" * 9
    assert cleaning.code(Kind.CUSTOMERS, header) == cleaning.code(Kind.CUSTOMERS, header)
    assert cleaning.code(Kind.CUSTOMERS, header) != cleaning.code(Kind.CUSTOMERS, header + "!")
    longest = max(len(f"missing {choice}") for choice in Missing)
    assert len(f"~policy {cleaning.code(Kind.CUSTOMERS, header)} ".encode()) + longest <= 64


@pytest.mark.parametrize("name", ["overview", "segments"])
def test_switching_back_restores_the_same_answer(name: str) -> None:
    odd = shop([*lively(), line("c001", 350, 50_000.0, "typing error")])

    def asked(policy: Policy) -> object:
        return analyse(name, odd, (), Asked(policies={"orders.amount": policy}, pictures=False)).report

    before, capped, after = asked(Policy()), asked(CAP), asked(Policy())
    assert before == after == analyse(name, odd, (), Asked(pictures=False)).report
    assert capped != before


def test_an_order_left_out_is_as_if_it_had_never_been_sent() -> None:
    odd = shop([*lively(), line("c001", 350, 50_000.0, "typing error")])
    left_out = Asked(policies={"orders.amount": LEAVE_OUT}, pictures=False)
    assert analyse("segments", odd, (), left_out).report == analyse("segments", shop(lively()), (), left_out).report


def test_only_what_a_policy_is_about_is_cleaned() -> None:
    sent = Shop(orders=orders(fifty_orders()), customers=customers({"age": [*AGES, None]}))
    found = cleaning.applied(sent, {"customers.age": Policy(Missing.MEAN)})
    assert found.orders is sent.orders
    assert found.customers is not None
    assert found.customers.table()["age"].null_count == 0
    assert sent.customers is not None
    assert sent.customers.table()["age"].null_count == 1
