"""Where the used range of each worksheet of an .xlsx begins, and how wide it is, before anyone unfolds it.

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
from analytics.reading.unpacked import check_book

HEAD = 1 << 16
_SHEET = re.compile(r"<(?:\w+:)?sheet\b[^>]*>")
_ATTRIBUTE = re.compile(r"""([\w:]+)\s*=\s*["']([^"']*)["']""")
_RELATION = re.compile(r"<Relationship\b[^>]*>")
_ROW_OR_VALUE = re.compile(r"""<(?:\w+:)?row\b[^>]*?\br=["'](\d+)["']|<(?:\w+:)?(v|is|f)\b""")
_RANGE = re.compile(r"""<(?:\w+:)?dimension\s+ref=["']([A-Z]+)\d+:([A-Z]+)\d+["']""")
_FAR_CELL = re.compile(rb"""\br=["']([A-Z]{3})\d+["'][^>/]*>""")
FAR = 702
"""Columns with names of one or two letters."""
REACH = 64
"""Bytes within which a cell's name and the end of its tag stand."""


@dataclass(frozen=True)
class Outline:
    """`first_row` has the sheet's first value; `columns` is the number of the last column, 0 where no matter."""

    first_row: int = 1
    columns: int = 0


def find_outlines(content: bytes, filename: str, choices: Choices) -> dict[str, Outline]:
    """Sheet name → its outline; sheets that cannot be found out are not in it.

    Raises TooLarge or Damaged where the archive of any sort of workbook is not to be unpacked.
    """
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return {}
    far = _FarCells()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            check_book(content, [e for e in archive.infolist() if not e.is_dir()], filename, choices, far)
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
                outlines[html.unescape(sheet.get("name", ""))] = Outline(_first_row(head), far.columns.get(path, 0))
    except (KeyError, OSError, EOFError, ValueError, NotImplementedError, RuntimeError, zlib.error, zipfile.BadZipFile):
        return outlines
    return outlines


def _attributes(tag: str) -> dict[str, str]:
    return dict(_ATTRIBUTE.findall(tag))


class _FarCells:
    """Watches sheets go by for the number of the last column, if that has a name of three letters.

    What a sheet says of its own width is believed, unless it says nothing or what hardly can be.
    """

    def __init__(self) -> None:
        self.columns: dict[str, int] = {}
        self._ends: dict[str, bytes] = {}

    def __call__(self, path: str, piece: bytes) -> bool:
        if not path.endswith(".xml") or "/worksheets/" not in path:
            return False
        if path not in self.columns:
            told = _RANGE.search(piece[:HEAD].decode(errors="replace"))
            self.columns[path] = 0
            self._ends[path] = b"" if told and told[1] != told[2] and _number(told[2]) <= FAR else b" "
        if end := self._ends[path]:
            piece = end + piece
            if _has_three_letters(piece):
                found = (_number(match[1].decode()) for match in _FAR_CELL.finditer(piece))
                self.columns[path] = max([self.columns[path], *found])
            self._ends[path] = piece[-REACH:]
        return bool(end)


def _has_three_letters(piece: bytes) -> bool:
    """Whether three capital letters follow each other behind a quote; a pattern would need ten times as long."""
    codes = np.frombuffer(piece, dtype=np.uint8)
    letters = (codes - np.uint8(ord("A"))) < 26
    quotes = (codes == ord('"')) | (codes == ord("'"))
    return bool((quotes[:-3] & letters[1:-2] & letters[2:-1] & letters[3:]).any())


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
