"""Rows of cells already cut apart (a web page, an odd workbook) → a sheet."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from analytics.choices import Choices
from analytics.errors import NoRows, TooManyColumns
from analytics.reading.layout import Row, find_layout, title, unique_names
from analytics.reading.sheet import Cells, Sheet

PREVIEW = 100


def read_grid(
    rows: Sequence[Row],
    name: str | None,
    filename: str,
    choices: Choices,
    first_row: int = 1,
    encoding: str | None = None,
) -> Sheet:
    """`first_row` is the number of the first of these rows in the file. Raises NoRows or TooManyColumns."""
    layout = find_layout(rows[:PREVIEW])
    body = rows[layout.data :]
    width = max(len(layout.names), max(map(len, body), default=0))
    if width > choices.max_columns:
        raise TooManyColumns(filename, width, choices.max_columns)
    headers = unique_names(layout.names, width)
    if not body:
        raise NoRows(filename, headers)
    columns = [[(row[i] or None) if i < len(row) else None for row in body] for i in range(width)]
    return Sheet(
        name=name,
        columns=tuple(
            Cells(header, pa.array(column, pa.string()).dictionary_encode())
            for header, column in zip(headers, columns, strict=True)
        ),
        numbers=np.arange(len(body), dtype=np.int32) + np.int32(layout.data + first_row),
        encoding=encoding,
        has_header=layout.header is not None,
        title=title(rows, layout),
    )
