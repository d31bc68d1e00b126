"""Conditions that a person can say: from, below, among; merged to one a feature, with the roundest limits there are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Condition:
    """What must hold of one feature: a number in [`at_least`, `below`), or a text `among` these, or `besides` those.

    Who has no value meets no condition.
    """

    feature: str
    at_least: float | None = None
    below: float | None = None
    among: tuple[str, ...] | None = None
    besides: tuple[str, ...] | None = None


def meets(condition: Condition, values: npt.NDArray[Any]) -> Mask:
    """Who meets the condition, by their values of its feature (n)."""
    if condition.among is not None:
        return np.isin(values, np.array(condition.among, object))
    if condition.besides is not None:
        return np.asarray(~np.isin(values, np.array(condition.besides, object)) & pd.notna(values), bool)
    met = ~np.isnan(values)
    if condition.at_least is not None:
        met &= values >= condition.at_least
    if condition.below is not None:
        met &= values < condition.below
    return np.asarray(met, bool)


def merged(path: tuple[Condition, ...], new: Condition) -> tuple[Condition, ...]:
    """The conditions and one more, of which there may be one on the same feature already."""
    before = next((condition for condition in path if condition.feature == new.feature), None)
    if before is None:
        return (*path, new)
    lows = [limit for limit in (before.at_least, new.at_least) if limit is not None]
    highs = [limit for limit in (before.below, new.below) if limit is not None]
    besides = (*(before.besides or ()), *(new.besides or ()))
    both = replace(
        new,
        at_least=max(lows, default=None),
        below=min(highs, default=None),
        among=new.among or before.among,
        besides=besides if besides and not (new.among or before.among) else None,
    )
    return tuple(both if condition is before else condition for condition in path)


def rounded(condition: Condition, values: npt.NDArray[Any]) -> Condition:
    """The condition with the roundest limits that are met by the same of these values (n)."""
    if condition.at_least is not None:
        within = values[meets(replace(condition, at_least=None), values)]
        condition = replace(condition, at_least=_between(within, condition.at_least))
    if condition.below is not None:
        within = values[meets(replace(condition, below=None), values)]
        condition = replace(condition, below=_between(within, condition.below))
    return condition


def _between(values: npt.NDArray[Any], cut: float) -> float:
    low, high = values[values < cut], values[values >= cut]
    return roundest(float(low.max()), float(high.min())) if low.size and high.size else cut


def roundest(low: float, high: float) -> float:
    """The number with fewest figures in (low, high]: a limit there parts the same customers as any other in between."""
    if low < 0 <= high:
        return 0.0
    size = int(np.floor(np.log10(max(abs(low), abs(high))))) + 1
    for power in range(size, size - 16, -1):
        for step in (5, 2, 1):
            unit = step * 10.0**power
            cut = round(float(np.floor(high / unit) * unit), max(0, 1 - power))
            if low < cut <= high:
                return cut
    return high
