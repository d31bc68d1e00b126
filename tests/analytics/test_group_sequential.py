from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.group_sequential import false_alarms, obrien_fleming
from tests.analytics.golden import case


def test_published_bounds() -> None:
    inputs, expected = case("ab_sequential", "ab.seq.ld_obf5")
    bounds = obrien_fleming(inputs["information"], inputs["alpha"])
    assert bounds == pytest.approx(expected["z_bounds"], abs=5e-4)


def test_one_look_is_the_ordinary_test() -> None:
    assert obrien_fleming([1.0]) == pytest.approx((1.959964,), abs=1e-5)


@pytest.mark.parametrize(("number", "known"), [(1, 0.05), (2, 0.083), (5, 0.142), (10, 0.193), (20, 0.248)])
def test_what_looking_costs(number: int, known: float) -> None:
    """Armitage, McPherson & Rowe (1969), table 2."""
    parts = [(at + 1) / number for at in range(number)]
    assert false_alarms(parts, [1.959964] * number) == pytest.approx(known, abs=6e-4)


def test_what_five_looks_cost() -> None:
    inputs, expected = case("ab_sequential", "ab.seq.naive_inflation.5")
    parts = [(at + 1) / inputs["looks"] for at in range(inputs["looks"])]
    assert false_alarms(parts, [1.959964] * inputs["looks"]) == pytest.approx(expected["type_1_error"], abs=1e-3)


information = st.lists(st.integers(1, 40), min_size=1, max_size=4).map(
    lambda steps: [sum(steps[: at + 1]) / sum(steps) for at in range(len(steps))]
)


@settings(deadline=None, max_examples=8)
@given(information)
def test_one_more_look_costs_more_and_stricter_bounds_less(parts: list[float]) -> None:
    bounds = obrien_fleming(parts)
    assert bounds[-1] >= 1.9599
    assert false_alarms(parts, bounds) == pytest.approx(0.05, abs=1e-3)
    assert false_alarms(parts[:-1] or parts, (bounds[:-1] or bounds)) <= false_alarms(parts, bounds) + 1e-9
    assert false_alarms(parts, [bound + 0.1 for bound in bounds]) < false_alarms(parts, bounds)
    assert all(strict > loose for strict, loose in zip(obrien_fleming(parts, 0.01), bounds, strict=True) if loose < 8)


@pytest.mark.parametrize("parts", [[0.5, 1.0], [0.1, 0.4, 1.0], [0.2, 0.4, 0.6]])
def test_the_bounds_spend_what_they_may(parts: list[float]) -> None:
    spent = false_alarms(parts, obrien_fleming(parts))
    assert spent <= 0.05 + 1e-6
    if parts[-1] == 1:
        assert spent == pytest.approx(0.05, abs=1e-4)


def test_by_simulation() -> None:
    random, parts = np.random.default_rng(71), np.array([0.2, 0.4, 0.6, 0.8, 1.0])
    walk = random.normal(size=(100_000, 5)).cumsum(axis=1) / np.sqrt(np.arange(1, 6))
    called = (np.abs(walk) > obrien_fleming(parts.tolist())).any(axis=1)
    assert called.mean() == pytest.approx(0.05, abs=0.003)


def test_looks_go_forward() -> None:
    for parts in ([], [0.5, 0.5], [0.5, 1.2], [0.0, 1.0]):
        with pytest.raises(ValueError, match="rising"):
            obrien_fleming(parts)
