"""Rows of a sheet that are no data: blank ones and totals."""

from __future__ import annotations

import dataclasses

import numpy as np
import pyarrow as pa

from analytics.dataset import Count
from analytics.reading.headers import TOTAL
from analytics.reading.sheet import Cells, Sheet
from analytics.reading.values import Mask, matches


def without_totals_and_blanks(sheet: Sheet) -> Sheet:
    """Blank rows at the end are not even counted, as every spreadsheet has a million of them; others are left out."""
    if sheet.baskets:
        return sheet
    blank = sheet.blank.copy()
    last = len(blank) - int(np.argmax(~blank[::-1])) if not blank.all() else 0
    total = _totals(sheet) & ~blank
    if last == len(blank) and not blank.any() and not total.any():
        return sheet
    kept = ~(blank | total)
    kept[last:] = False
    left_out = list(sheet.left_out)
    blank[last:] = False
    for reason, rows in (("blank", blank), ("total_line", total)):
        if rows.any():
            left_out.append(Count(reason, int(rows.sum()), tuple(int(n) for n in sheet.numbers[rows][:2])))
    return dataclasses.replace(
        sheet,
        columns=tuple(Cells(column.header, column.array.filter(pa.array(kept))) for column in sheet.columns),
        numbers=sheet.numbers[kept],
        left_out=tuple(left_out),
    )


def _totals(sheet: Sheet) -> Mask:
    """Rows whose first filled cell says total and that stand in the last stretch or have blanks beside it."""
    found = np.zeros(len(sheet.numbers), dtype=bool)
    open_ = ~found
    for column in sheet.columns[:4]:
        if pa.types.is_dictionary(column.array.type):
            found |= matches(column, TOTAL) & open_
        open_ = open_ & column.blank
    return found & _with_gaps(sheet) if found.any() else found


def _with_gaps(sheet: Sheet) -> Mask:
    """Rows with blank cells where the table mostly has none."""
    gaps = np.zeros(len(sheet.numbers), dtype=bool)
    for column in sheet.columns:
        if column.blank.mean() < 0.5:
            gaps |= column.blank
    return gaps
