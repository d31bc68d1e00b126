from __future__ import annotations

import gzip

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.means import bootstrap_t, cuped, influence, mann_whitney, people_for_skew, welch
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
    assert people_for_skew([5.0, 5.0]) == 0


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
    ratios, called, runs = [], 0, 1000
    for _ in range(runs):
        before = random.normal(size=(2, 500))
        after = 0.5 * before + np.sqrt(0.75) * random.normal(size=(2, 500))
        found = cuped(after[0], after[1], before[0], before[1])
        ratios.append(found.variance_ratio)
        test = welch(found.a, found.b)
        called += test is not None and test.chance < 0.05
    assert 0.7 <= np.mean(ratios) <= 0.8
    assert 0.035 <= called / runs <= 0.065


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
