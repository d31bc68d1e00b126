"""Lines of orders: which lines belong together, and facts of an order told on one of its lines only."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analytics.dataset import Role
from analytics.reading.roles import MONEY, Roles
from analytics.reading.sheet import Cells
from analytics.reading.values import Floats, commas, counts, numbers, spread

ORDER_LEVEL = (
    Role.CUSTOMER, Role.NAME, Role.EMAIL, Role.PHONE, Role.ADDRESS, Role.TIME, Role.PLACE, Role.STATUS, Role.PAID_TIME,
    Role.CURRENCY, Role.CONSENT,
)  # fmt: skip
"""Facts of a whole order, which some exports write on its first line only."""


@dataclass(frozen=True)
class Lines:
    """`order` numbers the order of each line (every line its own, if unnamed); `several`: orders have several lines.

    `facts` are the columns of ORDER_LEVEL, told on every line; `decimal_comma` is how the sheet writes money.
    """

    roles: Roles
    order: NDArray[np.int32]
    several: bool
    facts: dict[Role, Cells]
    decimal_comma: bool | None
    _numbers: dict[Role, Floats | None] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.order)

    def cells(self, role: Role) -> Cells | None:
        """The column of this role, facts of an order on every line of it."""
        return self.facts.get(role) or self.roles.get(role)

    def number(self, role: Role) -> Floats | None:
        """The column of this role as numbers, read once; NaN where blank or unreadable."""
        if role not in self._numbers:
            cells = self.roles.get(role)
            read = counts if role is Role.QUANTITY else numbers
            self._numbers[role] = None if cells is None else read(cells, self.decimal_comma)
        return self._numbers[role]

    def first_told(self, values: Floats) -> Floats:
        """For each order, by its number, the first value that any line tells; NaN if none."""
        told = np.full(int(self.order.max(initial=-1)) + 1, np.nan)
        places = np.flatnonzero(np.isfinite(values))[::-1]
        told[self.order[places]] = values[places]
        return told

    def by_line(self, values: Floats, weights: Floats, own: Floats | None = None, *, rare: bool = False) -> Floats:
        """Money as shares of the lines: that of an order, told once or on every line, is shared out by `weights`.

        Money that differs from line to line is the lines' own and stays; so does what is nearer to a line's `own` money
        than to the sum of it. `rare` money is lacking where there is none of it: that of an order then stands on the
        order's first line.
        """
        if not self.several:
            return values
        told = self.first_told(values)
        filled = np.isfinite(values)
        count = np.bincount(self.order, filled, len(told))
        size = np.bincount(self.order, minlength=len(told))
        differ = np.bincount(self.order, filled & (values != told[self.order]), len(told))
        judged = (size > 1) & (np.nan_to_num(told) != 0)
        once = count == 1
        if rare:
            first = np.zeros(len(told), dtype=bool)
            first[self.order[::-1]] = filled[::-1]
            once &= first
        whole = once | ((count == size) & (differ == 0))
        if not judged.any() or whole[judged].mean() < 0.9:
            return values
        alike = judged & (count == size)
        if own is not None and alike.any():
            sums = np.bincount(self.order, np.nan_to_num(own), len(told))
            apart = np.abs(told - sums), np.abs(told - sums / np.maximum(size, 1))
            if apart[0][alike].sum() > apart[1][alike].sum():
                return values
        return spread(told, self.order, weights)


def find_lines(roles: Roles, rows: int) -> Lines:
    """The lines of a sheet of so many rows."""
    roles = _with_merged_orders(roles)
    comma = commas(cells for role in MONEY if (cells := roles.get(role)) is not None)
    cells = roles.get(Role.ORDER)
    if cells is None:
        order, several = np.arange(rows, dtype=np.int32), False
    else:
        own = len(cells.distinct) + np.cumsum(cells.blank, dtype=np.int32) - 1
        order = np.where(cells.blank, own, cells.codes).astype(np.int32)
        several = len(cells.distinct) < 0.98 * (rows - int(cells.blank.sum()))
    facts = {role: cells for role in ORDER_LEVEL if (cells := roles.get(role)) is not None}
    if several:
        facts = {role: _on_every_line(cells, order) for role, cells in facts.items()}
    return Lines(roles, order, several, facts, comma)


def _with_merged_orders(roles: Roles) -> Roles:
    """An order number in a merged cell stands on the first line only; lines without it and without a time follow it."""
    order, time = roles.get(Role.ORDER), roles.get(Role.TIME)
    if order is None or time is None or not order.blank.any() or order.blank[0] or not time.blank[order.blank].all():
        return roles
    first = np.maximum.accumulate(np.where(order.blank, 0, np.arange(len(order))))
    filled = Cells(order.header, pa.DictionaryArray.from_arrays(pa.array(order.codes[first]), order.distinct))
    return roles.instead(order, filled)


def _on_every_line(cells: Cells, order: NDArray[np.int32]) -> Cells:
    """Blank cells take the first text that another line of their order has."""
    if not cells.blank.any():
        return cells
    places = np.flatnonzero(~cells.blank)[::-1]
    told = np.full(int(order.max(initial=-1)) + 1, -1, dtype=np.int32)
    told[order[places]] = cells.codes[places]
    codes = np.where(cells.blank, told[order], cells.codes)
    indices = pa.array(codes, pa.int32(), mask=codes < 0)
    return Cells(cells.header, pa.DictionaryArray.from_arrays(indices, cells.distinct))
