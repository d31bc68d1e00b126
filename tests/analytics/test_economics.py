from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.economics import Takings, break_even, gain, raised
from analytics.effort import A_MESSAGE, BULK, BY_HAND, PERSONAL, effort, within
from analytics.proportions import Interval
from analytics.samples import Share
from analytics.uplift import ASSUMED, learnt

margins = st.floats(0.01, 1)
rates = st.floats(0.001, 0.999)


@pytest.mark.parametrize(
    ("margin", "discount", "more"),
    [(0.3, 0.1, 0.5), (0.3, 0.05, 0.2), (0.3, 0.15, 1.0), (0.3, 0.2, 2.0), (0.5, 0.2, 2 / 3), (0.4, 0.0, 0.0)],
)
def test_break_even_by_hand(margin: float, discount: float, more: float) -> None:
    assert break_even(margin, discount).more == pytest.approx(more)


@pytest.mark.parametrize(("margin", "discount"), [(0.3, 0.3), (0.3, 0.4), (0.1 + 0.2, 0.3), (0.2, 0.2)])
def test_no_number_of_orders_pays_for_a_discount_as_large_as_the_margin(margin: float, discount: float) -> None:
    assert break_even(margin, discount).more is None


@pytest.mark.parametrize(("margin", "discount"), [(0, 0.1), (-0.1, 0.1), (1.1, 0.1), (0.3, 1.1), (0.3, -0.1)])
def test_what_is_no_margin_or_discount_is_refused(margin: float, discount: float) -> None:
    with pytest.raises(ValueError, match="margin"):
        break_even(margin, discount)


@given(margins, st.floats(0, 1))
def test_at_break_even_as_much_is_left(margin: float, discount: float) -> None:
    more = break_even(margin, discount).more
    if more is not None:
        assert (1 + more) * (margin - discount) == pytest.approx(margin, abs=1e-6)


def test_gain_by_hand() -> None:
    """One in five orders 100 anyway; at odds twice as high one in three does: 13.33 more sales, 4 of them margin."""
    certain, twice = Takings(Interval(0.2, 0.2), 100.0), Interval(2.0, 2.0)
    assert raised(0.2, 2.0) == pytest.approx(1 / 3)
    assert gain(certain, twice, None, 0.0).low == pytest.approx(100 / 3 - 20)
    assert gain(certain, twice, 0.3, 0.0).high == pytest.approx(4.0)
    # A tenth off: a third orders with 20 left of 100, 6.67, where a fifth would have left 30, that is 6.
    assert gain(certain, twice, 0.3, 0.1).low == pytest.approx(20 / 3 - 6)


@given(rates, margins, st.floats(0, 0.5), st.floats(1, 3))
def test_more_orders_than_break_even_gain_and_fewer_lose(rate: float, margin: float, off: float, odds: float) -> None:
    found = gain(Takings(Interval(rate, rate), 50.0), Interval(odds, odds), margin, off)
    more, enough = raised(rate, odds) / rate - 1, break_even(margin, off).more
    if enough is None or more < enough - 1e-6:
        assert found.high <= 1e-6
    elif more > enough + 1e-6:
        assert found.low >= -1e-6


@given(rates, rates, st.floats(0.5, 3), st.floats(0.5, 3), st.floats(0, 0.5))
def test_a_range_is_never_upside_down(one: float, two: float, less: float, more: float, off: float) -> None:
    found = gain(
        Takings(Interval(min(one, two), max(one, two)), 10.0), Interval(min(less, more), max(less, more)), 0.4, off
    )
    assert found.low <= found.high


def test_a_push_moves_least_who_come_anyway() -> None:
    added = [raised(rate, 1.3) - rate for rate in (0.02, 0.2, 0.5, 0.8, 0.99)]
    assert max(added) == added[2]
    assert added[4] < added[0] < added[1]


def test_without_trials_the_assumption_stands() -> None:
    belief = learnt([])
    assert belief.trials == 0
    assert (belief.odds.low, belief.odds.high) == pytest.approx((ASSUMED.low, ASSUMED.high))
    assert belief.drawn("vip", date(2026, 1, 1)) == belief.drawn("last_try", date(2026, 1, 2)) == math.exp(belief.mean)


def test_trials_draw_belief_as_far_as_they_are_large() -> None:
    nothing = (Share(1000, 100), Share(1000, 100))
    small = (Share(20, 2), Share(20, 2))
    assert learnt([nothing]).mean < learnt([small]).mean < learnt([]).mean
    assert learnt([nothing] * 50).odds.high < 1.05
    strong = learnt([(Share(2000, 100), Share(2000, 300))] * 5)
    # The odds ratio of 15 % to 5 % is 3.35.
    assert 2.5 < math.exp(strong.mean) < 3.36
    assert strong.deviation < learnt([]).deviation


def test_the_lot_is_drawn_once_a_day() -> None:
    belief = learnt([(Share(50, 5), Share(50, 8))])
    days = [belief.drawn("vip", date(2026, 1, day)) for day in range(1, 31)]
    assert days == [belief.drawn("vip", date(2026, 1, day)) for day in range(1, 31)]
    assert len(set(days)) == 30
    assert belief.drawn("vip", date(2026, 1, 1)) != belief.drawn("refill", date(2026, 1, 1))


def test_effort_is_the_lesser_of_one_by_one_and_one_to_all() -> None:
    assert (effort(1).minutes, effort(1).money, effort(1).personal) == (PERSONAL, 0.0, True)
    assert effort(BY_HAND).minutes == BULK
    assert (effort(500).minutes, effort(500).personal) == (BULK, False)
    assert effort(500).money == pytest.approx(500 * A_MESSAGE)
    assert (within(30), within(2), within(-5)) == (10, 0, 0)
