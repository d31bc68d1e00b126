from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from analytics.means import welch
from analytics.randomization import permutation_t
from analytics.samples import Money


def test_the_limit_is_that_of_all_possible_draws() -> None:
    """Nine people, three of them in A: all 84 draws, of which one in five may lie outside."""
    a, b = [0.0, 0.0, 0.0], [9.0, 1.0, 1.0, 8.0, 0.0, 2.0]
    amounts, distances = [*a, *b], []
    for inside in itertools.combinations(range(9), 3):
        one = [amounts[i] for i in inside]
        two = [amounts[i] for i in range(9) if i not in inside]
        found = welch(Money.of(one), Money.of(two))
        assert found is not None
        distances.append(abs(found.t))
    limit = sorted(distances)[math.ceil(0.8 * 84) - 1]
    whole, interval = welch(Money.of(a), Money.of(b), 0.8), permutation_t(a, b, 0.8)
    assert whole is not None
    assert interval is not None
    assert (interval.high - interval.low) / 2 == pytest.approx(limit * whole.error)
    assert interval.high > whole.interval.high


def test_it_is_never_shorter_than_welchs_and_as_long_where_money_is_tame() -> None:
    dice = np.random.default_rng(3)
    for size in (10, 400):
        a, b = dice.normal(5, 1, size), dice.normal(5, 1, size)
        mine, welchs = permutation_t(a, b), welch(Money.of(a), Money.of(b))
        assert mine is not None
        assert welchs is not None
        ratio = (mine.high - mine.low) / (welchs.interval.high - welchs.interval.low)
        assert 1 <= ratio < 1.15


def test_a_long_tail_and_a_small_version_do_not_raise_false_alarms() -> None:
    """Where Welch's own interval misses more than one time in ten."""
    missed = []
    for seed in range(300):
        dice = np.random.default_rng(seed + 50)
        rows = np.where(dice.random(500) < 0.12, dice.lognormal(3, 1, 500), 0)
        interval = permutation_t(rows[:50], rows[50:], seed=seed)
        assert interval is not None
        missed.append(not interval.low <= 0 <= interval.high)
    assert np.mean(missed) < 0.05 + 4 * np.sqrt(0.05 * 0.95 / 300)


@pytest.mark.parametrize(
    ("a", "b"), [([], [1.0, 2.0]), ([1.0], [1.0, 2.0]), ([0.0, 0.0], [0.0, 0.0]), ([3.0, 3.0], [3.0, 3.0])]
)
def test_where_nobody_differs_there_is_no_interval(a: list[float], b: list[float]) -> None:
    assert permutation_t(a, b) is None


def test_the_same_seed_says_the_same() -> None:
    a, b = [0.0] * 30 + [5.0, 8.0], [0.0] * 30 + [5.0, 9.0, 40.0]
    assert permutation_t(a, b, seed=4) == permutation_t(a, b, seed=4)
