"""Counts that tell nothing certain about any one customer: differential privacy by integer noise.

The two-sided geometric mechanism (Ghosh, Roughgarden & Sundararajan 2009), drawn by OpenDP from the system's generator, so
that no floating-point number gives the true count away (Mironov 2012). What is released is as private whatever is worked
out from it later (Dwork & Roth 2014, Proposition 2.1).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from importlib.util import find_spec

import numpy as np

LONGEST_TAIL = 40.0
SLACK = 1e-9


def available() -> bool:
    """Whether the library that draws the noise is installed (extra `privacy`)."""
    return find_spec("opendp") is not None


def released(counts: Sequence[int], sensitivity: int, epsilon: float) -> tuple[int, ...]:
    """The counts with noise, which together cost `epsilon`.

    `sensitivity` is by how much one customer, present or not, changes all the counts together (L1).
    """
    import opendp.prelude as dp

    dp.enable_features("contrib")
    domain, distance = dp.vector_domain(dp.atom_domain(T=int)), dp.l1_distance(T=int)
    noisy = dp.m.make_geometric(domain, distance, scale=scale(sensitivity, epsilon))
    assert noisy.map(sensitivity) <= epsilon + SLACK  # type: ignore[no-untyped-call]
    return tuple(noisy(list(counts)))


def scale(sensitivity: int, epsilon: float) -> float:
    """The scale of the noise: as that of Laplace's distribution, whose discrete form this is."""
    return sensitivity / epsilon


def half_width(scale: float, summands: int = 1, confidence: float = 0.95) -> int:
    """The least k such that the noise of so many released counts, added up, stays within ±k with this confidence.

    Exact but for a tail below exp(-40): P(X = x) = (1 - a) / (1 + a) * a^|x|, a = exp(-1 / scale).
    """
    reach = math.ceil(LONGEST_TAIL * scale)
    one = np.exp(-np.abs(np.arange(-reach, reach + 1)) / scale)
    one /= one.sum()
    chances = one
    for _ in range(summands - 1):
        chances = np.convolve(chances, one)
    middle = len(chances) // 2
    within = chances[middle] + 2 * np.cumsum(np.concatenate([[0.0], chances[middle + 1 :]]))
    return int(np.searchsorted(within, confidence))
