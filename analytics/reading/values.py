"""Columns of a sheet → values by row: numbers, times, keys; each distinct text is read once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from analytics.reading.dates import Times, parse_dates
from analytics.reading.numbers import comma_votes, parse_counts, parse_numbers
from analytics.reading.sheet import TEXT, Cells
from analytics.reading.tally import Tally

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


def numbers(cells: Cells, decimal_comma: bool | None = None) -> Floats:
    """A float for each row, NaN where the cell is blank or no number."""
    if pa.types.is_floating(cells.array.type):
        return np.asarray(cells.array.fill_null(np.nan).to_numpy(zero_copy_only=False), dtype=np.float64)
    return np.append(parse_numbers(cells.distinct, decimal_comma), np.nan)[cells.codes]


def counts(cells: Cells, decimal_comma: bool | None = None) -> Floats:
    """How many pieces, a float for each row, NaN where the cell is blank or does not say."""
    if pa.types.is_floating(cells.array.type):
        return numbers(cells)
    return np.append(parse_counts(cells.distinct, decimal_comma), np.nan)[cells.codes]


@dataclass(frozen=True)
class RowTimes:
    """Times by row with what befell them; all masks are by row."""

    times: Times
    unreadable: Mask
    impossible: Mask
    zoned: Mask
    day_first: bool | None
    voted: bool

    def note(self, tally: Tally) -> None:
        """Tell what was assumed."""
        tally.note("zone_dropped", self.zoned)
        if self.day_first is not None and not self.voted:
            tally.note("day_first_assumed" if self.day_first else "month_first_assumed", ~np.isnat(self.times))


def times(cells: Cells, day_first: bool | None) -> RowTimes:
    """A point in time for each row, NaT where the cell is blank, unreadable or impossible."""
    none = np.zeros(len(cells), dtype=bool)
    if pa.types.is_timestamp(cells.array.type):
        texts = cells.array.cast(pa.timestamp("us"), safe=False).dictionary_encode()
        dates = parse_dates(texts.dictionary, day_first)
        codes = texts.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        blank = codes < 0
    else:
        dates, codes, blank = parse_dates(cells.distinct, day_first), cells.codes, cells.blank
    found = np.append(dates.times, np.datetime64("NaT"))[codes]
    impossible = np.append(dates.impossible, False)[codes]
    zoned = np.append(dates.zoned, False)[codes] if dates.zoned.any() else none
    return RowTimes(found, np.isnat(found) & ~impossible & ~blank, impossible, zoned, dates.day_first, dates.voted)


def commas(columns: Iterable[Cells]) -> bool | None:
    """Whether these columns of one sheet write decimals behind a comma; None where none of them shows."""
    votes = sum(comma_votes(column.distinct) for column in columns if pa.types.is_dictionary(column.array.type))
    return None if votes == 0 else votes > 0


def matches(cells: Cells, pattern: str) -> Mask:
    """Whether the cell's text matches, by row; blank cells do not."""
    found = pc.match_substring_regex(cells.distinct, pattern).to_numpy(zero_copy_only=False)
    return np.append(found, False)[cells.codes]


def text(codes: NDArray[np.int32], distinct: pa.StringArray, rows: Mask | None = None) -> pa.DictionaryArray:
    """A text column of these rows whose dictionary holds no text that no row has."""
    if rows is not None:
        codes = codes[rows]
    present = np.zeros(len(distinct) + 1, dtype=bool)
    present[codes] = True
    if not present[:-1].all():
        place = np.cumsum(present[:-1], dtype=np.int32) - 1
        codes = np.append(place, np.int32(-1))[codes]
        distinct = distinct.filter(pa.array(present[:-1]))
    indices = pa.array(codes, pa.int32(), mask=codes < 0) if (codes < 0).any() else pa.array(codes, pa.int32())
    return pa.DictionaryArray.from_arrays(indices, distinct.cast(TEXT.value_type))


def spread(told: Floats, groups: NDArray[np.int32], weights: Floats) -> Floats:
    """Share out the value of each group over its rows in proportion to `weights`, or equally where all of them are 0."""
    weight = np.bincount(groups, weights, len(told))
    even = 1.0 / np.maximum(np.bincount(groups, minlength=len(told)), 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(weight[groups] > 0, weights / weight[groups], even[groups])
    return np.asarray(told[groups] * share, dtype=np.float64)


def duplicates(columns: Sequence[Cells]) -> Mask:
    """Rows that equal an earlier row in every cell.

    Rows are compared by a 64-bit mix of their codes: first those that share a slot of a table of counts, then those
    whose mixes agree, and these few cell by cell.
    """
    rows = len(columns[0]) if columns else 0
    mixed = np.zeros(rows, dtype=np.uint64)
    for column in columns:
        mixed *= np.uint64(0x9E3779B97F4A7C15)
        mixed += column.codes.view(np.uint32)
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    slots = (mixed >> np.uint64(62 - rows.bit_length())).astype(np.int64)
    suspects = np.flatnonzero((np.bincount(slots) > 1)[slots]) if rows else np.zeros(0, dtype=np.int64)
    ordered = np.sort(mixed[suspects])
    repeated = ordered[1:][ordered[1:] == ordered[:-1]]
    result = np.zeros(rows, dtype=bool)
    if not len(repeated):
        return result
    place = np.searchsorted(repeated, mixed[suspects])
    suspects = suspects[repeated[np.minimum(place, len(repeated) - 1)] == mixed[suspects]]
    seen: set[bytes] = set()
    cells = np.column_stack([column.codes[suspects] for column in columns])
    for suspect, row in zip(suspects, cells, strict=True):
        key = row.tobytes()
        result[suspect] = key in seen
        seen.add(key)
    return result
