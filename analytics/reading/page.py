"""A web page or spreadsheet XML, as many shop systems name `.xls` → a sheet for each table in it."""

from __future__ import annotations

import html
import re

from analytics.choices import Choices
from analytics.errors import DatasetError, NoTable
from analytics.reading.container import Part
from analytics.reading.encoding import decode
from analytics.reading.grid import read_grid
from analytics.reading.sheet import Sheet

_TABLE = re.compile(
    r"<(?:\w+:)?(?:table|Worksheet)\b[^>]*>(.*?)(?:</(?:\w+:)?(?:table|Worksheet)>|$)", re.IGNORECASE | re.DOTALL
)
_ROW = re.compile(
    r"<(?:\w+:)?(?:tr|row)\b[^>]*>(.*?)(?=<(?:\w+:)?(?:tr|row)\b|</(?:\w+:)?(?:tr|row|table)>|$)",
    re.IGNORECASE | re.DOTALL,
)
_CELL = re.compile(
    r"<(?:\w+:)?(?:td|th|cell)\b([^>]*?)(?:/>|>(.*?)(?=<(?:\w+:)?(?:td|th|cell)\b|</(?:\w+:)?(?:td|th|cell|tr|row)>|$))",
    re.IGNORECASE | re.DOTALL,
)
_SPAN = re.compile(r"""(?:colspan|MergeAcross)\s*=\s*["']?(\d{1,3})""", re.IGNORECASE)
_INDEX = re.compile(r"""\bIndex\s*=\s*["']?(\d{1,4})""", re.IGNORECASE)
_MERGED = re.compile("MergeAcross", re.IGNORECASE)
_BREAK = re.compile(r"<br\b[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_NOISE = re.compile(r"<(script|style)\b.*?</\1>|<!--.*?-->", re.IGNORECASE | re.DOTALL)


def read_page(part: Part, choices: Choices) -> list[Sheet | DatasetError]:
    """Raises NoTable, and UnknownFormat where the bytes are no text."""
    decoded = decode(part.content, part.name, choices)
    text = _NOISE.sub("", decoded.content.decode())
    found: list[Sheet | DatasetError] = []
    for table in _TABLE.finditer(text):
        rows = [_cells(row[1]) for row in _ROW.finditer(table[1])]
        if not any(map(any, rows)):
            continue
        try:
            found.append(read_grid(rows, None, part.name, choices, encoding=decoded.encoding))
        except DatasetError as problem:
            found.append(problem)
    if not found:
        raise NoTable(part.name)
    return found


def _cells(row: str) -> list[str | None]:
    """Texts of the cells of a row; the places that a wide cell covers, or that are skipped, are empty."""
    cells: list[str | None] = []
    for cell in _CELL.finditer(row):
        attributes, content = cell[1], cell[2] or ""
        if index := _INDEX.search(attributes):
            cells += [None] * (int(index[1]) - 1 - len(cells))
        cells.append(html.unescape(_TAG.sub("", _BREAK.sub("\n", content))).strip() or None)
        if span := _SPAN.search(attributes):
            cells += [None] * (int(span[1]) - (0 if _MERGED.search(attributes) else 1))
    return cells
