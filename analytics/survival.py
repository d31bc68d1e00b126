"""Time until something happens, where for some it has not happened yet: Kaplan–Meier and the log-rank test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Survival:
    """The share for whom it has not happened yet, after each of the `times` at which it happened to somebody.

    All arrays have one entry a distinct time, ascending; `at_risk` are those still waiting just before it.
    """

    times: Floats
    share: Floats
    at_risk: Floats

    def at(self, times: npt.ArrayLike) -> Floats:
        """The share still waiting after each of these times."""
        position = np.searchsorted(self.times, np.asarray(times, np.float64), side="right")
        shares: Floats = np.concatenate([[1.0], self.share])[position]
        return shares

    @property
    def median(self) -> float | None:
        """The first time by which it has happened to half; None where it never comes to that."""
        return self._first_below(0.5)

    def within(self, share: float, fewest: int = 20) -> float | None:
        """The time by which it has happened to this share of those to whom it ever happens; None where it never does.

        "Ever" is as far as the data can tell: up to the last time that at least `fewest` were still waiting for, since
        beyond it one single case would swing the curve.
        """
        if not len(self.times):
            return None
        well_seen = self.at_risk >= min(fewest, self.at_risk[0])
        ever = 1 - float(self.share[well_seen][-1])
        return self._first_below(1 - share * ever)

    def _first_below(self, share: float) -> float | None:
        below = np.flatnonzero(self.share <= share + 1e-9)
        return float(self.times[below[0]]) if below.size else None


def kaplan_meier(durations: npt.ArrayLike, happened: npt.ArrayLike) -> Survival:
    """The product-limit estimate (Kaplan & Meier 1958, equation 2a).

    `durations` are the times until it happened or, where `happened` is false, until the watch ended (censored); who is
    censored at a time still counts as waiting at that time.
    """
    waited, events = np.asarray(durations, np.float64), np.asarray(happened, bool)
    times, counts = np.unique(waited[events], return_counts=True)
    at_risk = (len(waited) - np.searchsorted(np.sort(waited), times, side="left")).astype(np.float64)
    share = np.cumprod(1 - counts / np.maximum(at_risk, 1)).astype(np.float64)
    return Survival(times.astype(np.float64), share, at_risk)


def log_rank(durations: npt.ArrayLike, happened: npt.ArrayLike, second: npt.ArrayLike) -> tuple[float, float]:
    """Whether two groups wait equally long: χ² with one degree of freedom and its p-value (Mantel 1966).

    `second` is true for the members of the second group.
    """
    from scipy import stats

    waited, events, group = np.asarray(durations, np.float64), np.asarray(happened, bool), np.asarray(second, bool)
    times, counts = np.unique(waited[events], return_counts=True)

    def waiting(chosen: Bools) -> Floats:
        held: Floats = (chosen.sum() - np.searchsorted(np.sort(waited[chosen]), times, side="left")).astype(np.float64)
        return held

    everybody, members = waiting(np.ones(len(waited), bool)), waiting(group)
    share = members / everybody
    spread = share * (1 - share) * counts * (everybody - counts) / np.maximum(everybody - 1, 1)
    if spread.sum() <= 0:
        return 0.0, 1.0
    statistic = float((events[group].sum() - (counts * share).sum()) ** 2 / spread.sum())
    return statistic, float(stats.chi2.sf(statistic, 1))
