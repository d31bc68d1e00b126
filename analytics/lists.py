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
import pyarrow as pa
import pyarrow.compute as pc

from analytics.analysis import Document

XLSX = "xlsx"
# What a spreadsheet takes, or might take, for a formula or for the end of a cell: in every width and height of Unicode.
FORMULA = "=+\\-@＝＋－＠﹦﹢﹣﹫⁼⁺⁻₌₊₋\ufb29⩵⩶\t\r\n"
# What shows nothing, or no more than a gap, and may be passed over by whoever looks for one: blanks, control and format signs.
UNSEEN = (
    "\0-\x20\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f"
    "\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd\U00013430-\U0001343f"
)
RISKY = f"^[{UNSEEN}]*[{FORMULA}]"
_RISKY = re.compile(RISKY)
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


def csv_lines(table: pa.Table, *, header: bool) -> bytes:
    """A table that is `written_out` as lines of CSV."""
    import pyarrow.csv

    sink = pa.BufferOutputStream()
    pyarrow.csv.write_csv(table, sink, pyarrow.csv.WriteOptions(include_header=header))
    return bytes(sink.getvalue())


def written_out(table: pa.Table) -> pa.Table:
    """The table as a spreadsheet is to show it: no text and no header is a formula, days have no hours, times no fractions."""
    columns = []
    for column in table.combine_chunks().columns:
        if pa.types.is_timestamp(column.type):
            seconds = pc.floor_temporal(column, unit="second").cast(pa.timestamp("s"))
            days = seconds.cast(pa.date32(), safe=False)
            columns.append(days if pc.all(pc.equal(days.cast(seconds.type), seconds)).as_py() is not False else seconds)
        else:
            columns.append(_neutral(column))
    return pa.table(columns, names=[str(neutral(name)) for name in table.column_names])


def _neutral(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """`neutral` for a whole column, texts of a dictionary once each."""
    if pa.types.is_dictionary(column.type):
        chunks = [pa.DictionaryArray.from_arrays(chunk.indices, _neutral(chunk.dictionary)) for chunk in column.chunks]
        return pa.chunked_array(chunks, type=column.type)
    if not pa.types.is_string(column.type):
        return column
    risky = pc.fill_null(pc.match_substring_regex(column, RISKY), False)
    return pc.if_else(risky, pc.binary_join_element_wise("'", column, ""), column) if pc.any(risky).as_py() else column


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
    return f"'{value}" if isinstance(value, str) and _RISKY.match(value) else value
