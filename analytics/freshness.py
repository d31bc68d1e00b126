"""How old the newest order is: what was true of the shop on that day may no longer be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.dataset import Dataset, Role

LOOK_BACK = 84
"""Days before the last order that tell what is usual."""
TIMES_LONGER = 1.5
"""No pause is remarked on that is not so many times as long as any before: some shops close now and then."""

FRESH = 7
"""Days without an order that any shop may have before its data is called old."""
OLD = 60
"""After so many days data is old whatever the shop's rhythm."""


@dataclass(frozen=True)
class Stale:
    """The newest order is of the day `last`, so many `days` before today: longer ago than the shop's rhythm explains."""

    last: date
    days: int


def stale(orders: Dataset | None, today: date | None) -> Stale | None:
    """How old the orders are; None where they are fresh, or neither their days nor today are known.

    Fresh are a week, or half as long again as the longest pause between two orders of the last twelve weeks.
    """
    if orders is None or today is None or not orders.has(Role.TIME):
        return None
    times = orders.table(Role.TIME)[Role.TIME]
    last = None if not len(times) else pc.max(times).as_py()
    if last is None or (today - last.date()).days <= FRESH:
        return None
    since = pa.scalar(last - timedelta(days=LOOK_BACK), times.type)
    lately = pc.unique(pc.cast(times.filter(pc.greater(times, since)), pa.date32(), safe=False))
    days = np.sort(lately.drop_null().cast(pa.int32()).to_numpy(zero_copy_only=False))
    pause = int(np.diff(days).max(initial=0))
    found = Stale(last.date(), (today - last.date()).days)
    return found if found.days > min(TIMES_LONGER * pause, OLD) else None
