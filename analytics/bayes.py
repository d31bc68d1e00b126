"""The Bayesian reading of shares: Beta-Binomial, exact by quadrature.

Every version's rate has a Beta posterior; nothing is drawn at random. This reading is not safe under peeking and takes
no part in a verdict.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.samples import Floats, Share

UNIFORM = (1.0, 1.0)
NODES = 64


@dataclass(frozen=True)
class Belief:
    """Per version: how likely it is the best, and what choosing it loses on average, as a difference of rates."""

    best: tuple[float, ...]
    losses: tuple[float, ...]
    means: tuple[float, ...]


def believe(shares: Sequence[Share], prior: tuple[float, float] = UNIFORM) -> Belief:
    """Who is the best, and the expected loss of choosing each."""
    return believe_counts([share.successes for share in shares], [share.failures for share in shares], prior)


def believe_counts(successes: npt.ArrayLike, failures: npt.ArrayLike, prior: tuple[float, float] = UNIFORM) -> Belief:
    """The same from counts, one of each per version, where a version may have nobody yet.

    With cumulative distributions F_i, P(i best) is the integral of f_i times the product of the other F_j. The loss
    E[(the best other - this one), if positive] is that of F_i (1 - product of the other F_j): no term cancels another.
    """
    alphas, betas = prior[0] + np.asarray(successes, float), prior[1] + np.asarray(failures, float)
    points, weights = _nodes(alphas, betas)
    below, density, jacobian = _distributions(alphas, betas, points)
    best, losses = [], []
    for version in range(len(alphas)):
        others = np.prod(np.delete(below, version, axis=0), axis=0)
        best.append(float(weights @ (density[version] * others)))
        losses.append(float(weights @ (below[version] * (1 - others) * jacobian)))
    total = sum(best)
    means = alphas / (alphas + betas)
    return Belief(tuple(chance / total for chance in best), tuple(losses), tuple(means.tolist()))


def weak_prior(history: Share, worth: float = 20.0) -> tuple[float, float]:
    """A prior with the mean of the shop's own history, that weighs as much as `worth` people, or as it has if fewer."""
    weight = min(worth, float(history.n))
    rate = (history.successes + 1) / (history.n + 2)
    return weight * rate, weight * (1 - rate)


def _nodes(alphas: Floats, betas: Floats) -> tuple[Floats, Floats]:
    """Gauss-Legendre on the log-odds scale, piecewise: every posterior's middle and tails have nodes of their own."""
    from scipy.special import betainccinv, betaincinv

    edges = []
    for chance in (1e-18, 1e-5, 0.2):
        edges += [betaincinv(alphas, betas, chance), betainccinv(alphas, betas, chance)]
    tiny = 1e-280
    rates = np.clip(np.concatenate(edges), tiny, 1 - 1e-16)
    breaks = np.unique(np.log(rates) - np.log1p(-rates))
    at, weight = np.polynomial.legendre.leggauss(NODES)
    half = np.diff(breaks)[:, None] / 2
    middle = (breaks[1:] + breaks[:-1])[:, None] / 2
    return (middle + half * at).ravel(), (half * weight).ravel()


def _distributions(alphas: Floats, betas: Floats, points: Floats) -> tuple[Floats, Floats, Floats]:
    """At log-odds `points`: cumulative distributions and densities (versions x points), and d rate / d log-odds."""
    from scipy.special import betainc, betaln, expit, log_expit

    yes, no = log_expit(points), log_expit(-points)
    below = np.asarray(betainc(alphas[:, None], betas[:, None], expit(points)), float)
    density: Floats = np.exp(alphas[:, None] * yes + betas[:, None] * no - betaln(alphas, betas)[:, None])
    jacobian: Floats = np.exp(yes + no)
    return below, density, jacobian


def larger(mean: float, deviation: float) -> float:
    """P(a normal difference is above 0): the reading for money, where the mean of many is normal enough."""
    if deviation <= 0:
        return 0.5 if mean == 0 else float(mean > 0)
    return 0.5 * math.erfc(-mean / deviation / math.sqrt(2))


def believe_means(means: npt.ArrayLike, errors: npt.ArrayLike) -> Belief:
    """The same for means with their standard errors, each posterior normal around what was seen (flat prior)."""
    from scipy.special import ndtr

    middles = np.asarray(means, float)
    scales = np.maximum(np.asarray(errors, float), 1e-9 * max(float(np.abs(middles).max()), 1e-9))
    steps = np.array([-8.0, -4.0, -2.0, 0.0, 2.0, 4.0, 8.0])
    breaks = np.unique(middles[:, None] + scales[:, None] * steps)
    at, weight = np.polynomial.legendre.leggauss(40)
    half = np.diff(breaks)[:, None] / 2
    points = ((breaks[1:] + breaks[:-1])[:, None] / 2 + half * at).ravel()
    weights = (half * weight).ravel()
    distances = (points - middles[:, None]) / scales[:, None]
    below = np.asarray(ndtr(distances), float)
    density = np.exp(-0.5 * distances**2) / (scales[:, None] * math.sqrt(2 * math.pi))
    best, losses = [], []
    for version in range(len(middles)):
        others = np.prod(np.delete(below, version, axis=0), axis=0)
        best.append(float(weights @ (density[version] * others)))
        losses.append(float(weights @ (below[version] * (1 - others))))
    total = sum(best)
    return Belief(tuple(chance / total for chance in best), tuple(losses), tuple(middles.tolist()))
