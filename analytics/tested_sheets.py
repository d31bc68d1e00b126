"""What a sheet of results may tell of a test, and how its cells are read; the sheets themselves: `tested_rows`, `tested_totals`."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.dataset import Dataset, Role
from analytics.reading.numbers import parse_numbers
from analytics.samples import Floats, Money, Share
from analytics.versions import LONGEST_LABEL, Version, plain

Sort = Literal["share", "money", "count"]

YES = frozenset(
    [
        "1",
        "true",
        "yes",
        "y",
        "t",
        "x",
        "✓",
        "ja",
        "oui",
        "si",
        "是",
        "有",
        "对",
        "真",
        "已成交",
        "成交",
        "已购买",
        "购买",
        "已转化",
        "转化",
        "converted",
        "bought",
        "purchased",
        "clicked",
    ]
)
NO = frozenset(
    ["0", "false", "no", "n", "f", "nein", "non", "none", "否", "无", "没有", "没", "假", "未成交", "未购买", "未转化"]
)
BAD = re.compile(
    r"(?i)churn|unsub|opt.?out|complain|bounce|refund|return(ed)?$|spam|流失|退订|退款|退货|投诉|拉黑|取消"
)
"""Outcomes that nobody wants: those who did not are counted."""
MOST_GROUPS = 12


@dataclass(frozen=True)
class Measure:
    """A column that a test may be decided by; `place` counts the columns of the sheet from 1."""

    place: int
    header: str
    sort: Sort


@dataclass(frozen=True)
class Groups:
    """The versions within each value of a column: what was known of people beforehand. None: nobody there."""

    header: str
    labels: tuple[str, ...]
    versions: tuple[tuple[Share | Money | None, ...], ...]


@dataclass(frozen=True)
class Rows:
    """What each person brought, and did before the test (NaN: not known), by version; None where no column tells."""

    values: tuple[Floats, ...]
    before: tuple[Floats, ...] | None


@dataclass(frozen=True)
class Sheet:
    """A test read from a sheet.

    `measures` are all the columns that could decide, `measure` the one that does; `turned` where it counts those who did
    not. `twice` people were in several versions, `unclear` rows told no outcome, `strays` stand in versions of hardly
    anybody; none of them count. `blanks` were counted as nothing. `rows` are there where the sheet has amounts or counts
    by person.
    """

    versions: tuple[Version, ...]
    measure: Measure
    measures: tuple[Measure, ...]
    currency: str | None
    turned: bool = False
    twice: int = 0
    unclear: int = 0
    strays: int = 0
    blanks: int = 0
    rows: Rows | None = None
    groups: tuple[Groups, ...] = field(default=())


def describing(results: Dataset, frame: pd.DataFrame) -> dict[str, str]:
    """Columns of a few words that say what people were before, not what they did in the test; with their headers."""
    told = [c for c in results.columns if c.role in {Role.ATTRIBUTE, Role.PLACE, Role.SEX} and c.name in frame]
    return {
        column.name: column.header
        for column in told
        if not pd.api.types.is_numeric_dtype(frame[column.name])
        and 2 <= frame[column.name].nunique() <= MOST_GROUPS
        and not is_yes_or_no(frame[column.name])
    }


def folded(variant: pd.Series) -> pd.Series:
    """Spellings of one name are one: as most rows have it."""
    spelled = variant.astype(object).map(_spelled, na_action="ignore")
    best: dict[str, str] = {}
    for label in spelled.value_counts().index:
        best.setdefault(plain(label), label)
    return spelled.map(lambda label: best[plain(label)], na_action="ignore").astype(object)


def _spelled(label: object) -> str | None:
    return " ".join(unicodedata.normalize("NFKC", str(label)).split())[:LONGEST_LABEL] or None


def is_yes_or_no(values: pd.Series) -> bool:
    distinct = values.dropna().unique()
    return 0 < len(distinct) <= 8 and all(yes(value) is not None for value in distinct)


def yes(cell: object) -> bool | None:
    said = unicodedata.normalize("NFKC", str(cell)).strip().casefold().removesuffix(".0")
    return True if said in YES else False if said in NO else None


def numbers(column: pd.Series) -> pd.Series:
    """The column as numbers, NaN where it has none; texts as sheets write them."""
    if pd.api.types.is_numeric_dtype(column):
        return column.astype(float)
    import pyarrow as pa

    distinct = [str(value) for value in column.dropna().unique()]
    values: npt.NDArray[np.float64] = parse_numbers(pa.array(distinct, pa.string()))
    return (
        column.astype(object).map(dict(zip(distinct, values.tolist(), strict=True)), na_action="ignore").astype(float)
    )
