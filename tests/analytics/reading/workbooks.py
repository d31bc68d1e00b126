# ruff: noqa: DTZ001 - times of a shop have no zone
"""Writes the smallest workbooks that spreadsheet programs would open, so that tests can show the cells they stand on."""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

Cell = str | int | float | bool | dt.datetime | None

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22" applyNumberFormat="1"/></cellXfs></styleSheet>'
)


def xlsx(sheets: Mapping[str, Sequence[Sequence[Cell]]], *, first_row: int = 1, merged: Sequence[str] = ()) -> bytes:
    """A workbook of these sheets, each a sequence of rows that start in column A of `first_row`."""
    names = list(sheets)
    files = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/styles.xml": STYLES,
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
        + "".join(f'<sheet name="{escape(n)}" sheetId="{i}" r:id="s{i}"/>' for i, n in enumerate(names, 1))
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="st" Type="{RELATIONS}/styles" Target="styles.xml"/>'
        + "".join(
            f'<Relationship Id="s{i}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{i}.xml"/>'
            for i in range(1, len(names) + 1)
        )
        + "</Relationships>",
    }
    for i, rows in enumerate(sheets.values(), 1):
        files[f"xl/worksheets/sheet{i}.xml"] = _worksheet(rows, first_row, merged)
    return zipped({name: f'<?xml version="1.0" encoding="UTF-8"?>{text}'.encode() for name, text in files.items()})


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip archive of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def xls(rows: Sequence[Sequence[str | float]], *, locked: bool = False) -> bytes:
    """A workbook of one sheet in the format of 1997: BIFF8 records in a compound file."""

    def record(kind: int, *pieces: bytes) -> bytes:
        body = b"".join(pieces)
        return struct.pack("<HH", kind, len(body)) + body

    def cell(row: int, column: int, value: str | float) -> bytes:
        place = struct.pack("<HHH", row, column, 0)
        if isinstance(value, str):
            return record(0x204, place, struct.pack("<HB", len(value), 1), value.encode("utf-16-le"))
        return record(0x203, place, struct.pack("<d", value))

    def begin(what: int) -> bytes:
        return record(0x809, struct.pack("<HHHHII", 0x600, what, 0, 0, 0, 0x600))

    filepass = record(0x2F, struct.pack("<HHH", 1, 1, 1), bytes(48)) if locked else b""
    globals_size = len(begin(5)) + len(filepass) + 13 + 4
    book = begin(5) + filepass + record(0x85, struct.pack("<IHBB", globals_size, 0, 1, 0), b"S") + record(0x0A)
    book += begin(0x10) + b"".join(cell(r, c, value) for r, row in enumerate(rows) for c, value in enumerate(row))
    book += record(0x0A)
    book += bytes(-len(book) % 512 + (4096 if len(book) < 4096 else 0))
    sectors = len(book) // 512
    table = [-3, -2, *range(3, sectors + 2), -2]
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(10)
    header += struct.pack("<IIIIiIiI", 1, 1, 0, 4096, -2, 0, -2, 0) + struct.pack("<109i", 0, *[-1] * 108)

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        text = name.encode("utf-16-le") + bytes(2)
        links = struct.pack("<BBiii", kind, 1, -1, -1, child)
        return (
            text.ljust(64, b"\0") + struct.pack("<H", len(text)) + links + bytes(36) + struct.pack("<iQ", start, size)
        )

    directory = entry("Root Entry", 5, 1, -2, 0) + entry("Workbook", 2, -1, 2, len(book)) + bytes(256)
    return header + struct.pack(f"<{len(table)}i", *table).ljust(512, b"\xff") + directory + book


def _worksheet(rows: Sequence[Sequence[Cell]], first_row: int, merged: Sequence[str]) -> str:
    body = "".join(
        f'<row r="{number}">{"".join(_cell(value, column, number) for column, value in enumerate(row))}</row>'
        for number, row in enumerate(rows, first_row)
    )
    merges = "".join(f'<mergeCell ref="{ref}"/>' for ref in merged)
    return f'<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData>' + (
        f"<mergeCells>{merges}</mergeCells></worksheet>" if merges else "</worksheet>"
    )


def _cell(value: Cell, column: int, row: int) -> str:
    reference = f"{_letters(column)}{row}"
    match value:
        case None:
            return ""
        case bool():
            return f'<c r="{reference}" t="b"><v>{int(value)}</v></c>'
        case int() | float():
            return f'<c r="{reference}"><v>{value!r}</v></c>'
        case dt.datetime():
            serial = (value - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1)
            return f'<c r="{reference}" s="1"><v>{serial!r}</v></c>'
        case str():
            return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'


def _letters(column: int) -> str:
    letters = ""
    while column >= 0:
        column, letter = divmod(column, 26)
        letters = chr(65 + letter) + letters
        column -= 1
    return letters
