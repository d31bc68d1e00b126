"""In which money a sheet reckons."""

from __future__ import annotations

import re

import numpy as np
import pyarrow.compute as pc

from analytics.dataset import Role
from analytics.reading import numbers
from analytics.reading.roles import Roles
from analytics.reading.values import Mask

MONEY = (Role.AMOUNT, Role.PAID, Role.ORDER_TOTAL, Role.PRICE, Role.REFUND)
CODE = r"^[A-Z]{3}$"
IN_HEADER = re.compile(rf"\b({'|'.join(numbers.CODES.split())})\b|([€£₹₩₽₺฿])")
IN_BRACKETS = re.compile(rf"\(({'|'.join(numbers.CODES.split())})\)")


def find_currency(roles: Roles, kept: Mask) -> str | None:
    """The ISO code that a column of currencies (in the rows kept), the cells, a header or the platform names; else None."""
    if (column := roles.get(Role.CURRENCY)) is not None:
        counts = np.bincount(column.codes[kept & ~column.blank])
        code = str(column.distinct[int(counts.argmax())]).upper() if len(counts) else ""
        return code if re.match(CODE, code) else numbers.CURRENCIES.get(code)
    for role in MONEY:
        if (cells := roles.get(role)) is None:
            continue
        if proven := numbers.find_currency(cells.distinct):
            return proven
        if pc.any(pc.match_substring_regex(cells.distinct, "[¥￥]")).as_py() and _is_chinese(roles):
            return "CNY"
        if cells.header.strip() in ("¥", "￥") and _is_chinese(roles):
            return "CNY"
        if named := IN_HEADER.search(cells.header):
            return str(named[1]) if named[1] else numbers.CURRENCIES[named[2]]
    bracketed = (IN_BRACKETS.search(found.cells.header) for found in roles.found)
    if codes := {match[1] for match in bracketed if match}:
        return codes.pop() if len(codes) == 1 else None
    return roles.platform.currency if roles.platform else None


def _is_chinese(roles: Roles) -> bool:
    """Whether the headers are, so that ¥ is not the yen."""
    headers = "".join(found.cells.header for found in roles.found)
    return bool(re.search("[\u4e00-\u9fff]", headers)) and not re.search("[\u3040-\u30ff]", headers)
