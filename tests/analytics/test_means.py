from __future__ import annotations

import gzip
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.means import bootstrap_t, cuped, even_out, fieller, influence, mann_whitney, people_for_skew, welch
from analytics.samples import Money
from tests.analytics.golden import case
from tests.data_sets import shared_file


def shoppers(random: np.random.Generator, n: int, typical: float = 3.0) -> np.ndarray:
    """One in ten buys, for an amount with a long tail."""
    return (random.random(n) < 0.1) * random.lognormal(typical, 1.2, n)


def test_students_sleep() -> None:
    inputs, expected = case("ab_means", "ab.welch.sleep")
    found = welch(Money.of(inputs["a"]), Money.of(inputs["b"]))
    assert found is not None
    assert [found.difference, found.t, found.freedom, found.chance] == pytest.approx(
        [expected["diff"], expected["t"], expected["df"], expected["p_value"]], rel=1e-6
    )
    assert [found.interval.low, found.interval.high] == pytest.approx(expected["ci"], rel=1e-6)


def test_permeability() -> None:
    inputs, expected = case("ab_means", "ab.mwu.permeability")
    found = mann_whitney(inputs["a"], inputs["b"], "greater")
    assert found.u == expected["u_a"]
    assert found.chance == pytest.approx(expected["p_value"], abs=1e-4)
    assert found.above == pytest.approx(15 / 50)


def test_nothing_to_tell_apart() -> None:
    assert welch(Money.of([5.0]), Money.of([1.0, 2.0])) is None
    assert welch(Money.of([0.0, 0.0]), Money.of([0.0, 0.0])) is None
    assert bootstrap_t([0.0, 0.0, 0.0], [0.0, 0.0]) is None
    assert bootstrap_t([0.0, 0.0, 0.0], [0.0, 0.0, 9.0]) is None
    # Three times the same amount is no spread, although it leaves 1e-8 by rounding.
    assert bootstrap_t([0.0, 0.0, 0.0], [0.0, 0.0, 10.05]) is None


amounts = st.lists(st.integers(-100, 10_000).map(lambda cents: cents / 100), min_size=2, max_size=30)


@settings(deadline=None)
@given(amounts, amounts)
def test_the_other_way_around_is_the_mirror_image(a: list[float], b: list[float]) -> None:
    there, back = welch(Money.of(a), Money.of(b)), welch(Money.of(b), Money.of(a))
    assert (there is None) == (back is None)
    if there and back:
        assert there.t == pytest.approx(-back.t)
        assert there.interval.low == pytest.approx(back.interval.flipped.low)
    assert mann_whitney(a, b).chance == pytest.approx(mann_whitney(b, a).chance)


def test_the_bootstrap_agrees_where_nothing_is_skewed() -> None:
    random = np.random.default_rng(41)
    a, b = random.normal(10, 3, 400), random.normal(11, 3, 300)
    drawn, told = bootstrap_t(a, b, seed=1), welch(Money.of(a), Money.of(b))
    assert drawn is not None
    assert told is not None
    assert [drawn.low, drawn.high] == pytest.approx([told.interval.low, told.interval.high], abs=0.05)
    assert bootstrap_t(a, b, seed=1) == drawn


def test_the_bootstrap_is_wider_where_the_tail_is_long() -> None:
    random = np.random.default_rng(42)
    a, b = random.normal(2, 0.1, 100), random.lognormal(0, 1.2, 100)
    drawn, told = bootstrap_t(a, b), welch(Money.of(a), Money.of(b))
    assert drawn is not None
    assert told is not None
    assert drawn.high - drawn.low > 1.1 * (told.interval.high - told.interval.low)


def test_a_long_tail_needs_many_people() -> None:
    # An exponential's skewness is 2.
    assert people_for_skew(np.random.default_rng(48).exponential(size=200_000)) == pytest.approx(1420, rel=0.1)
    assert people_for_skew([1.0, 2.0, 3.0]) == 0
    assert people_for_skew([5.0, 5.0]) == people_for_skew([0.05, 0.05, 0.05]) == 0


def test_one_buyer_decides() -> None:
    random = np.random.default_rng(43)
    a, b = random.normal(20, 2, 400), random.normal(20, 2, 400)
    b[0] = 8000
    whole = welch(Money.of(a), Money.of(b))
    assert whole is not None
    first, second = influence(a, b, most=2)
    assert first.amounts == (8000,)
    assert second.left_out == 2
    assert abs(first.without.difference) < 1 < whole.difference
    c = a + np.where(np.arange(400) < 8, 60, 0)
    strong = welch(Money.of(a), Money.of(c))
    assert strong is not None
    assert not influence(a, a + 5)[0].overturns(welch(Money.of(a), Money.of(a + 5)) or strong)
    assert influence(a, c, most=8)[-1].overturns(strong)


def test_one_player_of_cookie_cats() -> None:
    with gzip.open(shared_file("cookie_cats.csv.gz"), "rt") as file:
        header = file.readline().strip().replace('"', "").split(",")
        version, rounds = header.index("version"), header.index("sum_gamerounds")
        lines = [line.strip().replace('"', "").split(",") for line in file]
    sides = [
        np.array([float(line[rounds]) for line in lines if line[version] == gate]) for gate in ("gate_30", "gate_40")
    ]
    whole = welch(Money.of(sides[0]), Money.of(sides[1]))
    assert whole is not None
    assert whole.chance == pytest.approx(0.38, abs=0.01)
    (found,) = influence(sides[0], sides[1], most=1)
    assert found.amounts == (49_854,)
    assert found.without.chance == pytest.approx(0.95, abs=0.01)


def test_a_before_period_that_tells_half() -> None:
    random = np.random.default_rng(44)
    inputs, expected = case("ab_means", "ab.cuped.variance_reduction_05")
    rho, ratios, called, runs = inputs["rho"], [], 0, 1000
    for _ in range(runs):
        before = random.normal(size=(2, 500))
        after = rho * before + np.sqrt(1 - rho**2) * random.normal(size=(2, 500))
        found = cuped(after[0], after[1], before[0], before[1])
        ratios.append(found.variance_ratio)
        test = welch(found.a, found.b)
        called += test is not None and test.chance < 0.05
    for found_out, limits in (
        (np.mean(ratios), expected["variance_ratio"]),
        (called / runs, expected["false_positive_rate"]),
    ):
        assert limits["min"] <= found_out <= limits["max"]


rows = st.lists(st.integers(0, 10_000).map(lambda cents: cents / 100), min_size=3, max_size=30)


@settings(deadline=None)
@given(rows, rows, st.sampled_from([0.01, 7.3, 100.0]))
def test_another_currency_is_the_same_answer(a: list[float], b: list[float], rate: float) -> None:
    one, two = np.array(a), np.array(b)
    here, there = welch(Money.of(one), Money.of(two)), welch(Money.of(rate * one), Money.of(rate * two))
    assert (here is None) == (there is None)
    if here and there:
        assert there.chance == pytest.approx(here.chance)
        assert there.interval.low == pytest.approx(rate * here.interval.low, abs=1e-6)
    drawn, converted = bootstrap_t(one, two, draws=100), bootstrap_t(rate * one, rate * two, draws=100)
    assert (drawn is None) == (converted is None)
    if drawn and converted:
        assert converted.high == pytest.approx(rate * drawn.high, rel=1e-9, abs=1e-6)
    assert people_for_skew(rate * one) == pytest.approx(people_for_skew(one), abs=1)
    assert Money.of(rate * one).effective == pytest.approx(Money.of(one).effective)
    assert mann_whitney(rate * one, rate * two).above == mann_whitney(one, two).above


@settings(deadline=None)
@given(rows, rows, st.integers(0, 1000))
def test_what_was_before_is_taken_off_both_alike(a: list[float], b: list[float], seed: int) -> None:
    random = np.random.default_rng(seed)
    before_a, before_b = random.normal(5, 2, len(a)), random.normal(5, 2, len(b))
    there, back = cuped(a, b, before_a, before_b), cuped(b, a, before_b, before_a)
    assert there.theta == pytest.approx(back.theta, abs=1e-9)
    assert there.a.mean == pytest.approx(back.b.mean, abs=1e-9)
    assert there.variance_ratio <= 1 + 1e-9
    # Whatever was before: together everybody brought the same.
    assert there.a.total + there.b.total == pytest.approx(sum(a) + sum(b), abs=1e-6)


@settings(deadline=None)
@given(rows, rows)
def test_the_largest_amounts_are_the_same_from_either_side(a: list[float], b: list[float]) -> None:
    for there, back in zip(influence(a, b), influence(b, a), strict=False):
        assert there.amounts == back.amounts


def test_people_not_known_from_before_are_taken_as_average() -> None:
    found = cuped([1.0, 2.0, 3.0], [2.0, 3.0, 4.0], [1.0, np.nan, 3.0], [1.0, 2.0, 3.0])
    assert found.missing == 1
    assert found.theta == pytest.approx(1)
    assert found.b.mean - found.a.mean == pytest.approx(1)
    unknown = cuped([1.0, 2.0], [2.0, 4.0], [np.nan, np.nan], [np.nan, np.nan])
    assert (unknown.theta, unknown.variance_ratio, unknown.missing) == (0, 1, 4)


def errors(runs: int, seed: int) -> tuple[float, float, float]:
    """A/A errors of Welch, of ranks, and of the bootstrap's interval, on skewed money."""
    random = np.random.default_rng(seed)
    counts = np.zeros(3)
    for run in range(runs):
        a, b = shoppers(random, 400), shoppers(random, 400)
        test, drawn = welch(Money.of(a), Money.of(b)), bootstrap_t(a, b, seed=run, draws=500)
        assert test is not None
        assert drawn is not None
        counts += [test.chance < 0.05, mann_whitney(a, b).chance < 0.05, 0 not in drawn]
    return tuple((counts / runs).tolist())


def test_two_that_are_equal_are_rarely_told_apart() -> None:
    assert max(errors(150, 45)) <= 0.09


@pytest.mark.slow
def test_two_that_are_equal_at_length() -> None:
    welch_errors, rank_errors, drawn_errors = errors(2000, 46)
    assert 0.03 <= welch_errors <= 0.065
    assert 0.035 <= rank_errors <= 0.065
    assert drawn_errors <= 0.05


def drawn_coverage(runs: int, seed: int) -> tuple[float, float]:
    """Of Welch's and the bootstrap's interval where B's amounts are half of A's, 600 and 300 people."""
    random = np.random.default_rng(seed)
    true = 0.1 * np.exp(3 + 1.2**2 / 2) * (1 / 2 - 1)
    covered = np.zeros(2)
    for run in range(runs):
        a, b = shoppers(random, 600), shoppers(random, 300, 3 - np.log(2))
        test, drawn = welch(Money.of(a), Money.of(b)), bootstrap_t(a, b, seed=run, draws=500)
        assert test is not None
        assert drawn is not None
        covered += [true in test.interval, true in drawn]
    return tuple((covered / runs).tolist())


@pytest.mark.slow
def test_the_bootstrap_covers_skewed_money_better() -> None:
    told, drawn = drawn_coverage(2000, 47)
    assert drawn > told
    assert drawn >= 0.93


def test_the_ratio_of_means() -> None:
    a, b = Money.typed(5000, 10, 30), Money.typed(5000, 14, 32)
    found = fieller(a, b)
    assert found is not None
    # With a control known this well it is the delta method's, on the logarithm.
    spread = 1.96 * math.hypot(30 / 10, 32 / 14) / math.sqrt(5000)
    assert [found.low, found.high] == pytest.approx([1.4 * math.exp(-spread), 1.4 * math.exp(spread)], rel=0.01)
    # Its ends are the ratios at which B - ratio * A is just beyond chance (Fieller's own definition).
    for ratio in (found.low, found.high):
        error = math.sqrt(b.variance / b.n + ratio**2 * a.variance / a.n)
        assert abs(b.mean - ratio * a.mean) / error == pytest.approx(1.96, abs=0.001)
    assert fieller(Money.typed(100, 0.1, 30), b) is None
    assert fieller(Money.of([1.0]), b) is None


def test_any_number_of_versions_is_evened_out_by_what_was_before() -> None:
    random = np.random.default_rng(71)
    before = random.normal(10, 3, (3, 500))
    after = before + random.normal(0, 1, (3, 500)) + np.array([[0.0], [0.0], [2.0]])
    found = even_out(list(after), list(before))
    assert found.theta == pytest.approx(1, abs=0.05)
    assert found.variance_ratio == pytest.approx(0.1, abs=0.03)
    assert found.versions[2].mean - found.versions[0].mean == pytest.approx(2, abs=0.2)
    pair = cuped(after[0], after[1], before[0], before[1])
    assert even_out(list(after[:2]), list(before[:2])).versions == (pair.a, pair.b)
