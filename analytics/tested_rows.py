"""A sheet with one line a person to a test: yes or no, an amount, or a count, by version."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analytics.dataset import Dataset, Role
from analytics.errors import MissingData, UnclearTest, UnfinishedTest
from analytics.reading.headers import EXACT, normalise
from analytics.samples import Floats, Money, Share
from analytics.tested_sheets import (
    BAD,
    Groups,
    Measure,
    Rows,
    Sheet,
    Sort,
    describing,
    folded,
    is_yes_or_no,
    numbers,
    yes,
)
from analytics.tested_totals import read_totals
from analytics.versions import MOST_VERSIONS, Version, plain

MONEY = frozenset({Role.AMOUNT, Role.PAID, Role.ORDER_TOTAL, Role.PRICE})
BEFORE = re.compile(
    r"(?i)\b(pre|before|prior|previous|past|baseline|history|historical|last (year|month|quarter|week))\b"
    r"|之前|以前|前期|测试前|活动前|此前|历史|上期|往期|上月|去年|过去"
)
STRAY = 200
OWN = ""


def read_results(results: Dataset, wanted: str | None = None, known: Mapping[str, str] | None = None) -> Sheet:
    """The test in a sheet of results, decided by the column `wanted` (its header or place), else by the likeliest one.

    `known` is the shop's own group of each customer before the test; it comes with the header `OWN`.

    Raises MissingData, UnfinishedTest or UnclearTest where it is none.
    """
    if not results.has(Role.VARIANT):
        raise MissingData("abtest", (str(Role.VARIANT),))
    return read_totals(results, wanted) or _of_rows(results, wanted, known)


def measures(results: Dataset) -> tuple[Measure, ...]:
    """The columns that a sheet with a line a person may be decided by, the likeliest first."""
    found: list[tuple[int, Measure]] = []
    for place, column in enumerate(results.columns, 1):
        if not results.has(column.name) or column.role not in {
            Role.OUTCOME,
            Role.AMOUNT,
            Role.QUANTITY,
            Role.ATTRIBUTE,
        }:
            continue
        values = results.frame(column.name)[column.name]
        if values.isna().all():
            # Of an earlier test, whose people the newer sheet tells something else of.
            continue
        numeric = pd.api.types.is_numeric_dtype(values)
        sort: Sort = (
            "money" if column.role is Role.AMOUNT or MONEY & EXACT.get(normalise(column.header), {}).keys() else "count"
        )
        if column.role in {Role.OUTCOME, Role.ATTRIBUTE} and is_yes_or_no(values):
            sort = "share"
        elif not numeric and (column.role is not Role.OUTCOME or numbers(values).notna().mean() < 0.5):
            if column.role is not Role.OUTCOME:
                continue
            sort = "share"
        if sort != "share" and BEFORE.search(column.header.replace("_", " ")):
            continue
        rank = {Role.OUTCOME: 0, Role.AMOUNT: 1, Role.QUANTITY: 2}.get(column.role, 3 if sort != "count" else 4)
        found.append((rank, Measure(place, column.header, sort)))
    return tuple(measure for _, measure in sorted(found, key=lambda pair: pair[0]))


def _of_rows(results: Dataset, wanted: str | None, known: Mapping[str, str] | None) -> Sheet:
    offered = measures(results)
    measure = _chosen(offered, wanted)
    column = results.columns[measure.place - 1]
    attributes = [c.name for c in results.columns if c.role is Role.ATTRIBUTE and results.has(c.name)]
    names = dict.fromkeys([Role.VARIANT, Role.CUSTOMER, column.name, Role.PLACE, Role.SEX, *attributes])
    frame = results.frame(*names)
    told = pd.DataFrame({"variant": folded(frame[Role.VARIANT])}, index=frame.index)
    told["value"], blanks = _values(frame[column.name], measure.sort)
    early = _before(results, measure, frame)
    told["before"] = early if early is not None else np.nan
    groups = {name: header for name, header in describing(results, frame).items() if name != column.name}
    for name in groups:
        told[name] = frame[name].astype(object)
    if known and Role.CUSTOMER in frame:
        told[OWN] = frame[Role.CUSTOMER].astype(object).map(known)
        groups[OWN] = OWN
    twice = 0
    if Role.CUSTOMER in frame:
        told["who"] = frame[Role.CUSTOMER].astype(object)
        several = told.dropna(subset=["who"]).groupby("who")["variant"].nunique()
        crossed = told["who"].isin(several.index[several > 1])
        twice = int(told["who"][crossed].nunique())
        told = told[~crossed]
    clear = told["variant"].notna() & told["value"].notna()
    unclear = int((~clear).sum())
    told = _by_person(told[clear], measure.sort)
    hardly = _strays(told["variant"])
    told = told[~hardly]
    labels = sorted(told["variant"].unique(), key=plain)
    if len(labels) == 1:
        raise UnfinishedTest("second_of_sheet", labels[0])
    if not 2 <= len(labels) <= MOST_VERSIONS:
        raise UnclearTest("", "many" if labels else "empty")
    turned = measure.sort == "share" and BAD.search(measure.header) is not None
    if turned:
        told["value"] = 1 - told["value"]
    values = [told["value"][told["variant"] == label].to_numpy(float) for label in labels]
    versions = tuple(_counted(label, amounts, measure.sort) for label, amounts in zip(labels, values, strict=True))
    pasts = (
        tuple(told["before"][told["variant"] == label].to_numpy(float) for label in labels)
        if early is not None
        else None
    )
    return Sheet(
        versions=versions,
        measure=measure,
        measures=offered,
        currency=results.currency if measure.sort == "money" else None,
        turned=turned,
        twice=twice,
        unclear=unclear,
        strays=int(hardly.sum()),
        blanks=blanks,
        rows=Rows(tuple(values), pasts) if measure.sort != "share" else None,
        groups=tuple(_grouped(header, name, told, labels, measure.sort) for name, header in groups.items()),
    )


def _strays(variant: pd.Series) -> pd.Series:
    """Rows in a version of hardly anybody: a slip of the pen, not a third version."""
    sizes = variant.value_counts()
    few = sizes[(sizes * STRAY < sizes.max()) | ((sizes <= 2) & (sizes.max() >= 20))]
    return variant.isin(few.index if len(sizes) > 2 else [])


def _chosen(offered: Sequence[Measure], wanted: str | None) -> Measure:
    if not offered:
        raise MissingData("abtest", (str(Role.OUTCOME),))
    if wanted is not None:
        for measure in offered:
            if wanted.strip() == str(measure.place) or normalise(wanted) == normalise(measure.header):
                return measure
    elif len(offered) == 1 or offered[0].sort != "count":
        return offered[0]
    raise UnfinishedTest("measure", "", tuple((f"on {m.place}", m.header) for m in offered[:6]))


def _counted(label: str, values: Floats, sort: Sort) -> Version:
    return Version(label, Share.of(values) if sort == "share" else Money.of(values))


def _grouped(header: str, name: str, told: pd.DataFrame, labels: Sequence[str], sort: Sort) -> Groups:
    known = told.dropna(subset=[name])
    by_cell = {key: values.to_numpy(float) for key, values in known.groupby([name, "variant"])["value"]}
    names = tuple(str(value) for value in known[name].value_counts().index)
    cells = tuple(
        tuple(
            _counted(label, by_cell[value, label], sort).seen if (value, label) in by_cell else None for label in labels
        )
        for value in names
    )
    return Groups(header, names, cells)


def _by_person(told: pd.DataFrame, sort: Sort) -> pd.DataFrame:
    """Who has several rows did it if any of them says so, and brought the sum of all."""
    if "who" not in told or not told["who"].duplicated().any():
        return told.copy()
    known, unknown = told[told["who"].notna()], told[told["who"].isna()]
    how = dict.fromkeys(told.columns.drop("who"), "first") | {"value": "max" if sort == "share" else "sum"}
    return pd.concat([known.groupby("who", sort=False).agg(how).reset_index(), unknown], ignore_index=True)


def _before(results: Dataset, measure: Measure, frame: pd.DataFrame) -> pd.Series | None:
    """What people did before the test: the first column of numbers that is called so."""
    for column in results.columns:
        if column.header != measure.header and column.name in frame and BEFORE.search(column.header.replace("_", " ")):
            values = numbers(frame[column.name])
            if values.notna().mean() > 0.5:
                return values
    return None


def _values(column: pd.Series, sort: Sort) -> tuple[pd.Series, int]:
    """A number for every row, 1 and 0 for yes and no, and how many blanks were counted as nothing.

    A blank is nothing where the sheet has no other word for it.
    """
    values = column.astype(object).map(yes, na_action="ignore").astype(float) if sort == "share" else numbers(column)
    blank = column.isna()
    if blank.any() and not blank.all() and not (values == 0).any():
        return values.mask(blank, 0.0), int(blank.sum())
    return values, 0
