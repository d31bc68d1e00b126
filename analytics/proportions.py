"""Two shares side by side, looked at once: tests and intervals that hold for small counts.

Differences are B minus A, ratios B over A; chances are two-sided. Fagerland, Lydersen & Laake (2015), "Recommended
tests and confidence intervals for paired and unpaired 2x2 tables", is the guide to which method when.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from analytics.samples import Share

SMALL = 5.0
RARE = 15
ALARM = 0.001
MENTION = 0.01


@dataclass(frozen=True)
class Interval:
    """From `low` to `high`, which may be infinite for a ratio."""

    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    @property
    def flipped(self) -> Interval:
        """That of the difference taken the other way around."""
        return Interval(-self.high, -self.low)


@dataclass(frozen=True)
class Score:
    """A difference, its distance from zero in standard errors, and the chance of such a distance if there were none."""

    difference: float
    z: float
    chance: float


@dataclass(frozen=True)
class SampleRatio:
    """Whether people were split as planned: `alarm` below 0.001, when nothing else may be read from the test."""

    chi2: float
    chance: float

    @property
    def alarm(self) -> bool:
        return self.chance < ALARM

    @property
    def mention(self) -> bool:
        return self.chance < MENTION


@dataclass(frozen=True)
class Stratified:
    """The odds ratio B over A within groups, pooled, and its chance; `reversed` where the sum over groups says otherwise.

    `reversed` is Simpson's paradox at its plainest: every group points one way, the sum the other way.
    """

    odds_ratio: float
    chance: float
    reversed: bool


def pooled_z(a: Share, b: Share) -> Score:
    """The z-test with the pooled rate; its square is Pearson's chi-square without Yates' correction."""
    from scipy.special import ndtr

    difference = b.rate - a.rate
    pooled = (a.successes + b.successes) / (a.n + b.n)
    variance = pooled * (1 - pooled) * (1 / a.n + 1 / b.n)
    z = difference / math.sqrt(variance) if variance > 0 else 0.0
    return Score(difference, z, float(2 * ndtr(-abs(z))))


def yates(a: Share, b: Share) -> tuple[float, float]:
    """Chi-square with Yates' continuity correction, for comparison with tools that have it on: too careful by design."""
    from scipy.special import chdtrc

    n = a.n + b.n
    cross = abs(a.successes * b.failures - a.failures * b.successes)
    margins = a.n * b.n * (a.successes + b.successes) * (a.failures + b.failures)
    chi2 = n * max(cross - n / 2, 0.0) ** 2 / margins if margins else 0.0
    return chi2, float(chdtrc(1, chi2))


def fisher(a: Share, b: Share, alternative: Literal["two-sided", "less", "greater"] = "two-sided") -> float:
    """Fisher's exact chance; `greater` asks whether A is above B, as the table's first row is A."""
    from scipy.stats import fisher_exact

    table = np.array([[a.successes, a.failures], [b.successes, b.failures]])
    return float(fisher_exact(table, alternative=alternative).pvalue)


def chance_of(a: Share, b: Share) -> float:
    """The z-test's where at least five are expected in every cell, Fisher's exact one below."""
    done, n = a.successes + b.successes, a.n + b.n
    expected = min(a.n, b.n) * min(done, n - done) / n
    return pooled_z(a, b).chance if expected >= SMALL else fisher(a, b)


def wilson(share: Share, confidence: float = 0.95) -> Interval:
    """The score interval of one rate (Wilson 1927; Brown, Cai & DasGupta 2001)."""
    z = _quantile(confidence)
    n, rate = share.n, share.rate
    middle = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    # At the ends the two terms are equal but for rounding.
    low = middle - half if share.successes else 0.0
    high = middle + half if share.failures else 1.0
    return Interval(low, high)


def clopper_pearson(share: Share, confidence: float = 0.95) -> Interval:
    """The exact interval of one rate (Clopper & Pearson 1934): never below its confidence, and wide."""
    from scipy.special import betaincinv

    tail = (1 - confidence) / 2
    low = betaincinv(share.successes, share.failures + 1, tail) if share.successes else 0.0
    high = betaincinv(share.successes + 1, share.failures, 1 - tail) if share.failures else 1.0
    return Interval(float(low), float(high))


def rate_interval(share: Share, confidence: float = 0.95) -> Interval:
    """Wilson's, with the exact end where at most 15 did (the low one) or did not (the high one).

    By enumeration, 10 to 2,000 people: 93.3 to 96.9% where ten are expected, never less; Wilson's own falls to 84% below one.
    """
    usual, exact = wilson(share, confidence), clopper_pearson(share, confidence)
    low = min(usual.low, exact.low) if share.successes <= RARE else usual.low
    high = max(usual.high, exact.high) if share.failures <= RARE else usual.high
    return Interval(low, high)


def newcombe(a: Share, b: Share, confidence: float = 0.95) -> Interval:
    """The hybrid score interval of the difference (Newcombe 1998, method 10): from both Wilson intervals.

    By enumeration, 20 to 400 people a version, rates up to 70%: 93% and more, and at most 97% where ten are expected.
    """
    one, two = wilson(a, confidence), wilson(b, confidence)
    difference = b.rate - a.rate
    low = difference - math.hypot(b.rate - two.low, one.high - a.rate)
    high = difference + math.hypot(two.high - b.rate, a.rate - one.low)
    return Interval(low, high)


def miettinen_nurminen(a: Share, b: Share, confidence: float = 0.95) -> Interval:
    """The score interval of the difference (Miettinen & Nurminen 1985), with their factor N / (N - 1).

    93% and more from one expected success in each version on; below, and with uneven versions, down to 87%.
    """
    z, n = _quantile(confidence), a.n + b.n

    def distance(difference: float) -> float:
        low = _restricted_difference(a, b, difference)
        high = min(max(low + difference, 0.0), 1.0)
        variance = (low * (1 - low) / a.n + high * (1 - high) / b.n) * n / (n - 1)
        gap = b.rate - a.rate - difference
        return gap / math.sqrt(variance) if variance > 0 else math.copysign(math.inf, gap) if gap else 0.0

    middle = b.rate - a.rate
    low = _crossing(lambda at: distance(at) - z, -1.0, middle) if middle > -1 else -1.0
    high = _crossing(lambda at: distance(at) + z, middle, 1.0) if middle < 1 else 1.0
    return Interval(low, high)


def koopman(a: Share, b: Share, confidence: float = 0.95) -> Interval:
    """The score interval of the ratio of rates (Koopman 1984, by Miettinen & Nurminen's formula); infinite if A has none.

    93% and more from one expected success in each version on; below, down to 86%.
    """
    z = _quantile(confidence)

    def distance(logarithm: float) -> float:
        ratio = math.exp(logarithm)
        square = (a.n + b.n) * ratio
        linear = b.n * ratio + b.successes + a.n + a.successes * ratio
        constant = a.successes + b.successes
        # The smaller root, in the form that does not cancel.
        base = 2 * constant / (linear + math.sqrt(max(linear**2 - 4 * square * constant, 0.0)))
        base = min(base, 1.0, 1 / ratio)
        raised = base * ratio
        variance = raised * (1 - raised) / b.n + ratio**2 * base * (1 - base) / a.n
        gap = b.rate - ratio * a.rate
        return gap / math.sqrt(variance) if variance > 0 else math.copysign(math.inf, gap) if gap else 0.0

    if not a.successes and not b.successes:
        return Interval(0.0, math.inf)
    widest = 60.0
    middle = math.log(b.rate / a.rate) if a.successes and b.successes else 0.0
    low = (
        math.exp(_crossing(lambda at: distance(at) - z, -widest, middle if a.successes else widest))
        if b.successes
        else 0
    )
    high = (
        math.exp(_crossing(lambda at: distance(at) + z, middle if b.successes else -widest, widest))
        if a.successes
        else math.inf
    )
    return Interval(float(low), high)


def sample_ratio(counts: Sequence[int], planned: Sequence[float]) -> SampleRatio:
    """Pearson's chi-square of the counts against the planned ratio (Fabijan et al. 2019)."""
    from scipy.special import chdtrc

    told, plan = np.asarray(counts, float), np.asarray(planned, float)
    expected = told.sum() * plan / plan.sum()
    chi2 = float(((told - expected) ** 2 / expected).sum())
    return SampleRatio(chi2, float(chdtrc(len(told) - 1, chi2)))


def mantel_haenszel(strata: Sequence[tuple[Share, Share]]) -> Stratified:
    """The odds ratio of B over A pooled over groups, and the chance of it (Mantel & Haenszel 1959, no correction)."""
    from scipy.special import chdtrc

    above = sum(b.successes * a.failures / (a.n + b.n) for a, b in strata)
    below = sum(a.successes * b.failures / (a.n + b.n) for a, b in strata)
    surplus = variance = 0.0
    for a, b in strata:
        n, done = a.n + b.n, a.successes + b.successes
        surplus += b.successes - b.n * done / n
        variance += a.n / n * b.n / n * done * (n - done) / max(n - 1, 1)
    chance = float(chdtrc(1, surplus**2 / variance)) if variance > 0 else 1.0
    within = [b.rate - a.rate for a, b in strata]
    rates = [sum(pair[side].successes for pair in strata) / sum(pair[side].n for pair in strata) for side in (0, 1)]
    overall = rates[1] - rates[0]
    against = (overall > 0 and max(within) < 0) or (overall < 0 and min(within) > 0)
    return Stratified(above / below if below else math.inf, chance, against)


def _quantile(confidence: float) -> float:
    from scipy.special import ndtri

    return float(ndtri(0.5 + confidence / 2))


def _crossing(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a falling function passes zero, by halving; the nearer end where it does not."""
    for _ in range(100):
        middle = (low + high) / 2
        if function(middle) > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _restricted_difference(a: Share, b: Share, difference: float) -> float:
    """The likeliest rate of A if B's is above it by just `difference`, from the cubic in closed form."""
    third = a.n + b.n
    second = (b.n + 2 * a.n) * difference - third - a.successes - b.successes
    first = (a.n * difference - third - 2 * a.successes) * difference + a.successes + b.successes
    constant = a.successes * difference * (1 - difference)
    p = second / (3 * third)
    v = p**3 - first * second / (6 * third**2) + constant / (2 * third)
    u = math.copysign(math.sqrt(max(p * p - first / (3 * third), 0.0)), v)
    angle = (math.pi + math.acos(min(max(v / u**3, -1.0), 1.0))) / 3 if u else 0.0
    return min(max(2 * u * math.cos(angle) - p, 0.0, -difference), 1.0, 1.0 - difference)
