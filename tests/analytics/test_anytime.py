from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.anytime import Look, asymptotic, log_evidence, log_evidences, look, money_look, scale_for, sequence
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


@settings(deadline=None)
@given(st.integers(5, 300).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n - 1), st.integers(0, n - 1))))
def test_evidence_grows_with_what_is_seen(counts: tuple[int, int, int]) -> None:
    n, one, two = counts
    a, b = Share(n, min(one, two)), Share(n, max(one, two))
    assert log_evidence(a, Share(n, b.successes + 1)) >= log_evidence(a, b) - 1e-9
    # The same once more, and once more again.
    twice, thrice = log_evidence(a + a, b + b), log_evidence(a + a + a, b + b + b)
    if twice > log_evidence(a, b):
        assert thrice > twice


typical = st.lists(st.floats(1, 1000), min_size=2, max_size=40)


@settings(deadline=None)
@given(typical, typical, st.floats(0.01, 100))
def test_money_from_the_other_side_and_in_another_currency(a: list[float], b: list[float], rate: float) -> None:
    one, two = Money.of(a * 20), Money.of(b * 20)
    there, back = money_look(one, two), money_look(two, one)
    assert there.evidence == pytest.approx(back.evidence, rel=1e-6)
    assert there.interval.low == pytest.approx(back.interval.flipped.low, abs=1e-6)
    other = money_look(Money.of([rate * x for x in a * 20]), Money.of([rate * x for x in b * 20]))
    assert other.sure == there.sure
    assert other.evidence == pytest.approx(there.evidence, rel=1e-6)
    assert other.interval.high == pytest.approx(rate * there.interval.high, rel=1e-6, abs=1e-6 * rate)


@settings(deadline=None)
@given(st.integers(200, 5000), st.floats(0, 3), st.floats(0, 1))
def test_evidence_of_money_grows_with_the_difference(n: int, difference: float, further: float) -> None:
    a = Money.typed(n, 10, 8)
    near, far = (money_look(a, Money.typed(n, 10 + by, 8)) for by in (difference, difference + further))
    assert far.evidence >= near.evidence * (1 - 1e-9)
    assert far.interval.low >= near.interval.low - 1e-9


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


def test_a_look_that_was_not_sure_is_not_remembered() -> None:
    now = Look(0.05, Interval(-0.02, 0.12), 10)
    assert now.after(Look(0.5, Interval(0.4, 0.6), 900, sure=False)) == now


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
    sides = [Share(inputs["n_a"], inputs["successes_a"]), Share(inputs["n_b"], inputs["successes_b"])]
    spread = sum(side.rate * (1 - side.rate) / side.n for side in sides)
    people = inputs["n_a"] + inputs["n_b"]
    seen = asymptotic(sides[1].rate - sides[0].rate, spread, people, tuning=inputs["tuning"])
    assert [seen.low, seen.high] == pytest.approx(expected["ci"], abs=1e-6)


@pytest.mark.slow
def test_twenty_looks_at_what_is_spread_normally() -> None:
    _, expected = case("ab_sequential", "ab.seq.aa_20looks")
    random, called, runs = np.random.default_rng(26), 0, 5000
    for _ in range(runs):
        rows = random.normal(10, 3, (2, 20, 100))
        total, squares = rows.sum(-1).cumsum(axis=1), (rows**2).sum(-1).cumsum(axis=1)
        called += any(
            0
            not in money_look(*(Money(100 * (at + 1), total[side, at], squares[side, at]) for side in (0, 1))).interval
            for at in range(1, 20)
        )
    assert called / runs <= expected["false_positive_rate"]["max"]


def test_money_needs_a_minimum() -> None:
    one, two = Money.typed(100, 5, 1), Money.typed(100, 9, 1)
    assert not money_look(one, two).sure
    assert money_look(one, two).chance == 1
    # Twenty orders of the same size among 5,000 people, and two hundred.
    few, many = Money(5000, 20 * 50, 20 * 50**2), Money(5000, 200 * 50, 200 * 50**2)
    assert not money_look(few, many).sure
    assert money_look(few, many).evidence == 0
    assert money_look(many, Money(5000, 500 * 50, 500 * 50**2)).evidence > 1e6


def test_one_large_order_puts_a_verdict_back() -> None:
    before = Money(5000, 200 * 50, 200 * 50**2)
    now = before + Money(1, 5000, 5000**2)
    assert money_look(before, before).sure
    assert not money_look(before, now).sure


def test_a_small_group_that_met_no_large_order_is_not_taken_to_be_steady() -> None:
    rows = np.random.default_rng(24).lognormal(3, 1.2, 9000)
    small = np.minimum(np.random.default_rng(25).lognormal(3, 1.2, 1000), 100)
    a, b = Money.of(small), Money.of(rows)
    pooled = (999 * a.variance + 8999 * b.variance) / 9998
    assert a.variance < pooled < b.variance
    seen = money_look(a, b)
    assert seen.interval == asymptotic(seen.difference, pooled / 1000 + b.variance / 9000, 10_000)


@settings(deadline=None)
@given(st.integers(200, 5000), st.floats(-3, 3))
def test_interval_and_evidence_of_money_agree(n: int, difference: float) -> None:
    seen = money_look(Money.typed(n, 10, 8), Money.typed(n, 10 + difference, 8))
    assert (0 in seen.interval) == (seen.evidence < 20)


def money_missed(buying: float, step: tuple[int, int], runs: int, seed: int, times: float = 1.0) -> float:
    """How many runs ever leave out the true difference, looked at 60 times; in between `step` people come to A and to B.

    What those who buy bring is log-normal (sigma 1.2), B's `times` A's; with 1 this is how many A/A tests are called.
    """
    random, missed = np.random.default_rng(seed), 0
    for _ in range(runs):
        sums = []
        for people, factor in zip(step, (1.0, times), strict=True):
            rows = (random.random((60, people)) < buying) * random.lognormal(3, 1.2, (60, people)) * factor
            sums.append(zip(people * np.arange(1, 61), rows.sum(1).cumsum(), (rows**2).sum(1).cumsum(), strict=True))
        true = (times - 1) * buying * math.exp(3 + 1.2**2 / 2)
        for a, b in zip(*sums, strict=True):
            seen = money_look(Money(*map(float, a)), Money(*map(float, b)))  # type: ignore[arg-type]
            if seen.sure and true not in seen.interval:
                missed += 1
                break
    return missed / runs


@pytest.mark.parametrize(("buying", "step"), [(1, (25, 25)), (0.3, (50, 50)), (1, (10, 90))])
def test_looking_at_money_calls_few_winners(buying: float, step: tuple[int, int]) -> None:
    assert money_missed(buying, step, 150, 21) <= 0.05


@pytest.mark.slow
@pytest.mark.parametrize(("buying", "step"), [(0.3, (50, 50)), (0.3, (25, 225))])
@pytest.mark.parametrize("times", [0.7, 1.0, 1.4])
def test_every_look_at_money_covers(buying: float, step: tuple[int, int], times: float) -> None:
    assert money_missed(buying, step, 1000, 23, times) <= 0.05
