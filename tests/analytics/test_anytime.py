from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.anytime import Look, log_evidence, log_evidences, look, money_look, scale_for, sequence
from analytics.proportions import Interval
from analytics.samples import Money, Share
from tests.analytics.golden import case

LIMIT = math.log(20)


def looks(
    rates: tuple[float, float], step: int, number: int, runs: int, *, seed: int, coin: bool = False
) -> np.ndarray:
    """Totals (runs x looks x 4) of shops looked at after every `step` people per version, or `2 step` by coin."""
    random = np.random.default_rng(seed)
    people = np.full((runs, number, 2), step)
    if coin:
        people[..., 0] = random.binomial(2 * step, 0.5, (runs, number))
        people[..., 1] = 2 * step - people[..., 0]
    yes = random.binomial(people, rates)
    return np.stack([yes[..., 0], people[..., 0] - yes[..., 0], yes[..., 1], people[..., 1] - yes[..., 1]], -1).cumsum(
        1
    )


def highest(totals: np.ndarray, difference: float = 0.0) -> np.ndarray:
    """The evidence against a difference at its highest so far (runs x looks)."""
    flat = totals.reshape(-1, 4).astype(float)
    parts = [log_evidences(flat[at : at + 4000], difference) for at in range(0, len(flat), 4000)]
    return np.maximum.accumulate(np.concatenate(parts).reshape(totals.shape[:2]), axis=1)


@pytest.mark.parametrize("difference", [0.0, 0.1, -0.25])
@pytest.mark.parametrize("planned", [0.5, 0.3])
def test_the_stake_is_fair(difference: float, planned: float) -> None:
    """After every possible way that six people can go, weighted by its chance, the mean is 1."""
    rate, mean = 0.4, 0.0
    chances = np.array(
        [
            (1 - planned) * rate,
            (1 - planned) * (1 - rate),
            planned * (rate + difference),
            planned * (1 - rate - difference),
        ]
    )
    people = 6
    for a in range(people + 1):
        for b in range(people + 1 - a):
            for c in range(people + 1 - a - b):
                table = np.array([a, b, c, people - a - b - c])
                ways = math.factorial(people) / math.prod(math.factorial(int(n)) for n in table)
                evidence = math.exp(log_evidences(table[None, :].astype(float), difference, planned)[0])
                mean += ways * math.prod(chances**table) * evidence
    assert mean == pytest.approx(1, abs=1e-9)


def test_dozens_can_be_enough() -> None:
    assert look(Share(12, 0), Share(12, 12)).evidence > 100
    assert look(Share(24, 2), Share(24, 16)).interval.low > 0
    assert look(Share(12, 3), Share(12, 5)).evidence < 2
    assert look(Share(1, 0), Share(1, 1)).interval == Interval(-1, 1)


def test_what_an_owner_types() -> None:
    seen = look(Share(1000, 50), Share(1000, 65))
    assert seen.difference == pytest.approx(0.015)
    assert seen.interval.low < 0 < seen.interval.high
    assert seen.sure
    assert seen.chance == 1


shares = st.integers(1, 300).flatmap(lambda n: st.builds(Share, st.just(n), st.integers(0, n)))


@settings(deadline=None)
@given(shares, shares)
def test_the_other_way_around_is_the_mirror_image(a: Share, b: Share) -> None:
    assert log_evidence(a, b) == pytest.approx(log_evidence(b, a), abs=1e-9)
    assert log_evidence(a, b, 0.1) == pytest.approx(log_evidence(b, a, -0.1), abs=1e-7)


@settings(deadline=None)
@given(st.integers(5, 300).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(0, n))))
def test_interval_and_evidence_agree(counts: tuple[int, int, int]) -> None:
    n, one, two = counts
    seen = look(Share(n, one), Share(n, two))
    assert -1 <= seen.interval.low <= seen.difference <= seen.interval.high <= 1
    assert (0 in seen.interval) == (seen.evidence < 20)


@pytest.mark.parametrize(
    ("a", "b"), [((200, 10), (200, 30)), ((5000, 400), (5000, 480)), ((10**9, 10**7), (10**9, 10**7))]
)
def test_evidence_grows_away_from_the_interval(a: tuple[int, int], b: tuple[int, int]) -> None:
    one, two = Share(*a), Share(*b)
    found = sequence(one, two)
    for end, edge in ((1, found.high), (-1, found.low)):
        walk = [log_evidence(one, two, at) for at in np.linspace(edge, end * 0.99, 60).tolist()]
        assert min(walk) >= LIMIT - 1e-6
        assert all(later > earlier for earlier, later in pairwise(walk[:30]))


def test_a_billion_people() -> None:
    seen = look(Share(10**9, 10**7), Share(10**9, 10**7 + 200_000))
    assert 0 < seen.interval.low < 2e-4 < seen.interval.high < 3e-4
    assert math.isfinite(seen.evidence)


def test_people_who_were_not_split_as_planned_fit_no_difference() -> None:
    assert not look(Share(3000, 1396), Share(4461, 3122)).sure
    assert look(Share(3000, 1396), Share(4461, 3122), planned=4461 / 7461).sure


def test_an_earlier_look_is_not_forgotten() -> None:
    early = Look(0.1, Interval(0.01, 0.2), 40)
    late = Look(0.05, Interval(-0.02, 0.12), 10).after(early)
    assert late == Look(0.05, Interval(0.01, 0.12), 40)
    assert not Look(-0.3, Interval(-0.4, -0.2), 90).after(early).sure


@pytest.mark.parametrize(("rate", "coin"), [(0.03, False), (0.1, True), (0.5, False)])
def test_looking_after_every_50_people_calls_few_winners(rate: float, coin: bool) -> None:
    called = highest(looks((rate, rate), 25, 40, 1000, seed=11, coin=coin))[:, -1] >= LIMIT
    assert called.mean() <= 0.05


@pytest.mark.parametrize("rates", [(0.05, 0.08), (0.3, 0.5), (0.02, 0.02)])
def test_every_look_covers(rates: tuple[float, float]) -> None:
    missed = highest(looks(rates, 25, 40, 1000, seed=12, coin=True), rates[1] - rates[0])[:, -1] >= LIMIT
    assert missed.mean() <= 0.05


def test_real_differences_are_seen() -> None:
    assert (highest(looks((0.1, 0.12), 200, 30, 1000, seed=13))[:, -1] >= LIMIT).mean() >= 0.63
    assert (highest(looks((0.2, 0.6), 6, 10, 1000, seed=14))[:, -1] >= LIMIT).mean() >= 0.8


@pytest.mark.slow
@pytest.mark.parametrize("rate", [0.03, 0.1, 0.5])
def test_a_month_of_daily_looks(rate: float) -> None:
    assert (highest(looks((rate, rate), 200, 30, 5000, seed=15))[:, -1] >= LIMIT).mean() <= 0.05
    assert (highest(looks((rate, rate), 25, 200, 1000, seed=16, coin=True))[:, -1] >= LIMIT).mean() <= 0.05


@pytest.mark.slow
def test_power_and_coverage_where_the_owner_stops() -> None:
    totals = looks((0.1, 0.12), 200, 30, 5000, seed=17)
    found = highest(totals) >= LIMIT
    assert found[:, -1].mean() >= 0.65
    stop = np.where(found.any(axis=1), found.argmax(axis=1), 29)
    against = highest(totals, 0.02)[np.arange(5000), stop]
    assert (against < LIMIT).mean() >= 0.95


def test_the_published_asymptotic_sequence() -> None:
    inputs, expected = case("ab_sequential", "ab.seq.cs_abs_prop")
    assert scale_for(inputs["tuning"]) == pytest.approx(inputs["rho_squared"], rel=1e-6)
    # The case takes the variance of a share with n below the line.
    sides = []
    for yes, n in ((inputs["successes_a"], inputs["n_a"]), (inputs["successes_b"], inputs["n_b"])):
        sides.append(Money.typed(n, yes / n, math.sqrt(yes / n * (1 - yes / n))))
    seen = money_look(*sides, tuning=inputs["tuning"])
    assert [seen.interval.low, seen.interval.high] == pytest.approx(expected["ci"], abs=1e-6)


def test_money_needs_a_minimum() -> None:
    one, two = Money.typed(100, 5, 1), Money.typed(100, 9, 1)
    assert not money_look(one, two).sure
    assert money_look(one, two).chance == 1
    assert not money_look(Money.typed(5000, 5, 1), Money.typed(5000, 9, 1), buyers=20).sure
    assert money_look(Money.typed(5000, 5, 1), Money.typed(5000, 9, 1), buyers=200).evidence > 1e6


@settings(deadline=None)
@given(st.integers(200, 5000), st.floats(-3, 3))
def test_interval_and_evidence_of_money_agree(n: int, difference: float) -> None:
    seen = money_look(Money.typed(n, 10, 8), Money.typed(n, 10 + difference, 8))
    assert (0 in seen.interval) == (seen.evidence < 20)


def money_missed(draw: str, runs: int, seed: int, times: float = 1.0) -> float:
    """How many runs ever leave out the true difference, looked at after every 50 people up to 2,000.

    What B brings is `times` A's; with 1 this is how many A/A tests are called.
    """
    random = np.random.default_rng(seed)
    missed = 0
    for _ in range(runs):
        if draw == "normal":
            rows = random.normal(10, 3, (2, 1000))
        else:
            rows = (random.random((2, 1000)) < 0.1) * random.lognormal(3, 1.2, (2, 1000))
        rows[1] *= times
        true = (times - 1) * (10 if draw == "normal" else 0.1 * math.exp(3 + 1.2**2 / 2))
        ends = np.arange(25, 1001, 25)
        total, squares = rows.cumsum(axis=1)[:, ends - 1], (rows**2).cumsum(axis=1)[:, ends - 1]
        buyers = (rows > 0).cumsum(axis=1)[:, ends - 1].min(axis=0)
        hit = False
        for at, n in enumerate(ends.tolist()):
            sides = [Money(n, float(total[side, at]), float(squares[side, at])) for side in (0, 1)]
            seen = money_look(*sides, buyers=int(buyers[at]))
            hit |= seen.sure and true not in seen.interval
        missed += hit
    return missed / runs


@pytest.mark.parametrize("draw", ["normal", "skewed"])
def test_looking_at_money_calls_few_winners(draw: str) -> None:
    assert money_missed(draw, 150, 21) <= 0.05


@pytest.mark.slow
@pytest.mark.parametrize("draw", ["normal", "skewed"])
def test_looking_at_money_calls_few_winners_at_length(draw: str) -> None:
    assert money_missed(draw, 2000, 22) <= 0.05


@pytest.mark.slow
@pytest.mark.parametrize("draw", ["normal", "skewed"])
@pytest.mark.parametrize("times", [0.7, 1.5])
def test_every_look_at_money_covers(draw: str, times: float) -> None:
    assert money_missed(draw, 1000, 23, times) <= 0.05
