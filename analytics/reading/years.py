"""Dates without a year (3月5日, 3/5) take the one year that the title, the sheet's name or the file's name tells."""

from __future__ import annotations

import dataclasses
import re

import pyarrow as pa
import pyarrow.compute as pc

from analytics.dataset import Role
from analytics.reading.headers import EXACT, normalise
from analytics.reading.profile import SHORT, YEARLESS
from analytics.reading.sheet import Cells, Sheet

_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d|\s*[-/.]\s*\d{1,2}\s*[-/.]\s*\d)")
"""Not the year of a whole date: that is when somebody printed or saved the sheet."""


def with_years(sheet: Sheet, filename: str) -> Sheet:
    """The sheet, its dates whole wherever exactly one year is told; as it was, where none or several are."""
    year = next((year for text in (sheet.title, sheet.name or "", filename) if (year := _year(text))), None)
    if year is None or sheet.baskets:
        return sheet
    return dataclasses.replace(sheet, columns=tuple(_with_year(cells, year) for cells in sheet.columns))


def _year(text: str) -> str | None:
    years = set(_YEAR.findall(text))
    return years.pop() if len(years) == 1 else None


def _with_year(cells: Cells, year: str) -> Cells:
    """Without a change where fewer than half of the column's texts lack only the year."""
    if not pa.types.is_dictionary(cells.array.type) or not len(cells.distinct):
        return cells
    pattern = rf"{YEARLESS}|{SHORT}" if Role.TIME in EXACT.get(normalise(cells.header), {}) else YEARLESS
    found = pc.match_substring_regex(cells.distinct, pattern)
    if not pc.any(found).as_py() or pc.mean(found.cast(pa.float64())).as_py() < 0.5:
        return cells
    whole = pc.replace_substring_regex(cells.distinct, r"^([0-9]+)[./-]([0-9]+)$", rf"{year}-\1-\2")
    whole = pc.if_else(
        pc.match_substring_regex(cells.distinct, "月"), pc.binary_join_element_wise(f"{year}年", whole, ""), whole
    )
    texts = pc.if_else(found, whole, cells.distinct)
    return Cells(cells.header, pa.DictionaryArray.from_arrays(cells.encoded.indices, texts))
