"""How the values of one column are spread: figures, a histogram with round edges, and shares of categories."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

MOST_BINS = 14
VERY_SKEWED = 10
LEVELS = 7


@dataclass(frozen=True)
class Figures:
    """What there is to say about numbers.

    `mode` is the value seen most often, the least of equals, None where none repeats, and `mode_share` its share;
    `deviation` has the divisor n − 1, None for a single value.
    """

    mean: float
    median: float
    mode: float | None
    mode_share: float
    deviation: float | None
    least: float
    most: float


@dataclass(frozen=True)
class Histogram:
    """Counts between neighbouring `edges`, `odd` ones among them.

    With `open_below` and `open_above` the outer bins hold all that lies beyond. `single`: each bin is one whole number.
    `growth`: about how many times as wide each bin is as the one before, 2 or 10; None where all are alike.
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    odd: tuple[int, ...]
    growth: int | None = None
    single: bool = False
    open_below: bool = False
    open_above: bool = False


@dataclass(frozen=True)
class Level:
    """One category and the rows in it."""

    label: str
    rows: int


@dataclass(frozen=True)
class Levels:
    """The largest categories, how many more there are, and the rows in these."""

    largest: tuple[Level, ...]
    more: int
    rows_in_more: int

    @property
    def number(self) -> int:
        """How many categories there are."""
        return len(self.largest) + self.more


def figures(values: Floats) -> Figures:
    """Over the known values, of which there must be one."""
    known = values[~np.isnan(values)]
    # Sums that differ in the last digit only are one amount.
    levels, counts = np.unique(known.round(6), return_counts=True)
    often = int(counts.argmax())
    return Figures(
        mean=float(known.mean()),
        median=float(np.median(known)),
        mode=float(levels[often]) if counts[often] > 1 else None,
        mode_share=float(counts[often] / len(known)),
        deviation=float(known.std(ddof=1)) if len(known) > 1 else None,
        least=float(known.min()),
        most=float(known.max()),
    )


def histogram(values: Floats, outlying: Bools) -> Histogram:
    """A bin for each of a few whole numbers; edges at 1, 2, 5, 10 … for very skewed amounts; else even, round steps.

    Outliers of an even histogram are all in its outermost bins, so that they do not press the others into one.
    """
    outlying = outlying[~np.isnan(values)]
    known = values[~np.isnan(values)]
    usual = known[~outlying]
    if np.array_equal(known, known.round()) and known.max() - known.min() < MOST_BINS:
        edges = np.arange(known.min() - 0.5, known.max() + 1)
        return Histogram(_told(edges), *_counted(known, outlying, edges), single=True)
    middle = float(np.median(known))
    if middle > 0 and known.max() >= VERY_SKEWED * middle:
        positive = known[known > 0]
        edges, growth = _growing(float(np.quantile(positive, 0.01)), float(known.max()))
        below = bool(known.min() < edges[0])
        edges = np.concatenate(([-math.inf], edges)) if below else edges
        counted = _counted(known, outlying, edges)
        return Histogram(_told(edges), *counted, growth=growth, open_below=below)
    edges = _even(float(usual.min()), float(usual.max()))
    below, above = bool(known.min() < edges[0]), bool(known.max() > edges[-1])
    edges = np.concatenate(([-math.inf] * below, edges, [math.inf] * above))
    return Histogram(_told(edges), *_counted(known, outlying, edges), open_below=below, open_above=above)


def levels(texts: pd.Series[str]) -> Levels:
    """The categories by size, equals by name."""
    counts = texts.value_counts()
    found = sorted((-int(rows), str(label)) for label, rows in counts.items() if rows)
    largest = LEVELS + 1 if len(found) == LEVELS + 1 else LEVELS
    return Levels(
        largest=tuple(Level(label, -rows) for rows, label in found[:largest]),
        more=len(found[largest:]),
        rows_in_more=-sum(rows for rows, _ in found[largest:]),
    )


def _growing(low: float, high: float) -> tuple[Floats, int]:
    """1, 2, 5, 10, 20 … from below `low` to above `high`; only the tens where that were too many."""
    decades = range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 2)

    def edges(*steps: int) -> Floats:
        found = np.array([float(f"{step}e{decade}") for decade in decades for step in steps])
        first = int(np.searchsorted(found, low, side="right")) - 1
        return found[first : int(np.searchsorted(found, high, side="right")) + 1]

    fine = edges(1, 2, 5)
    return (fine, 2) if len(fine) <= MOST_BINS + 1 else (edges(1), 10)


def _even(low: float, high: float) -> Floats:
    """Round edges that hold all from `low` to `high`."""
    if low == high:
        return np.array([low - 0.5, high + 0.5])
    rough = (high - low) / (MOST_BINS - 1)
    decade = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * decade for factor in (1, 2, 2.5, 5, 10) if factor * decade >= rough * (1 - 1e-9))
    first, last = math.floor(low / step), math.floor(high / step) + 1
    edges: Floats = np.arange(first, last + 1, dtype=np.float64) * step
    return edges


def _counted(known: Floats, outlying: Bools, edges: Floats) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """How many of all values, and of the outlying ones, are in each bin; a value on an edge belongs to its right."""
    place = np.clip(np.searchsorted(edges, known, side="right") - 1, 0, len(edges) - 2)
    counts = (np.bincount(place[chosen], minlength=len(edges) - 1) for chosen in (slice(None), outlying))
    everything, odd = (tuple(int(count) for count in counted) for counted in counts)
    return everything, odd


def _told(edges: Floats) -> tuple[float, ...]:
    return tuple(float(f"{edge:.12g}") for edge in edges)
