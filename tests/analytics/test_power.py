from __future__ import annotations

import math

import numpy as np
import pytest

from analytics.means import welch
from analytics.power import (
    people_by_baseline,
    people_for_money,
    people_for_shares,
    power_of_shares,
    smallest_difference,
    smallest_money,
)
from analytics.samples import Money
from tests.analytics.golden import case


def test_published_numbers_of_people() -> None:
    inputs, expected = case("ab_power", "ab.n.0.2_0.25_0.8_0.05")
    assert people_for_shares(inputs["p1"], inputs["p2"]) == expected["n_per_group"]
    inputs, expected = case("ab_power", "ab.n.evanmiller_20_5")
    assert people_by_baseline(inputs["p1"], inputs["p2"]) == pytest.approx(expected["n_per_group"], abs=1)


def test_r_and_its_power_prop_test() -> None:
    assert people_for_shares(0.1, 0.12) == 3841
    assert people_for_shares(0.12, 0.1) == 3841


def test_by_hand() -> None:
    # (2.5758 sqrt(2 x 0.325 x 0.675) + 1.6449 sqrt(0.1875 + 0.24))^2 / 0.15^2 = 343.9
    assert people_for_shares(0.25, 0.4, power=0.95, chance=0.01) == 344


def test_unequal_versions_cost_people_in_all() -> None:
    even, uneven = people_for_shares(0.25, 0.4), people_for_shares(0.25, 0.4, ratio=0.5)
    assert 2 * even < 1.5 * uneven
    assert 0.5 * uneven < even


def test_what_can_be_seen_is_the_inverse() -> None:
    rise = smallest_difference(0.1, 3841)
    assert rise == pytest.approx(0.02, abs=1e-5)
    assert power_of_shares(0.1, 0.12, 3841) == pytest.approx(0.8, abs=1e-3)
    assert smallest_difference(0.5, 5) is None
    assert smallest_difference(1.0, 1000) is None
    n = people_for_money(1, 10)
    assert smallest_money(10, n) == pytest.approx(1, abs=1e-3)
    assert smallest_money(10, 0) == math.inf


def test_what_is_no_plan() -> None:
    with pytest.raises(ValueError, match="different"):
        people_for_shares(0.1, 0.1)
    with pytest.raises(ValueError, match="between"):
        people_for_shares(0.1, 1.1)
    with pytest.raises(ValueError, match="difference"):
        people_for_money(0, 1)


@pytest.mark.parametrize(("one", "two"), [(0.1, 0.12), (0.05, 0.1), (0.3, 0.4), (0.03, 0.04)])
def test_the_plan_keeps_its_word_for_shares(one: float, two: float) -> None:
    n, random = people_for_shares(one, two), np.random.default_rng(31)
    a, b = random.binomial(n, one, 20_000) / n, random.binomial(n, two, 20_000) / n
    pooled = (a + b) / 2
    z = (b - a) / np.sqrt(2 * pooled * (1 - pooled) / n)
    assert np.mean(np.abs(z) > 1.959964) == pytest.approx(0.8, abs=0.02)


@pytest.mark.parametrize(("difference", "deviation"), [(1.0, 1.0), (1.0, 4.0)])
def test_the_plan_keeps_its_word_for_money(difference: float, deviation: float) -> None:
    n, random = people_for_money(difference, deviation), np.random.default_rng(32)
    seen = 0
    for _ in range(3000):
        found = welch(Money.of(random.normal(0, deviation, n)), Money.of(random.normal(difference, deviation, n)))
        seen += found is not None and found.chance < 0.05
    assert seen / 3000 == pytest.approx(0.8, abs=0.02)
