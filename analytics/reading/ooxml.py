"""Where the used range of each worksheet of an .xlsx begins and ends, before anyone unfolds it.

Readers of workbooks drop the empty rows above it, and hold a cell for every place of it, used or not: one slip of the
mouse in column XFD costs them more memory than there is.
"""

from __future__ import annotations

import html
import io
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass

import numpy as np

from analytics.choices import Choices
from analytics.errors import Damaged
from analytics.reading.opendocument import Repeats
from analytics.reading.unpacked import check_book

HEAD = 1 << 16
_SHEET = re.compile(r"<(?:\w+:)?sheet\b[^<>]*>")
_ATTRIBUTE = re.compile(r"""(?<![\w:])([\w:]+)\s*=\s*["']([^"']*)["']""")
_RELATION = re.compile(r"<Relationship\b[^<>]*>")
_ROW_OR_VALUE = re.compile(r"""<(?:\w+:)?row\b[^<>]*?\br=["'](\d+)["']|<(?:\w+:)?(v|is|f)\b""")
_ROW_NUMBER = re.compile(rb"""<row\b[^>]{0,99}?\sr=["'](\d{1,10})["']""")
_CELL_ROW = re.compile(rb"""<c\b[^>]{0,99}?\sr=["'][A-Z]{1,7}(\d{1,10})["']""")
_FAR_CELL = re.compile(rb"""\br=["']([A-Z]{3,7})\d+["'][^<>/]*>""")
LAST_ROW = 1 << 20
"""Of a sheet, in every program."""
REACH = 128
"""Bytes within which a row's number, and a cell's name and the end of its tag, stand."""


@dataclass(frozen=True)
class Outline:
    """`first_row` has the sheet's first value; the used range ends with row `rows` and column `columns`, 0 where unknown.

    `size` is how many bytes tell of it.
    """

    first_row: int = 1
    rows: int = 0
    columns: int = 0
    size: int = 0


def find_outlines(content: bytes, filename: str, choices: Choices) -> dict[str, Outline]:
    """Sheet name → its outline; sheets that cannot be found out are not in it.

    Raises TooLarge or Damaged where the archive of any sort of workbook is not to be unpacked, and TooManyColumns or
    TooManyCells where that of an .ods is not to be unfolded.
    """
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return {}
    extents, repeats = _Extents(), Repeats(filename, choices)

    def watch(path: str, piece: bytes) -> bool:
        return repeats(path, piece) or extents(path, piece)

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            check_book(content, [e for e in archive.infolist() if not e.is_dir()], filename, choices, watch)
        repeats.close()
    except (struct.error, zlib.error):
        raise Damaged(filename) from None
    outlines: dict[str, Outline] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            book = archive.read("xl/workbook.xml").decode(errors="replace")
            relations = archive.read("xl/_rels/workbook.xml.rels").decode(errors="replace")
            targets = {a.get("Id"): a.get("Target", "") for a in map(_attributes, _RELATION.findall(relations))}
            for sheet in map(_attributes, _SHEET.findall(book)):
                target = targets.get(next((v for k, v in sheet.items() if k.endswith(":id")), ""), "")
                path = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
                with archive.open(path) as stream:
                    head = stream.read(HEAD).decode(errors="replace")
                told = extents.of.get(path, _Extent())
                name = html.unescape(sheet.get("name", ""))
                outlines[name] = Outline(_first_row(head), told.rows, told.columns, told.size)
    except (KeyError, OSError, EOFError, ValueError, NotImplementedError, RuntimeError, zlib.error, zipfile.BadZipFile):
        return outlines
    return outlines


def _attributes(tag: str) -> dict[str, str]:
    return dict(_ATTRIBUTE.findall(tag))


@dataclass
class _Extent:
    """How far the values of a sheet reach, as far as it has gone by; `row` is the one that is open at the `end` of that."""

    rows: int = 0
    columns: int = 0
    size: int = 0
    row: int = 0
    end: bytes = b" "


class _Extents:
    """Watches sheets go by for their last row and column with a value; what a sheet says of its own size is not believed."""

    def __init__(self) -> None:
        self.of: dict[str, _Extent] = {}

    def __call__(self, path: str, piece: bytes) -> bool:
        if not path.endswith(".xml") or "/worksheets/" not in path:
            return False
        extent = self.of.setdefault(path, _Extent())
        extent.size += len(piece)
        unnumbered = extent.row + piece.count(b"<row")
        piece = extent.end + piece
        extent.columns = max(extent.columns, _last_column(piece))
        last, opened = max(piece.rfind(b"</v>"), piece.rfind(b"</is>")), piece.rfind(b"<row")
        if last >= 0:
            extent.rows = max(extent.rows, _row(piece, piece.rfind(b"<row", 0, last), extent.row, unnumbered))
            # A cell is believed before its row is.
            if match := _CELL_ROW.match(piece, max(0, piece.rfind(b"<c ", 0, last))):
                extent.rows = max(extent.rows, int(match[1]))
        extent.row = _row(piece, opened, extent.row, unnumbered)
        extent.end = piece[-REACH:]
        return True


def _row(piece: bytes, place: int, before: int, unnumbered: int) -> int:
    """The number of the row that opens at this place, or else of the one before."""
    if place < 0:
        return before
    match = _ROW_NUMBER.match(piece, place)
    return int(match[1]) if match else unnumbered


def _last_column(piece: bytes) -> int:
    """The furthest of the columns with names of two or three letters, 0 where there are none.

    A pattern would need ten times as long to find that no quote is followed by such a name; only where there are names of
    three letters is it worth to look whether their cells hold a value.
    """
    codes = np.frombuffer(piece, dtype=np.uint8)
    letters = (codes - np.uint8(ord("A"))) < 26
    quoted = (codes[:-3] == ord('"')) | (codes[:-3] == ord("'"))
    named = quoted & letters[1:-2] & letters[2:-1]
    if not named.any():
        return 0
    two = named & ((codes[3:] - np.uint8(ord("0"))) < 10)
    places = np.flatnonzero(two) + 1
    places = places[places > 2]
    places = places[(codes[places - 3] == ord("r")) & (codes[places - 2] == ord("="))]
    ends = (codes[places].astype(int) - 64) * 26 + codes[places + 1] - 64
    far = [_number(match[1].decode()) for match in _FAR_CELL.finditer(piece)] if (named & letters[3:]).any() else []
    return max([int(ends.max(initial=0)), *far])


def _number(letters: str) -> int:
    """A → 1, XFD → 16384."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _first_row(head: str) -> int:
    row = 1
    for match in _ROW_OR_VALUE.finditer(head):
        if match[2]:
            break
        row = int(match[1])
    return row
