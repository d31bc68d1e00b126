from __future__ import annotations

import pytest

from benchmarks import experiments
from benchmarks.bars import Bar, share, table


def test_a_bar_that_is_missed_is_marked() -> None:
    held, missed = Bar("held", "by hand", None, 0.05, 0, 0.05), Bar("missed", "by hand", None, 0.06, 0, 0.05)
    first, second = table([held, missed]).splitlines()[1:]
    assert "MISSED" not in first
    assert "MISSED" in second


def test_a_simulation_is_granted_its_own_error() -> None:
    # Two standard errors of 5% in 100 runs are 4.4 points, in 10,000 half a point.
    assert share("few", "by hand", 1, 9, 100, high=0.05).passed
    assert not share("many", "by hand", 1, 900, 10_000, high=0.05).passed
    assert share("power", "by hand", 1, 790, 1000, 0.8, 0.82).passed
    assert not share("power", "by hand", 1, 700, 1000, 0.8, 0.82).passed


@pytest.mark.slow
def test_every_bar_of_the_statistics_holds() -> None:
    bars = [result for result in experiments.run(quick=True) if isinstance(result, Bar)]
    assert len(bars) > 100
    assert [bar for bar in bars if not bar.passed] == []
