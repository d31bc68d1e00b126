"""Texts → points in time, all distinct texts of a column at once.

Knows ISO, `05.03.2024`, `3/5/24` (day or month first by a vote of the column), `5 Mar 2024`, `2024年3月5日 下午3:20`,
`民國113年3月5日`, `20140919`, Excel serials, epoch seconds and milliseconds, and times with a zone (the wall time stays).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

FIRST_YEAR, LAST_YEAR = 1900, 2100
"""Years outside are slips of the pen (0001, 9999), and said to be impossible."""

MONTHS = {
    name: number
    for names in (
        "jan feb mar apr may jun jul aug sep oct nov dec",
        "january february march april may june july august september october november december",
        "januar februar märz april mai juni juli august september oktober november dezember",
        "jan feb mrz apr mai jun jul aug sept okt nov dez",
    )
    for number, name in enumerate(names.split(), 1)
}
_CLOCK = (
    r"(?:[T\s,]*(?P<before>上午|下午|晚上|中午|凌晨|早上|am|pm)?\s*(?P<hour>\d{1,2})[:时時点.h](?P<minute>\d{1,2})?"
    r"(?:[:分m.](?P<second>\d{1,2})?)?秒?(?:[.,](?P<fraction>\d{1,9}))?\s*(?P<after>am|pm|a\.m\.|p\.m\.)?)?"
    r"\s*(?P<zone>Z|UTC|GMT|CST|[A-Z]{2,4}T|(?:UTC|GMT)?[+-]\d{2}:?\d{2}|[+-]\d{2})?$"
)
_WEEKDAY = r"(?i)^(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+|(?:星期|周|週)[一二三四五六日天]\s*)?"
_YEAR_FIRST = (
    _WEEKDAY
    + r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})(?:\s*[-/.月]\s*(?P<day>\d{1,2})\s*[日号號]?|月)?"
    + _CLOCK
)
_YEAR_LAST = _WEEKDAY + r"(?P<first>\d{1,2})\s*[-/.]\s*(?P<second_>\d{1,2})\s*[-/.]\s*(?P<year>\d{4}|\d{2})" + _CLOCK
_REPUBLIC = (
    r"^(?:民國|民国)?\s*(?P<year>\d{2,3})\s*[年/.-]\s*(?P<month>\d{1,2})\s*[月/.-]\s*(?P<day>\d{1,2})日?" + _CLOCK
)
_DAY_NAME = (
    _WEEKDAY + r"(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s.-]*(?P<name>[a-zäáéûô]{3,9})[\s.,-]*(?P<year>\d{4}|\d{2})" + _CLOCK
)
_NAME_DAY = (
    _WEEKDAY + r"(?P<name>[a-zäáéûô]{3,9})[\s.-]*(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s.,-]+(?P<year>\d{4})" + _CLOCK
)
_NAME_YEAR = _WEEKDAY + r"(?P<name>[a-zäáéûô]{3,9})[\s.,-]*(?P<year>\d{4})" + _CLOCK
_COMPACT = r"^(?P<year>(?:19|20)\d{2})(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?:T?(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d)(?P<second>[0-5]\d)?)?$"
_CHINESE_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_CHINESE_TENS = re.compile(r"([一二三])?十([一二三四五六七八九])?")

Times = NDArray[np.datetime64]


@dataclass(frozen=True)
class Dates:
    """`times` in microseconds, NaT where unreadable; masks are by text. `day_first` is None where nothing hung on it."""

    times: Times
    impossible: NDArray[np.bool_]
    zoned: NDArray[np.bool_]
    day_first: bool | None = None
    voted: bool = True


def parse_dates(texts: pa.StringArray, day_first: bool | None = None) -> Dates:
    """`day_first` decides where the column's own dates do not."""
    try:
        times = texts.cast(pa.timestamp("us")).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        return _parse(texts, day_first)
    return _judged(times, np.zeros(len(texts), dtype=bool))


def _judged(times: Times, zoned: NDArray[np.bool_], day_first: bool | None = None, voted: bool = True) -> Dates:
    years = times.astype("datetime64[Y]").astype(np.int64) + 1970
    impossible = ~np.isnat(times) & ((years < FIRST_YEAR) | (years > LAST_YEAR))
    return Dates(np.where(impossible, np.datetime64("NaT"), times), impossible, zoned, day_first, voted)


def _parse(texts: pa.StringArray, hint: bool | None) -> Dates:
    plain = pc.utf8_trim_whitespace(pc.utf8_normalize(texts, form="NFKC"))
    if _match(plain, "[〇一二三四五六七八九十]+年|^[一二三四五六七八九十]+月").any():
        plain = pa.array([text and _in_digits(text) for text in plain.to_pylist()], pa.string())
    zoned = np.zeros(len(texts), dtype=bool)
    impossible = np.zeros(len(texts), dtype=bool)
    day_first, voted = None, True
    digits = _match(plain, r"^[0-9]+([.][0-9]+)?$")
    times, open_ = _from_numbers(plain), ~digits
    for pattern in (_COMPACT, _YEAR_FIRST, _YEAR_LAST, _DAY_NAME, _NAME_DAY, _NAME_YEAR, _REPUBLIC):
        places = np.flatnonzero(digits & _match(plain, _COMPACT) if pattern is _COMPACT else open_)
        if not len(places):
            continue
        parts = pc.extract_regex(plain.take(pa.array(places)), pattern.replace(r"\d", "[0-9]"))
        fits = parts.is_valid().to_numpy(zero_copy_only=False)
        if not fits.any():
            continue
        places = places[fits]
        fields = _Fields(parts.filter(pa.array(fits)))
        year, month, day = fields.date()
        if pattern is _YEAR_LAST:
            one, two = fields.number("first"), fields.number("second_")
            day_first, voted = _vote(
                one, two, year, fields.texts("year"), _match(plain.take(pa.array(places)), r"^\d+\."), hint
            )
            month, day = (two, one) if day_first else (one, two)
        elif pattern is _REPUBLIC:
            year = year + 1911
        found = _compose(year, month, day, fields)
        times[places] = found
        impossible[places] = np.isnat(found)
        zoned[places] = fields.zoned()
        open_[places] = False
    judged = _judged(times, zoned, day_first, voted)
    return Dates(judged.times, judged.impossible | impossible | _match(plain, r"^0{4}-00-00"), zoned, day_first, voted)


def _in_digits(text: str) -> str:
    """二〇二四年三月十五日 → 2024年3月15日."""

    def tens(match: re.Match[str]) -> str:
        return f"{match[1] or '一'}{match[2] or '〇'}"

    return _CHINESE_TENS.sub(tens, text).translate(_CHINESE_DIGITS)


def _match(texts: pa.StringArray, pattern: str) -> NDArray[np.bool_]:
    matched: NDArray[np.bool_] = (
        pc.match_substring_regex(texts, pattern).fill_null(False).to_numpy(zero_copy_only=False)
    )
    return matched


class _Fields:
    """Named groups of a pattern as arrays; a group that the pattern lacks, or that stayed empty, is the default."""

    def __init__(self, parts: pa.StructArray) -> None:
        self.parts = parts
        self.names = {field.name for field in parts.type}

    def texts(self, name: str) -> pa.StringArray:
        if name not in self.names:
            return pa.array([""] * len(self.parts))
        return self.parts.field(name).fill_null("")

    def number(self, name: str, default: int = 0) -> NDArray[np.int64]:
        texts = self.texts(name)
        filled = pc.if_else(pc.equal(texts, ""), str(default), texts)
        numbers: NDArray[np.int64] = filled.cast(pa.int64()).to_numpy(zero_copy_only=False)
        return numbers

    def date(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        year, month, day = self.number("year"), self.number("month", 1), self.number("day", 1)
        short = pc.equal(pc.utf8_length(self.texts("year")), 2).to_numpy(zero_copy_only=False)
        year = np.where(short, np.where(year < 70, year + 2000, year + 1900), year)
        if "name" in self.names:
            place = pc.index_in(pc.utf8_lower(self.texts("name")), pa.array([*MONTHS])).fill_null(-1)
            month = np.array([*MONTHS.values(), 0])[place.to_numpy(zero_copy_only=False)]
        return year, month, day

    def zoned(self) -> NDArray[np.bool_]:
        zoned: NDArray[np.bool_] = pc.not_equal(self.texts("zone"), "").to_numpy(zero_copy_only=False)
        return zoned

    def half(self) -> pa.StringArray:
        halves = pc.binary_join_element_wise(self.texts("before"), self.texts("after"), "")
        return pc.replace_substring(pc.utf8_lower(halves), ".", "")


def _compose(year: NDArray[np.int64], month: NDArray[np.int64], day: NDArray[np.int64], fields: _Fields) -> Times:
    """The calendar date and the clock; NaT where the month has no such day or the clock no such hour."""
    hour, minute, second = fields.number("hour"), fields.number("minute"), fields.number("second")
    half = fields.half()
    late = pc.is_in(half, pa.array(["pm", "下午", "晚上"])).to_numpy(zero_copy_only=False)
    early = pc.is_in(half, pa.array(["am", "上午", "凌晨", "早上"])).to_numpy(zero_copy_only=False)
    hour = np.where(late & (hour < 12), hour + 12, np.where(early & (hour == 12), 0, hour))
    fraction = pc.utf8_rpad(fields.texts("fraction"), 6, "0")
    micro = pc.utf8_slice_codeunits(fraction, 0, 6).cast(pa.int64()).to_numpy(zero_copy_only=False)
    months = (np.clip(year, 0, 9999) - 1970) * 12 + np.clip(month, 1, 12) - 1
    start = months.astype("datetime64[M]").astype("datetime64[D]")
    length = ((months + 1).astype("datetime64[M]").astype("datetime64[D]") - start).astype(np.int64)
    real = (month >= 1) & (month <= 12) & (day >= 1) & (day <= length) & (hour < 25) & (minute < 60) & (second < 61)
    clock = (((hour * 60 + minute) * 60 + second) * 1_000_000 + micro).astype("timedelta64[us]")
    times = (start + (day - 1).astype("timedelta64[D]")).astype("datetime64[us]") + clock
    return np.where(real, times, np.datetime64("NaT"))


def _vote(
    one: NDArray[np.int64],
    two: NDArray[np.int64],
    year: NDArray[np.int64],
    written: pa.StringArray,
    dotted: NDArray[np.bool_],
    hint: bool | None,
) -> tuple[bool, bool]:
    """Whether the day stands first, and whether the column itself proves it."""
    first, last = int((one > 12).sum()), int((two > 12).sum())
    if first != last:
        return first > last, True
    if hint is not None:
        return hint, False
    return bool(dotted.mean() > 0.5), False


def _from_numbers(texts: pa.StringArray) -> Times:
    """Epoch seconds and milliseconds, and day counts of spreadsheet programs; NaT for other numbers."""
    numeric = pc.match_substring_regex(texts, r"^[0-9]{5}([.][0-9]+)?$|^[0-9]{10}([.][0-9]+)?$|^[0-9]{13}$|^[0-9]{16}$")
    values = pc.if_else(numeric, texts, pa.scalar(None, pa.string())).cast(pa.float64()).to_numpy(zero_copy_only=False)
    times = np.full(len(texts), np.datetime64("NaT", "us"))
    for low, high, unit, origin in (
        (20_000, 80_000, 86_400e6, "1899-12-30"),
        (1e8, 1e10, 1e6, "1970-01-01"),
        (1e11, 1e13, 1e3, "1970-01-01"),
        (1e14, 1e16, 1.0, "1970-01-01"),
    ):
        within = (values >= low) & (values < high)
        micro = np.round(values[within] * unit / 1000) * 1000 if unit > 1e6 else values[within] * unit
        times[within] = np.datetime64(origin, "us") + micro.astype("timedelta64[us]")
    return times
