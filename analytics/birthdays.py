"""Whose birthday comes next, from a column of the customer list, in whatever form people write it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, timedelta

from analytics.dataset import Dataset, Role

HEADERS = frozenset(
    ["birthday", "birthdate", "dateofbirth", "dob", "born", "生日", "出生日期", "出生年月日", "会员生日"]
)
AHEAD = 14
"""Days; time enough to have something ready."""
A_YEAR = 31
MONTHS = 12


def soon(customers: Dataset | None, today: date, ahead: int = AHEAD) -> dict[str, date]:
    """The customers whose birthday is in the coming days, with the day; who was born on 29 February has it on the 28th."""
    column = None if customers is None else _column(customers)
    if customers is None or column is None or not customers.has(Role.CUSTOMER):
        return {}
    rows = customers.frame(Role.CUSTOMER, column).dropna().astype(str)
    coming = {(day.month, day.day): day for day in (today + timedelta(days=n) for n in range(1, ahead + 1))}
    if (2, 28) in coming:
        coming.setdefault((2, 29), coming[2, 28])
    born = _born(rows[column].tolist())
    return {key: coming[told] for key, told in zip(rows[Role.CUSTOMER], born, strict=True) if told in coming}


def known(customers: Dataset | None) -> bool:
    """Whether the customer list tells birthdays."""
    return customers is not None and _column(customers) is not None


def _column(customers: Dataset) -> str | None:
    for name in customers.attributes:
        header = unicodedata.normalize("NFKC", name.partition(":")[2]).casefold()
        if re.sub(r"[\s_\-]", "", header) in HEADERS:
            return name
    return None


def _born(texts: Sequence[str]) -> list[tuple[int, int] | None]:
    """Month and day of each; None where it is none. Whether days or months come first, the column as a whole tells."""
    numbers = [[int(part) for part in re.findall(r"\d{1,4}", text.partition("T")[0])] for text in texts]
    # 1990-03-25 10:00 has a time behind it; 25/03/1990 its year, or 3-25 none.
    told = [parts[1:3] if parts and parts[0] > A_YEAR else parts[:2] for parts in numbers]
    year_last = [bool(parts) and parts[0] <= A_YEAR for parts in numbers]
    asian = any("月" in text for text in texts)
    open_ = [pair for pair, last in zip(told, year_last, strict=True) if last and len(pair) == 2]
    day_first = not asian and not any(second > MONTHS for _, second in open_)
    return [
        None if len(pair) < 2 else _valid(*((pair[1], pair[0]) if last and day_first else (pair[0], pair[1])))
        for pair, last in zip(told, year_last, strict=True)
    ]


def _valid(month: int, day: int) -> tuple[int, int] | None:
    try:
        date(2000, month, day)
    except ValueError:
        return None
    return month, day
