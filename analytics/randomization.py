"""Two means of people who were assigned by lot: what the lot alone could have done is the yardstick."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from analytics.means import welch
from analytics.proportions import Interval
from analytics.samples import Floats, Money

DRAWS = 1999
CELLS = 2_000_000
MOST_BUYERS = 20_000
"""With more amounts than this the mean is as normal as it gets, and Welch's interval is the same."""


def permutation_t(a: npt.ArrayLike, b: npt.ArrayLike, confidence: float = 0.95, *, seed: int = 0) -> Interval | None:
    """The interval of the difference of means, B minus A, from rows: Welch's, its limit of |t| raised by drawing again.

    Everybody's amount stays and who got which version is drawn anew (Fisher 1935; studentised as Janssen 1997 and Chung &
    Romano 2013). Where the versions do nothing the interval misses zero no more often than it says, however few bought
    and however unlike the versions' sizes are, for which Welch's own limit is far too low with money's long tail. None
    where a version has a single person, or nobody differs.
    """
    one, two = np.asarray(a, float), np.asarray(b, float)
    whole = welch(Money.of(one), Money.of(two), confidence) if min(len(one), len(two)) else None
    if whole is None:
        return None
    amounts = np.concatenate([one, two])
    paid = amounts[amounts != 0]
    if len(paid) > MOST_BUYERS:
        return whole.interval
    again = np.sort(np.abs(_drawn_again(paid, len(one), len(two), np.random.default_rng((seed, DRAWS)))))
    half = float(again[math.ceil(confidence * (DRAWS + 1)) - 1]) * whole.error
    half = max(half, whole.interval.high - whole.difference)
    return Interval(whole.difference - half, whole.difference + half)


def _drawn_again(paid: Floats, one: int, two: int, random: np.random.Generator) -> Floats:
    """Welch's t of each new draw, (DRAWS,); the people who paid nothing need no drawing but their number."""
    people, buyers = one + two, len(paid)
    found = []
    for start in range(0, DRAWS, step := max(CELLS // buyers, 1)):
        draws = min(step, DRAWS - start)
        among = random.hypergeometric(buyers, people - buyers, one, draws)
        shuffled = random.permuted(np.broadcast_to(paid, (draws, buyers)), axis=1)
        inside = np.arange(buyers) < among[:, None]
        sums = [(shuffled**power * inside).sum(axis=1) for power in (1, 2)]
        others = [float((paid**power).sum()) - drawn for power, drawn in zip((1, 2), sums, strict=True)]
        error = np.zeros(draws)
        for n, (total, squares) in ((one, sums), (two, others)):
            error += np.maximum(squares - total**2 / n, 0) / (n - 1) / n
        difference = others[0] / two - sums[0] / one
        found.append(difference / np.sqrt(np.maximum(error, 1e-300)))
    return np.concatenate(found)
