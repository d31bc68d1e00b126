"""Several tables in one sheet: below each other, each after a blank row and under a header of its own, or side by side."""

from __future__ import annotations

import dataclasses
import itertools
import re

import numpy as np

from analytics.reading.headers import is_known
from analytics.reading.layout import unique_names
from analytics.reading.sheet import Cells, Sheet

MOST = 50
"""Blocks after blank rows beyond which these just are a habit of the sheet."""


def split_tables(sheet: Sheet) -> list[Sheet]:
    """The sheet itself, or the tables in it."""
    return [table for half in _side_by_side(sheet) for table in _stacked(half)]


def _side_by_side(sheet: Sheet) -> list[Sheet]:
    """Columns that a blank one parts, if every part has the names of the first, at least two of them known."""
    empty = [i for i, column in enumerate(sheet.columns) if column.array.null_count == len(column)]
    edges = [-1, *(i for i in empty if sheet.headers[i].startswith("#")), len(sheet.columns)]
    parts = [sheet.columns[a + 1 : b] for a, b in itertools.pairwise(edges) if b > a + 1]
    names = [[re.sub(r" \([0-9]+\)$", "", column.header) for column in part] for part in parts]
    if len(parts) < 2 or any(other != names[0] for other in names) or sum(map(is_known, names[0])) < 2:
        return [sheet]
    return [
        dataclasses.replace(
            sheet,
            columns=tuple(Cells(name, column.array) for name, column in zip(names[0], part, strict=True)),
            left_out=sheet.left_out if part is parts[0] else (),
            noted=sheet.noted if part is parts[0] else (),
        )
        for part in parts
    ]


def _stacked(sheet: Sheet) -> list[Sheet]:
    if sheet.baskets or not sheet.blank.any():
        return [sheet]
    starts = np.flatnonzero(sheet.blank[:-1] & ~sheet.blank[1:]) + 1
    headers = {int(start): names for start in starts[:MOST] if (names := _header(sheet, int(start)))}
    if not headers or len(starts) > MOST:
        return [sheet]
    ends = [*headers, len(sheet.numbers)]
    first = _rows(sheet, 0, ends[0], sheet.headers)
    return [first, *(_rows(sheet, s + 1, e, n) for (s, n), e in zip(headers.items(), ends[1:], strict=True))]


def _header(sheet: Sheet, row: int) -> tuple[str, ...] | None:
    """The names in this row, if that is what they are."""
    texts = [str(column.array[row].as_py() or "").strip() for column in sheet.columns]
    known, filled = sum(map(is_known, texts)), sum(map(bool, texts))
    if known < 2 or known * 2 < filled:
        return None
    return unique_names(texts, len(texts))


def _rows(sheet: Sheet, start: int, end: int, headers: tuple[str, ...]) -> Sheet:
    columns = [Cells(name, column.array[start:end]) for name, column in zip(headers, sheet.columns, strict=True)]
    return dataclasses.replace(
        sheet,
        columns=tuple(c for c in columns if not c.header.startswith("#") or c.array.null_count < len(c.array)),
        numbers=sheet.numbers[start:end],
        left_out=sheet.left_out if start == 0 else (),
        noted=sheet.noted if start == 0 else (),
    )
