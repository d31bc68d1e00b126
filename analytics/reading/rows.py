"""Rows of a sheet that are no data: blank ones and totals."""

from __future__ import annotations

import dataclasses

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analytics.dataset import Count
from analytics.reading.headers import TOTAL
from analytics.reading.sheet import Cells, Sheet
from analytics.reading.values import Mask, matches

TOTAL_OF = r"(?i)(合计|合計|总计|總計|小计|小計)[\W\d.,]*$|^\W*(grand |sub ?)?totals?\b|\b(sub ?)?totals?\W*$|^\W*(gesamt)?summe\b"
"""Cells with the word for a total in them, of what or of whom."""


HEADING = (
    r"(?i)^\W*((jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[ .,]*((19|20)\d\d)?|((19|20)\d\d[年.\s]*)?([0-9]{1,2}|[一二三四五六七八九十]{1,2})月份?"
    r"|week \d+|第.{1,3}周)\W*$"
)
"""The one cell of a line that just says which part of the year follows."""
WIDE = 3
"""So many cells a line has where such headings are looked for."""


def without_totals_and_blanks(sheet: Sheet) -> Sheet:
    """Blank rows at the end are not even counted, as every spreadsheet has a million of them; others are left out."""
    if sheet.baskets:
        return sheet
    blank = sheet.blank.copy()
    last = len(blank) - int(np.argmax(~blank[::-1])) if not blank.all() else 0
    total = _totals(sheet) & ~blank
    heading = _headings(sheet) & ~total
    if last == len(blank) and not blank.any() and not total.any() and not heading.any():
        return sheet
    kept = ~(blank | total | heading)
    kept[last:] = False
    left_out = list(sheet.left_out)
    blank[last:] = False
    for reason, rows in (("blank", blank), ("total_line", total), ("heading", heading)):
        if rows.any():
            left_out.append(Count(reason, int(rows.sum()), tuple(int(n) for n in sheet.numbers[rows][:2])))
    return dataclasses.replace(
        sheet,
        columns=tuple(Cells(column.header, column.array.filter(pa.array(kept))) for column in sheet.columns),
        numbers=sheet.numbers[kept],
        left_out=tuple(left_out),
    )


def _totals(sheet: Sheet) -> Mask:
    """Rows whose first filled cell says total, with a cell left blank that other rows mostly fill.

    A cell that merely has the word in it (`March total`, `Total Care soap`) needs two, which others always fill.
    """
    found, loose, open_ = (np.full(len(sheet.numbers), value, dtype=bool) for value in (False, False, True))
    for column in sheet.columns[:6]:
        if pa.types.is_dictionary(column.array.type):
            found |= matches(column, TOTAL) & open_
            loose |= matches(column, TOTAL_OF) & open_
        open_ = open_ & column.blank
    if not (found | loose).any():
        return found
    others = ~(found | loose | sheet.blank)
    if not others.any():
        others = ~(found | sheet.blank)
    return (found & (_gaps(sheet, others, 0.5) > 0)) | (loose & (_gaps(sheet, others, 0.001) > 1))


def _headings(sheet: Sheet) -> Mask:
    """Rows of one cell, which names a part of the year, where most have several."""
    first = sheet.columns[0] if sheet.columns else None
    if first is None or len(sheet.columns) < WIDE or not pa.types.is_dictionary(first.array.type):
        return np.zeros(len(sheet.numbers), dtype=bool)
    found = matches(first, HEADING)
    if not found.any():
        return found
    filled = sum((~column.blank).astype(np.int64) for column in sheet.columns)
    return found & (filled == 1) if np.median(filled) >= WIDE else np.zeros(len(found), dtype=bool)


def _gaps(sheet: Sheet, others: Mask, blank: float) -> NDArray[np.int64]:
    """How many cells are blank, by row, in columns where less than this share of the other rows is."""
    gaps = np.zeros(len(sheet.numbers), dtype=np.int64)
    for column in sheet.columns:
        if others.any() and column.blank[others].mean() < blank:
            gaps += column.blank
    return gaps
