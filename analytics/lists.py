"""Tables that leave as files: readable by Excel in both languages, and never a formula."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime, time
from numbers import Real
from typing import Any
from xml.sax.saxutils import escape

import pandas as pd

from analytics.analysis import Document

XLSX = "xlsx"
# What a spreadsheet takes for a formula or for the end of a cell, the full-width forms included, also behind blanks.
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
BLANKS = " \f\v\0\u00a0\u2007\u200b\u202f\u3000\ufeff"
# What XML cannot hold (XML 1.0, 2.2), and what Excel would read as the code of a sign (ECMA-376, 22.9.2.19).
UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
CODED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
LONGEST_CELL = 32_767
# A workbook of one sheet (ECMA-376, part 1, 12.3), with the parts that Excel asks for and no others.
OFFICE = "http://schemas.openxmlformats.org"
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{OFFICE}/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/sheet.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{OFFICE}/package/2006/relationships"><Relationship Id="r1"'
    f' Type="{OFFICE}/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{OFFICE}/package/2006/relationships"><Relationship Id="r1"'
    f' Type="{OFFICE}/officeDocument/2006/relationships/worksheet" Target="sheet.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{OFFICE}/spreadsheetml/2006/main"'
    f' xmlns:r="{OFFICE}/officeDocument/2006/relationships">'
    '<sheets><sheet name="1" sheetId="1" r:id="r1"/></sheets></workbook>',
}


def as_csv(name: str, frame: pd.DataFrame) -> Document:
    """The frame as CSV with a byte order mark, without which Excel garbles Chinese.

    Texts that a spreadsheet would run as a formula get an apostrophe in front; headers too.
    """
    safe = frame.rename(columns=lambda header: str(neutral(str(header))))
    for position, dtype in enumerate(safe.dtypes):
        if not pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_datetime64_any_dtype(dtype):
            safe.isetitem(position, [neutral(value) for value in safe.iloc[:, position]])
    return Document(f"{name}.csv", safe.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig"))


def as_xlsx(name: str, frame: pd.DataFrame) -> Document:
    """The frame as a workbook of one sheet: numbers are numbers, all else is text, so that phone numbers stay whole."""
    rows = [list(frame.columns), *frame.astype(object).itertuples(index=False, name=None)]
    sheet = "".join(map(_row, rows))
    main = f'<worksheet xmlns="{OFFICE}/spreadsheetml/2006/main"><sheetData>{sheet}</sheetData></worksheet>'
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, xml in (PARTS | {"xl/sheet.xml": main}).items():
            archive.writestr(part, f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{xml}')
    return Document(f"{name}.{XLSX}", content.getvalue())


def _row(values: Sequence[Any]) -> str:
    return f"<row>{''.join(map(_cell, values))}</row>"


def _cell(value: Any) -> str:
    if pd.isna(value):
        return "<c/>"
    if isinstance(value, Real) and not isinstance(value, bool) and abs(value) != float("inf"):
        return f"<c><v>{value}</v></c>"
    day = isinstance(value, datetime) and value.time() == time()
    text = UNWRITABLE.sub("", str(neutral(str(value.date() if day else value))))[:LONGEST_CELL]
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(CODED.sub("_x005F_", text))}</t></is></c>'


def neutral(value: object) -> object:
    """Text that begins like a formula with an apostrophe in front; anything else as it is."""
    return f"'{value}" if isinstance(value, str) and value.lstrip(BLANKS).startswith(FORMULA) else value
