"""Which rows of a sheet are used, and the count of every other fate."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analytics.dataset import UNREAD, Count
from analytics.reading.sheet import Sheet

Mask = NDArray[np.bool_]


class Tally:
    """Every row that is left out is left out once, for the first reason that strikes it.

    A line of a file of baskets is many rows: it is left out with its last row, and counted as one line.
    """

    def __init__(self, sheet: Sheet) -> None:
        self.numbers = sheet.numbers
        self.baskets = sheet.baskets
        self.kept: Mask = np.ones(len(sheet.numbers), dtype=bool)
        self._left_out = list(sheet.left_out)
        self._noted = [*((count, None) for count in sheet.noted)]
        self._notes: list[tuple[str, Mask]] = []
        self._unread: Mask = np.zeros(len(sheet.numbers), dtype=bool)
        self.unread_sales = 0.0

    def leave_out(self, reason: str, rows: Mask) -> None:
        """Rows not yet left out get this reason."""
        rows = rows & self.kept
        if rows.any():
            self.kept = self.kept & ~rows
            if reason in UNREAD:
                self._unread = self._unread | rows
            gone = rows & ~np.isin(self.numbers, self.numbers[self.kept]) if self.baskets else rows
            if gone.any():
                self._left_out.append(self._count(reason, gone))

    def weigh(self, money: NDArray[np.float64]) -> None:
        """Note how much of this money, by row, stands on rows left unread."""
        told = np.abs(np.nan_to_num(money))
        lost = float(told[self._unread].sum())
        self.unread_sales = lost / (lost + float(told[self.kept].sum())) if lost else 0.0

    def note(self, reason: str, rows: Mask) -> None:
        """Rows that stay, with a reservation; those that are left out later do not count."""
        self._notes.append((reason, rows))

    @property
    def left_out(self) -> tuple[Count, ...]:
        """Most rows first, each reason once."""
        together: dict[str, Count] = {}
        for count in self._left_out:
            other = together.get(count.reason, Count(count.reason, 0, ()))
            examples = sorted(other.examples + count.examples)[:2]
            together[count.reason] = Count(count.reason, other.rows + count.rows, tuple(examples))
        return tuple(sorted(together.values(), key=lambda count: (-count.rows, count.reason)))

    @property
    def noted(self) -> tuple[Count, ...]:
        """Most rows first, used rows only."""
        counts = [self._count(reason, rows & self.kept) for reason, rows in self._notes]
        counts += [count for count, _ in self._noted]
        return tuple(sorted((c for c in counts if c.rows), key=lambda count: (-count.rows, count.reason)))

    @property
    def used(self) -> int:
        """Rows that stay."""
        return len(np.unique(self.numbers[self.kept])) if self.baskets else int(self.kept.sum())

    @property
    def read(self) -> int:
        """All rows of the sheet, used or not."""
        return self.used + sum(count.rows for count in self._left_out)

    def _count(self, reason: str, rows: Mask) -> Count:
        numbers = np.unique(self.numbers[rows]) if self.baskets else self.numbers[rows]
        return Count(reason, len(numbers), tuple(int(number) for number in numbers[:2]))
