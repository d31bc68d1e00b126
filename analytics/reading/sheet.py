"""A sheet: one rectangular table as it stands in the file, before anything is understood."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from analytics.dataset import Count

TEXT = pa.dictionary(pa.int32(), pa.string())


@dataclass(frozen=True)
class Cells:
    """One column: dictionary-encoded text, or float64, timestamp[us] or bool where a workbook has real cells.

    Whatever is looked at, is looked at once per *distinct* text and taken back to the rows by `codes`.
    """

    header: str
    array: pa.Array

    def __len__(self) -> int:
        return len(self.array)

    @cached_property
    def encoded(self) -> pa.DictionaryArray:
        """The column as trimmed text, dictionary-encoded, each text once; blanks are null."""
        array = self.array
        if not pa.types.is_dictionary(array.type):
            array = _as_text(array.dictionary_encode())
        trimmed = _without_guards(pc.utf8_trim_whitespace(array.dictionary))
        blank = pc.equal(trimmed, "")
        if pc.any(blank).as_py() or len(trimmed) != pc.count_distinct(trimmed).as_py():
            again = pc.if_else(blank, pa.scalar(None, pa.string()), trimmed).dictionary_encode()
            indices = again.indices.take(array.indices)
            return pa.DictionaryArray.from_arrays(indices, again.dictionary)
        return pa.DictionaryArray.from_arrays(array.indices, trimmed)

    def as_ids(self) -> Cells:
        """The column without the `.0` that a program put behind ids where some were missing."""
        texts = self.distinct
        if not pc.any(pc.match_substring_regex(texts, r"^[0-9]+\.0$")).as_py():
            return self
        if pc.any(pc.match_substring_regex(texts, r"^[0-9]+(\.[1-9]+)?$")).as_py():
            return self
        plain = pc.replace_substring_regex(texts, r"^([0-9]+)\.0$", r"\1")
        return Cells(self.header, pa.DictionaryArray.from_arrays(self.encoded.indices, plain))

    @property
    def distinct(self) -> pa.StringArray:
        """Every text of the column, once."""
        return self.encoded.dictionary

    @cached_property
    def codes(self) -> NDArray[np.int32]:
        """For every row the place of its text in `distinct`, -1 where the cell is blank."""
        codes: NDArray[np.int32] = self.encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        return codes

    @cached_property
    def blank(self) -> NDArray[np.bool_]:
        """Whether the cell is empty, by row."""
        return self.codes < 0


def _without_guards(texts: pa.StringArray) -> pa.StringArray:
    """`="007"` and `'007`: what shop systems write so that no spreadsheet program spoils an id."""
    if pc.any(pc.starts_with(texts, "=")).as_py():
        texts = pc.replace_substring_regex(texts, r'^="?([^"]*)"?$', r"\1")
    if pc.any(pc.starts_with(texts, "'")).as_py():
        texts = pc.replace_substring_regex(texts, r"^'([0-9+])", r"\1")
    return texts


def _as_text(encoded: pa.DictionaryArray) -> pa.DictionaryArray:
    """Real cells as text: whole numbers without a point, so that an id in a number cell stays an id."""
    values = encoded.dictionary
    if pa.types.is_floating(values.type):
        plain = [format(v, ".0f") if v == v // 1 and abs(v) < 1e15 else repr(v) for v in values.to_pylist()]
        values = pa.array(plain, pa.string())
    else:
        values = values.cast(pa.string())
    return pa.DictionaryArray.from_arrays(encoded.indices, values)


@dataclass(frozen=True)
class Sheet:
    """Columns of equal length under their headers, and where each row stood.

    `numbers` are row numbers as a spreadsheet program shows them; `left_out` counts rows that never became part of the
    table; `title` is the text above the header; `baskets` is True where each row is a list of items of any length, told as two columns (basket, item).
    """

    name: str | None
    columns: tuple[Cells, ...]
    numbers: NDArray[np.int32]
    left_out: tuple[Count, ...] = ()
    noted: tuple[Count, ...] = ()
    encoding: str | None = None
    delimiter: str | None = None
    has_header: bool = True
    baskets: bool = False
    title: str = ""

    @cached_property
    def blank(self) -> NDArray[np.bool_]:
        """Whether the whole row is empty, by row."""
        blank = np.ones(len(self.numbers), dtype=bool)
        for column in self.columns:
            if column.array.null_count < len(column):
                blank &= column.blank
        return blank

    @property
    def headers(self) -> tuple[str, ...]:
        """The header of each column, in order."""
        return tuple(column.header for column in self.columns)
