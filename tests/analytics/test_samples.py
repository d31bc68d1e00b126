from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.samples import Impossible, Money, Share


def test_half_sheets_add_to_the_whole() -> None:
    assert Share(400, 20) + Share(600, 30) == Share(1000, 50)
    assert Share.of([1, 0, 0]) + Share.of([True, False]) == Share(5, 2)


@settings(deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50), st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50))
def test_money_of_halves_is_that_of_all(one: list[float], two: list[float]) -> None:
    halves, whole = Money.of(one) + Money.of(two), Money.of(one + two)
    assert halves.n == whole.n
    assert halves.total == pytest.approx(whole.total, rel=1e-9, abs=1e-9 * (1 + max(map(abs, one + two))))
    assert halves.squares == pytest.approx(whole.squares, rel=1e-9)


def test_rows_and_typed_numbers_are_the_same() -> None:
    rows = np.random.default_rng(1).lognormal(3, 1, 500)
    money = Money.of(rows)
    assert money.mean == pytest.approx(rows.mean(), rel=1e-12)
    assert money.deviation == pytest.approx(rows.std(ddof=1), rel=1e-9)
    typed = Money.typed(500, float(rows.mean()), float(rows.std(ddof=1)))
    assert typed.total == pytest.approx(money.total, rel=1e-9)
    assert typed.variance == pytest.approx(money.variance, rel=1e-9)


def test_who_brought_nothing_tells_nothing_of_the_mean() -> None:
    assert Money.of([5.0] * 40 + [0.0] * 60).effective == pytest.approx(40)
    assert Money.of([1.0] * 40 + [1000.0]).effective == pytest.approx(1.08, abs=0.01)
    assert Money.of([0.0, 0.0]).effective == 0


def test_equal_amounts_have_no_spread() -> None:
    assert Money.of([1234567.89] * 1000).variance == 0
    assert Money.of([5.0]).variance == 0


@pytest.mark.parametrize(
    ("n", "successes", "fault"),
    [
        (10, 11, "more_than_people"),
        (0, 0, "nobody"),
        (-5, 0, "negative"),
        (10, -1, "negative"),
        (10, 2.5, "not_whole"),
        (math.nan, 1, "not_a_number"),
        (10, math.nan, "not_a_number"),
        (math.inf, 1, "not_a_number"),
        (1_000_000_001, 1, "too_many"),
    ],
)
def test_what_cannot_have_been_counted(n: float, successes: float, fault: str) -> None:
    with pytest.raises(Impossible) as told:
        Share(n, successes)  # type: ignore[arg-type]
    assert told.value.fault == fault


def test_a_billion_people_are_a_number() -> None:
    assert Share(1_000_000_000, 10_000_000).rate == 0.01
    assert Share(1000.0, 50.0) == Share(1000, 50)  # type: ignore[arg-type]


def test_money_that_cannot_be() -> None:
    with pytest.raises(Impossible, match="no_such_spread"):
        Money(10, 100.0, 10.0)
    with pytest.raises(Impossible, match="not_a_number"):
        Money.of([1.0, math.nan])
    with pytest.raises(Impossible, match="negative"):
        Money.typed(10, 5, -1)
    with pytest.raises(Impossible, match="nobody"):
        Money.of([])
    with pytest.raises(Impossible, match="not_whole"):
        Share.of([0, 2])
    assert Money.of([-5.0, 20.0]).total == 15
