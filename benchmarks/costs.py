"""What one thing costs, in absolute figures: of use only for sums on one and the same machine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.measure import MEGABYTE, columns


@dataclass(frozen=True)
class Cost:
    """What one thing costs: `seconds` of one core, and bytes of `memory` or `disk`; None where it does not cost that."""

    what: str
    whose: str
    seconds: float | None = None
    memory: float | None = None
    disk: float | None = None


def table(costs: Iterable[Cost]) -> str:
    """The costs as columns."""
    heads = ("", "", "seconds", "memory, MB", "disk, MB")
    return columns([heads, *(_row(cost) for cost in costs)], left=(0, 1))


def _row(cost: Cost) -> tuple[str, ...]:
    def megabytes(size: float | None) -> str:
        return "" if size is None else f"{size / MEGABYTE:,.3g}"

    seconds = "" if cost.seconds is None else f"{cost.seconds:,.3g}"
    return cost.what, cost.whose, seconds, megabytes(cost.memory), megabytes(cost.disk)
