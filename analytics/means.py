"""Two means side by side, looked at once: what each person brought in money, or in counts.

Welch needs totals only; what needs rows says so. Differences are B minus A, chances two-sided.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from analytics.proportions import Interval
from analytics.samples import Floats, Money

DRAWS = 2000
CELLS = 2_000_000


@dataclass(frozen=True)
class Means:
    """Welch's t-test: `freedom` is Satterthwaite's, `error` the standard error of the difference."""

    difference: float
    error: float
    t: float
    freedom: float
    chance: float
    interval: Interval


@dataclass(frozen=True)
class Ranks:
    """Mann and Whitney's test: `u` counts the pairs in which A is above B, `above` is the share in which B is above A.

    Ties count half. It asks who is more often ahead, which is not who brings more money.
    """

    u: float
    above: float
    chance: float


@dataclass(frozen=True)
class Influence:
    """The test without the `left_out` largest amounts of both versions together, `amounts` in falling order."""

    left_out: int
    amounts: tuple[float, ...]
    without: Means

    def overturns(self, whole: Means, chance: float = 0.05) -> bool:
        """Whether these few decide: without them the answer, or its direction, is another one."""
        if (self.without.chance < chance) != (whole.chance < chance):
            return True
        return self.without.chance < chance and self.without.difference * whole.difference < 0


@dataclass(frozen=True)
class Cuped:
    """Both versions adjusted by what each person did before; `variance_ratio` is what is left of the variance."""

    a: Money
    b: Money
    theta: float
    variance_ratio: float
    missing: int


@dataclass(frozen=True)
class Evened:
    """Every version adjusted by what each person did before, as `Cuped` for two."""

    versions: tuple[Money, ...]
    theta: float
    variance_ratio: float
    missing: int


def welch(a: Money, b: Money, confidence: float = 0.95) -> Means | None:
    """Welch's (1947) t-test and its interval; None where a version has a single person, or nobody differs."""
    from scipy.special import stdtr, stdtrit

    if min(a.n, b.n) < 2:
        return None
    one, two = a.variance / a.n, b.variance / b.n
    if one + two <= 0:
        return None
    error = math.sqrt(one + two)
    freedom = (one + two) ** 2 / (one**2 / (a.n - 1) + two**2 / (b.n - 1))
    difference = b.mean - a.mean
    half = float(stdtrit(freedom, 0.5 + confidence / 2)) * error
    chance = float(2 * stdtr(freedom, -abs(difference) / error))
    interval = Interval(difference - half, difference + half)
    return Means(difference, error, difference / error, freedom, chance, interval)


def bootstrap_t(
    a: npt.ArrayLike, b: npt.ArrayLike, confidence: float = 0.95, *, seed: int = 0, draws: int = DRAWS
) -> Interval | None:
    """The symmetric studentised bootstrap interval of the difference (Hall 1992, section 3.6), from rows: for skewed money.

    Each version is drawn again by itself. Symmetric, because with a few dozen buyers and a long tail the equal-tailed one
    misses more often than Welch's. None where too few drawn samples vary at all for a tail to be seen.
    """
    one, two = np.asarray(a, float), np.asarray(b, float)
    whole = welch(Money.of(one), Money.of(two))
    if whole is None:
        return None
    random = np.random.default_rng(seed)
    mean_a, error_a = _resampled(one, random, draws)
    mean_b, error_b = _resampled(two, random, draws)
    error = np.sqrt(error_a + error_b)
    # A sample of equals, as all zeros, tells nothing about its own spread but rounding: the root of a difference of squares.
    varied = error > 1e-6 * whole.error
    if varied.mean() < 0.99:
        return None
    distances = (mean_b - mean_a - whole.difference)[varied] / error[varied]
    half = float(np.quantile(np.abs(distances), confidence)) * whole.error
    return Interval(whole.difference - half, whole.difference + half)


def people_for_skew(rows: npt.ArrayLike) -> int:
    """People that a version needs before its mean is normal enough: 355 skewness^2 (Kohavi et al. 2014, rule 7)."""
    told = np.asarray(rows, float)
    around = told - told.mean()
    variance = float((around**2).mean()) if len(told) else 0.0
    if variance <= 1e-26 * float((told**2).max(initial=0.0)):
        # What is left of equal amounts after subtraction is rounding.
        return 0
    return math.ceil(355 * float((around**3).mean()) ** 2 / variance**3)


def mann_whitney(
    a: npt.ArrayLike, b: npt.ArrayLike, alternative: Literal["two-sided", "less", "greater"] = "two-sided"
) -> Ranks:
    """Mann & Whitney (1947), exact for small samples without ties; `greater` asks whether A is above B."""
    from scipy.stats import mannwhitneyu

    one, two = np.asarray(a, float), np.asarray(b, float)
    found = mannwhitneyu(one, two, alternative=alternative, method="auto")
    u = float(found.statistic)
    return Ranks(u, 1 - u / (len(one) * len(two)), float(found.pvalue))


def influence(a: npt.ArrayLike, b: npt.ArrayLike, most: int = 3) -> tuple[Influence, ...]:
    """The test without the one, two, ... `most` largest amounts, from rows. To be told, never to drop them for good."""
    one, two = np.sort(np.asarray(a, float)), np.sort(np.asarray(b, float))
    found, left = [], []
    for number in range(1, most + 1):
        if min(len(one), len(two)) < 3:
            break
        if one[-1] > two[-1]:
            left.append(float(one[-1]))
            one = one[:-1]
        else:
            left.append(float(two[-1]))
            two = two[:-1]
        without = welch(Money.of(one), Money.of(two))
        if without is not None:
            found.append(Influence(number, tuple(left), without))
    return tuple(found)


def cuped(a: npt.ArrayLike, b: npt.ArrayLike, before_a: npt.ArrayLike, before_b: npt.ArrayLike) -> Cuped:
    """Amounts less theta (before - mean before) (Deng, Xu, Kohavi & Walker 2013), from rows of two versions."""
    found = even_out([a, b], [before_a, before_b])
    return Cuped(found.versions[0], found.versions[1], found.theta, found.variance_ratio, found.missing)


def even_out(values: Sequence[npt.ArrayLike], earlier: Sequence[npt.ArrayLike]) -> Evened:
    """The same of any number of versions: one array a version of what people brought, one of what they did before.

    theta is the slope within versions, pooled, so that the versions' own difference has no part in it. Who is not known
    from before (NaN) is taken as average.
    """
    rows = [np.asarray(side, float) for side in values]
    before = [np.asarray(side, float) for side in earlier]
    known = np.concatenate(before)
    known = known[np.isfinite(known)]
    middle = float(known.mean()) if len(known) else 0.0
    filled = [np.where(np.isfinite(side), side, middle) - middle for side in before]
    together = float(sum((row - row.mean()) @ side for row, side in zip(rows, filled, strict=True)))
    alone = float(sum(((side - side.mean()) ** 2).sum() for side in filled))
    theta = together / alone if alone > 0 else 0.0
    adjusted = [row - theta * side for row, side in zip(rows, filled, strict=True)]
    was = float(sum(((row - row.mean()) ** 2).sum() for row in rows))
    now = float(sum(((row - row.mean()) ** 2).sum() for row in adjusted))
    missing = sum(len(side) for side in before) - len(known)
    return Evened(tuple(map(Money.of, adjusted)), theta, now / was if was else 1.0, missing)


def fieller(a: Money, b: Money, confidence: float = 0.95) -> Interval | None:
    """The interval of the ratio of means, B over A (Fieller 1954); None where A's mean may as well be 0."""
    test = welch(a, b, confidence)
    if test is None:
        return None
    from scipy.special import stdtrit

    z2 = float(stdtrit(test.freedom, 0.5 + confidence / 2)) ** 2
    square = a.mean**2 - z2 * a.variance / a.n
    if square <= 0:
        return None
    middle = a.mean * b.mean / square
    half = math.sqrt(max(middle**2 - (b.mean**2 - z2 * b.variance / b.n) / square, 0.0))
    return Interval(middle - half, middle + half)


def _resampled(rows: Floats, random: np.random.Generator, draws: int) -> tuple[Floats, Floats]:
    """Means and their squared errors of `draws` samples drawn again. By distinct value: most people bring nothing."""
    values, often = np.unique(rows - rows.mean(), return_counts=True)
    n, shift = len(rows), float(rows.mean())
    means, errors = [], []
    for start in range(0, draws, step := max(CELLS // len(values), 1)):
        drawn = random.multinomial(n, often / n, size=min(step, draws - start)).astype(float)
        mean = drawn @ values / n
        means.append(mean + shift)
        errors.append(np.maximum(drawn @ values**2 / n - mean**2, 0) / (n - 1))
    return np.concatenate(means), np.concatenate(errors)
