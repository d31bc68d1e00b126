"""Tests that are looked at once: errors, coverage and power, by enumeration of all outcomes where there are few enough."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np

from analytics.bayes import believe
from analytics.group_sequential import obrien_fleming
from analytics.means import bootstrap_t, cuped, mann_whitney, welch
from analytics.power import people_for_money, people_for_shares
from analytics.proportions import (
    Interval,
    chance_of,
    koopman,
    miettinen_nurminen,
    newcombe,
    rate_interval,
)
from analytics.randomization import permutation_t
from analytics.samples import Floats, Money, Share
from analytics.traits import holm
from analytics.verdicts import judge_money, judge_shares
from benchmarks.bars import Bar, share
from benchmarks.looking import winner

CHANCE = 0.05
EXPECTED = 10
RATES = (0.005, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7)
SIZES = ((20, 20), (30, 30), (60, 40), (30, 120), (20, 200), (100, 100), (150, 50), (200, 200))
TRUE = 0.1 * math.exp(3 + 1.2**2 / 2)


def run(part: int) -> Iterator[Bar]:
    """With one run in `part`."""
    yield from _rate()
    yield from _pairs("Newcombe's difference", newcombe, SIZES, "difference", 0.0)
    few = SIZES[: 2 if part > 1 else 4]
    yield from _pairs("Miettinen & Nurminen's", miettinen_nurminen, few, "difference", 1.0)
    yield from _pairs("Koopman's ratio", koopman, few, "ratio", 1.0)
    yield from _errors(part)
    yield from _skewed(part)
    yield from _uneven(part)
    yield from _families(part)
    yield from _power(part)
    yield from _adjusted(part)
    yield from _beliefs(part)


def binomial(n: int, rate: float) -> Any:
    """The chances of 0 to n successes."""
    from scipy.stats import binom

    return binom.pmf(np.arange(n + 1), n, rate)


def _rate() -> Iterator[Bar]:
    worst, narrow, wide = 1.0, 1.0, 0.0
    for n in (10, 20, 30, 50, 100, 200, 500, 2000):
        ends = np.array([(found.low, found.high) for found in (rate_interval(Share(n, yes)) for yes in range(n + 1))])
        for rate in np.unique(np.concatenate([np.linspace(0.001, 0.5, 60), np.linspace(0.1, 20, 60) / n])).tolist():
            if rate > 0.5:
                continue
            covered = float(binomial(n, rate) @ ((ends[:, 0] <= rate) & (rate <= ends[:, 1])))
            worst = min(worst, covered)
            if n * rate >= EXPECTED:
                narrow, wide = min(narrow, covered), max(wide, covered)
    design = "10 to 2,000 people, 0.1 to 50%, enumerated"
    yield Bar("one rate's interval holds, at least", design, None, worst, 0.93)
    yield Bar("the same where ten are expected, at least", design, None, narrow, 0.93, 0.97)
    yield Bar("the same where ten are expected, at most", design, None, wide, 0.93, 0.97)


def _pairs(
    what: str,
    find: Callable[[Share, Share], Interval],
    sizes: Sequence[tuple[int, int]],
    scale: str,
    fewest: float,
) -> Iterator[Bar]:
    """Coverage over the grid of rates; `fewest` are the successes expected in each version for it to count at all."""
    worst, narrow, wide = 1.0, 1.0, 0.0
    for n, m in sizes:
        found = [[find(Share(n, i), Share(m, j)) for j in range(m + 1)] for i in range(n + 1)]
        low, high = (np.array([[getattr(one, side) for one in row] for row in found]) for side in ("low", "high"))
        for one, two in product(RATES, RATES):
            true = two / one if scale == "ratio" else two - one
            inside = (low <= true + 1e-12) & (true - 1e-12 <= high)
            covered = float(binomial(n, one) @ inside @ binomial(m, two))
            if min(n * one, m * two) >= fewest:
                worst = min(worst, covered)
            if min(n * one, m * two, n * (1 - one), m * (1 - two)) >= EXPECTED:
                narrow, wide = min(narrow, covered), max(wide, covered)
    design = f"{len(sizes)} sizes from {sizes[0]} to {sizes[-1]}, 0.5 to 70%, enumerated"
    often = f" where {fewest:g} is expected" if fewest else ""
    yield Bar(f"{what} holds{often}, at least", design, None, worst, 0.93)
    yield Bar(f"{what} where ten are expected, at least", design, None, narrow, 0.93, 0.97)
    yield Bar(f"{what} where ten are expected, at most", design, None, wide, 0.93, 0.97)


def _errors(part: int) -> Iterator[Bar]:
    """How often equals are told apart by one look."""
    worst, usual = 0.0, 1.0
    for n, m in SIZES:
        apart = np.array([[chance_of(Share(n, i), Share(m, j)) <= CHANCE for j in range(m + 1)] for i in range(n + 1)])
        for rate in RATES:
            wrong = float(binomial(n, rate) @ apart @ binomial(m, rate))
            worst = max(worst, wrong)
            if min(n, m) * min(rate, 1 - rate) >= EXPECTED:
                usual = min(usual, wrong)
    design = f"z or Fisher, {len(SIZES)} sizes, 0.5 to 70%, enumerated"
    yield Bar("equal shares told apart, at most", design, None, worst, high=0.065)
    yield Bar("the same where ten are expected, at least", design, None, usual, 0.035, 0.065)
    random, runs = np.random.default_rng(201), 1500 // part
    misled = np.zeros(3)
    for turn in range(runs):
        a, b = bought(random, 400), bought(random, 400)
        test, dealt = welch(Money.of(a), Money.of(b)), permutation_t(a, b, seed=turn)
        assert test is not None
        assert dealt is not None
        misled += [test.chance < CHANCE, mann_whitney(a, b).chance < CHANCE, 0 not in dealt]
    for what, hits, low in zip(("Welch", "Mann & Whitney", "dealt anew"), misled, (0.02, 0.035, 0.035), strict=True):
        design = "10% buy, log-normal (1.2), 400 a version"
        yield share(f"equal money told apart, {what}", design, 201, hits, runs, low, 0.065)
    bounds = obrien_fleming([0.2, 0.4, 0.6, 0.8, 1.0])
    runs = 100_000 // part
    walk = np.random.default_rng(202).normal(size=(runs, 5)).cumsum(axis=1) / np.sqrt(np.arange(1, 6))
    hits = (np.abs(walk) > bounds).any(axis=1).sum()
    yield share("equals told apart, planned looks", "O'Brien & Fleming, 5 looks", 202, hits, runs, 0.045, 0.05)


def bought(random: np.random.Generator, n: int, buying: float = 0.1, times: float = 1.0) -> Floats:
    """What n people bring: most nothing, the others log-normal amounts."""
    amounts: Floats = (random.random(n) < buying) * random.lognormal(3, 1.2, n) * times
    return amounts


def _skewed(part: int) -> Iterator[Bar]:
    """What is said of skewed money: nothing where few buy, and what is said holds."""
    designs = ((50, 50), (200, 200), (1000, 1000), (200, 1800), (5000, 5000), (2500, 22500))
    for at, (n, m) in enumerate(designs):
        random, runs, seed = np.random.default_rng(211 + at), 1000 // part, 211 + at
        sure = wrong = held = claimed = 0
        for turn in range(runs):
            times = 1.0 if turn % 2 else 1.5
            a, b = Money.of(bought(random, n)), Money.of(bought(random, m, times=times))
            found = judge_money(a, [b], reading="planned", planned=(n, m))
            held += found.of[0].sure and TRUE * (times - 1) in found.of[0].interval
            sure += found.of[0].sure
            claimed += times == 1
            wrong += times == 1 and winner(found)
        design = f"10% buy, log-normal (1.2), {n:,} and {m:,}"
        yield share("false winners, money by plan", design, seed, wrong, claimed, high=CHANCE)
        if n < 2000:
            yield share("what is said in spite of few buyers", design, seed, sure, runs, high=0.05)
        else:
            yield share("what is said of money by plan holds", design, seed, held, sure, 0.93, 0.97)


def _uneven(part: int) -> Iterator[Bar]:
    """Intervals from rows, of money that is skewed and split unevenly."""
    for at, (n, m, buying) in enumerate(((300, 300, 0.1), (100, 900, 0.1), (200, 1800, 0.3), (50, 50, 0.3))):
        random, runs, seed = np.random.default_rng(221 + at), 600 // part, 221 + at
        dealt = drawn = 0
        for turn in range(runs):
            times = 1.0 if turn % 2 else 1.4
            a, b, true = bought(random, n, buying), bought(random, m, buying, times), (times - 1) * buying / 0.1 * TRUE
            found = permutation_t(a, b, seed=turn)
            dealt += found is None or true in found
            if n == m:
                found = bootstrap_t(a, b, seed=turn, draws=500)
                drawn += found is None or true in found
        design = f"{buying:.0%} buy, log-normal (1.2), {n:,} and {m:,}, B 1 or 1.4 times"
        yield share("the interval of money dealt anew holds", design, seed, dealt, runs, 0.93)
        if n == m:
            yield share("the bootstrap's interval of money holds", design, seed, drawn, runs, 0.93)


def _families(part: int) -> Iterator[Bar]:
    random, runs = np.random.default_rng(231), 4000 // part
    wrong = 0
    for yes in random.binomial(500, 0.1, (runs, 6)).tolist():
        shares = [Share(500, count) for count in yes]
        wrong += winner(judge_shares(shares[0], shares[1:], reading="planned"))
    yield share("any of five versions wins among equals", "10%, 500 each, by plan", 231, wrong, runs, high=0.06)
    plain = together = 0
    for one, two in np.random.default_rng(232).binomial(1000, 0.1, (runs, 2, 10)).tolist():
        chances = [chance_of(Share(1000, a), Share(1000, b)) for a, b in zip(one, two, strict=True)]
        plain += min(chances) <= CHANCE
        together += holm(chances).min() <= CHANCE
    yield share("any of ten figures differs, one by one", "10%, 1,000 each", 232, plain, runs, 0.36, 0.44)
    yield share("any of ten figures differs, by Holm", "10%, 1,000 each", 232, together, runs, high=0.06)


def _power(part: int) -> Iterator[Bar]:
    runs = 5000 // part
    for at, (one, two) in enumerate([(0.1, 0.12), (0.05, 0.1), (0.3, 0.4), (0.03, 0.04)]):
        random, n = np.random.default_rng(241 + at), people_for_shares(one, two)
        pairs = zip(random.binomial(n, one, runs).tolist(), random.binomial(n, two, runs).tolist(), strict=True)
        hits = sum(chance_of(Share(n, a), Share(n, b)) <= CHANCE for a, b in pairs)
        yield share("power of the plan", f"{one:.0%} to {two:.0%}, {n:,} each", 241 + at, hits, runs, 0.78, 0.82)
    for at, (difference, deviation) in enumerate([(1.0, 1.0), (1.0, 4.0), (0.5, 6.0)]):
        random, n, hits = np.random.default_rng(251 + at), people_for_money(difference, deviation), 0
        for _ in range(runs := 2000 // part):
            a, b = random.normal(10, deviation, n), random.normal(10 + difference, deviation, n)
            test = welch(Money.of(a), Money.of(b))
            hits += test is not None and test.chance <= CHANCE
        design = f"+{difference:g}, deviation {deviation:g}, {n:,} each"
        yield share("power of the plan, money", design, 251 + at, hits, runs, 0.78, 0.82)


def _adjusted(part: int) -> Iterator[Bar]:
    for at, rho in enumerate((0.3, 0.5, 0.7)):
        random, runs, seed = np.random.default_rng(261 + at), 1000 // part, 261 + at
        ratios, wrong = [], 0
        for _ in range(runs):
            before = random.normal(size=(2, 500))
            after = rho * before + math.sqrt(1 - rho**2) * random.normal(size=(2, 500))
            found = cuped(after[0], after[1], before[0], before[1])
            ratios.append(found.variance_ratio)
            test = welch(found.a, found.b)
            wrong += test is not None and test.chance <= CHANCE
        left, design = 1 - rho**2, f"correlation {rho:g}, 500 a version"
        yield Bar("variance left by what was before", design, seed, float(np.mean(ratios)), left - 0.05, left + 0.05)
        yield share("equals told apart, adjusted", design, seed, wrong, runs, 0.035, 0.065)


def _beliefs(part: int) -> Iterator[Bar]:
    """Of the versions believed the best with some chance, that share are."""
    random, runs = np.random.default_rng(271), 1000 // part
    told = np.zeros(2)
    for rates in random.beta(1, 1, (runs, 3)):
        found = believe([Share(40, int(random.binomial(40, rate))) for rate in rates])
        leader = int(np.argmax(found.best))
        told += [found.best[leader], rates.argmax() == leader]
    gap = abs(told[0] - told[1]) / runs
    yield Bar(
        "chance to be the best, off by", f"3 versions of 40; {runs:,} runs", 271, gap, 0, 0.02, 2 * 0.45 / runs**0.5
    )
