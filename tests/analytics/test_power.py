from __future__ import annotations

import math

import numpy as np
import pytest

from analytics.anytime import log_evidences, money_look
from analytics.means import welch
from analytics.power import (
    people_by_baseline,
    people_for_money,
    people_for_shares,
    people_looking,
    people_looking_at_money,
    people_to_plan,
    power_of_shares,
    smallest_difference,
    smallest_money,
)
from analytics.proportions import chance_of
from analytics.samples import Money, Share
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


@pytest.mark.parametrize(
    ("one", "two"), [(0.1, 0.9), (0.1, 0.6), (0.05, 0.3), (0.02, 0.2), (0.5, 0.95), (0.3, 0.8), (0.01, 0.1)]
)
def test_the_plan_keeps_its_word_for_small_versions_exactly(one: float, two: float) -> None:
    from scipy.stats import binom

    n = people_to_plan(one, two)
    a, b = (binom.pmf(np.arange(n + 1), n, rate) for rate in (one, two))
    power = sum(
        a[i] * b[j]
        for i in range(n + 1)
        for j in range(n + 1)
        if a[i] * b[j] > 1e-9 and chance_of(Share(n, i), Share(n, j)) < 0.05
    )
    assert power >= 0.78


def test_plans_with_enough_people_need_no_correction() -> None:
    assert people_to_plan(0.1, 0.12) == people_for_shares(0.1, 0.12)
    assert people_to_plan(0.1, 0.9) > people_for_shares(0.1, 0.9)


def test_smaller_differences_and_rarer_errors_take_more_people() -> None:
    for people in (people_to_plan, people_looking):
        plain, finer = people(0.1, 0.12), people(0.1, 0.115)
        surer, stricter = people(0.1, 0.12, power=0.9), people(0.1, 0.12, chance=0.025)
        assert plain is not None
        assert all(other is not None and other > plain for other in (finer, surer, stricter))


@pytest.mark.parametrize(("one", "two"), [(0.05, 0.06), (0.1, 0.12), (0.5, 0.55), (0.02, 0.01), (0.3, 0.6)])
def test_who_looks_at_any_time_has_decided_by_then(one: float, two: float) -> None:
    n, random = people_looking(one, two), np.random.default_rng(33)
    half = people_looking(one, two, power=0.5)
    assert n is not None
    assert half is not None
    assert people_for_shares(one, two) < half < n
    for people, share in ((n, 0.8), (half, 0.5)):
        a, b = random.binomial(people, one, 4000), random.binomial(people, two, 4000)
        table = np.stack([a, people - a, b, people - b], axis=1).astype(float)
        decided = (log_evidences(table) >= -math.log(0.05)).mean()
        assert decided == pytest.approx(share, abs=0.025)
    # Twenty looks on the way add to it, but not much.
    step = np.diff(np.linspace(0, n, 21).astype(int))
    a, b = (random.binomial(step, rate, (500, 20)).cumsum(axis=1) for rate in (one, two))
    seen = step.cumsum()
    table = np.stack([a, seen - a, b, seen - b], axis=2).reshape(-1, 4).astype(float)
    ever = (log_evidences(table).reshape(500, 20) >= -math.log(0.05)).any(axis=1).mean()
    assert 0.8 <= ever <= 0.93


def test_who_looks_at_money_at_any_time_has_decided_by_then() -> None:
    n, random, seen = people_looking_at_money(2, 30), np.random.default_rng(34), 0
    assert n is not None
    for _ in range(300):
        a, b = (Money.of(random.normal(mean, 30, n)) for mean in (100, 102))
        seen += money_look(a, b).interval.low > 0
    assert seen / 300 == pytest.approx(0.8, abs=0.06)
    assert people_looking_at_money(50, 30) == 200


def test_more_people_than_there_are_is_no_number() -> None:
    assert people_looking(0.05, 0.05001) is None
    assert people_looking_at_money(0.001, 100) is None
