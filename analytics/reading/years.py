"""Dates without a year (3月5日, 9/4, 1 Sep) get one: from dates around them, a title, a name, or else the calendar.

Days that follow each other in one direction are one run: where it steps back by half a year or more, a year is over.
What is left open is one number, the year of the latest date, and the first of these that knows it tells: the owner; whole
dates in the same column; the title, the sheet's name or the file's name; the day of reading, before which all must lie.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from analytics.choices import Choices, signature
from analytics.dataset import Count, Role
from analytics.reading.dates import parse_dates
from analytics.reading.headers import EXACT, normalise
from analytics.reading.profile import NAMED, SHORT, YEARLESS
from analytics.reading.sheet import Cells, Sheet

_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d|\s*[-/.]\s*\d{1,2}\s*[-/.]\s*\d)")
"""Not the year of a whole date: that is when somebody printed or saved the sheet."""
_CHINESE = re.compile("[\u4e00-\u9fff]")
LEAP = 2000
"""Stands for the year while it is not known; it has every day."""
YEAR, HALF, NEAR = 372, 183, 61
"""Days, where every month has 31. Dates a step apart that is no more than NEAR show which way a run goes."""
OLDEST = 12
"""So many years before the day of reading are thought of."""

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class _Days:
    """The rows of a column that tell a day; `year` is 0 where it is not told, `month` and `day` count from 1."""

    rows: Ints
    year: Ints
    month: Ints
    day: Ints

    @property
    def of_year(self) -> Ints:
        return self.month * 31 + self.day


def with_years(sheet: Sheet, filename: str, choices: Choices) -> Sheet:
    """The sheet, its dates whole; a column stays as it was where nothing tells the year."""
    if sheet.baskets:
        return sheet
    told = [sheet.title, sheet.name or "", filename]
    given = choices.roles.get(signature(sheet.headers), {})
    for place, cells in enumerate(sheet.columns):
        if not pa.types.is_dictionary(cells.array.type) or not len(cells.distinct):
            continue
        known = EXACT.get(normalise(cells.header), {})
        named = Role.TIME in known or given.get(cells.header) is Role.TIME
        if known and not named:
            # Birthdays, for one.
            continue
        chinese = _CHINESE.search("".join(sheet.headers)) is not None
        lacking = pc.match_substring_regex(cells.distinct, f"{YEARLESS}|{NAMED}|{SHORT}" if named else YEARLESS)
        if not pc.any(lacking).as_py():
            continue
        whole, sure = _whole(cells, lacking.to_numpy(zero_copy_only=False), told, choices, chinese=chinese)
        if whole is None:
            continue
        rows = np.append(lacking.to_numpy(zero_copy_only=False), False)[cells.codes]
        count = Count(
            "year_found" if sure else "year_assumed", int(rows.sum()), tuple(map(int, sheet.numbers[rows][:2]))
        )
        columns = (*sheet.columns[:place], whole, *sheet.columns[place + 1 :])
        sheet = dataclasses.replace(sheet, columns=columns, noted=(*sheet.noted, count))
    return sheet


def _whole(
    cells: Cells, lacking: Bools, told: list[str], choices: Choices, *, chinese: bool
) -> tuple[Cells | None, bool]:
    """The column with every date whole, and whether something in the file told the year; None where nothing does."""
    texts = [str(text) for text in cells.distinct.to_pylist()]
    tried = [_in_year(text, LEAP, chinese=chinese) if gap else text for text, gap in zip(texts, lacking, strict=True)]
    times = parse_dates(pa.array(tried), choices.day_first).times
    read = ~np.isnat(times)
    if read.mean() < 0.5 or not (read & lacking).any():
        return None, False
    days = _days(times, lacking, cells.codes)
    years, sure = _years(days, told, choices)
    if years is None:
        return None, False
    by_row = np.zeros(len(cells), np.int64)
    by_row[days.rows] = years
    gaps = np.append(lacking & read, False)[cells.codes]
    # Each text once for each year that it is written in.
    width = len(texts) + 1
    pairs, indices = np.unique(np.where(gaps, by_row, 0) * width + cells.codes + 1, return_inverse=True)
    written = [
        None if code == 0 else texts[code - 1] if not year else _in_year(texts[code - 1], int(year), chinese=chinese)
        for year, code in zip(pairs // width, pairs % width, strict=True)
    ]
    column = pa.DictionaryArray.from_arrays(pa.array(indices, pa.int32()), pa.array(written, pa.string()))
    return Cells(cells.header, column.cast(pa.string()).dictionary_encode()), sure


def _in_year(text: str, year: int, *, chinese: bool) -> str:
    """The same date with its year; which of day and month stands first in 9/4 is left open but in Chinese."""
    if "月" in text:
        return f"{year}年{text}"
    day, *clock = re.split(r"(?=\s[0-9]{1,2}:[0-9]{2})", text, maxsplit=1)
    behind = "".join(clock)
    if (numbers := re.fullmatch(r"([0-9]+)[./-]([0-9]+)[.]?", day)) is None:
        day = re.sub(r"(?i)(?<=[0-9])(st|nd|rd|th)\b", "", day)
        return f"{day} {year}{behind}"
    first, second = numbers.groups()
    return f"{year}-{first}-{second}{behind}" if chinese else f"{first}/{second}/{year}{behind}"


def _days(times: NDArray[np.datetime64], lacking: Bools, codes: NDArray[np.int32]) -> _Days:
    months = times.astype("datetime64[M]")
    by_text = [
        np.where(lacking, 0, times.astype("datetime64[Y]").astype(np.int64) + 1970),
        months.astype(np.int64) % 12 + 1,
        (times.astype("datetime64[D]") - months.astype("datetime64[D]")).astype(np.int64) + 1,
    ]
    rows = np.flatnonzero(np.append(~np.isnat(times), False)[codes])
    year, month, day = (values[codes[rows]] for values in by_text)
    return _Days(rows, year, month, day)


def _years(days: _Days, told: list[str], choices: Choices) -> tuple[Ints | None, bool]:
    """The year of each day, and whether the file told it."""
    after = _years_after(days.of_year)
    known = days.year > 0
    if choices.year is not None:
        return after + choices.year - after.max(), True
    if known.any():
        first = days.year - after
        places = np.flatnonzero(known)
        nearest = places[_nearest(places, len(known))]
        return first[nearest] + after, True
    for text in told:
        years = {int(year) for year in _YEAR.findall(text)}
        if len(years) == 1 or (years and max(years) - min(years) == after.max()):
            return after + max(years) - after.max(), True
    if choices.today is None:
        return None, False
    latest = _latest_past(days, after, choices.today)
    return (None, False) if latest is None else (after + latest - after.max(), False)


def _years_after(of_year: Ints) -> Ints:
    """How many years after the earliest each day of a run lies; 0 for all where the days are in no order."""
    steps = np.diff(of_year)
    direction = np.sign(steps[np.abs(steps) <= NEAR].sum())
    if direction:
        ends = steps * direction <= -HALF
        ordered = not ((steps * direction < -NEAR) & ~ends).any()
    else:
        ends = np.abs(steps) >= YEAR - NEAR
        direction = -np.sign(steps[ends].sum())
        ordered = bool((np.sign(steps[ends]) == -direction).all())
    if not ordered:
        return np.zeros(len(of_year), np.int64)
    after = np.concatenate([[0], np.cumsum(np.where(ends, direction, 0))])
    return np.asarray(after - after.min(), np.int64)


def _nearest(places: Ints, size: int) -> Ints:
    """For each of so many rows which of the ascending `places` is nearest, the earlier of two."""
    rows = np.arange(size)
    right = np.clip(np.searchsorted(places, rows), 0, len(places) - 1)
    left = np.clip(right - 1, 0, None)
    return np.where(np.abs(rows - places[left]) <= np.abs(places[right] - rows), left, right)


def _latest_past(days: _Days, after: Ints, today: date) -> int | None:
    """The latest year of the last date with which no date lies after today and every date exists."""
    told = sorted({(int(y), int(m), int(d)) for y, m, d in zip(after - after.max(), days.month, days.day, strict=True)})
    for latest in range(today.year, today.year - OLDEST, -1):
        try:
            if max(date(latest + year, month, day) for year, month, day in told) <= today:
                return latest
        except ValueError:
            continue
    return None
