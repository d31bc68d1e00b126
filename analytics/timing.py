"""When to send: on the weekday and in the hour in which a shop's customers order most, and never at night."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

EARLIEST, LATEST = 8, 20
"""Hours in which a message may be sent; from 21 to 8 o'clock people are left in peace."""
FEWEST = 50
"""Orders without which a busiest hour or weekday is chance."""
CHANCE = 0.01
LONGEST_WAIT = 2
"""Days that are worth waiting for the busiest weekday."""
MONDAY_OF_1970 = 4
MINUTES_A_DAY = 1440


@dataclass(frozen=True)
class When:
    """The `day` to send on, and the `hour`, None where the orders tell none.

    `busiest` says that the weekday is the one with most orders; where that is too far off, or days do not differ, it is
    simply the soonest.
    """

    day: date
    hour: int | None
    busiest: bool


def when(times: npt.NDArray[np.datetime64], today: date, now: int | None = None) -> When:
    """The next good moment, from the moments of the orders, in the shop's own time.

    That is today while the hour `now` (0-23) is before the good one, where it is known, else tomorrow.
    """
    hour, weekday = _busiest_hour(times), _busiest_weekday(times)
    soonest = 0 if now is not None and now < (LATEST if hour is None else hour) else 1
    wait = LONGEST_WAIT + 1 if weekday is None else (weekday - today.weekday() - soonest) % 7 + soonest
    busiest = wait <= LONGEST_WAIT
    return When(today + timedelta(days=wait if busiest else soonest), hour, busiest)


def _busiest_weekday(times: npt.NDArray[np.datetime64]) -> int | None:
    """0 for Monday; None where the weekdays do not differ by more than chance (Pearson's chi-square)."""
    from scipy.special import chdtrc

    if len(times) < FEWEST:
        return None
    day = times.astype("datetime64[D]").astype(np.int64)
    orders = np.bincount((day - MONDAY_OF_1970) % 7, minlength=7)
    expected = len(times) / 7
    chi2 = float(((orders - expected) ** 2 / expected).sum())
    return int(orders.argmax()) if chdtrc(6, chi2) < CHANCE else None


def _busiest_hour(times: npt.NDArray[np.datetime64]) -> int | None:
    """The hour of the day that most orders fall in, of those in which one may write; None where the sheet has no hours."""
    minute = times.astype("datetime64[m]").astype(np.int64) % MINUTES_A_DAY
    told = minute[minute > 0]
    if len(told) < FEWEST or 2 * len(told) < len(minute):
        return None
    orders = np.bincount(told // 60, minlength=24)[EARLIEST : LATEST + 1]
    return EARLIEST + int(orders.argmax()) if orders.any() else None
