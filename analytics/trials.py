"""What is tried on customers: who was to get which version, and from which day on it counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from analytics import parquet

CUSTOMER = "customer"
VERSION = "version"
SPLIT = "split"
HOLDOUT = "holdout"
"""The version of those who get nothing, so that there is something to compare with."""
CLEAR = 0.15
"""A larger rise than this is not to be hoped for from a message."""


def subject(kind: str, segment: str) -> str:
    """The code of the name that a trial goes by: of the group that was split, else of the play that it came from."""
    return segment if kind == SPLIT else f"play_{kind}"


@dataclass(frozen=True)
class Trial:
    """One message, or several versions of it, to one group of customers.

    `number` is 0 until it is kept. `kind` is that of the play that it came from, or `split`; `segment` the code of the
    group. `versions` are named as the owner calls them; the control is `HOLDOUT` if it is among them, else the first.
    `people` has one row a customer (`customer`, `version`), assigned with `seed`. Orders count from the day `sent` (None:
    not yet) for so many `days`. `result` is what its read-out wants to keep for good once the days are over. `left_out`
    counts who is of the group but not in the trial, by why (see `analytics.reach`). The messages offer a discount of `off`
    (0: none). `aliases` are customers who turned out to be others since, key by key.
    """

    kind: str
    segment: str
    versions: tuple[str, ...]
    seed: int
    days: int
    made: date
    people: pa.Table | Path
    sent: date | None = None
    number: int = 0
    result: str | None = None
    left_out: Mapping[str, int] = field(default_factory=dict)
    off: float = 0.0
    aliases: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def subject(self) -> str:
        return subject(self.kind, self.segment)

    @property
    def control(self) -> str:
        """The version that the others are compared with."""
        return HOLDOUT if HOLDOUT in self.versions else self.versions[0]

    @property
    def messages(self) -> tuple[str, ...]:
        """The versions that are sent to somebody."""
        return tuple(version for version in self.versions if version != HOLDOUT)

    def assigned(self) -> pa.Table:
        """Who got which version: columns `customer` and `version`, text; who turned out to be in two stands there twice."""
        table = parquet.read(self.people) if isinstance(self.people, Path) else self.people
        if not self.aliases:
            return table
        keys = [self.aliases.get(key, key) for key in table[CUSTOMER].to_pylist()]
        renamed = table.set_column(0, CUSTOMER, pa.array(keys, pa.string()))
        return renamed.group_by([CUSTOMER, VERSION], use_threads=False).aggregate([])

    def sizes(self) -> dict[str, int]:
        """How many people were assigned to each version, whoever they turned out to be since."""
        drawn = replace(self, aliases={}).assigned()[VERSION].to_pylist()
        return {version: drawn.count(version) for version in self.versions}

    def written_to(self) -> frozenset[str]:
        """The customers who got a message."""
        table = self.assigned()
        return frozenset(table.filter(pc.not_equal(table[VERSION], HOLDOUT))[CUSTOMER].to_pylist())

    def held_back(self) -> frozenset[str]:
        """The customers who got none."""
        table = self.assigned()
        return frozenset(table.filter(pc.equal(table[VERSION], HOLDOUT))[CUSTOMER].to_pylist())

    def write(self, path: Path) -> None:
        """Who got which version, as Parquet."""
        parquet.write(self.assigned(), path)
