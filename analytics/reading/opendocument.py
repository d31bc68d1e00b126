"""How far the sheets of an .ods reach, before anyone unfolds them: one cell of it may stand for a million."""

from __future__ import annotations

import re

from analytics.choices import Choices
from analytics.errors import TooManyColumns
from analytics.reading.unpacked import check_cells

_MARK = re.compile(
    rb"(</?table:table[\s>])|(<table:table-row)|(<table:(?:covered-)?table-cell)|(<table:table-column)"
    rb"|number-columns-repeated\s*=\s*[\"'](\d{1,10})|number-rows-repeated\s*=\s*[\"'](\d{1,10})"
    rb"|(office:[a-z-]*value|table:formula)"
)
REACH = 64
"""Bytes within which a mark stands."""


class Repeats:
    """Watches the content go by. Raises TooManyColumns, or TooManyCells where so little text cannot fill so large a sheet.

    Empty cells and rows count where one that is not empty follows: all programs repeat them to the end of the sheet.
    """

    _rows: int
    _widest: int
    _repeated: int
    _place: int
    _width: int
    _cells: int
    _filled: bool

    def __init__(self, filename: str, choices: Choices) -> None:
        self._filename, self._choices = filename, choices
        self._size = 0
        self._end = b""
        self._start_table()

    def __call__(self, path: str, piece: bytes) -> bool:
        if path != "content.xml":
            return False
        self._size += len(piece)
        piece = self._end + piece
        self._look(piece, len(piece) - REACH)
        return True

    def close(self) -> None:
        """Look at what is left."""
        self._look(self._end, len(self._end))
        self._end_row()

    def _look(self, piece: bytes, until: int) -> None:
        """Take note of the marks that begin before that place; the rest is kept for the next piece."""
        until = max(until, 0)
        for mark in _MARK.finditer(piece):
            if mark.start() >= until:
                break
            until = max(until, mark.end())
            self._take(mark)
        self._end = piece[until:]

    def _take(self, mark: re.Match[bytes]) -> None:
        table, row, cell, column, columns, rows, value = mark.groups()
        if cell or row or table or column:
            self._end_cell()
        if row or table:
            self._end_row()
        if table:
            self._start_table()
        elif cell:
            self._cells = 1
        elif columns and self._cells:
            self._cells = int(columns)
        elif rows:
            self._repeated = int(rows)
        elif value:
            self._filled = True

    def _end_cell(self) -> None:
        self._place += self._cells
        if self._filled:
            self._width = self._place
            if self._width > self._choices.max_columns:
                raise TooManyColumns(self._filename, self._width, self._choices.max_columns)
        self._cells, self._filled = 0, False

    def _end_row(self) -> None:
        self._end_cell()
        self._rows += self._repeated
        if self._width:
            self._widest = max(self._widest, self._width)
            check_cells(self._rows, self._widest, self._size, self._filename)
        self._repeated, self._place, self._width = 1, 0, 0

    def _start_table(self) -> None:
        self._rows, self._widest, self._repeated = 0, 0, 0
        self._place, self._width, self._cells, self._filled = 0, 0, 0, False
