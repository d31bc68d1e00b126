"""Orders that end before today: nothing was sold any more, or the newer ones were not sent. Only the owner can tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow.compute as pc

from analytics.dataset import Kind, Role, Shop
from analytics.freshness import LOOK_BACK, TIMES_LONGER
from analytics.weeks import Daily

FEWEST_USUAL = 7.0
"""With so many orders to be expected, chance alone leaves none once in a thousand times (Poisson)."""
LONGEST = 60
"""After so many days it is an old file, and no news."""
NOT_SENT = 14
"""Days without orders that are most likely not sent yet, where nothing tells that the data goes further."""
OTHERS = (Kind.EVENTS, Kind.COMMENTS)
"""Tables that go on where a shop does, whether it sells or not."""


@dataclass(frozen=True)
class Silence:
    """No order since the day `last`, for so many whole `days`, in which `usual` many were to be expected.

    `later` is the kind of a table that goes on after it, until the day `until`; `sent` the day on which the latest orders
    came. Each is None where it tells nothing: without both, that newer orders were not sent is the likelier reason.
    """

    last: date
    days: int
    usual: float
    later: Kind | None
    until: date | None
    sent: date | None

    @property
    def told_by(self) -> date | None:
        """The latest day of which the data says that no order came; None where there is only the calendar."""
        return max((day for day in (self.until, self.sent) if day), default=None)


def silence(shop: Shop, days: Daily, today: date | None, sent: date | None) -> Silence | None:
    """What speaks for a stop between the last order and `today`; None where the pause is too short to be one."""
    if today is None or not len(days.orders):
        return None
    last, a_day = days.last, float(days.orders[-LOOK_BACK:].mean())
    longest = int(np.diff(np.flatnonzero(days.orders)).max(initial=1)) - 1

    def pause(until: date) -> int:
        return (until - last).days - 1

    def tells(until: date | None) -> bool:
        """Whether no order up to that day is more than chance, and a longer pause than any."""
        if until is None or not last < until <= today:
            return False
        return a_day * pause(until) >= FEWEST_USUAL and pause(until) > TIMES_LONGER * longest

    ends = {kind: end for kind in OTHERS if (end := _last_day(shop, kind)) is not None and tells(end)}
    later = max(ends, key=lambda kind: ends[kind], default=None)
    known = sent if tells(sent) else None
    if not tells(today) or (later is None and known is None and pause(today) < NOT_SENT):
        return None
    return Silence(last, pause(today), a_day * pause(today), later, ends[later] if later else None, known)


def _last_day(shop: Shop, kind: Kind) -> date | None:
    dataset = shop.dataset(kind)
    if dataset is None or not dataset.has(Role.TIME):
        return None
    end = pc.max(dataset.table(Role.TIME)[Role.TIME]).as_py()
    return None if end is None else end.date()
