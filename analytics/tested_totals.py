"""A sheet with one line a version and its totals to a test; or one a version and group, which are added up."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from analytics.dataset import Column, Dataset, Role
from analytics.errors import SeparateMailings, UnclearTest, UnfinishedTest
from analytics.reading.headers import ACTIONS, TOTALS, is_total, normalise
from analytics.samples import Impossible, Money, Share
from analytics.tested_sheets import BAD, Groups, Measure, Sheet, describing, folded, numbers
from analytics.versions import MOST_VERSIONS, Version

TOGETHER = re.compile(r"\s*(?:together|一起比?)$", re.IGNORECASE)
"""Said behind the measure: mailings of several days are one test all the same."""
ACTED = tuple(frozenset(map(normalise, names.split())) for names in ACTIONS.values())


@dataclass(frozen=True)
class _Lines:
    """The columns of such a sheet as numbers, None where it has no such column; `header` is what decides."""

    people: pd.Series
    did: pd.Series | None
    mean: pd.Series | None
    deviation: pd.Series | None
    header: str

    @property
    def by_mean(self) -> bool:
        return self.mean is not None and self.deviation is not None

    def seen(self, row: int) -> Share | Money:
        """What the people of one line did, or brought."""
        n = float(self.people.iloc[row])
        if self.mean is not None and self.deviation is not None:
            return Money.typed(n, float(self.mean.iloc[row]), float(self.deviation.iloc[row]))
        assert self.did is not None
        did = float(self.did.iloc[row])
        for number in (n, did):
            if not math.isfinite(number):
                raise Impossible("not_a_number")
            if not number.is_integer():
                raise Impossible("not_whole")
        share = Share(int(n), int(did))
        return Share(share.n, share.failures) if BAD.search(self.header) else share


def read_totals(results: Dataset, wanted: str | None = None) -> Sheet | None:
    """The test in such a sheet, decided by the column `wanted` (its header or place); None where the sheet has another form.

    Raises UnfinishedTest where a column is missing, UnclearTest where the numbers cannot be, SeparateMailings where the
    lines were sent on different days, so that they were not told apart by lot.
    """
    columns = {kind: _of_kind(results, kind) for kind in TOTALS}
    people = columns["people"]
    if people is None or results.has(Role.CUSTOMER):
        return None
    frame = results.frame()
    frame = frame[[not is_total(str(label)) for label in frame[Role.VARIANT]]]
    labels = [str(label) for label in folded(frame[Role.VARIANT])]
    offered = _measures(results, frame, people)
    name = wanted and TOGETHER.sub("", wanted)
    told = _lines(results, frame, people, columns, _deciding(offered, name))
    if not told.by_mean and told.did is None:
        gaps = " ".join(f"{label} {n:.0f} …" for label, n in zip(labels, told.people.fillna(0), strict=True))
        raise UnfinishedTest("did" if told.mean is None else "spread_of_sheet", gaps[:200])
    try:
        lines = [Version(label, told.seen(row)) for row, label in enumerate(labels)]
    except Impossible as fault:
        raise UnclearTest("", fault.fault) from fault
    if not told.by_mean and told.did is not None and not (wanted and TOGETHER.search(wanted)) and _apart(frame, labels):
        raise _separate(frame, labels, told, offered)
    versions = _added({(line.label,): [other for other in lines if other.label == line.label] for line in lines})
    names = [name for (name,) in versions]
    if len(names) == 1:
        raise UnfinishedTest("second_of_sheet", names[0])
    if len(names) > MOST_VERSIONS:
        raise UnclearTest("", "many")
    measure = next((one for one in offered if one.header == told.header), Measure(0, told.header, "share"))
    measure = Measure(0, told.header, "money") if told.by_mean else measure
    described = describing(results, frame) if len(lines) > len(names) else {}
    return Sheet(
        versions=tuple(versions.values()),
        measure=measure,
        measures=(measure, *(one for one in offered if one != measure)) if not told.by_mean else (measure,),
        currency=results.currency if told.by_mean else None,
        turned=not told.by_mean and BAD.search(told.header) is not None,
        groups=tuple(_grouped(header, frame[name], lines, names) for name, header in described.items()),
    )


def _of_kind(results: Dataset, kind: str) -> Column | None:
    names = {normalise(name) for name in TOTALS[kind].split()}
    return next((c for c in results.columns if normalise(c.header) in names and results.has(c.name)), None)


def _measures(results: Dataset, frame: pd.DataFrame, people: Column) -> tuple[Measure, ...]:
    """The columns that count what people did, what is worth most first; none that counts more than there were."""
    found = []
    n = numbers(frame[people.name])
    for place, column in enumerate(results.columns, 1):
        header = normalise(column.header)
        rank = next((rank for rank, names in enumerate(ACTED) if header in names), None)
        rank = len(ACTED) if rank is None and column.role is Role.OUTCOME else rank
        if rank is None or not results.has(column.name):
            continue
        did = numbers(frame[column.name])
        if (did > n).any() and column.role is not Role.OUTCOME:
            continue
        found.append((rank, Measure(place, column.header, "share")))
    return tuple(measure for _, measure in sorted(found, key=lambda pair: pair[0]))


def _deciding(offered: Sequence[Measure], wanted: str | None) -> Measure | None:
    """The measure that is wanted; else the one worth most, which is the sheet's own outcome where it has just one."""
    named = (m for m in offered if wanted and (wanted == str(m.place) or normalise(wanted) == normalise(m.header)))
    return next(named, offered[0] if offered else None)


def _apart(frame: pd.DataFrame, labels: Sequence[str]) -> bool:
    """Whether each line is a mailing of its own day."""
    if Role.TIME not in frame or len(set(labels)) < len(labels):
        return False
    return int(frame[Role.TIME].dropna().dt.normalize().nunique()) > 1


def _separate(frame: pd.DataFrame, labels: Sequence[str], told: _Lines, offered: Sequence[Measure]) -> SeparateMailings:
    """The mailings, the one that did best first."""
    assert told.did is not None
    days = [None if pd.isna(day) else day.date() for day in frame[Role.TIME]]
    lines = [
        (label, day, int(n), int(did))
        for label, day, n, did in zip(labels, days, told.people, told.did, strict=True)
        if n > 0 and did >= 0
    ]
    lines.sort(key=lambda line: -line[3] / line[2])
    place = next((m.place for m in offered if m.header == told.header), 0)
    others = tuple((m.place, m.header) for m in offered if m.header != told.header)
    return SeparateMailings(told.header, place, tuple(lines), others)


def _lines(
    results: Dataset,
    frame: pd.DataFrame,
    people: Column,
    columns: dict[str, Column | None],
    measure: Measure | None,
) -> _Lines:
    """A mean may also be told by the total amount, those who did it by their rate."""

    def told(column: Column | None) -> pd.Series | None:
        return None if column is None else numbers(frame[column.name])

    by_role = {column.role: column for column in results.columns if results.has(column.name)}
    n = numbers(frame[people.name])
    outcome = columns["did"] if measure is None else results.columns[measure.place - 1]
    did, total, rate, mean = map(told, (outcome, by_role.get(Role.AMOUNT), columns["rate"], columns["mean"]))
    if mean is None and total is not None:
        mean = total / n
    if did is None and rate is not None:
        did = (n * rate / (100 if (rate > 1).any() else 1)).round()
    deviation = told(columns["deviation"])
    by_mean = mean is not None and deviation is not None
    deciding = (columns["mean"], by_role.get(Role.AMOUNT)) if by_mean else (outcome, columns["rate"])
    header = next((column.header for column in deciding if column is not None), people.header)
    return _Lines(n, did, mean, deviation, header)


def _added(lines: dict[tuple[str, ...], list[Version]]) -> dict[tuple[str, ...], Version]:
    return {key: sum(rest, first) for key, (first, *rest) in lines.items()}


def _grouped(header: str, values: pd.Series, lines: Sequence[Version], labels: Sequence[str]) -> Groups:
    found: dict[tuple[str, ...], list[Version]] = {}
    told = [str(value) for value in values]
    for value, line in zip(told, lines, strict=True):
        found.setdefault((value, line.label), []).append(line)
    cells, names = _added(found), tuple(dict.fromkeys(told))
    seen = [[cells.get((name, label)) for label in labels] for name in names]
    return Groups(header, names, tuple(tuple(cell.seen if cell else None for cell in row) for row in seen))
