from __future__ import annotations

from datetime import date, timedelta
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import festivals, weeks
from analytics.weeks import ALERT, COUNTS, DAYS, Daily, Floats, amounts, change, daily, judged
from tests.analytics.shops import line, orders

WEEKDAYS = np.array([0.6, 0.8, 1.0, 1.0, 1.3, 1.5, 0.8]) / DAYS
SPRING = date(2026, 4, 13)
"""From here on half a year goes by without any Western festival."""


def book(values: list[float], first: date = SPRING, each: float = 20.0) -> Daily:
    """Weeks of so many orders, all on their first day, between the day before and the day after them."""
    days = [0.0] + [float(count) if day == 0 else 0.0 for count in values for day in range(DAYS)] + [1.0]
    return Daily(first - timedelta(days=1), np.array(days), each * np.array(days))


def chance(kind: str, size: float, sigma: float, days: int, dice: np.random.Generator, first: date = SPRING) -> Daily:
    """A shop where nothing changes, as an export of it shows: from the first order to the last."""
    rate = np.resize(WEEKDAYS, days) * size
    if kind == "lumpy":
        rate = rate * np.repeat(dice.gamma(4, 1 / 4, days // DAYS + 1), DAYS)[:days]
    placed = dice.poisson(rate) if kind != "clustered" else dice.negative_binomial(rate / 2, 1 / 3)
    spent = np.bincount(np.repeat(np.arange(days), placed), dice.lognormal(3, sigma, placed.sum()), days).astype(float)
    seen = np.flatnonzero(placed)
    span = slice(seen[0], seen[-1] + 1)
    return Daily(first, placed[span].astype(float), spent[span])


def test_orders_count_once_on_their_first_day_and_returns_are_none() -> None:
    rows = [
        line("a", 0, 10.0, "o1"),
        line("a", 1, 5.0, "o1"),
        line("b", 1, 7.0),
        line("b", 1, 3.0),
        line(None, 1, 2.0),
        line("a", 3, -4.0, "r1", taken_back=True),
    ]
    found = daily(orders(rows).frame())
    assert found is not None
    assert found.first == date(2026, 1, 1)
    assert found.orders.tolist() == [1, 2, 0, 0]
    assert found.money.tolist() == [10, 17, 0, -4]


def test_order_of_lines_changes_nothing() -> None:
    dice = Random(1)
    rows = [line(f"c{dice.randrange(9)}", dice.randrange(60), dice.randint(1, 99), f"o{i // 2}") for i in range(200)]
    shuffled = list(rows)
    dice.shuffle(shuffled)
    one, other = (daily(orders(part).frame()) for part in (rows, shuffled))
    assert one is not None
    assert other is not None
    assert np.array_equal(one.orders, other.orders)
    assert np.allclose(one.money, other.money)


def test_the_first_and_the_last_day_of_the_data_do_not_count() -> None:
    found = change(book([10, 12, 9, 11, 10]), "west")
    assert found is not None
    assert (found.first, found.last) == (SPRING + timedelta(days=28), SPRING + timedelta(days=34))
    assert [week.orders for week in (*found.past, *found.now)] == [10, 12, 9, 11, 10]
    assert (found.basis, found.compared) == ("weeks", 4)


def test_too_few_weeks_give_no_verdict() -> None:
    found = change(book([10, 12, 9, 1]), "west")
    assert found is not None
    assert (found.basis, found.compared, found.orders, found.direction) == (None, 3, None, 0)
    assert change(Daily(SPRING, np.ones(7), np.ones(7)), "west") is None


def test_the_interval_by_hand() -> None:
    """Roots of 9, 16, 25 and 16 twice: with 3 degrees of freedom Student's 97.5 % point is 3.182."""
    scale = weeks.Scale(np.sqrt, lambda y: y * y, 0.0)
    found = judged(np.array([100.0]), np.array([9.0, 16.0, 25.0, 16.0]), scale, 0.05)
    reach = 3.1824463 * np.sqrt(2 / 3) * np.sqrt(1 + 1 / 4)
    assert found.usual == pytest.approx(16)
    assert found.low == pytest.approx((4 - reach) ** 2)
    assert found.high == pytest.approx((4 + reach) ** 2)
    assert found.change == 1


def test_noise_is_never_less_than_chance() -> None:
    """Weeks that happen to be alike do not make 21 orders news after 20."""
    assert judged(np.array([26.0]), np.full(12, 20.0), COUNTS, 0.02).change == 0
    assert judged(np.array([60.0]), np.full(12, 20.0), COUNTS, 0.02).change == 1


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 500), min_size=4, max_size=12),
    st.integers(0, 500),
    st.floats(0.001, 0.2),
    st.integers(1, 99),
)
def test_verdict_and_range_agree_whatever_the_currency(past: list[int], now: int, level: float, rate: int) -> None:
    before, here = np.array(past, float), np.array([float(now)])
    found = judged(here, before, COUNTS, level)
    assert 0 <= found.low <= found.usual <= found.high
    if found.change:
        assert found.value < found.low or found.value > found.high
    if sum(past):
        one, other = (
            judged(here * unit, before * unit, scale, level)
            for unit in (1.0, float(rate))
            if (scale := amounts(float(before.mean()), float(before.mean()) * unit))
        )
        assert one.change == other.change
        assert other.high == pytest.approx(one.high * rate, rel=1e-6, abs=1e-6)


SHOPS = [
    (kind, size, sigma, days)
    for days in (50, 190)
    for kind in ("even", "lumpy", "clustered")
    for size, sigma in ((3, 0.5), (3, 1.3), (12, 1.3), (40, 0.5))
]


def test_a_shop_where_nothing_changes_is_called_changed_in_at_most_4_percent_of_the_letters() -> None:
    """With the 1 % of those who slid (test_digest.py) that is 5 % for all that a letter says together."""
    alarms: dict[tuple[str, int, float, int], float] = {}
    for shop in SHOPS:
        dice = np.random.default_rng(7)
        kind, size, sigma, days = shop
        found = [change(chance(kind, size, sigma, days, dice), "west") for _ in range(100)]
        alarms[shop] = float(np.mean([bool(one and one.direction) for one in found]))
    # A hundred letters tell little of one kind of shop; 2,400 together tell 2 % from 3 %.
    assert max(alarms.values()) <= 0.09, alarms
    assert np.mean(list(alarms.values())) <= 0.025


def test_a_fall_alarms_by_chance_in_at_most_one_check_of_a_hundred() -> None:
    falls = []
    for kind, size, sigma, days in SHOPS[12:]:
        dice = np.random.default_rng(11)
        found = [change(chance(kind, size, sigma, days, dice), "west", levels=ALERT) for _ in range(60)]
        falls += [bool(one and one.direction < 0) for one in found]
    assert np.mean(falls) <= 0.015


def halved(days: Daily, dice: np.random.Generator) -> Daily:
    """The same shop, in whose last whole week every other order was not placed."""
    last = slice(len(days.orders) - 1 - DAYS, len(days.orders) - 1)
    placed, spent = days.orders.copy(), days.money.copy()
    placed[last] = dice.binomial(placed[last].astype(int), 0.5)
    spent[last] *= 0.5
    return Daily(days.first, placed, spent)


@pytest.mark.parametrize(("size", "seen"), [(20, 0.3), (40, 0.7), (80, 0.95)])
def test_a_halved_week_is_seen(size: int, seen: float) -> None:
    dice = np.random.default_rng(3)
    found = [change(halved(chance("even", size, 0.5, 190, dice), dice), "west") for _ in range(80)]
    assert np.mean([bool(one and one.direction < 0) for one in found]) >= seen


def test_several_weeks_together_see_more() -> None:
    values = [20.0, 24, 17, 22, 19, 25, 18, 21, 23, 16, 20, 22, 12, 13, 12]
    one, three = change(book(values), "west"), change(book(values), "west", weeks=3)
    assert one is not None
    assert three is not None
    assert (one.direction, three.direction) == (0, -1)
    assert three.orders is not None
    assert three.orders.value == 37


def with_festivals(
    first: date, factor: dict[str, float], market: festivals.Market, days: int, last_week: float = 1.0
) -> Daily:
    """Thirty orders a week, more or less, times what a festival does to them."""
    dice = np.random.default_rng(4)
    rate: Floats = np.full(days, 30 / DAYS)
    for n in range(days):
        day = first + timedelta(days=n)
        felt = festivals.during(day, day, market)
        rate[n] *= factor.get(felt.code, 1.0) if felt else 1.0
    rate[-1 - DAYS : -1] *= last_week
    placed = dice.poisson(rate).astype(float)
    placed[0] = placed[-1] = 4
    return Daily(first, placed, 20 * placed)


SPRING_FESTIVAL = {"spring_festival": 0.1}


def test_an_unknown_festival_is_not_called_a_fall() -> None:
    """The Chinese new year of 2026 began on 17 February."""
    first = date(2025, 10, 12)
    found = change(with_festivals(first, SPRING_FESTIVAL, "china", (date(2026, 2, 25) - first).days + 1), "china")
    assert found is not None
    assert (found.felt, found.basis, found.direction) == ("spring_festival", None, 0)
    assert sum(week.orders for week in found.now) < 10


def test_a_festival_is_set_beside_the_one_of_the_year_before() -> None:
    first = date(2024, 7, 1)
    span = (date(2026, 2, 25) - first).days + 1
    same = change(with_festivals(first, SPRING_FESTIVAL, "china", span), "china")
    assert same is not None
    assert (same.felt, same.basis, same.direction) == ("spring_festival", "year", 0)
    assert same.like is not None
    assert (same.first - same.like[0].first).days == 384
    # Five times what the holidays leave is news even though it is half of a usual week.
    better = change(with_festivals(first, SPRING_FESTIVAL, "china", span, last_week=6.0), "china")
    assert better is not None
    assert (better.basis, better.direction) == ("year", 1)


def test_weeks_with_a_festival_are_not_what_others_are_compared_with() -> None:
    first = date(2025, 9, 1)
    sales = with_festivals(first, {"christmas": 5.0, "black_friday": 5.0}, "west", (date(2026, 2, 3) - first).days)
    found = change(sales, "west")
    assert found is not None
    assert (found.basis, found.direction) == ("weeks", 0)
    assert {week.felt for week in found.past if not week.counts} == {"christmas", "black_friday"}


def test_a_season_that_comes_every_year_is_no_news() -> None:
    """Each August half of the customers are away; the third of these falls is deeper."""
    first, dice = date(2024, 3, 4), np.random.default_rng(8)
    days = (date(2026, 8, 17) - first).days
    rate = np.array([60 / DAYS * (0.4 if (first + timedelta(days=n)).month == 8 else 1) for n in range(days)])
    placed = dice.poisson(rate).astype(float)
    found = change(Daily(first, placed, 10 * placed), "west")
    assert found is not None
    assert (found.basis, found.direction) == ("year", 0)
    placed[-1 - DAYS : -1] = 0
    gone = change(Daily(first, placed, 10 * placed), "west")
    assert gone is not None
    assert (gone.basis, gone.direction) == ("year", -1)


def test_where_nothing_was_paid_orders_alone_are_judged() -> None:
    found = change(book([30, 28, 33, 31, 29, 30, 5], each=0.0), "west")
    assert found is not None
    assert found.money is None
    assert found.direction == -1


def test_more_brought_back_than_sold_is_a_fall_and_no_fault() -> None:
    sales = book([30, 28, 33, 31, 29, 30, 30])
    sales.money[-1 - DAYS : -1] = -100.0
    found = change(sales, "west")
    assert found is not None
    assert found.money is not None
    assert (found.money.change, found.orders and found.orders.change) == (-1, 0)
