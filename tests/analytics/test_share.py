"""What leaves for strangers is noisy by the stated amount, names no small group, and says how sure it is."""

from __future__ import annotations

import math
from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import private_counts, share
from analytics.errors import MissingData
from analytics.private_counts import half_width, released, scale
from tests.analytics.golden import case
from tests.analytics.shops import line, orders

pytest.importorskip("opendp")

UNTIL = date(2026, 12, 31)


def ratio(draws: int, least: int) -> float:
    """The largest log ratio between the chances of any outcome for 100 and for 101 customers."""
    one, other = (Counter(released([count] * draws, draws, draws * 0.5)) for count in (100, 101))
    common = [outcome for outcome in one if min(one[outcome], other[outcome]) >= least]
    assert len(common) > 5
    return max(abs(math.log(one[outcome] / other[outcome])) for outcome in common)


def test_one_customer_more_is_hardly_told_apart() -> None:
    assert ratio(40_000, 2_000) <= 1.15 * 0.5


@pytest.mark.slow
def test_one_customer_more_is_hardly_told_apart_in_many_draws() -> None:
    assert ratio(200_000, 4_000) <= 1.15 * 0.5


def test_noise_is_no_smaller_than_stated() -> None:
    found = released([0] * 4_000, 4_000, 4_000 * 0.5)
    a = math.exp(-0.5)
    spread = math.sqrt(2 * a) / (1 - a)
    assert math.sqrt(sum(x * x for x in found) / len(found)) == pytest.approx(spread, rel=0.1)


def test_the_scale_and_reach_of_the_noise() -> None:
    given_, expected = case("privacy", "dp.laplace.1_1")
    assert scale(given_["sensitivity"], given_["epsilon"]) == expected["scale"]
    # The least whole number that Laplace's own reach allows.
    assert half_width(1.0) == math.ceil(expected["half_width_95"]) - 1 or half_width(1.0) == 3


@pytest.mark.parametrize(("scale_", "summands"), [(1.0, 1), (2.0, 1), (2.0, 3), (20.0, 1)])
def test_the_reach_holds_as_often_as_it_says(scale_: float, summands: int) -> None:
    a = math.exp(-1 / scale_)
    k = half_width(scale_, summands)
    if summands == 1:
        assert 2 * a ** (k + 1) / (1 + a) <= 0.05 < 2 * a**k / (1 + a)
    else:
        deviation = math.sqrt(summands * 2 * a) / (1 - a)
        assert k == pytest.approx(1.96 * deviation, rel=0.1)


def test_four_customers_are_never_told_of() -> None:
    _, expected = case("privacy", "dp.small_group")
    assert expected["must_suppress_or_warn"]
    few = orders([line(f"c{n}", 300, 5.0, f"o{n}") for n in range(4)])
    for _ in range(20):
        told = share.sum_up(few, UNTIL)
        assert told.customers is None
        assert told.groups == ()
        assert told.repeat is None


@settings(deadline=None)
@given(st.lists(st.integers(-20, 400), min_size=3, max_size=3))
def test_no_small_group_is_told_nor_left_over(sizes: list[int]) -> None:
    told = share.told(UNTIL, sizes, (500, 500))
    if told.customers is None:
        assert sum(sizes) < share.LEAST_SHOWN
        return
    assert all(group.size.count >= share.LEAST_SHOWN for group in told.groups)
    # What is not told cannot be found by taking away.
    assert sum(group.size.count for group in told.groups) == told.customers.count
    assert told.groups[0].low == 1
    assert told.groups[-1].high is None
    if told.repeat is not None:
        assert 0 <= told.repeat.low <= told.repeat.high <= 1


def test_groups_shares_and_change_are_near_the_truth() -> None:
    rows = [line(f"a{n}", 200, 5.0, f"a{n}") for n in range(400)]
    rows += [line(f"b{n}", 190 + k, 5.0, f"b{n}.{k}") for n in range(300) for k in range(3)]
    rows += [line(f"c{n}", 150 + k, 5.0, f"c{n}.{k}") for n in range(200) for k in range(12)]
    rows += [line(f"d{n}", -200 + k, 5.0, f"d{n}.{k}") for n in range(500) for k in range(3)]
    told = share.sum_up(orders(rows), UNTIL)
    assert told.customers is not None
    assert told.epsilon == 1.0
    assert [(group.low, group.high) for group in told.groups] == [(1, 1), (2, 3), (4, None)]
    for group, truth in zip(told.groups, (400, 300, 200), strict=True):
        assert abs(group.size.count - truth) <= 40
        assert group.size.give == 6
    assert told.repeat is not None
    assert 0.5 < told.repeat.low < told.repeat.high < 0.62
    # 400 + 900 + 5 of each 12, against 1,500.
    assert told.orders is not None
    assert told.orders.low < 2300 / 1500 < told.orders.high


def test_what_one_customer_can_change_is_bounded() -> None:
    rows = [line(f"a{n}", 200, 5.0, f"a{n}") for n in range(300)]
    greedy = [line("z", 1 + k % 360, 5.0, f"z{k}") for k in range(3_000)]
    counted = share._orders_each(orders(rows + greedy), UNTIL)
    assert sorted(counted)[-2:] == [1, 3000]
    told = share.sum_up(orders(rows + greedy), UNTIL)
    assert told.customers is not None
    assert abs(told.customers.count - 301) < 60


def test_days_outside_the_year_and_returns_do_not_count() -> None:
    first = date(2026, 1, 1)
    within = (UNTIL - timedelta(days=364) - first).days
    rows = [
        line("a", within, 5.0, "1"),
        line("b", within - 1, 5.0, "2"),
        line("c", 364, 5.0, "3"),
        line("d", 365, 5.0, "4"),
    ]
    rows.append(line("e", 300, -5.0, "5", taken_back=True))
    assert share._orders_each(orders(rows), UNTIL).tolist() == [1, 1]


def test_without_customers_there_is_nothing_to_share() -> None:
    with pytest.raises(MissingData):
        share.sum_up(None, UNTIL)


def test_a_kept_summary_is_told_as_it_was() -> None:
    told = share.told(UNTIL, (400, 300, 200), (2300, 1500))
    assert share.loaded(share.dumped(told)) == told


def test_whether_the_library_is_there_is_known() -> None:
    assert private_counts.available()
