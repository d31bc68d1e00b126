"""A web page or spreadsheet XML, as many shop systems name `.xls` → a sheet for each table in it.

Tags are read once, from the front to the back: however a page is broken, twice as much of it takes twice as long.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from analytics.choices import Choices
from analytics.errors import DatasetError, NoTable, TooManyColumns, TooManyRows, TooManyTables
from analytics.reading.container import Part
from analytics.reading.encoding import decode
from analytics.reading.grid import read_grid
from analytics.reading.sheet import Sheet
from analytics.reading.unpacked import check_cells

_MARK = re.compile(r"<(/?)(?:\w+:)?(?:(table|worksheet)|(tr|row)|(?:td|th|cell))\b([^>]*)>", re.IGNORECASE)
_SPAN = re.compile(r"""(?:colspan|MergeAcross)\s*=\s*["']?(\d{1,3})""", re.IGNORECASE)
_INDEX = re.compile(r"""\bIndex\s*=\s*["']?(\d{1,4})""", re.IGNORECASE)
_MERGED = re.compile("MergeAcross", re.IGNORECASE)
_BREAK = re.compile(r"<br\b[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_NOISE = re.compile(r"<(script|style)\b.*?(?:</\1>|\Z)|<!--.*?(?:-->|\Z)", re.IGNORECASE | re.DOTALL)
"""What is never shown; where it is not closed that is all that follows (HTML, 13.2.5)."""


def read_page(part: Part, choices: Choices) -> list[Sheet | DatasetError]:
    """Raises NoTable, and UnknownFormat where the bytes are no text."""
    decoded = decode(part.content, part.name, choices)
    text = _NOISE.sub("", decoded.content.decode())
    found: list[Sheet | DatasetError] = []
    # Behind the last > nothing is a tag, so that a search for one never runs to the end in vain.
    marks = _MARK.finditer(text, 0, text.rfind(">") + 1)
    for mark in marks:
        if not mark[2] or mark[1]:
            continue
        try:
            rows = _rows(marks, text, part.name, choices)
            if any(map(any, rows)):
                found.append(read_grid(rows, None, part.name, choices, encoding=decoded.encoding))
        except DatasetError as problem:
            found.append(problem)
        if len(found) > choices.max_tables:
            raise TooManyTables(part.name, len(found), choices.max_tables)
    if not found:
        raise NoTable(part.name)
    return found


def _rows(marks: Iterator[re.Match[str]], text: str, filename: str, choices: Choices) -> list[list[str | None]]:
    """Texts of the cells to the end of a table; what nobody closed ends where the next of its kind begins."""
    table = _Table(filename, choices, len(text))
    is_open, attributes, start = False, "", None
    for mark in marks:
        closing, of_table, of_row = bool(mark[1]), bool(mark[2]), bool(mark[3])
        if start is not None and (closing or not of_table):
            table.add(attributes, text[start : mark.start()])
            start = None
        if of_table and closing:
            break
        if of_row:
            is_open = not closing
            if is_open:
                table.begin()
        elif is_open and not closing and not of_table:
            attributes, start = mark[4], mark.end()
            if attributes.endswith("/"):
                table.add(attributes, "")
                start = None
    if start is not None:
        table.add(attributes, text[start:])
    return table.rows


@dataclass
class _Table:
    """Rows of cells as they unpack, within the limits of a sheet."""

    filename: str
    choices: Choices
    size: int
    rows: list[list[str | None]] = field(default_factory=list)
    width: int = 0
    place: int = 0

    def begin(self) -> None:
        """Another row."""
        self.rows.append([])
        self.place = 0
        if len(self.rows) > self.choices.max_rows:
            raise TooManyRows(self.filename, self.choices.max_rows)

    def add(self, attributes: str, content: str) -> None:
        """Another cell; the places that a wide one covers, or that are skipped, are empty where another one follows."""
        row = self.rows[-1]
        if index := _INDEX.search(attributes):
            self.place = max(self.place, int(index[1]) - 1)
        if self.place >= self.choices.max_columns:
            raise TooManyColumns(self.filename, self.place + 1, self.choices.max_columns)
        row += [None] * (self.place - len(row))
        row.append(html.unescape(_without_tags(content)).strip() or None)
        self.width = max(self.width, len(row))
        check_cells(len(self.rows), self.width, self.size, self.filename)
        self.place += 1
        if span := _SPAN.search(attributes):
            self.place += max(0, int(span[1]) - (0 if _MERGED.search(attributes) else 1))


def _without_tags(content: str) -> str:
    """The text of a cell, whose last > ends its last tag."""
    marked, end, rest = content.rpartition(">")
    return _TAG.sub("", _BREAK.sub("\n", marked + end)) + rest
