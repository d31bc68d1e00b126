"""Writes the smallest workbook of binary records (.xlsb) that spreadsheet programs would open."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from tests.analytics.reading.workbooks import PACKAGE, RELATIONS, zipped

BEGIN_SHEET, END_SHEET, BEGIN_DATA, END_DATA, SIZE = 129, 130, 145, 146, 148
BEGIN_BOOK, END_BOOK, BEGIN_SHEETS, END_SHEETS, SHEET = 131, 132, 143, 144, 156
ROW, SHORT_NUMBER, NUMBER, TEXT = 0, 2, 5, 6


def xlsb(rows: Sequence[Sequence[str | float | int]]) -> bytes:
    """A workbook of one sheet `S`; texts stand in their cells, whole numbers are packed as spreadsheet programs do."""
    package = f"{PACKAGE}/relationships"
    body = b"".join(
        _record(ROW, struct.pack("<I", number), bytes(21)) + b"".join(_cell(c, value) for c, value in enumerate(row))
        for number, row in enumerate(rows)
    )
    size = struct.pack("<IIII", 0, len(rows) - 1, 0, max(map(len, rows)) - 1)
    book = _record(SHEET, struct.pack("<II", 0, 1), _text("s1"), _text("S"))
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>'
            "</Types>".encode(),
            "_rels/.rels": f'<Relationships xmlns="{package}"><Relationship Id="r1" '
            f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.bin"/></Relationships>'.encode(),
            "xl/_rels/workbook.bin.rels": f'<Relationships xmlns="{package}"><Relationship Id="s1" '
            f'Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.bin"/></Relationships>'.encode(),
            "xl/workbook.bin": _record(BEGIN_BOOK)
            + _record(BEGIN_SHEETS)
            + book
            + _record(END_SHEETS)
            + _record(END_BOOK),
            "xl/worksheets/sheet1.bin": _record(BEGIN_SHEET)
            + _record(SIZE, size)
            + _record(BEGIN_DATA)
            + body
            + _record(END_DATA)
            + _record(END_SHEET),
        }
    )


def _record(kind: int, *pieces: bytes) -> bytes:
    """The kind in one byte or two, the size in bytes of seven bits each, the body."""
    body = b"".join(pieces)
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, left = b"", len(body)
    while left > 127:
        size, left = size + bytes([left & 0x7F | 0x80]), left >> 7
    return head + size + bytes([left]) + body


def _text(value: str) -> bytes:
    return struct.pack("<I", len(value)) + value.encode("utf-16-le")


def _cell(column: int, value: str | float) -> bytes:
    place = struct.pack("<II", column, 0)
    if isinstance(value, str):
        return _record(TEXT, place, _text(value))
    if isinstance(value, int):
        return _record(SHORT_NUMBER, place, struct.pack("<i", value << 2 | 2))
    return _record(NUMBER, place, struct.pack("<d", value))
