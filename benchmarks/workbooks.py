"""A large workbook to read: order lines as a spreadsheet program would write them."""

from __future__ import annotations

import csv
import gzip
import zipfile
from datetime import datetime
from itertools import islice
from pathlib import Path
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's days have no zone
DATE, NUMBERS = "InvoiceDate", {"Quantity", "UnitPrice", "CustomerID"}


def write_order_lines(source: Path, target: Path, rows: int) -> None:
    """The first `rows` lines of Online Retail (a gzipped CSV) as .xlsx: shared strings, real numbers and dates."""
    strings: dict[str, int] = {}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in _frame().items():
            book.writestr(name, text)
        with (
            gzip.open(source, "rt", encoding="utf-8", newline="") as lines,
            book.open("xl/worksheets/sheet1.xml", "w") as sheet,
        ):
            reader = csv.reader(lines)
            headers = next(reader)
            sheet.write(f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{MAIN}"><sheetData>'.encode())
            sheet.write(_row(1, headers, [""] * len(headers), strings))
            for number, cells in enumerate(islice(reader, rows), 2):
                sheet.write(_row(number, cells, headers, strings))
            sheet.write(b"</sheetData></worksheet>")
        items = "".join(f"<si><t>{escape(text)}</t></si>" for text in strings)
        book.writestr(
            "xl/sharedStrings.xml", f'<?xml version="1.0" encoding="UTF-8"?><sst xmlns="{MAIN}">{items}</sst>'
        )


def _row(number: int, cells: list[str], headers: list[str], strings: dict[str, int]) -> bytes:
    written = []
    for letter, cell, header in zip("ABCDEFGH", cells, headers, strict=True):
        place = f'{letter}{number}"'
        if not cell:
            continue
        if header in NUMBERS:
            written.append(f'<c r="{place}><v>{cell}</v></c>')
        elif header == DATE:
            days = (datetime.fromisoformat(cell) - EPOCH).total_seconds() / 86_400
            written.append(f'<c r="{place} s="1"><v>{days!r}</v></c>')
        else:
            written.append(f'<c r="{place} t="s"><v>{strings.setdefault(cell, len(strings))}</v></c>')
    return f'<row r="{number}">{"".join(written)}</row>'.encode()


def _frame() -> dict[str, str]:
    """The parts around the sheet: types, relations, the book, and one style for dates."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "workbook": "sheet.main",
        "worksheets/sheet1": "worksheet",
        "styles": "styles",
        "sharedStrings": "sharedStrings",
    }
    types = "".join(
        f'<Override PartName="/xl/{part}.xml" ContentType="{kind}.{name}+xml"/>' for part, name in parts.items()
    )
    relations = "".join(
        f'<Relationship Id="rId{number}" Type="{OFFICE}/{name}" Target="{target}"/>'
        for number, (name, target) in enumerate(
            (("worksheet", "worksheets/sheet1.xml"), ("styles", "styles.xml"), ("sharedStrings", "sharedStrings.xml")),
            1,
        )
    )
    book = f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    declared = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{book}</Relationships>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{relations}</Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
        '<sheets><sheet name="Orders" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>'
        '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
        '<cellXfs count="2"><xf/><xf numFmtId="22" applyNumberFormat="1"/></cellXfs></styleSheet>',
    }
    return {name: f'<?xml version="1.0" encoding="UTF-8"?>{text}' for name, text in declared.items()}
