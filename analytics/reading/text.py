"""A text of separated fields → a sheet of text columns."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from numpy.typing import NDArray

from analytics.choices import MEGABYTE, Choices
from analytics.dataset import Count
from analytics.errors import Damaged, EmptyFile, NoRows, TooManyColumns
from analytics.reading.container import Part
from analytics.reading.delimiter import BLANKS, find_delimiter, split
from analytics.reading.encoding import Decoded, decode
from analytics.reading.layout import Layout, find_layout, title, unique_names
from analytics.reading.sheet import TEXT, Cells, Sheet
from analytics.reading.unpacked import check_cells

HEAD = 1 << 16
PREVIEW = 200


def read_text(part: Part, choices: Choices) -> Sheet:
    """Raises EmptyFile, NoRows, TooManyColumns, TooManyCells, UnknownFormat or Damaged."""
    decoded = decode(part.content, part.name, choices)
    lines = _head(decoded.content)
    if not any(line.strip() for line in lines):
        raise EmptyFile(part.name)
    delimiter = find_delimiter([line for line in lines if line.strip()])
    if delimiter in (BLANKS, "，"):
        decoded = _with_commas(decoded, delimiter)
        lines = _head(decoded.content)
    separator = "," if delimiter in (None, BLANKS, "，") else delimiter
    preview = split(lines[:PREVIEW], separator)
    if preview and lines[0].lower().startswith("sep="):
        preview[0] = []
    if (width := max(*map(len, preview), _first_width(decoded.content, separator))) > choices.max_columns:
        raise TooManyColumns(part.name, width, choices.max_columns)
    layout = find_layout(preview)
    if layout.baskets:
        return _baskets(decoded, separator, delimiter)
    return _table(part, decoded, layout, lines, separator, delimiter, choices)


def _head(content: bytes) -> list[str]:
    """The first lines, whole ones only if there are several."""
    lines = list(io.StringIO(content[:HEAD].decode(errors="ignore"), newline=""))
    return lines[:-1] if len(content) > HEAD and len(lines) > 1 else lines


def _first_width(content: bytes, separator: str) -> int:
    """Fields of a first line so long that the head cuts it."""
    end = content.find(b"\n")
    line = content[: end if end >= 0 else len(content)]
    return line.count(separator.encode()) + 1 if len(line) > HEAD and line[:HEAD].count(b'"') < 2 else 0


def _with_commas(decoded: Decoded, delimiter: str) -> Decoded:
    if delimiter == BLANKS:
        rows = (b",".join(line.split()) for line in decoded.content.replace(b",", b".").splitlines())
        return Decoded(b"\n".join(rows), decoded.encoding, decoded.sure)
    return Decoded(decoded.content.replace(delimiter.encode(), b","), decoded.encoding, decoded.sure)


@dataclass
class _Uneven:
    """Collects the records whose width is not the table's while Arrow reads on."""

    width: int
    separator: str
    places: list[int] = field(default_factory=list)
    records: list[list[str | None]] = field(default_factory=list)
    wrong: list[int] = field(default_factory=list)

    def __call__(self, row: pyarrow.csv.InvalidRow) -> str:
        cells = split([row.text], self.separator)[0] if row.text else []
        filled = [i for i, cell in enumerate(cells) if cell.strip()]
        if (filled and filled[-1] >= self.width) or 0 < len(cells) < min(2, self.width):
            self.wrong.append(row.number - 1)
        else:
            self.places.append(row.number - 1)
            self.records.append([cell or None for cell in (cells + [""] * self.width)[: self.width]])
        return "skip"


def _table(
    part: Part,
    decoded: Decoded,
    layout: Layout,
    lines: list[str],
    separator: str,
    delimiter: str | None,
    choices: Choices,
) -> Sheet:
    reader = csv.reader(lines, delimiter=separator)
    records = list(islice(reader, layout.data))
    start = len("".join(lines[: reader.line_num]).encode())
    width = _width(layout, split(lines[reader.line_num :], separator))
    names = unique_names(layout.names, width)
    check_cells(decoded.content.count(b"\n"), width, len(decoded.content), part.name)
    uneven = _Uneven(width, separator)
    table = _parse(memoryview(decoded.content)[start:], width, separator, uneven, part.name)
    if _has_swallowed_rows(table, separator) and _has_open_quote(decoded.content[start:], separator):
        uneven = _Uneven(width, separator)
        table = _parse(memoryview(_without_open_quotes(decoded.content[start:])), width, separator, uneven, part.name)
    places = np.arange(table.num_rows + len(uneven.places) + len(uneven.wrong), dtype=np.int32)
    if uneven.places or uneven.wrong:
        table, places = _with_uneven(table, uneven, places)
    if not table.num_rows:
        raise NoRows(part.name, names)
    first = len(records) + 1
    wrong = tuple(place + first for place in uneven.wrong)
    return Sheet(
        name=None,
        columns=tuple(Cells(name, column.combine_chunks()) for name, column in zip(names, table.columns, strict=True)),
        numbers=places + np.int32(first),
        left_out=(Count("wrong_width", len(wrong), wrong[:2]),) if wrong else (),
        noted=() if decoded.sure else (Count("encoding_guessed", table.num_rows, ()),),
        encoding=decoded.encoding,
        delimiter=delimiter,
        has_header=layout.header is not None,
        title=title(records, layout),
    )


def _width(layout: Layout, records: list[list[str]]) -> int:
    """Columns of the table: those of the header, or more where most rows are wider; without one, those of the widest."""
    widths = sorted(len(record) for record in records)
    if not widths:
        return len(layout.names)
    return max(len(layout.names), widths[(len(widths) - 1) // 2] if layout.header is not None else widths[-1])


def _parse(content: memoryview, width: int, separator: str, uneven: _Uneven, filename: str) -> pa.Table:
    if not content:
        return pa.table({str(i): pa.array([], TEXT) for i in range(width)})
    names = [str(i) for i in range(width)]
    for block in (16 * MEGABYTE, max(len(content) + 1, 16 * MEGABYTE)):
        uneven.places.clear()
        uneven.records.clear()
        uneven.wrong.clear()
        try:
            table = pyarrow.csv.read_csv(
                pa.py_buffer(content),
                pyarrow.csv.ReadOptions(use_threads=False, block_size=min(block, 2**31 - 1), column_names=names),
                pyarrow.csv.ParseOptions(
                    delimiter=separator, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=uneven
                ),
                pyarrow.csv.ConvertOptions(
                    check_utf8=False,
                    column_types=dict.fromkeys(names, TEXT),
                    null_values=[""],
                    strings_can_be_null=True,
                    quoted_strings_can_be_null=True,
                ),
            )
            return table.unify_dictionaries()
        except pa.ArrowInvalid:
            continue
    raise Damaged(filename)


def _has_swallowed_rows(table: pa.Table, separator: str) -> bool:
    """Whether some cell holds whole rows, since a quote that opened it never closed where it should."""
    pattern = rf"\n[^\n]*(?:{re.escape(separator)}[^\n]*){{{max(table.num_columns - 1, 1)}}}"
    return any(
        pc.any(pc.match_substring_regex(chunk.dictionary, pattern)).as_py()
        for column in table.columns
        for chunk in column.chunks[:1]
        if len(chunk.dictionary)
    )


def _has_open_quote(content: bytes, separator: str) -> bool:
    """Whether a quote is never closed, or closes in the middle of a field, as no writer of such files does."""
    end = re.escape(separator.encode()) + rb"\r\n"
    broken = re.compile(rb"(?:^|[" + end + rb'])"(?:[^"]|"")*+"(?![' + end + rb'"]|$)')
    return content.count(b'"') % 2 == 1 or broken.search(content) is not None


def _without_open_quotes(content: bytes) -> bytes:
    """Lines with an odd number of quotes lose them all: then every line is a row again."""
    return b"".join(
        line if line.count(b'"') % 2 == 0 else line.replace(b'"', b"") for line in content.splitlines(keepends=True)
    )


def _with_uneven(table: pa.Table, uneven: _Uneven, places: NDArray[np.int32]) -> tuple[pa.Table, NDArray[np.int32]]:
    """Put the mended records back where they stood; `places` are then those of the rows that the table has."""
    columns = zip(*uneven.records, strict=True) if uneven.records else [()] * table.num_columns
    mended = pa.table([pa.array(column, TEXT) for column in columns], names=table.column_names)
    odd = np.zeros(len(places), dtype=bool)
    odd[uneven.places] = odd[uneven.wrong] = True
    standing = np.concatenate([np.flatnonzero(~odd), np.array(uneven.places, dtype=np.int64)])
    order = np.argsort(standing, kind="stable")
    joined = pa.concat_tables([table, mended]).unify_dictionaries().combine_chunks().take(pa.array(order))
    return joined, standing[order].astype(np.int32)


def _baskets(decoded: Decoded, separator: str, delimiter: str | None) -> Sheet:
    """Each line is a basket: its items become rows of (basket, item), an item once in a basket."""
    lines = decoded.content.decode().splitlines()
    if b'"' in decoded.content:
        lists = pa.array(split(lines, separator), pa.list_(pa.string()))
    else:
        lists = pc.split_pattern(pa.array(lines, pa.string()), separator)
    items = Cells("#2", lists.flatten().dictionary_encode())
    baskets = pc.list_parent_indices(lists).to_numpy().astype(np.int32) + np.int32(1)
    pairs = baskets.astype(np.int64) * (len(items.distinct) + 1) + items.codes
    order = np.argsort(pairs, kind="stable")
    again = np.zeros(len(pairs), dtype=bool)
    again[order[1:]] = pairs[order[1:]] == pairs[order[:-1]]
    kept = ~again & ~items.blank
    numbers = baskets[kept]
    blank = np.setdiff1d(np.arange(1, numbers.max(initial=0), dtype=np.int32), numbers)
    return Sheet(
        name=None,
        columns=(
            Cells("#1", pa.array(numbers).dictionary_encode().cast(TEXT)),
            Cells("#2", items.encoded.filter(pa.array(kept))),
        ),
        numbers=numbers,
        left_out=(Count("blank", len(blank), tuple(int(number) for number in blank[:2])),) if len(blank) else (),
        noted=() if decoded.sure else (Count("encoding_guessed", len(np.unique(numbers)), ()),),
        encoding=decoded.encoding,
        delimiter=delimiter,
        has_header=False,
        baskets=True,
    )
