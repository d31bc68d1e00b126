from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.assignment import assign
from analytics.proportions import sample_ratio

SHARES = st.lists(st.integers(1, 12), min_size=1, max_size=5).map(lambda parts: [part / sum(parts) for part in parts])
VALUES = st.lists(st.floats(-1e6, 1e6), max_size=200)


def test_by_hand_each_pair_of_neighbours_is_drawn_apart() -> None:
    drawn = assign([1, 100, 2, 99, 50, 51], [0.5, 0.5], seed=1)
    assert drawn[1] != drawn[3]
    assert drawn[4] != drawn[5]
    assert drawn[0] != drawn[2]


@given(VALUES, SHARES, st.integers(0, 2**32 - 1))
def test_everybody_gets_one_version_and_down_the_ranking_each_has_its_share_to_within_one(
    value: list[float], shares: list[float], seed: int
) -> None:
    drawn = assign(value, shares, seed)
    assert drawn.shape == (len(value),)
    assert set(drawn.tolist()) <= set(range(len(shares)))
    ranked = drawn[np.argsort(-np.array(value, float), kind="stable")]
    size = math.ceil(1 / min(shares) - 1e-9)
    for end in {*range(size, len(value) - size + 1, size), len(value)}:
        counts = np.bincount(ranked[:end], minlength=len(shares))
        assert (np.abs(counts - end * np.array(shares)) < 1 + 1e-6).all()


@given(VALUES, SHARES, st.integers(0, 2**32 - 1))
def test_the_same_seed_draws_the_same(value: list[float], shares: list[float], seed: int) -> None:
    assert (assign(value, shares, seed) == assign(value, shares, seed)).all()


def test_another_seed_draws_others() -> None:
    value = np.arange(40.0)
    assert len({tuple(assign(value, [0.5, 0.5], seed)) for seed in range(20)}) == 20


@settings(deadline=None)
@given(st.integers(2, 3000), SHARES.filter(lambda shares: len(shares) > 1), st.integers(0, 2**32 - 1))
def test_the_split_never_alarms_its_own_ratio_check(people: int, shares: list[float], seed: int) -> None:
    counts = np.bincount(assign(np.ones(people), shares, seed), minlength=len(shares))
    assert not sample_ratio(counts.tolist(), shares).mention or people * min(shares) < 1


@pytest.mark.parametrize(
    "shares", [[0.5, 0.5], [0.45, 0.45, 0.1], [0.9, 0.1], [1 / 3, 1 / 3, 1 / 3], [0.43, 0.43, 0.14]]
)
def test_every_customer_gets_each_version_as_often_as_its_share(shares: list[float]) -> None:
    """Also first and last, and where the blocks do not come out even: 2,000 draws, five standard errors."""
    value, draws = np.array([900.0, 800.0, *range(21)]), 2000
    seen = np.zeros((len(value), len(shares)))
    for seed in range(draws):
        seen[np.arange(len(value)), assign(value, shares, seed)] += 1
    error = np.sqrt(np.array(shares) * (1 - np.array(shares)) / draws)
    assert (np.abs(seen / draws - shares) < 5 * error).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_versions_are_alike_in_value(seed: int) -> None:
    value = np.random.default_rng(7).lognormal(4, 1.5, 400)
    drawn = assign(value, [0.5, 0.5], seed)
    alone = np.sort(value)[-2:].sum()
    assert abs(value[drawn == 0].sum() - value[drawn == 1].sum()) < alone


@pytest.mark.parametrize("shares", [[], [0.5], [0.5, 0.6], [1.0, 0.0], [-0.5, 1.5]])
def test_shares_that_are_none_are_refused(shares: list[float]) -> None:
    with pytest.raises(ValueError, match="shares"):
        assign([1.0, 2.0], shares, 0)
