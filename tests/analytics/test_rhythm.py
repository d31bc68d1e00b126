from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np
import pandas as pd
import pytest

from analytics import rfm, rhythm, survival
from analytics.rhythm import Rhythm
from tests.analytics.shops import Row, line, lively, shop

AML = {
    "maintained": [(9, 1), (13, 1), (13, 0), (18, 1), (23, 1), (28, 0), (31, 1), (34, 1), (45, 0), (48, 1), (161, 0)],
    "not": [(5, 1), (5, 1), (8, 1), (8, 1), (12, 1), (16, 0), (23, 1), (27, 1), (30, 1), (33, 1), (43, 1), (45, 1)],
}


def of(rows: Sequence[Row], as_of: pd.Timestamp | None = None) -> tuple[rfm.CustomerTable, Rhythm]:
    orders = shop(rows).orders
    assert orders is not None
    lines = orders.frame("customer", "order", "time", "amount", "taken_back")
    table = rfm.customer_table(lines, as_of)
    return table, rhythm.rhythm(table, rhythm.occasions(lines, table))


def regulars(customers: int = 20, gap: int = 10, times: int = 8) -> list[dict[str, object]]:
    return [line(f"c{i:02}", gap * k, 5.0) for i in range(customers) for k in range(times)]


# Miller (1997), Survival Analysis; R's survival::aml gives the same.
@pytest.mark.parametrize(
    ("group", "shares", "median"),
    [
        ("maintained", [0.90909, 0.71591, 0.61364, 0.49091, 0.18409], 31),
        ("not", [0.66667, 0.58333, 0.48611, 0.29167, 0.0], 23),
    ],
)
def test_kaplan_meier_of_the_leukaemia_trial(group: str, shares: list[float], median: float) -> None:
    curve = survival.kaplan_meier(*zip(*AML[group], strict=True))
    assert curve.at([9, 18, 23, 31, 48]) == pytest.approx(shares, abs=1e-5)
    assert curve.median == median


def test_log_rank_of_the_leukaemia_trial() -> None:
    waited, happened = zip(*AML["maintained"], *AML["not"], strict=True)
    second = [number >= len(AML["maintained"]) for number in range(len(waited))]
    statistic, chance = survival.log_rank(waited, happened, second)
    assert statistic == pytest.approx(3.39639, abs=1e-4)
    assert chance == pytest.approx(0.0653, abs=1e-4)


def test_groups_that_wait_equally_long_do_not_differ() -> None:
    assert survival.log_rank([5, 5], [1, 1], [0, 1]) == (0.0, 1.0)
    assert survival.log_rank([1, 2, 1, 2], [1, 1, 1, 1], [0, 0, 1, 1])[0] == pytest.approx(0)


def test_nobody_to_whom_it_happened_has_no_curve() -> None:
    curve = survival.kaplan_meier([3, 4], [0, 0])
    assert (curve.median, curve.within(0.9)) == (None, None)
    assert curve.at([0, 10]).tolist() == [1.0, 1.0]


def test_open_gaps_lengthen_the_rhythm() -> None:
    """Where most gaps are still open, the closed ones are the short ones."""
    dice = np.random.default_rng(1)
    gaps, watched = dice.exponential(50, 4000), dice.uniform(0, 60, 4000)
    seen = gaps <= watched
    curve = survival.kaplan_meier(np.minimum(gaps, watched), seen)
    assert float(np.median(gaps[seen])) < 18
    assert curve.median == pytest.approx(50 * np.log(2), rel=0.1)


def test_everybody_who_returns_every_ten_days() -> None:
    table, found = of(regulars())
    assert (found.gaps, found.returning, found.basis) == (140, 20, "own")
    assert (found.again.usual, found.again.slipping, found.again.late) == (10, 10, 10)
    assert found.expected.tolist() == [10.0] * len(table)
    assert found.silent.tolist() == [1] * len(table)
    assert found.overdue.tolist() == [-9.0] * len(table)
    assert str(found.due[0]) == "2026-03-22"  # the last order was on day 70, 12 March
    assert found.weight is None


def test_orders_on_one_day_are_one_occasion_and_returns_are_none() -> None:
    rows = [
        line("a", 0, 5.0, "1"),
        line("a", 0, 5.0, "2"),
        line("a", 7, -5.0, "3", taken_back=True),
        line("b", 9, 1.0, "4"),
    ]
    _, found = of(rows)
    assert (found.days.tolist(), found.gaps, found.silent.tolist()) == ([1, 1], 0, [10, 1])


def test_own_means_are_drawn_towards_everybodys() -> None:
    # Within: 4 + 4 about 10, 4 + 4 about 30, over 2 degrees: 8. Between: (2·100 + 2·100 − 8) / (4 − 8/4) = 196.
    means, weight = rhythm.credible_means(np.array([8, 12, 28, 32]), np.array([0, 0, 1, 1]), 3)
    assert weight == pytest.approx(8 / 196)
    pull = 2 / (2 + 8 / 196)
    assert means == pytest.approx([20 - 10 * pull, 20 + 10 * pull, 20])


def test_who_do_not_differ_share_one_mean() -> None:
    means, weight = rhythm.credible_means(np.array([10, 30, 10, 30]), np.array([0, 0, 1, 1]), 2)
    assert (means.tolist(), weight) == ([20.0, 20.0], None)


def test_a_frequent_buyer_is_late_sooner() -> None:
    rows = [line(f"fast{i}", 300 - 5 * k, 5.0) for i in range(15) for k in range(12)]
    rows += [line(f"slow{i}", 300 - 60 * k, 5.0) for i in range(15) for k in range(5)]
    rows += [line("last", 360, 5.0)]
    table, found = of(rows)
    fast = np.char.startswith(table.customer.astype(str), "fast")
    slow = np.char.startswith(table.customer.astype(str), "slow")
    assert found.expected[fast].max() < 10
    assert found.expected[slow].min() > 50
    assert (found.silent > found.late)[fast].all()
    assert found.late[fast].min() == rhythm.SHORTEST_LATE


def test_few_gaps_are_judged_by_the_shop_alone() -> None:
    _, found = of(regulars(20, 10, 3))
    assert (found.gaps, found.basis) == (40, "shop")
    assert set(found.expected) == {10.0}


def test_too_few_who_came_back_leave_the_common_guess() -> None:
    _, found = of([*regulars(19, 10, 8), *(line(f"once{i}", 3, 5.0) for i in range(40))])
    assert (found.returning, found.basis) == (19, "default")
    assert (set(found.expected), set(found.slipping), set(found.late)) == ({40.0}, {90.0}, {180.0})


@pytest.mark.parametrize("rows", [[line("only", 3, 5.0)], [line(f"c{i}", 3, 5.0) for i in range(50)]])
def test_nobody_came_back(rows: list[Row]) -> None:
    _, found = of(rows)
    assert (found.gaps, found.returning, found.basis) == (0, 0, "default")


def told(found: Rhythm) -> list[list[float]]:
    return [values.tolist() for values in (found.days, found.silent, found.expected, found.slipping, found.late)]


def test_order_of_rows_changes_nothing() -> None:
    rows = lively()
    shuffled = list(rows)
    Random(7).shuffle(shuffled)
    assert told(of(shuffled)[1]) == told(of(rows)[1])


def test_other_days_and_another_currency_change_nothing() -> None:
    moved = [{**row, "day": row["day"] + 400, "amount": 7.1 * row["amount"]} for row in lively()]
    assert told(of(moved)[1]) == told(of(lively())[1])


def test_new_names_change_nothing() -> None:
    renamed = [{**row, "customer": f"x{999 - int(row['customer'][1:])}"} for row in lively()]
    assert [values[::-1] for values in told(of(renamed)[1])] == told(of(lively())[1])


def test_a_slip_comes_before_a_loss() -> None:
    _, found = of(lively())
    assert (found.slipping <= found.late).all()
    assert (found.expected > 0).all()
