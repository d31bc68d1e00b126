from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import rfm
from analytics.analysis import Cuts
from analytics.dataset import Dataset
from tests.analytics.shops import Row, line, lively, orders
from tests.data_sets import shared_file

# What the R package rfm prints for rfm_table_order (analysis date 2006-12-31): days, orders, amount, score.
R_PACKAGE = {
    "Abbey": (205, 6, 472, 343),
    "Add": (140, 3, 340, 412),
    "Aden": (194, 4, 405, 323),
    "Admiral": (132, 5, 448, 433),
    "Agness": (90, 9, 843, 555),
    "Aileen": (84, 9, 763, 555),
    "Ailene": (281, 8, 699, 355),
    "Aiyanna": (246, 4, 157, 321),
    "Ala": (349, 3, 363, 212),
    "Alannah": (619, 4, 196, 121),
}


def table(rows: Sequence[Row] | Dataset, reference: str | None = None) -> rfm.CustomerTable:
    frame = (rows if isinstance(rows, Dataset) else orders(rows)).frame()
    return rfm.customer_table(frame, None if reference is None else pd.Timestamp(reference))


def groups(found: rfm.CustomerTable) -> dict[str, str]:
    codes = rfm.western_groups(found.recency, found.frequency, found.money)
    return dict(zip(found.customer, codes, strict=True))


def classes(found: rfm.CustomerTable) -> dict[str, str]:
    codes = rfm.eight_classes(found.recency, found.frequency, found.money)
    return dict(zip(found.customer, codes, strict=True))


def test_scores_by_thresholds_are_those_of_the_r_package() -> None:
    days, times, spent, expected = (np.array(column) for column in zip(*R_PACKAGE.values(), strict=True))
    r = 6 - rfm.threshold_scores(days, [115, 181, 297, 482])
    f = rfm.threshold_scores(times, [4, 5, 6, 8])
    m = rfm.threshold_scores(spent, [256, 382, 506, 666])
    assert (100 * r + 10 * f + m).tolist() == expected.tolist()


def r_package_orders() -> pd.DataFrame:
    beside = Path(shared_file("online_retail.csv.gz")).parent
    for folder in (beside, beside.parent / "golden" / "data"):
        if (path := folder / "rfm_orders.csv").exists():
            return pd.read_csv(path, parse_dates=["order_date"])
    pytest.skip("NOT TESTED: rfm_orders.csv is neither beside the data sets nor in golden/data next to them")


def test_customer_table_is_that_of_the_r_package() -> None:
    # README of the R package rfm, rfm_data_orders at 2006-12-31; there every row is one order.
    lines = r_package_orders().rename(columns={"customer_id": "customer", "order_date": "time", "revenue": "amount"})
    lines["customer"] = lines["customer"].astype("category")
    lines["order"] = pd.Categorical(lines.index.astype(str))
    found = rfm.customer_table(lines, pd.Timestamp("2006-12-31"))
    assert (len(found), found.frequency.sum(), found.money.sum()) == (995, 4906, 464158)
    rows = {
        name: (int(days), int(times), money)
        for name, days, times, money in zip(found.customer, found.recency, found.frequency, found.money, strict=True)
    }
    assert rows["Abbey O'Reilly"] == (205, 6, 472)
    assert rows["Add Senger"] == (140, 3, 340)
    assert rows["Aden Lesch"] == (194, 4, 405)
    assert rows["Aden Murphy"] == (98, 7, 596)
    assert rows["Admiral Senger"] == (132, 5, 448)


def test_customer_table_of_online_retail() -> None:
    # Recounted with pandas on the lines with a customer, a price and no cancellation (UCI Online Retail; Chen et al. 2012).
    sheet = pd.read_csv(shared_file("online_retail.csv.gz"), dtype={"InvoiceNo": str, "CustomerID": str})
    sheet = sheet[sheet["CustomerID"].notna() & (sheet["Quantity"] > 0) & (sheet["UnitPrice"] > 0)]
    lines = pd.DataFrame(
        {
            "customer": sheet["CustomerID"].astype("category"),
            "order": sheet["InvoiceNo"].astype("category"),
            "time": pd.to_datetime(sheet["InvoiceDate"]),
            "amount": sheet["Quantity"] * sheet["UnitPrice"],
        }
    )
    found = rfm.customer_table(lines)
    assert found.reference == pd.Timestamp("2011-12-10")
    assert len(found) == 4338
    assert found.money.sum() == pytest.approx(8_911_407.90, abs=0.01)
    assert found.recency.mean() == pytest.approx(92.06, abs=0.005)
    assert [np.median(found.recency), found.recency.max()] == [50, 373]
    assert found.frequency.mean() == pytest.approx(4.27, abs=0.005)
    assert [np.median(found.frequency), found.frequency.max()] == [2, 209]
    assert found.money.mean() == pytest.approx(2054.27, abs=0.005)
    assert np.median(found.money) == pytest.approx(674.48, abs=0.006)
    assert np.count_nonzero(found.frequency == 1) == 1493
    top = np.argsort(-found.money)[:3]
    assert found.customer[top].tolist() == ["14646", "18102", "17450"]
    assert found.money[top].tolist() == pytest.approx([280_206.02, 259_657.30, 194_550.79], abs=0.006)
    assert found.frequency[top].tolist() == [73, 60, 46]


def test_the_map_has_each_of_the_25_cells_once() -> None:
    assert set(rfm.GROUP_OF_CELL) == {10 * r + fm for r in range(1, 6) for fm in range(1, 6)}


def test_the_map_is_the_one_promised() -> None:
    cells: dict[str, set[int]] = {}
    for cell, group in rfm.GROUP_OF_CELL.items():
        cells.setdefault(group, set()).add(cell)
    assert cells == {
        "champions": {55, 54, 45},
        "loyal": {53, 44, 35, 34},
        "potential_loyalist": {52, 42, 43, 33},
        "new": {51},
        "promising": {41, 31},
        "needs_attention": {32, 23, 22},
        "about_to_sleep": {21},
        "at_risk": {25, 24, 13},
        "cant_lose": {15, 14},
        "hibernating": {12},
        "lost": {11},
    }


def test_there_are_eleven_groups_and_eight_classes() -> None:
    assert (len(rfm.GROUPS), len(rfm.CLASSES), len(set(rfm.CLASSES))) == (11, 8, 8)


def test_fm_is_rounded_half_up() -> None:
    # Ten customers: R, F and M run 1 1 2 2 3 3 4 4 5 5 by rank; M of the last is lowest, so its F 5 and M 1 make FM 3,
    # and the ninth has F 5 and M 4, whose mean 4.5 counts as 5 (Python's round would make it 4).
    recency = np.arange(10, 0, -1)
    frequency = np.arange(1, 11)
    money = np.array([20.0, 30, 40, 50, 60, 70, 80, 90, 85, 10])
    assert rfm.quintile_scores(money).tolist() == [1, 2, 2, 3, 3, 4, 4, 5, 5, 1]
    money[7], money[8] = 90.0, 75.0
    assert rfm.quintile_scores(money)[8] == 4
    codes = rfm.western_groups(recency, frequency, money)
    assert codes[8] == "champions"
    assert codes[9] == "loyal"


def test_fifths_of_ten_different_values() -> None:
    assert rfm.quintile_scores(np.arange(10)).tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


def test_a_crowd_of_ties_scores_low_and_whoever_is_above_it_high() -> None:
    assert rfm.quintile_scores(np.array([1] * 6 + [2] * 4)).tolist() == [1] * 6 + [4] * 4


def test_equal_values_have_equal_scores() -> None:
    values = np.random.default_rng(1).integers(0, 7, 200)
    scores = rfm.quintile_scores(values)
    assert all(len(set(scores[values == value])) == 1 for value in range(7))


def test_no_customers_have_no_scores() -> None:
    assert rfm.quintile_scores(np.array([])).tolist() == []


def test_a_sum_of_dimes_ties_with_the_round_amount() -> None:
    found = table([line("a", 1, 0.1), line("a", 2, 0.2), line("b", 1, 0.3)])
    assert found.money[0] == found.money[1]


def test_all_of_it_brought_back_leaves_nothing() -> None:
    lines = [line("a", 1, 0.1), line("a", 1, 0.2), line("a", 2, -0.3, taken_back=True), line("b", 1, 5.0)]
    assert table(lines).money.tolist() == [0.0, 5.0]


def test_all_eight_classes_are_told_apart() -> None:
    patterns = {(r, f, m): code for (r, f, m), code in rfm.CLASS_OF_PATTERN.items()}
    recency = np.array([5 if r else 50 for r, _, _ in patterns])
    frequency = np.array([9 if f else 1 for _, f, _ in patterns])
    money = np.array([99.0 if m else 1.0 for _, _, m in patterns])
    assert rfm.eight_classes(recency, frequency, money).tolist() == list(patterns.values())


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        ((True, True, True), "key_value"),
        ((True, False, True), "key_growth"),
        ((False, True, True), "key_retain"),
        ((False, False, True), "key_win_back"),
        ((True, True, False), "general_value"),
        ((True, False, False), "general_growth"),
        ((False, True, False), "general_retain"),
        ((False, False, False), "general_win_back"),
    ],
)
def test_a_class_is_what_the_trade_calls_it(pattern: tuple[bool, bool, bool], code: str) -> None:
    assert rfm.CLASS_OF_PATTERN[pattern] == code


def test_two_orders_are_often_where_most_ordered_once() -> None:
    frequency = np.array([1, 1, 1, 2, 3])
    codes = rfm.eight_classes(np.ones(5, np.int64), frequency, np.ones(5))
    assert codes.tolist() == ["general_growth"] * 3 + ["general_value"] * 2


def test_one_customer_is_in_one_group_and_one_class() -> None:
    found = table([line("only", 3, 12.5)])
    assert (found.recency.tolist(), found.tenure.tolist(), found.frequency.tolist()) == ([1], [1], [1])
    assert groups(found) == {"only": "potential_loyalist"}
    assert classes(found) == {"only": "general_growth"}


def test_customers_who_do_not_differ_are_all_in_the_same_group() -> None:
    found = table([line(f"c{i}", 3, 10.0) for i in range(50)])
    assert set(groups(found).values()) == {"potential_loyalist"}
    assert set(classes(found).values()) == {"general_growth"}


def test_days_are_counted_to_the_midnight_after_the_last_order() -> None:
    found = table([line("a", 0, 1.0), line("a", 7, 1.0), line("b", 9, 1.0)])
    assert found.reference == pd.Timestamp("2026-01-11")
    assert found.recency.tolist() == [3, 1]
    assert found.tenure.tolist() == [10, 1]


def test_hours_are_no_days() -> None:
    lines = [{"customer": "a", "time": pd.Timestamp("2026-01-09 12:50"), "amount": 1.0}]
    found = table(lines)
    assert (found.reference, found.recency.tolist()) == (pd.Timestamp("2026-01-10"), [0])
    assert found.last.tolist() == [date(2026, 1, 9)]


def test_days_are_counted_to_the_day_asked_for() -> None:
    assert table([line("a", 0, 1.0)], "2026-02-01").recency.tolist() == [31]


def test_lines_of_one_order_are_one_order() -> None:
    assert table([line("a", 1, 1.0, "7"), line("a", 1, 2.0, "7"), line("a", 1, 3.0, "8")]).frequency.tolist() == [2]


def test_without_order_numbers_a_day_is_an_order() -> None:
    assert table([line("a", 1, 1.0), line("a", 1, 2.0), line("a", 2, 3.0)]).frequency.tolist() == [2]


def test_a_line_without_number_is_that_days_order_of_that_customer() -> None:
    rows = [line("a", 1, 1.0, "7"), line("b", 1, 1.0), line("b", 1, 2.0), line("b", 5, 2.0), line("b", 5, 2.0, "9")]
    assert table(rows).frequency.tolist() == [1, 3]


def test_what_came_back_is_no_order_but_counts_against_money() -> None:
    rows = [line("a", 1, 10.0, "1"), line("a", 9, -4.0, "2", taken_back=True), line("b", 20, 1.0, "3")]
    found = table(rows)
    assert (found.frequency.tolist(), found.money.tolist(), found.recency.tolist()) == ([1, 1], [6.0, 1.0], [20, 1])


def test_who_only_brought_back_is_no_customer() -> None:
    found = table([line("a", 1, 10.0), line("b", 2, -3.0, taken_back=True)])
    assert found.customer.tolist() == ["a"]


def test_a_shop_of_returns_has_no_customers() -> None:
    assert len(table([line("a", 1, -10.0, taken_back=True)])) == 0


def test_lines_without_customer_or_day_are_nobodys() -> None:
    rows: Sequence[Row] = [line("a", 1, 10.0), line(None, 30, 99.0), {"customer": "b", "time": None, "amount": 5.0}]
    found = table(rows)
    assert found.customer.tolist() == ["a"]
    assert found.reference == pd.Timestamp("2026-02-01"), "a guest's order, too, tells how far the orders reach"


def test_a_gap_in_the_amounts_is_no_money() -> None:
    assert table([line("a", 1, 10.0), line("a", 2, math.nan)]).money.tolist() == [10.0]


def test_customers_are_in_the_order_of_their_names() -> None:
    assert table([line("b", 1, 1.0), line("a", 1, 1.0), line("c", 1, 1.0)]).customer.tolist() == ["a", "b", "c"]


def test_distinct_is_what_numpy_calls_unique() -> None:
    keys = np.random.default_rng(1).integers(-5, 50, 300)
    assert rfm.distinct(keys).tolist() == np.unique(keys).tolist()
    assert rfm.distinct(np.array([], np.int64)).tolist() == []


SHOPS = st.lists(
    st.tuples(
        st.integers(0, 12),
        st.integers(0, 400),
        st.integers(-500, 5000).map(lambda pence: pence / 100),
        st.integers(0, 30),
    ),
    min_size=1,
    max_size=60,
).map(lambda rows: [line(f"c{who}", day, money, f"{who}-{order}") for who, day, money, order in rows])


@settings(deadline=None, max_examples=60)
@given(SHOPS)
def test_every_customer_is_in_exactly_one_group_and_one_class(rows: Sequence[Row]) -> None:
    found = table(rows)
    everybody = {row["customer"] for row in rows}
    assert set(groups(found)) == set(classes(found)) == everybody
    assert set(groups(found).values()) <= set(rfm.GROUPS)
    assert set(classes(found).values()) <= set(rfm.CLASSES)


@settings(deadline=None, max_examples=60)
@given(SHOPS, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(rows: Sequence[Row], dice: Random) -> None:
    shuffled = list(rows)
    dice.shuffle(shuffled)
    before, after = table(rows), table(shuffled)
    assert groups(before) == groups(after)
    assert classes(before) == classes(after)


@settings(deadline=None, max_examples=60)
@given(SHOPS, st.permutations([f"n{number}" for number in range(13)]))
def test_other_names_change_nothing(rows: Sequence[Row], names: list[str]) -> None:
    renamed = [{**row, "customer": names[int(row["customer"][1:])]} for row in rows]
    before, after = table(rows), table(renamed)
    assert {names[int(who[1:])]: code for who, code in groups(before).items()} == groups(after)
    assert {names[int(who[1:])]: code for who, code in classes(before).items()} == classes(after)


@settings(deadline=None, max_examples=60)
@given(SHOPS, st.sampled_from([0.01, 0.3, 7.3, 100.0, 25_000.0]))
def test_another_currency_changes_nothing(rows: Sequence[Row], rate: float) -> None:
    dearer = [{**row, "amount": row["amount"] * rate} for row in rows]
    before, after = table(rows), table(dearer)
    assert groups(before) == groups(after)
    assert classes(before) == classes(after)


@settings(deadline=None, max_examples=60)
@given(SHOPS, st.integers(-20_000, 20_000))
def test_other_years_change_nothing(rows: Sequence[Row], days: int) -> None:
    later = [{**row, "day": row["day"] + days} for row in rows]
    before, after = table(rows), table(later)
    assert groups(before) == groups(after)
    assert classes(before) == classes(after)


def test_sums_are_kept() -> None:
    rows = lively()
    assert table(rows).money.sum() == pytest.approx(sum(row["amount"] for row in rows))


def test_every_shop_fills_each_vocabulary_once() -> None:
    found = table(lively())
    assert Counter(groups(found).values()).total() == Counter(classes(found).values()).total() == len(found)


def test_where_all_bought_on_one_day_nobody_is_called_lost() -> None:
    found = table([line(f"c{i:02}", 5, 10.0 + i, f"o{i}") for i in range(40)])
    assert not {"lost", "hibernating", "at_risk", "cant_lose"} & set(groups(found).values())
    assert {code.endswith(("_growth", "_value")) for code in classes(found).values()} == {True}


def test_frequency_tells_nothing_where_nearly_everybody_bought_once() -> None:
    assert not rfm.frequency_tells(np.array([1] * 81 + [2] * 19))
    assert rfm.frequency_tells(np.array([1] * 80 + [2] * 20))
    assert not rfm.frequency_tells(np.array([3] * 40))


def test_own_thresholds_decide_what_is_high() -> None:
    rows = [line("a", day, 50.0, f"a{day}") for day in (1, 2, 99)]
    rows += [line("b", 60, 400.0, "b"), line("c", 98, 20.0, "c"), line("d", 1, 199.0, "d")]
    found = table(rows)
    codes = rfm.eight_classes(found.recency, found.frequency, found.money, Cuts(recency=30, frequency=3, money=200))
    assert dict(zip(found.customer, codes, strict=True)) == {
        "a": "general_value",
        "b": "key_win_back",
        "c": "general_growth",
        "d": "general_win_back",
    }


@given(st.lists(st.tuples(st.integers(0, 90), st.integers(1, 4), st.integers(1, 99)), min_size=2, max_size=60))
def test_the_middle_that_is_told_is_the_middle_that_decides(people: list[tuple[int, int, int]]) -> None:
    rows = [
        line(f"c{i:02}", 100 - day, float(spent), f"{i}-{k}")
        for i, (day, times, spent) in enumerate(people)
        for k in range(times)
    ]
    found = table(rows)
    told = rfm.resolved(found, Cuts())
    plain = rfm.eight_classes(found.recency, found.frequency, found.money)
    assert told.money is not None
    more = np.nextafter(told.money, np.inf)
    again = rfm.eight_classes(
        found.recency, found.frequency, found.money, Cuts(told.recency, told.frequency, float(more))
    )
    assert plain.tolist() == again.tolist()
