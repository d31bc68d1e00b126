"""A workbook → one sheet for each worksheet that has anything in it; real numbers and dates keep their value."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import fastexcel
import numpy as np
import pyarrow as pa

from analytics.choices import Choices
from analytics.errors import Damaged, DatasetError, Locked, NoRows, NoTable, TooManyColumns, TooManyTables
from analytics.reading.container import Part
from analytics.reading.layout import Row, find_layout, title, unique_names
from analytics.reading.ooxml import LAST_ROW, Outline, find_outlines
from analytics.reading.sheet import Cells, Sheet
from analytics.reading.unpacked import check_cells

PREVIEW = 100
NAMELESS = "__UNNAMED__"


def read_workbook(part: Part, choices: Choices) -> dict[str, Sheet | DatasetError]:
    """For every worksheet, by its name, its sheet or why there is none. Raises Damaged, Locked, TooLarge or TooMany…."""
    outlines = find_outlines(part.content, part.name, choices)
    with _reported(part.name):
        reader = fastexcel.read_excel(part.content)
    if len(reader.sheet_names) > choices.max_tables:
        raise TooManyTables(part.name, len(reader.sheet_names), choices.max_tables)
    found: dict[str, Sheet | DatasetError] = {}
    for name in reader.sheet_names:
        try:
            found[name] = _worksheet(reader, name, part.name, choices, outlines.get(name, Outline()))
        except DatasetError as problem:
            found[name] = problem
    return found


@contextmanager
def _reported(filename: str) -> Iterator[None]:
    """What the library says of a broken workbook, as a problem of ours; its panics are no `Exception`."""
    try:
        yield
    except fastexcel.FastExcelError as error:
        raise (Locked(filename) if "password" in str(error).lower() else Damaged(filename)) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise Damaged(filename) from None


def _worksheet(reader: fastexcel.ExcelReader, name: str, filename: str, choices: Choices, outline: Outline) -> Sheet:
    if outline.rows > LAST_ROW:
        raise Damaged(filename)
    if outline.columns > choices.max_columns:
        raise TooManyColumns(filename, outline.columns, choices.max_columns)
    check_cells(outline.rows - outline.first_row + 1, outline.columns, outline.size, filename)
    batch = _load(reader, name, filename, header=0)
    if batch.num_columns == 0:
        raise NoTable(filename)
    if batch.num_columns > choices.max_columns:
        raise TooManyColumns(filename, batch.num_columns, choices.max_columns)
    first = [None if header.startswith(NAMELESS) else header for header in batch.schema.names]
    rows = [first, *_preview(batch)]
    layout = find_layout(rows)
    if layout.header != 0 or layout.data != 1:
        batch = _load(reader, name, filename, header=None)
        rows = _preview(batch)
        layout = find_layout(rows)
        batch = batch.slice(layout.data)
    headers = unique_names(layout.names, batch.num_columns)
    batch = _without_blank_end(batch)
    if not batch.num_rows:
        raise NoRows(filename, headers)
    return Sheet(
        name=name,
        columns=tuple(Cells(header, _cells(column)) for header, column in zip(headers, batch.columns, strict=True)),
        numbers=np.arange(batch.num_rows, dtype=np.int32) + np.int32(layout.data + outline.first_row),
        has_header=layout.header is not None,
        title=title(rows, layout),
    )


def _load(reader: fastexcel.ExcelReader, name: str, filename: str, header: int | None) -> pa.RecordBatch:
    with _reported(filename):
        return pa.record_batch(reader.load_sheet(name, header_row=header, schema_sample_rows=None))


def _preview(batch: pa.RecordBatch) -> list[Row]:
    head = batch.slice(0, PREVIEW)
    columns = [[None if value is None else str(value) for value in column.to_pylist()] for column in head.columns]
    return [list(row) for row in zip(*columns, strict=True)]


def _without_blank_end(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Formatted but empty rows below the table are no rows."""
    last = 0
    for column in batch.columns:
        if column.null_count == len(column):
            continue
        filled = np.flatnonzero(column.is_valid().to_numpy(zero_copy_only=False))
        last = max(last, int(filled[-1]) + 1)
    return batch.slice(0, last)


def _cells(column: pa.Array) -> pa.Array:
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        return column.cast(pa.timestamp("us"))
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return column.cast(pa.string()).dictionary_encode()
    if pa.types.is_floating(column.type) or pa.types.is_integer(column.type):
        return column.cast(pa.float64())
    return column.cast(pa.string()).dictionary_encode()
