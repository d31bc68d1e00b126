"""In which money a sheet reckons."""

from __future__ import annotations

import re

import numpy as np
import pyarrow.compute as pc

from analytics.dataset import Role
from analytics.reading import numbers
from analytics.reading.roles import Roles

MONEY = (Role.AMOUNT, Role.PAID, Role.ORDER_TOTAL, Role.PRICE, Role.REFUND)
CODE = r"^[A-Z]{3}$"
IN_HEADER = re.compile(rf"\b({'|'.join(numbers.CODES.split())})\b|([€£₹₩₽₺฿])")


def find_currency(roles: Roles) -> str | None:
    """The ISO code that a column of currencies, the cells, a header or the selling platform names; None if in doubt."""
    if (column := roles.get(Role.CURRENCY)) is not None:
        counts = np.bincount(column.codes[~column.blank])
        code = str(column.distinct[int(counts.argmax())]).upper() if len(counts) else ""
        return code if re.match(CODE, code) else numbers.CURRENCIES.get(code)
    for role in MONEY:
        if (cells := roles.get(role)) is None:
            continue
        if proven := numbers.find_currency(cells.distinct):
            return proven
        if pc.any(pc.match_substring_regex(cells.distinct, "[¥￥]")).as_py() and _is_chinese(roles):
            return "CNY"
        if named := IN_HEADER.search(cells.header):
            return str(named[1]) if named[1] else numbers.CURRENCIES[named[2]]
    return roles.platform.currency if roles.platform else None


def _is_chinese(roles: Roles) -> bool:
    """Whether the headers are, so that ¥ is not the yen."""
    headers = "".join(found.cells.header for found in roles.found)
    return bool(re.search("[\u4e00-\u9fff]", headers)) and not re.search("[\u3040-\u30ff]", headers)
