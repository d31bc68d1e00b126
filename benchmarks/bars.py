"""What must come out of a simulation, and what did."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.measure import columns


@dataclass(frozen=True)
class Bar:
    """One claim of the statistics, put to the test: `measured` must lie from `low` to `high`.

    `seed` is None where nothing is drawn. `slack` is two standard errors of the simulation itself, granted on either side:
    a test that errs in just 5% of cases shows 5.4% in some runs.
    """

    what: str
    design: str
    seed: int | None
    measured: float
    low: float = 0.0
    high: float = 1.0
    slack: float = 0.0
    unit: str = "%"

    @property
    def passed(self) -> bool:
        return self.low - self.slack <= self.measured <= self.high + self.slack


def share(what: str, design: str, seed: int, hits: float, runs: int, low: float = 0.0, high: float = 1.0) -> Bar:
    """A bar for how many of so many `runs` hit."""
    edge = high if high < 1 else low
    return Bar(what, f"{design}; {runs:,} runs", seed, hits / runs, low, high, 2 * math.sqrt(edge * (1 - edge) / runs))


def table(bars: Iterable[Bar]) -> str:
    """The bars as columns; one that is missed has a mark."""
    heads = ("", "bar", "measured", "", "design", "seed")
    return columns([heads, *(_row(bar) for bar in bars)], left=(0, 3, 4))


def _row(bar: Bar) -> tuple[str, ...]:
    def shown(value: float) -> str:
        return f"{100 * value:.4g}%" if bar.unit == "%" else f"{value:.4g}{bar.unit}"

    top = 1.0 if bar.unit == "%" else math.inf
    if bar.high >= top:
        limits = f"≥ {shown(bar.low)}"
    else:
        limits = f"{shown(bar.low)}-{shown(bar.high)}" if bar.low > 0 else f"≤ {shown(bar.high)}"
    seed = "" if bar.seed is None else str(bar.seed)
    return (bar.what, limits, shown(bar.measured), "" if bar.passed else "MISSED", bar.design, seed)
