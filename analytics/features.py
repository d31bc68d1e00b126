"""Columns made ready for clustering: comparable numbers out of amounts, counts, ages, towns and answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SKEWED = 1.0
MOST_COLUMNS = 20
MOST_LEVELS = 12
RARE = 0.03
COVERED = 0.5
MOSTLY = 0.5
SAME = 0.95
WEIGHT_OF_LEVELS = 0.5
MISSING, OTHER = "", "*"
"""Levels that no cell says: the blank ones, and the rare ones pooled."""

Why = Literal[
    "constant", "date", "mostly_missing", "nearly_unique", "running_number", "same", "surplus", "too_many_levels"
]


@dataclass(frozen=True)
class LeftOut:
    """A column that was not clustered by, and why."""

    feature: str
    why: Why


@dataclass(frozen=True)
class Levels:
    """A categorical column: what it says, most frequent first, and which of it for each row, `codes` (n,)."""

    names: tuple[str, ...]
    codes: Ints

    @property
    def shares(self) -> Floats:
        """How much of all rows each level has."""
        counted: Floats = np.bincount(self.codes, minlength=len(self.names)) / max(len(self.codes), 1)
        return counted


@dataclass(frozen=True)
class Features:
    """What customers are compared by.

    `matrix` (n, p) is ready for Euclidean distances; `blocks` (p,) says which of the `columns` each of its columns
    comes from: one for a numeric column, one a level for a categorical one. `columns` has them as the owner knows them,
    numbers in their own unit with NaN where blank.
    """

    columns: Mapping[str, Floats | Levels]
    matrix: Floats
    blocks: tuple[int, ...]
    left_out: tuple[LeftOut, ...]


def logged(values: Floats) -> Floats:
    """Log of amounts relative to their median, so that the currency unit changes nothing.

    What is zero or below (all was given back) counts as the smallest positive amount there is.
    """
    positive = values[values > 0]
    if not positive.size:
        return np.zeros_like(values)
    logs: Floats = np.log(np.maximum(values, positive.min()) / np.median(positive))
    return logs


def unskewed(values: Floats) -> Floats:
    """Log of a positive, strongly skewed column; any other as it is; gaps take the median."""
    filled = np.where(np.isnan(values), np.nanmedian(values), values)
    spread = filled.std()
    skewness = 0.0 if spread == 0 else float((((filled - filled.mean()) / spread) ** 3).mean())
    return logged(filled) if skewness > SKEWED and filled.min() > 0 else filled


def standardised(features: Floats) -> Floats:
    """Columns to mean 0 and standard deviation 1 (divisor n); constant columns are dropped."""
    kept = features[:, _varying(features)]
    scaled: Floats = (kept - kept.mean(axis=0)) / kept.std(axis=0)
    return scaled


def one_hot(levels: Levels) -> Floats:
    """A column for each level (n, levels), centred, of variances that sum to half of a numeric column's.

    Two random rows then differ by half as much, in expected squared distance, as in a standardised number. At par, the
    gaps between levels, which every category has, would outweigh all else and the groups would merely repeat the
    levels (Hennig & Liao 2013, "How to find an appropriate clustering for mixed-type variables", §6.2: q = 1/2).
    """
    shares = levels.shares
    scale = np.sqrt(WEIGHT_OF_LEVELS / max(float((shares * (1 - shares)).sum()), 1e-12))
    columns: Floats = (np.eye(len(shares))[levels.codes] - shares) * scale
    return columns


def of_numbers(prepared: Mapping[str, Floats], known: Mapping[str, Floats]) -> Features:
    """Features of numeric columns, `prepared` for distances and as `known` to the owner; constant ones left out."""
    raw = np.column_stack(list(prepared.values()))
    varying = _varying(raw)
    kept = [name for name, varies in zip(prepared, varying, strict=True) if varies]
    return Features(
        columns={name: known[name] for name in kept},
        matrix=standardised(raw),
        blocks=tuple(range(len(kept))),
        left_out=tuple(LeftOut(name, "constant") for name in prepared if name not in kept),
    )


def of_table(frame: pd.DataFrame) -> Features:
    """Features of a table of attributes, numeric and categorical mixed.

    Left out are columns that say nothing (constant, mostly blank), that name each customer (running numbers, nearly
    unique texts), dates, texts of too many levels, repetitions of another column of the same kind (correlation above
    0.95), and, beyond 20 columns, those that have least to do with the others (mean squared correlation): groups show
    in what varies together.
    """
    columns: dict[str, Floats | Levels] = {}
    left_out: dict[str, Why] = {}
    for name in map(str, frame):
        column = _column(frame[name])
        if isinstance(column, str):
            left_out[name] = column
        else:
            columns[name] = column
    encoded = {name: _encoded(column) for name, column in columns.items()}
    chosen, dropped = _chosen(encoded)
    left_out |= dropped
    parts = [encoded[name] for name in chosen]
    return Features(
        columns={name: columns[name] for name in chosen},
        matrix=np.column_stack([np.empty((len(frame), 0)), *parts]),
        blocks=tuple(number for number, part in enumerate(parts) for _ in range(part.shape[1])),
        left_out=tuple(LeftOut(name, left_out[name]) for name in map(str, frame) if name in left_out),
    )


def _varying(features: Floats) -> npt.NDArray[np.bool_]:
    spread = features.std(axis=0)
    varies: npt.NDArray[np.bool_] = spread > 1e-12 * np.maximum(1, np.abs(features).max(axis=0, initial=0))
    return varies


def _encoded(column: Floats | Levels) -> Floats:
    return one_hot(column) if isinstance(column, Levels) else standardised(unskewed(column)[:, None])


def _column(series: pd.Series[str]) -> Floats | Levels | Why:
    """The column as numbers or levels, or why it is neither."""
    known = int(series.notna().sum())
    if known == 0:
        return "constant"
    if pd.api.types.is_datetime64_any_dtype(series):
        return "date"
    if known < MOSTLY * len(series):
        return "mostly_missing"
    if pd.api.types.is_bool_dtype(series) or not pd.api.types.is_numeric_dtype(series):
        return _levels(series)
    numbers = series.to_numpy(np.float64, na_value=np.nan)
    distinct = np.unique(numbers[~np.isnan(numbers)])
    if len(distinct) <= 2:
        # Yes and no written as numbers.
        return _levels(series.map(lambda number: f"{number:g}", na_action="ignore"))
    whole = bool((distinct == np.floor(distinct)).all())
    if whole and len(distinct) == known and known >= MOSTLY * (distinct[-1] - distinct[0] + 1):
        return "running_number"
    return numbers if _varying(unskewed(numbers)[:, None])[0] else "constant"


def _levels(series: pd.Series[str]) -> Levels | Why:
    """The levels of a text column; those rarer than the smallest group may be are pooled."""
    texts = series.astype("category").cat
    said = texts.codes.to_numpy(np.int64)
    names = [str(name) for name in texts.categories]
    counts = np.bincount(said[said >= 0], minlength=len(names))
    if np.count_nonzero(counts) > MOSTLY * len(said):
        return "nearly_unique"
    ranked = sorted(range(len(names)), key=lambda level: (-counts[level], names[level]))
    kept = [level for level in ranked[:MOST_LEVELS] if counts[level] >= RARE * len(said)]
    if counts[kept].sum() < COVERED * len(said):
        return "too_many_levels"
    place = np.full(len(names) + 1, len(kept))
    place[kept] = np.arange(len(kept))
    # The code -1, of blank cells, is the last place.
    place[-1] = len(kept) + 1
    used, codes = np.unique(place[said], return_inverse=True)
    known = (*(names[level] for level in kept), OTHER, MISSING)
    levels = Levels(tuple(known[level] for level in used), codes)
    # Levels for which nearly nobody is left would lie far from everybody.
    return levels if 1 - levels.shares.max() >= RARE else "constant"


def _chosen(encoded: Mapping[str, Floats]) -> tuple[list[str], dict[str, Why]]:
    """At most so many columns, none of them twice."""
    names = list(encoded)
    dropped: dict[str, Why] = {}
    if len(names) < 2:
        return names, dropped
    related = _related([encoded[name] for name in names])
    widths = [encoded[name].shape[1] for name in names]
    kept: list[int] = []
    for number, name in enumerate(names):
        # A number that tells a category apart is a finding, no repetition.
        alike = [other for other in kept if (widths[other] > 1) == (widths[number] > 1)]
        if any(related[number, other] > SAME**2 for other in alike):
            dropped[name] = "same"
        else:
            kept.append(number)
    if len(kept) > MOST_COLUMNS:
        among = related[np.ix_(kept, kept)].sum(axis=1)
        best = sorted(range(len(kept)), key=lambda i: (-among[i], i))[:MOST_COLUMNS]
        dropped |= {names[number]: "surplus" for i, number in enumerate(kept) if i not in set(best)}
        kept = [kept[i] for i in sorted(best)]
    return [names[number] for number in kept], dropped


def _related(parts: list[Floats]) -> Floats:
    """Squared correlation of each two columns; of a categorical one that of its most telling level."""
    matrix = np.column_stack(parts).astype(np.float32)
    matrix /= np.maximum(matrix.std(axis=0), 1e-6)
    squared = ((matrix.T @ matrix).astype(np.float64) / len(matrix)) ** 2
    edges = np.concatenate(([0], np.cumsum([part.shape[1] for part in parts])[:-1]))
    related: Floats = np.maximum.reduceat(np.maximum.reduceat(squared, edges, axis=0), edges, axis=1)
    # The last digits depend on the order of the rows.
    return related.round(4)
