"""What the values of a column look like, told by a sample of its distinct texts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.dataset import Role
from analytics.reading.dates import parse_dates
from analytics.reading.numbers import parse_counts, parse_numbers
from analytics.reading.sheet import Cells

SAMPLE = 500
EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]{2,}$"
PHONE = r"^\+?[0-9][0-9 ().-]{6,17}$"
MOBILE = r"^(\+?86[- ]?)?1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}$"
SEX = r"(?i)^(m|f|male|female|man|woman|男|女|男性|女性|未知|unknown|other|保密)$"
DATE_SHAPE = (
    r"[0-9][-/.年月:][0-9]|^(19|20)[0-9]{6}([0-9]{4}|[0-9]{6})?$|^[0-9]{10}$|^[0-9]{13}$|[A-Za-z]{3}.*[0-9]{4}|[年月]"
)

YEARLESS = r"^[0-9]{1,2}\s*月\s*[0-9]{1,2}\s*[日号號]?([^0-9年].*)?$"
"""Days of no year, which are no numbers whatever column they stand in."""
_CLOCK = r"(\s+[0-9]{1,2}:[0-9]{2}.*)?$"
SHORT = r"^((0?[1-9]|1[0-2])[./-](0?[1-9]|[12][0-9]|3[01])|(0?[1-9]|[12][0-9]|3[01])[./-](0?[1-9]|1[0-2]))[.]?" + _CLOCK
"""The same in a column that is called a date."""
_MONTH = "(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mär|mrz|mai|okt|dez)[a-zä]{0,7}[.]?"
NAMED = (
    rf"(?i)^(([a-z]{{3,9}},?\s+)?([0-9]{{1,2}}(st|nd|rd|th|[.])?[\s-]*{_MONTH}|{_MONTH}[\s-]*[0-9]{{1,2}}(st|nd|rd|th)?))"
    + _CLOCK
)
"""The same with the month in letters."""
CONTROL = r"(?i)^(control( group)?|hold-?out|no e-?mail|no message|placebo|对照|对照组|空白组|不发)$"
"""What only the version of a test is called that gets nothing, or nothing new."""
HOUSE = r"[0-9０-９] *(号|號|室|弄|栋|幢)([^店]|$)"
"""A Chinese address down to the door."""
SERIAL = r"^[2-7][0-9]{4}([.][0-9]+)?$"


@dataclass(frozen=True)
class Profile:
    """Shares are of the distinct texts sampled, 0–1; `filled` and `repeat` are of the rows."""

    cells: Cells

    @cached_property
    def sample(self) -> pa.StringArray:
        """Distinct texts from all over the column."""
        distinct = self.cells.distinct
        if len(distinct) <= SAMPLE:
            return distinct
        return distinct.take(pa.array(np.linspace(0, len(distinct) - 1, SAMPLE).astype(np.int64)))

    def share(self, pattern: str) -> float:
        """Of the sample that matches."""
        return _mean(pc.match_substring_regex(self.sample, pattern))

    @cached_property
    def filled(self) -> float:
        """Share of rows with anything in the cell."""
        return 1.0 - float(self.cells.blank.mean()) if len(self.cells) else 0.0

    @cached_property
    def repeat(self) -> float:
        """Rows per distinct text; 1 where each stands once."""
        filled = len(self.cells) * self.filled
        return filled / len(self.cells.distinct) if len(self.cells.distinct) else 0.0

    @cached_property
    def numeric(self) -> float:
        """Share that reads as numbers."""
        if pa.types.is_floating(self.cells.array.type):
            return 1.0
        return float(np.isfinite(parse_numbers(self.sample)).mean()) if len(self.sample) else 0.0

    @cached_property
    def whole(self) -> float:
        """Share that are whole numbers."""
        return self.share(r"^[-+]?[0-9]+$")

    @cached_property
    def dated(self) -> float:
        """Share that reads as points in time and does not look like a plain number."""
        if pa.types.is_timestamp(self.cells.array.type):
            return 1.0
        if not len(self.sample) or (self._half_width(DATE_SHAPE) < 0.2 and self._half_width(SERIAL) < 0.8):
            return 0.0
        dates = parse_dates(self.sample)
        return float((~np.isnat(dates.times) | dates.impossible).mean())

    def _half_width(self, pattern: str) -> float:
        """Of the sample that matches once its full-width digits are plain ones."""
        return _mean(pc.match_substring_regex(pc.utf8_normalize(self.sample, form="NFKC"), pattern))

    @cached_property
    def length(self) -> float:
        """Mean number of characters."""
        return float(pc.mean(pc.utf8_length(self.sample)).as_py() or 0.0)

    @cached_property
    def middle(self) -> float:
        """Median of the numbers, NaN where there are none."""
        values = parse_numbers(self.sample)
        values = values[np.isfinite(values)]
        return float(np.median(values)) if len(values) else float("nan")

    @property
    def few(self) -> bool:
        """Whether the texts are labels: a handful, or each on many rows."""
        return len(self.cells.distinct) < max(20, len(self.cells) * 0.1)

    def fits(self, role: Role) -> float:
        """How well the values go with the role: 0 = impossible, 1 = typical. Blank columns fit everything a little."""
        return FITS.get(role, _anything)(self) if len(self.sample) else 0.2


def _mean(found: pa.BooleanArray) -> float:
    return float(pc.mean(found).as_py() or 0.0)


def _anything(_: Profile) -> float:
    return 1.0


def _time(profile: Profile) -> float:
    """A day without a year is a time as well, though one that cannot be told: better said than passed over."""
    return max(profile.dated, profile.share(f"{YEARLESS}|{SHORT}|{NAMED}"))


def _money(profile: Profile) -> float:
    return profile.numeric * (0.3 if profile.dated > 0.9 and profile.whole < 0.5 else 1.0)


def _quantity(profile: Profile) -> float:
    counted = profile.numeric
    if counted < 1.0 and profile.length < 20:
        counted = max(counted, float(np.isfinite(parse_counts(profile.sample)).mean()))
    return counted * (0.3 if abs(profile.middle) >= 10_000 else 1.0)


def _age(profile: Profile) -> float:
    return profile.numeric * (1.0 if 0 < profile.middle < 110 else 0.2)


def _rating(profile: Profile) -> float:
    return profile.numeric * (1.0 if abs(profile.middle) <= 100 else 0.2)


def _email(profile: Profile) -> float:
    return profile.share(EMAIL)


def _phone(profile: Profile) -> float:
    return profile.share(PHONE)


def _sex(profile: Profile) -> float:
    return max(profile.share(SEX), 0.5 if len(profile.cells.distinct) <= 4 else 0.0)


def _prose(profile: Profile) -> float:
    return (1.0 - profile.numeric) * (1.0 if profile.length > 8 else 0.4)


def _id(profile: Profile) -> float:
    return (0.0 if profile.dated > 0.9 and profile.whole < 0.5 else 1.0) * (0.5 if profile.length > 60 else 1.0)


def _label(profile: Profile) -> float:
    return 1.0 if profile.few else 0.5


def _name(profile: Profile) -> float:
    return 1.0 - 0.8 * max(profile.numeric, profile.dated)


def _place(profile: Profile) -> float:
    return 0.0 if profile.share(HOUSE) > 0.5 else _name(profile)


def _address(profile: Profile) -> float:
    """Where somebody lives, unless it is only a province or a city: short, and without the number of a house."""
    return _name(profile) * (0.4 if profile.length < 12 and profile.share("[0-9０-９]") < 0.1 else 1.0)


FITS: dict[Role, Callable[[Profile], float]] = {
    **dict.fromkeys((Role.TIME, Role.PAID_TIME), _time),
    **dict.fromkeys(
        (Role.AMOUNT, Role.PRICE, Role.ORDER_TOTAL, Role.PAID, Role.REFUND, Role.DISCOUNT, Role.POSTAGE), _money
    ),
    **dict.fromkeys((Role.ORDER, Role.CUSTOMER, Role.PRODUCT), _id),
    **dict.fromkeys((Role.OUTCOME, Role.VARIANT, Role.EVENT, Role.STATUS, Role.CURRENCY), _label),
    **dict.fromkeys((Role.NAME, Role.PRODUCT_NAME, Role.CATEGORY), _name),
    Role.PLACE: _place,
    Role.ADDRESS: _address,
    Role.QUANTITY: _quantity,
    Role.AGE: _age,
    Role.RATING: _rating,
    Role.EMAIL: _email,
    Role.PHONE: _phone,
    Role.SEX: _sex,
    Role.TEXT: _prose,
}
"""How well values go with a role; roles not named go with anything."""
