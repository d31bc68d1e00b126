"""A number of looks that was fixed beforehand: where each look's bound must be, and what ignoring it costs.

The statistic of look k is z_k = B(t_k) / sqrt(t_k), with B a Brownian motion and t_k the part of all people that are in.
Its distribution among the tests that went on is carried from look to look (Armitage, McPherson & Rowe 1969).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from analytics.samples import Floats

NODES = 200
FARTHEST = 9.0


def obrien_fleming(information: Sequence[float], chance: float = 0.05) -> tuple[float, ...]:
    """Two-sided bounds on |z| at each look, spending like O'Brien and Fleming (Lan & DeMets 1983).

    `information` are rising parts of all people, the last of them 1 at most; either side spends
    2 - 2 Phi(z_(chance / 4) / sqrt(t)) up to t. Infinite (9) where there is next to nothing to spend.
    """
    from scipy.special import ndtr, ndtri

    _check(information)
    edge = float(ndtri(1 - chance / 4))
    walk, bounds, spent = _Walk(), [], 0.0
    for at in information:
        due = 2 * float(ndtr(-edge / math.sqrt(at)))
        bound = _bound(walk, at, due - spent)
        walk.go(at, bound)
        bounds.append(bound)
        spent = due
    return tuple(bounds)


def false_alarms(information: Sequence[float], bounds: Sequence[float]) -> float:
    """The chance that a test without any difference passes one of the `bounds` on |z|, one per look."""
    _check(information)
    walk, total = _Walk(), 0.0
    for at, bound in zip(information, bounds, strict=True):
        total += 2 * walk.above(at, bound)
        walk.go(at, bound)
    return total


class _Walk:
    """Where B is among the tests that went on: `density` times the quadrature's weights, at `places`."""

    def __init__(self) -> None:
        self.time = 0.0
        self.places: Floats = np.zeros(1)
        self.mass: Floats = np.ones(1)

    def above(self, time: float, bound: float) -> float:
        """The chance to have gone on so far and to be above the bound now."""
        from scipy.special import ndtr

        step = math.sqrt(time - self.time)
        return float(self.mass @ ndtr((self.places - bound * math.sqrt(time)) / step))

    def go(self, time: float, bound: float) -> None:
        at, weights = np.polynomial.legendre.leggauss(NODES)
        reach, step = bound * math.sqrt(time), math.sqrt(time - self.time)
        places = at * reach
        steps = np.exp(-0.5 * ((places[:, None] - self.places) / step) ** 2) / (step * math.sqrt(2 * math.pi))
        self.mass = (steps @ self.mass) * weights * reach
        self.places, self.time = places, time


def _bound(walk: _Walk, time: float, due: float) -> float:
    low, high = 0.0, FARTHEST
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if walk.above(time, middle) > due else (low, middle)
    return high


def _check(information: Sequence[float]) -> None:
    told = [0.0, *information]
    if len(told) < 2 or any(later <= earlier for earlier, later in pairwise(told)) or told[-1] > 1:
        raise ValueError("rising parts of all people, 1 at most")
