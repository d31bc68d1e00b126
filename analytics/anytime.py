"""Tests that stay right however often the owner looks, and whenever they stop.

Shares: an exact test by betting. A person in A or B adds the factor 1 + bet * (what their outcome says of the difference)
to a product that has mean 1 whenever the true difference is the one asked about, so that by Ville's inequality it ever
reaches 1 / chance with at most that chance. With one bet this is the two-sample e-variable of Turner, Ly & Grünwald
(2024; Turner & Grünwald 2023 for differences other than 0) in the coordinates of Waudby-Smith & Ramdas (2024). A fixed
mixture of bets again has mean 1, depends on totals only, and needs no minimum.

Order: people must have been split at random by the planned ratio (a coin each, or shuffled blocks), each person counted
once, both versions over the same time. Then totals at a look are enough: nothing between the looks is needed.

Money: the asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas (2024), which needs a minimum:
a long tail that was not seen yet makes a version look steadier than it is, the smaller one of an uneven split above all.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from analytics.proportions import Interval
from analytics.samples import Floats, Money, Share

CHANCE = 0.05
TUNING = 2000
FEWEST_PEOPLE = 200
FEWEST_EFFECTIVE = 50

# Guesses of A's rate between its bounds, with weights: a low guess serves all low rates, and shops sell to few.
RATES = np.array([0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98])
BELIEFS = np.array([0.3, 0.3, 0.2, 0.1, 0.05, 0.03, 0.02])
# Sizes of the bets: a quarter of the log odds ratio that they are best against.
BETS = np.geomspace(1e-5, 0.498, 37)
# Most of the stake is on what versions usually differ by, some on large differences that a few dozen people show, and a
# little on every size, for shops with millions.
TYPICAL, WIDTH, LARGE = 0.06, 0.6, 0.18
MIX = np.array([0.7, 0.27, 0.03])


@dataclass(frozen=True)
class Look:
    """What one look at a test says: the `difference`, where it lies, and the evidence that it is not 0.

    `evidence` is the e-value: 20 or more has a chance of at most 5%, over all looks together. Not `sure`: for money, that
    there are too few people, or too few large amounts, for this interval to hold; for shares, that no difference fits, as people were not split as
    planned or the world changed between the looks.
    """

    difference: float
    interval: Interval
    evidence: float
    sure: bool = True

    @property
    def chance(self) -> float:
        """An always-valid chance, that of this look alone; over looks take the smallest."""
        return min(1.0, 1 / self.evidence) if self.evidence > 0 else 1.0

    def after(self, before: Look) -> Look:
        """This look with the evidence of an earlier one of the same test: the larger one, and what both intervals share.

        Where they share nothing, the two looks are not of the same world, and this look says that it is not `sure`. A look
        that was not sure itself is not remembered.
        """
        if not before.sure:
            return self
        low = max(self.interval.low, before.interval.low)
        high = min(self.interval.high, before.interval.high)
        evidence = max(self.evidence, before.evidence)
        if low > high:
            return Look(self.difference, self.interval, evidence, sure=False)
        return Look(self.difference, Interval(low, high), evidence, self.sure)


def look(a: Share, b: Share, *, chance: float = CHANCE, planned: float = 0.5) -> Look:
    """The shares of A and B; `planned` is the share of people that were to get B.

    The interval holds all differences whose evidence against them is below 1 / chance.
    """
    evidence = math.exp(min(log_evidence(a, b, planned=planned), 700.0))
    difference = b.rate - a.rate
    fits = log_evidence(a, b, difference, planned) < -math.log(chance) if -1 < difference < 1 else True
    return Look(difference, sequence(a, b, chance=chance, planned=planned), evidence, fits)


def log_evidence(a: Share, b: Share, difference: float = 0.0, planned: float = 0.5) -> float:
    """The logarithm of the e-value against B's rate being above A's by just `difference`."""
    return float(log_evidences(counts(a, b)[None, :], difference, planned)[0])


def counts(a: Share, b: Share) -> Floats:
    """Successes and failures of A, then of B."""
    return np.array([a.successes, a.failures, b.successes, b.failures], float)


def log_evidences(table: Floats, difference: float = 0.0, planned: float = 0.5) -> Floats:
    """The same for many tables at once: (n x 4) counts to n logarithms."""
    weights, factors = _bets(difference, planned)
    return _mixed(table @ factors + weights)


def joint_evidence(tests: Sequence[tuple[Share, Share]]) -> float:
    """The same against no difference in any of several tests that were drawn one after the other, each with its own split.

    A bet goes on from test to test, so those that point the same way add up and those that do not cancel out; it stays right
    although the owner goes on only while nothing is proven (optional continuation: Grünwald, de Heide & Koolen 2024).
    """
    worth = sum(counts(a, b) @ _bets(0.0, b.n / (a.n + b.n))[1] for a, b in tests)
    weights, _ = _bets(0.0, 0.5)
    return float(_mixed((worth + weights)[None, :])[0])


def _mixed(worth: Floats) -> Floats:
    """The logarithm of the sum over all bets, the last axis."""
    most = worth.max(axis=1)
    total: Floats = most + np.log(np.exp(worth - most[:, None]).sum(axis=1))
    return total


def sequence(a: Share, b: Share, *, chance: float = CHANCE, planned: float = 0.5) -> Interval:
    """The confidence sequence of the difference at this look, from the difference seen towards each end."""
    from scipy.optimize import brentq

    limit, middle = -math.log(chance), b.rate - a.rate
    error = math.sqrt(0.25 / a.n + 0.25 / b.n)

    def above(difference: float) -> float:
        return log_evidence(a, b, difference, planned) - limit

    def edge(end: float) -> float:
        last = end * (1 - 1e-9)
        # At a difference of just 1 nothing is left to bet on.
        if above(last) < 0:
            return end
        inside = outside = middle
        step = math.copysign(error, end)
        while above(outside) < 0:
            inside, outside, step = outside, min(max(outside + step, -abs(last)), abs(last)), 2 * step
        return float(brentq(above, inside, outside, xtol=1e-12)) if outside != inside else middle

    return Interval(edge(-1.0), edge(1.0))


@lru_cache(maxsize=16)
def _bets(difference: float, planned: float) -> tuple[Floats, Floats]:
    """Log weights of the bets, and by (success A, failure A, success B, failure B) the log factor of each: (4 x bets).

    With A's rate guessed as t, the bet l pays 1 - l (y - t) / (1 - planned) for a person in A, and
    1 + l (y - t - difference) / planned for one in B.
    """
    low, high = max(0.0, -difference), min(1.0, 1.0 - difference)
    size = np.concatenate([BETS, -BETS])
    usual = np.exp(-0.5 * (np.log(BETS / TYPICAL) / WIDTH) ** 2)
    large = (BETS > LARGE).astype(float)
    prior = 0.5 * np.tile(
        np.stack([usual / usual.sum(), large / large.sum(), np.full(len(BETS), 1 / len(BETS))]).T @ MIX, 2
    )
    guess, bet = np.meshgrid(low + (high - low) * RATES, size, indexing="ij")
    weights = np.log(BELIEFS)[:, None] + np.log(prior)
    # Bets are scaled so that the worst payout is never below nothing, for any split.
    bet = bet * 2 * min(planned, 1 - planned)
    other = guess + difference
    factors = np.stack(
        [
            np.log1p(-bet * (1 - guess) / (1 - planned)),
            np.log1p(bet * guess / (1 - planned)),
            np.log1p(bet * (1 - other) / planned),
            np.log1p(-bet * other / planned),
        ]
    )
    return weights.ravel(), factors.reshape(4, -1)


def money_look(a: Money, b: Money, *, chance: float = CHANCE, tuning: int = TUNING) -> Look:
    """Means of money; sure from 200 people and 50 effective ones (`Money.effective`) in each version on.

    No version is taken to vary less than both pooled do: that of fewer people may not have met a large order yet.
    """
    n = a.n + b.n
    pooled = ((a.n - 1) * a.variance + (b.n - 1) * b.variance) / max(n - 2, 1)
    spread = max(a.variance, pooled) / a.n + max(b.variance, pooled) / b.n
    difference = b.mean - a.mean
    sure = known(a, b) and min(a.n, b.n) >= FEWEST_PEOPLE and spread > 0
    # The boundary read backwards: 1 / the chance at which 0 would just be left out.
    scale = n * scale_for(tuning, chance)
    z2 = difference**2 / spread if spread > 0 else 0.0
    evidence = math.exp(min(z2 * scale / (2 * (scale + 1)), 700.0)) / math.sqrt(scale + 1)
    return Look(difference, asymptotic(difference, spread, n, chance, tuning), evidence if sure else 0.0, sure)


def known(a: Money, b: Money) -> bool:
    """Whether both means are known well enough for a normal reading of their difference, however skewed the amounts.

    By simulation, at one look: with just 50 effective people Welch's 95% interval covers 94 to 96% of even splits and 91.5 to
    95% of those of 1:4 and 1:9, for log-normal amounts of sigma 0.8 to 1.5, one in ten to all buying.
    """
    return min(a.effective, b.effective) >= FEWEST_EFFECTIVE


def asymptotic(
    difference: float, spread: float, people: int, chance: float = CHANCE, tuning: float = TUNING
) -> Interval:
    """difference -+ s sqrt(2 (N r + 1) / (N^2 r) ln(sqrt(N r + 1) / chance)), N people, s^2 = N spread (the squared error).

    Waudby-Smith et al. (2024), with r chosen to be tightest at `tuning` people.
    """
    scale = people * scale_for(tuning, chance)
    half = math.sqrt(spread * 2 * (scale + 1) / scale * math.log(math.sqrt(scale + 1) / chance))
    return Interval(difference - half, difference + half)


def scale_for(tuning: float, chance: float = CHANCE) -> float:
    """The squared rho that makes the sequence tightest at `tuning` people (Waudby-Smith et al. 2024, their closed approximation)."""
    twice = -2 * math.log(chance)
    return (twice + math.log(twice + 1)) / tuning
