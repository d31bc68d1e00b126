"""Tables that leave as files: readable by Excel in both languages, and never a formula."""

from __future__ import annotations

import pandas as pd

from analytics.analysis import Document

# What a spreadsheet takes for a formula or for the end of a cell, the full-width forms included, also behind blanks.
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
BLANKS = " \f\v\0\u00a0\u2007\u200b\u202f\u3000\ufeff"


def as_csv(name: str, frame: pd.DataFrame) -> Document:
    """The frame as CSV with a byte order mark, without which Excel garbles Chinese.

    Texts that a spreadsheet would run as a formula get an apostrophe in front; headers too.
    """
    safe = frame.rename(columns=lambda header: str(neutral(str(header))))
    for position, dtype in enumerate(safe.dtypes):
        if not pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_datetime64_any_dtype(dtype):
            safe.isetitem(position, [neutral(value) for value in safe.iloc[:, position]])
    return Document(f"{name}.csv", safe.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig"))


def neutral(value: object) -> object:
    """Text that begins like a formula with an apostrophe in front; anything else as it is."""
    return f"'{value}" if isinstance(value, str) and value.lstrip(BLANKS).startswith(FORMULA) else value
